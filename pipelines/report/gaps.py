"""What the report cannot say, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.bands.silence import SilentSource
from models.score import HORIZONS, Band
from pipelines.freshness import told
from pipelines.report.calibration import NOT_KEPT, Calibration
from pipelines.report.evidence import Evidence, Source
from pipelines.report.portfolio import Portfolio
from pipelines.report.quality import Quality
from serving.format import count, day, listed

PARTIAL = frozenset({"any_loss", "contraction", "expansion"})
"""Outcomes that need not take all of an account's revenue."""


@dataclass(frozen=True)
class Grounds:
    """Everything that decides what cannot be said.

    Attributes:
        quarantined: bad rows of the last load by source.
        newest: the newest run, from which names and revenue of all accounts come.
        trained_on: the last day of the data the model learnt from; None where not known.
        doubts: what the training said against itself, in sentences.
        silent: sources that were silent when the run was scored.
        notices: what else speaks against its scores, in sentences.
        calibration: whether the model's chances came true when it was checked.
    """

    portfolio: Portfolio
    evidence: Evidence
    qualities: tuple[Quality, ...]
    outcome: str
    quarantined: Mapping[str, int]
    newest: date
    trained_on: date | None
    doubts: tuple[str, ...] = ()
    silent: tuple[SilentSource, ...] = ()
    notices: tuple[str, ...] = ()
    calibration: Calibration = NOT_KEPT


def gaps(grounds: Grounds) -> tuple[str, ...]:
    """One sentence for each thing the reader might take for granted and must not."""
    return (
        *_horizons(grounds),
        *_accounts(grounds.portfolio),
        *told(grounds.silent),
        *grounds.notices,
        *_evidence(grounds.evidence),
        *_revenue(grounds),
        *_lead(grounds),
        *_calibration(grounds),
        *_data(grounds),
    )


def _horizons(grounds: Grounds) -> Iterator[str]:
    scored = grounds.portfolio.scored
    empty = [h for h in HORIZONS if not any(e.score.p_loss.get(h) is not None for e in scored)]
    tested = {each.horizon for each in grounds.qualities}
    untested = [h for h in HORIZONS if h not in empty and h not in tested]
    if empty:
        yield (
            f"What happens within {_days(empty)} days is left empty: the history holds too few "
            "certain outcomes that far ahead to learn from and check on."
        )
    if untested:
        yield (
            f"The chances within {_days(untested)} days could not be checked on later dates "
            "yet; take them as indications."
        )


def _accounts(portfolio: Portfolio) -> Iterator[str]:
    grey = portfolio.total(Band.GREY).accounts
    if grey:
        yield f"{_accounts_in_words(grey)} grey: not enough fresh data to say anything of them."
    if portfolio.scored and not portfolio.total(Band.GREEN).accounts:
        yield (
            "No account is green: no group of accounts was seen to be safe enough that the promise "
            "holds at the upper end of its range too."
        )
    dated = [each for each in portfolio.accounts if each.card.renews_at is not None]
    missing = len(portfolio.accounts) - len(dated)
    if dated and missing:
        yield f"The renewal date of {count(missing)} accounts is not known."
    if not dated:
        yield "No renewal dates are known, so there is no calendar of renewals."


def _evidence(evidence: Evidence) -> Iterator[str]:
    if evidence.source is Source.CHECK:
        yield (
            "No published score is old enough yet to be held against what happened. Realised "
            "loss by band comes from the model's check on past dates instead, with thresholds "
            "chosen on the same dates, so that it may look a little better than what is to come."
        )
    if evidence.source is Source.NONE:
        yield "What happened to the accounts of each band is not known yet."
    if evidence.hindsight:
        days = ", ".join(day(each) for each in evidence.hindsight)
        yield (
            f"Scores published for {days} are not counted as evidence: the model that made them "
            "had seen later data, or is no longer known."
        )


def _revenue(grounds: Grounds) -> Iterator[str]:
    portfolio = grounds.portfolio
    unvalued = sum(each.card.arr is None for each in portfolio.accounts)
    if not portfolio.valued:
        yield "Revenue by account is not known, so accounts are counted and not weighed."
    elif unvalued:
        yield f"The revenue of {count(unvalued)} accounts is not known; no sum holds them."
    if portfolio.valued and grounds.newest != portfolio.as_of:
        yield (
            f"Names, revenue and renewal dates are those of {day(grounds.newest)}, the newest "
            f"scores; bands and chances are those of {day(portfolio.as_of)}."
        )
    known = any(each.score.outlook.revenue_lost is not None for each in portfolio.accounts)
    if portfolio.valued and not known and grounds.outcome in PARTIAL:
        yield (
            "Sums of money are the whole revenue of the accounts concerned, not the part of it "
            "that would be gained or lost."
        )
    yield (
        "Expected losses are sums of chances. They say how much, not who, and no range is given "
        "for them: accounts may be lost for a common reason."
    )


def _calibration(grounds: Grounds) -> Iterator[str]:
    """Whether the sums above are known to be off."""
    horizon = grounds.portfolio.horizon
    found = next((each.foretold for each in grounds.qualities if each.horizon == horizon), None)
    if found is not None and not found.low <= 100 <= found.high:
        off = "too low" if found.value < 100 else "too high"
        yield (
            f"When it was checked the model foretold {found.value:.0f} losses for every 100 that "
            f"happened, so the expected losses above may be {off}."
        )


def _data(grounds: Grounds) -> Iterator[str]:
    if grounds.quarantined:
        total = sum(grounds.quarantined.values())
        each = ", ".join(f"{count(n)} of {name}" for name, n in grounds.quarantined.items())
        yield f"{count(total)} rows of the last load were bad and are not counted ({each})."
    if grounds.trained_on is not None and grounds.trained_on > grounds.portfolio.as_of:
        yield (
            f"The model has seen data up to {day(grounds.trained_on)}, later than these scores: "
            "they are hindsight, not a forecast."
        )
    yield (
        "Reasons are what the model looks at, not proven causes. Which action helps is not "
        "something this report can know."
    )


def _lead(grounds: Grounds) -> Iterator[str]:
    days = {each.score.outlook.lead_days for each in grounds.portfolio.accounts}
    if lead := max(days, default=0):
        yield (
            f"Bands, and each account's chance, leave out the first {lead} days: they tell of "
            "accounts still there then. Expected losses are counted from the day of the scores."
        )


def _accounts_in_words(number: int) -> str:
    return "1 account is" if number == 1 else f"{count(number)} accounts are"


def _days(numbers: Sequence[int]) -> str:
    return listed([str(number) for number in numbers])
