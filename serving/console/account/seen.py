"""What is known of one account from near, with the reason for each part that is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from models.score import OTHERS
from serving.live import CloseUp, NotExplained, Past, PeerRange, Records

Found = TypeVar("Found")
ALONE = (
    "This service runs beside no workspace; models, snapshots and records are kept there. "
    "Start it with the workspace that scored: forewarn serve --workspace ..."
)
MOST_ROWS = 10
"""Reasons shown one by one; the others are shown as one sum."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One account from near; what could not be told is None, and `why_not` says why.

    Attributes:
        explanation: as `ExplanationOut` describes it, but for what would help.
        past: of the signals that are shown as reasons.
        peers: likewise.
        why_not: the reason for each part that is missing, by its name; each said once.
    """

    explanation: Mapping[str, Any] | None
    past: Past | None
    peers: PeerRange | None
    records: Records | None
    why_not: Mapping[str, str]


def see(close_up: CloseUp | None, account_id: str, since: date | None) -> Seen:
    """Look at an account from near.

    Args:
        close_up: None where no workspace is at hand.
        account_id: which account; whoever asks may see it.
        since: the day to compare with; None for the one before.
    """
    why_not: dict[str, str] = {}
    if close_up is None:
        parts = ("explanation", "past", "peers", "records")
        return Seen(None, None, None, None, dict.fromkeys(parts, ALONE))
    explained = ask("explanation", why_not, lambda: explain(close_up, account_id, since))
    signals = shown_signals(explained)
    return Seen(
        explained,
        ask("past", why_not, lambda: close_up.past(account_id, signals)),
        ask("peers", why_not, lambda: close_up.peers(account_id, signals)),
        ask("records", why_not, lambda: close_up.records(account_id, None)),
        why_not,
    )


def explain(close_up: CloseUp, account_id: str, since: date | None) -> Mapping[str, Any]:
    """Why an account has its newest score, without what would help where that takes longer."""
    if close_up.why is None:
        return close_up.explain(account_id, None, since)
    return close_up.why(account_id, since)


def shown_signals(explained: Mapping[str, Any] | None) -> Sequence[str]:
    """The columns that the rows of an explanation speak of."""
    if explained is None:
        return ()
    named = [each["signal"] for each in explained["reasons"] if each["signal"] != OTHERS]
    return tuple(named[:MOST_ROWS])


def ask(part: str, why_not: dict[str, str], look: Callable[[], Found]) -> Found | None:
    """What a look finds; where it finds nothing, `why_not` says of the part why."""
    try:
        return look()
    except NotExplained as error:
        why_not[part] = str(error)
        return None
