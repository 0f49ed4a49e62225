"""The report as one self-contained page."""

from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from models.score import Band
from pipelines.report import view
from pipelines.report.gaps import Grounds, gaps
from pipelines.report.outcome import words_for
from pipelines.report.pictures import Pictures
from pipelines.words import Words
from serving import format
from serving.charts.marks import LETTERS, mark


@dataclass(frozen=True)
class Setting:
    """What is known beside the figures.

    Attributes:
        company: its name; may be empty.
        currency: ISO 4217 code of all amounts.
        version: of the model that made the scores.
        words: gives the sentence of a reason.
        written_at: when the report was made, UTC.
        pictures: of why, where they could be drawn.
    """

    company: str
    currency: str
    version: str
    words: Words
    written_at: datetime
    pictures: Pictures = Pictures()


def render(grounds: Grounds, setting: Setting) -> str:
    """The page: HTML with its style inside, no script, nothing fetched from anywhere."""
    found, currency = grounds.portfolio, setting.currency
    words = words_for(grounds.outcome)
    renewals = found.renewals()
    primary = next((q for q in grounds.qualities if q.horizon == found.horizon), None)
    return (
        _environment(currency)
        .get_template("report.html")
        .render(
            setting=setting,
            portfolio=found,
            words=words,
            evidence=grounds.evidence,
            trained_on=grounds.trained_on,
            qualities=grounds.qualities,
            primary=primary,
            calibration=grounds.calibration,
            doubts=grounds.doubts,
            headline=view.headline(found, words, currency),
            totals=[found.total(band) for band in Band],
            rows=view.account_rows(found, setting.words, currency),
            renewals=renewals,
            gaps=gaps(grounds),
            band_chart=view.band_chart(found, currency),
            realised_chart=view.realised_chart(grounds.evidence),
            pairs_chart=view.pairs_chart(primary) if primary else None,
            renewals_charts=[
                view.renewals_chart(renewals, currency, width) for width in (view.WIDE, view.NARROW)
            ],
        )
    )


def _environment(currency: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("pipelines.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"mark": mark, "letters": LETTERS, "Band": Band}
    environment.filters |= {
        "day": format.day,
        "count": format.count,
        "percent": format.percent,
        "money": lambda amount: format.money(amount, currency),
        "realised": view.realised_text,
    }
    return environment
