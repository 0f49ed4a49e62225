"""What is known of the models, made ready for one page: every value is text, number or SVG."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from models.metrics import Estimate
from models.score import Band
from models.track_record import Lead, TrackRecord, read_back
from serving import format
from serving.charts.leads import LeadBar, leads
from serving.charts.lift import lift
from serving.charts.realised import realised
from serving.charts.reliability import reliability
from serving.notices import told_choice
from serving.store import ModelRecord

WIDE, NARROW = 352, 358
IN_TIME = 30
"""Days red before a loss from which on there was time to act."""
BANDS = (Band.RED, Band.YELLOW, Band.GREEN)


@dataclass(frozen=True, slots=True)
class BandFact:
    """What came of the accounts of one band.

    Attributes:
        kept: whether what was said lies within the range of what came.
        promise: the greatest share that may be lost, for green; None for others.
    """

    band: Band
    came: Estimate
    said: float
    rows: int
    promise: float | None

    @property
    def kept(self) -> bool:
        """Whether what was said lies within the range of what came."""
        return self.came.low <= self.said <= self.came.high

    @property
    def promise_kept(self) -> bool:
        """Whether the upper end of the range is within the promise."""
        return self.promise is None or self.came.high <= self.promise


@dataclass(frozen=True, slots=True)
class Word:
    """How a model kept its word: facts by band, leavers known in time, and the charts.

    Attributes:
        choice: what choosing the model by these rows means for them; empty where none was.
    """

    record: TrackRecord
    bands: tuple[BandFact, ...]
    in_time: float | None
    leavers: int
    reliability: tuple[Markup, Markup]
    lift: tuple[Markup, Markup] | None
    leads: tuple[Markup, Markup] | None
    realised: tuple[Markup, ...]
    choice: str

    @property
    def keeps(self) -> bool:
        """Whether every band's chance came true within its range."""
        return all(fact.kept for fact in self.bands)

    def of(self, band: Band) -> BandFact | None:
        """The fact of a band; None where no account was in it."""
        return next((fact for fact in self.bands if fact.band is band), None)


def word_of(model: ModelRecord, other: ModelRecord | None) -> Word | None:
    """How a model kept its word, drawn beside another; None where no test rows were kept."""
    track = track_of(model)
    if track is None or not track.reliability:
        return None
    beside = track_of(other) if other else None
    leavers = sum(lead.leavers for lead in track.lead)
    early = sum(lead.leavers for lead in track.lead if lead.least_days >= IN_TIME)
    months = _axis(track)
    known = len({month.month for month in track.months})
    return Word(
        record=track,
        bands=tuple(_facts(model, track)),
        in_time=early / leavers if leavers else None,
        leavers=leavers,
        reliability=_reliability(track, beside),
        lift=_lift(track, beside),
        leads=_leads(track.lead, leavers),
        realised=tuple(realised(band, track.months, months, known, WIDE) for band in BANDS),
        choice=told_choice((model.metrics.get("honesty") or {}).get("chosen_among", 1)),
    )


def track_of(model: ModelRecord) -> TrackRecord | None:
    """What became of what a model said; None where its training did not keep that."""
    return read_back(model.metrics.get("track_record") or {})


def _facts(model: ModelRecord, track: TrackRecord) -> Iterator[BandFact]:
    came = {each["band"]: each for each in model.metrics.get("bands", ())}
    promise = (model.bands.get("all") or {}).get("promise")
    for band in BANDS:
        mine = [month for month in track.months if month.band is band]
        rows, found = sum(month.rows for month in mine), came.get(band.value)
        if not rows or found is None or found["lost"] is None:
            continue
        said = sum(month.said * month.rows for month in mine) / rows
        estimate = Estimate(found["lost"], found["low"], found["high"])
        kept = promise if band is Band.GREEN and promise else None
        yield BandFact(band, estimate, said, rows, kept)


def _reliability(track: TrackRecord, other: TrackRecord | None) -> tuple[Markup, Markup]:
    names = ("champion", "the other")
    groups = other.reliability if other else ()
    wide, narrow = (reliability(track.reliability, w, names, groups) for w in (WIDE, NARROW))
    return wide, narrow


def _lift(track: TrackRecord, other: TrackRecord | None) -> tuple[Markup, Markup] | None:
    if not track.lift:
        return None
    names, points = ("champion", track.rule), other.lift if other else ()
    wide, narrow = (lift(track.lift, width, names, points) for width in (WIDE, NARROW))
    return wide, narrow


def _leads(found: Sequence[Lead], leavers: int) -> tuple[Markup, Markup] | None:
    if not leavers:
        return None
    bars = [
        LeadBar(_lead_words(lead), lead.leavers / leavers, lead.least_days >= IN_TIME)
        for lead in found
    ]
    return leads(bars, WIDE), leads(bars, NARROW)


def _lead_words(lead: Lead) -> str:
    if lead.least_days == 0:
        return "Yellow at the end" if lead.band is Band.YELLOW else "Green until the end: missed"
    words = {180: "Red 180 days or more before", 90: "90 to 180 days", 30: "30 to 90 days"}
    return words.get(lead.least_days, "less than 30 days")


def _axis(track: TrackRecord) -> list[str]:
    """The months with outcomes, and those whose outcome is not known yet, half as many at most."""
    months = sorted({month.month for month in track.months})
    if not months:
        return [track.dates[1][:7]]
    day, more = date.fromisoformat(f"{months[-1]}-01"), list[str]()
    for _ in range(min(len(months) // 2, max(1, track.horizon // 30))):
        day = (day + timedelta(days=31)).replace(day=1)
        more.append(f"{day:%Y-%m}")
    return [*months, *more]


def figures_of(model: ModelRecord) -> Mapping[str, Any]:
    """The report of the primary horizon; empty where it was not tested."""
    reports = model.metrics.get("horizons") or {}
    found: Mapping[str, Any] = reports.get(str(model.primary_horizon)) or {}
    return found


def summary_of(model: ModelRecord) -> str:
    """A model in a few words: flavour and the last day it learnt from."""
    return f"{model.flavour}, learnt from data to {format.day(model.data_as_of)}"
