"""Paid coverage: when an account held a paid subscription, and how that came to an end."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.clock import DAY, MISSING, NEVER, Instants, Mask
from features.facts import Facts

PAID_READS = ("is_free", "mrr", "currency", "ended_at", "cancelled_at", "is_completed")
"""The columns of subscriptions that tell of paid coverage."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken time of paid coverage, allowed gaps included.

    Attributes:
        begin: its first instant.
        end: the end of coverage; NEVER while it runs.
        given_up: the earlier of notice and end, from which on the account is lost; NEVER
            while at least one subscription runs on without notice.
        completed: the last subscription ended as agreed, which is no loss.
    """

    begin: int
    end: int
    given_up: int
    completed: bool


def paid(subscriptions: Facts) -> Facts:
    """The subscriptions that bring revenue: neither free nor priced at nothing."""
    free = subscriptions.numbers("is_free") == 1
    return subscriptions.take(~free & (subscriptions.numbers("mrr") > 0))


def until(dates: Instants) -> Instants:
    """Dates at which something ended, NEVER where it has not."""
    return np.where(dates == MISSING, NEVER, dates)


def running(subscriptions: Facts, cut: int) -> Mask:
    """Which subscriptions hold just before `cut` without notice given."""
    ended, notice = (
        until(subscriptions.dates("ended_at")),
        until(subscriptions.dates("cancelled_at")),
    )
    return (ended >= cut) & (notice >= cut)


def stretches(subscriptions: Facts, gap_days: int) -> dict[int, list[Stretch]]:
    """The stretches of paid coverage of each account that has any, in order of time."""
    found: dict[int, list[Stretch]] = {}
    for account, rows in by_account(subscriptions.account):
        found[account] = list(_merged(subscriptions, rows, gap_days * DAY))
    return found


def by_account(account: np.ndarray) -> Iterator[tuple[int, slice]]:
    """The runs of equal accounts in rows ordered by account."""
    edges = np.flatnonzero(np.diff(account)) + 1
    bounds = [0, *edges.tolist(), len(account)]
    for begin, end in zip(bounds[:-1], bounds[1:], strict=True):
        if end > begin:
            yield int(account[begin]), slice(begin, end)


def _merged(facts: Facts, rows: slice, gap: int) -> Iterator[Stretch]:
    """Join subscriptions whose gaps are allowed; rows come ordered by their start."""
    begin = facts.start[rows].tolist()
    ended = until(facts.dates("ended_at")[rows]).tolist()
    notice = until(facts.dates("cancelled_at")[rows]).tolist()
    completed = (facts.numbers("is_completed")[rows] == 1).tolist()
    now: Stretch | None = None
    for b, e, n, c in zip(begin, ended, notice, completed, strict=True):
        one = Stretch(b, e, min(e, n), c)
        if now is None:
            now = one
        elif now.end == NEVER or b <= now.end + gap:
            last = one if one.end >= now.end else now
            given_up = max(now.given_up, one.given_up)
            now = Stretch(now.begin, last.end, given_up, last.completed)
        else:
            yield now
            now = one
    if now is not None:
        yield now
