"""What a model says about one account at one instant."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

HORIZONS: tuple[int, ...] = (30, 90, 180, 365)
"""Days after `as_of` for which a chance of loss is given."""


class Band(StrEnum):
    """How urgent an account is; grey means there is not enough fresh data to say."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"


OTHERS = "others"
"""In place of a signal: all signals not named, together."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The exact share in a score of one signal, or of several that say the same.

    Attributes:
        signal: the snapshot column, e.g. `adoption__users_30d`, or the one that speaks for
            its family; `others` for the rest.
        value: what the column held: a number, a word, or None where not known; for
            `others` how many signals they are.
        contribution: share of the log-odds of loss within the primary horizon, of the whole
            family; positive pushes towards leaving.
        together: how many signals the contribution is of.
    """

    signal: str
    value: float | str | None
    contribution: float
    together: int = 1


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a model foretells of an account beside its chance of loss.

    Attributes:
        lead_days: the minimum lead time: a loss within so many days does not count for health
            score, band and reasons, which tell of an account still there then.
        p_by_cause: by cause of loss and horizon in days its chance; over the causes they add
            up to `p_loss`. Empty where the outcome is one cause alone.
        p_expansion: chance that revenue grows first, before the account leaves, by horizon.
        revenue_lost: the expected share (0 to 1) of its recurring revenue that is lost within
            the primary horizon from `as_of` on; None where that cannot be told.
    """

    lead_days: int = 0
    p_by_cause: dict[str, dict[int, float]] = field(default_factory=dict)
    p_expansion: dict[int, float] = field(default_factory=dict)
    revenue_lost: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One account's calibrated chances of loss, with band and reasons.

    Attributes:
        p_loss: chance of loss (0 to 1) by horizon in days; None where no evidence exists.
        health_score: 100 * (1 - primary chance); 100 is healthy.
        base: log-odds of the primary chance before any signal is looked at.
        reasons: the families of signals with the largest contributions, largest first, then
            all others together, among them those whose sign is not steady; with the base they
            add up to the log-odds of the primary chance.
        primary: the chance of loss within the primary horizon and after the minimum lead time,
            of an account still there then; None where there is no lead time, so that it is
            `p_loss` within the primary horizon.
        outlook: what is foretold beside it.
    """

    account_id: str
    as_of: date
    p_loss: dict[int, float | None]
    health_score: float | None
    band: Band
    model_version: str
    base: float | None = None
    reasons: tuple[Reason, ...] = ()
    primary: float | None = None
    outlook: Outlook = field(default_factory=Outlook)


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What people need to recognise an account beside its score.

    Attributes:
        arr: recurring revenue per year in the company's currency at `as_of`; None where no
            subscriptions are connected.
        size_class: by people employed; this and the next three are segments of the company's
            own limits, empty where not known.
        stage: of the customer's life.
        signals: values of a few columns of the snapshot that lists are filtered by.
    """

    account_id: str
    name: str = ""
    industry: str = ""
    region: str = ""
    csm: str = ""
    crm_id: str = ""
    tier: str = ""
    arr: Decimal | None = None
    renews_at: date | None = None
    extra: dict[str, str] = field(default_factory=dict)
    size_class: str = ""
    revenue_class: str = ""
    stage: str = ""
    paid_or_free: str = ""
    signals: dict[str, float | None] = field(default_factory=dict)
