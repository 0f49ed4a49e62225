"""The billing system's contract lines, and the reasons noted where their price changed.

A line ends and the next one starts on the same day at every renewal of a year's contract and at
every up- or downgrade. Some larger accounts also pay for an add-on, a line of its own.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.dates import NEVER, WORK_SHARE, Array
from pipelines.demo.facts import Columns, Story, iso, iso_day, money, numbered, pick, words
from pipelines.demo.words import CONTRACTION_REASONS, EXPANSION_REASONS
from pipelines.demo.world import CURRENCIES, TERM_DAYS

EXPANDS_A_WEEK = np.array([0.0110, 0.0028, 0.0012, 0.0006, 0.0002, 0.0, 0.0])
CONTRACTS_A_WEEK = np.array([0.0002, 0.0008, 0.0030, 0.0080, 0.0100, 0.0080, 0.0])
BY_SEATS_SHARE = 0.3
EDITIONS = ("Team", "Business", "Enterprise")
CORE, ADD_ON = "Orrery Core", "Orrery Insights"
ADD_ON_SHARE = (0.05, 0.25, 0.45)
ADD_ON_PRICE = 0.18
UPLIFT = 1.03


@dataclass(frozen=True, slots=True)
class Change:
    """One up- or downgrade.

    Attributes:
        account: index of the account.
        day: the day it takes effect.
        factor: of the recurring revenue.
        by_seats: seats change, otherwise the price of a seat does (another edition).
    """

    account: int
    day: int
    factor: float
    by_seats: bool


@dataclass(slots=True)
class Line:
    """One contract line being written.

    Attributes:
        account: index of the account.
        product: what is paid for.
        seats: seats paid for; 0 for what has a price of its own.
        price: monthly price of a seat, or of the whole.
        start, end: first day, and first day after it.
        renews, notice: day of renewal and of notice.
        free: a trial.
    """

    account: int
    product: str
    seats: int
    price: float
    start: int
    end: int = NEVER
    renews: int = NEVER
    notice: int = NEVER
    free: bool = False

    @property
    def mrr(self) -> float:
        """Recurring revenue a month in the account's currency."""
        return 0.0 if self.free else (self.seats or 1) * self.price


def draw_changes(rng: np.random.Generator, story: Story) -> list[Change]:
    """Up- and downgrades by account and day: growth in good states, cuts in bad ones."""
    state = story.mood.state
    draw = rng.random(state.shape)
    grows = draw < EXPANDS_A_WEEK[state]
    cuts = (draw < (EXPANDS_A_WEEK + CONTRACTS_A_WEEK)[state]) & ~grows
    account, week = np.nonzero(grows | cuts)
    day = week * 7 + rng.choice(7, len(week), p=WORK_SHARE)
    up, down = rng.uniform(1.12, 1.5, len(week)), rng.uniform(0.5, 0.85, len(week))
    factor = np.where(grows[account, week], up, down)
    last_start = np.minimum(story.life.last, story.life.notice - 1)[account]
    keep = (day > story.life.paid_from[account] + 20) & (day <= last_start)
    by_seats = rng.random(len(week)) < BY_SEATS_SHARE
    rows = zip(account[keep], day[keep], factor[keep], by_seats[keep], strict=True)
    return [Change(int(a), int(d), float(f), bool(s)) for a, d, f, s in rows]


def draw_lines(rng: np.random.Generator, story: Story, changes: list[Change]) -> list[Line]:
    """Every contract line, by account."""
    by_account: dict[int, list[Change]] = {}
    for change in changes:
        by_account.setdefault(change.account, []).append(change)
    add_on = rng.random(story.world.size) < np.asarray(ADD_ON_SHARE)[story.world.segment]
    wait = rng.integers(20, 500, story.world.size)
    lines: list[Line] = []
    for account in range(story.world.size):
        mine = by_account.get(account, [])
        lines += _trial(story, account)
        core = _core(story, account, mine)
        lines += core
        if add_on[account] and core:
            lines += _add_on(story, core, mine, int(wait[account]))
    return lines


def _trial(story: Story, account: int) -> list[Line]:
    world = story.world
    start, end = int(world.created[account]), int(world.trial_end[account])
    if start == end:
        return []
    return [Line(account, CORE, 5, 0.0, start, end, free=True)]


def _core(story: Story, account: int, changes: list[Change]) -> list[Line]:
    """The chain of lines of the account's main product, each starting where one ended."""
    world, life = story.world, story.life
    start, stop = int(life.paid_from[account]), int(life.ended[account])
    if start >= NEVER:
        return []
    turns = {change.day: change for change in changes}
    seats, price = int(world.seats[account]), float(world.price[account])
    renewals = _renewals(story, account, start, stop)
    chain = [Line(account, CORE, seats, price, start)]
    for day in sorted({*turns, *renewals}):
        seats, price = _turned(seats, price, turns.get(day))
        price = round(price * UPLIFT, 2) if day in renewals else price
        chain[-1].end = day
        chain.append(Line(account, CORE, seats, price, day))
    chain[-1].end, chain[-1].notice = stop, int(life.notice[account])
    for line in chain:
        line.renews = _next_renewal(story, account, line.start)
    return chain


def _renewals(story: Story, account: int, start: int, stop: int) -> set[int]:
    """Days on which the year's contract renewed within the history."""
    if not story.world.annual[account]:
        return set()
    until = min(stop, story.calendar.last_day + 1)
    return set(range(start + TERM_DAYS, until, TERM_DAYS))


def _next_renewal(story: Story, account: int, day: int) -> int:
    if not story.world.annual[account]:
        return NEVER
    return day + TERM_DAYS - (day - int(story.world.paid_from[account])) % TERM_DAYS


def _turned(seats: int, price: float, change: Change | None) -> tuple[int, float]:
    """Seats and price after a change; at least one seat goes or comes where seats change."""
    if change is None:
        return seats, price
    if not change.by_seats:
        return seats, round(price * change.factor, 2)
    if change.factor > 1:
        return max(seats + 1, round(seats * change.factor)), price
    return max(1, min(seats - 1, round(seats * change.factor))), price


def _add_on(story: Story, core: list[Line], changes: list[Change], wait: int) -> list[Line]:
    """The add-on's line: from some day on, until the first cut after it or the account's end."""
    account, start = core[0].account, core[0].start + wait
    end, notice = core[-1].end, core[-1].notice
    if start >= min(end, notice, story.calendar.last_day):
        return []
    cuts = [change.day for change in changes if change.factor < 1 and change.day > start + 30]
    if cuts:
        end, notice = cuts[0], cuts[0] - 12
    fee = round(core[0].mrr * ADD_ON_PRICE, 2)
    return [Line(account, ADD_ON, 0, fee, start, end, notice=notice)]


def subscriptions(rng: np.random.Generator, story: Story, lines: list[Line]) -> Columns:
    """The contract lines as the billing system exports them, in order of start."""
    world, cal = story.world, story.calendar
    lines = sorted(lines, key=lambda line: (line.start, line.account, line.product))
    account = np.array([line.account for line in lines])
    free = np.array([line.free for line in lines])
    notice = np.array([line.notice for line in lines])
    seconds = np.where(notice < NEVER, rng.integers(28_800, 64_800, len(lines)), 0)
    return {
        "line_no": numbered("L", len(lines)),
        "client_no": world.ids[account],
        "product": np.array([line.product for line in lines], dtype=object),
        "edition": words(world.segment[account], EDITIONS),
        "seats": np.array([line.seats or "" for line in lines], dtype=object),
        "monthly_fee": money(np.array([line.mrr for line in lines])),
        "currency": words(world.currency[account], CURRENCIES),
        "valid_from": iso_day(cal.stamps(np.array([line.start for line in lines]))),
        "valid_to": iso_day(cal.so_far(cal.stamps(np.array([line.end for line in lines])))),
        "notice_on": iso(cal.so_far(cal.stamps(notice, seconds))),
        "renews_on": iso_day(cal.stamps(np.array([line.renews for line in lines]))),
        "billing_months": np.where(free, 0, world.billing_months[account]),
        "auto_renew": _yes_no(world.auto_renew[account]),
        "trial": _yes_no(free),
    }


def _yes_no(flags: Array) -> Array:
    return np.where(flags, "yes", "no").astype(object)


def outcomes(rng: np.random.Generator, story: Story, changes: list[Change]) -> Columns:
    """The reasons that account managers noted for up- and downgrades, by day of effect."""
    changes = sorted(changes, key=lambda change: (change.day, change.account))
    account = np.array([change.account for change in changes], dtype=np.int64)
    day = np.array([change.day for change in changes], dtype=np.int64)
    grew = np.array([change.factor > 1 for change in changes], dtype=bool)
    decided = day - rng.integers(0, 15, len(day))
    stamps = story.calendar.stamps
    size = len(changes)
    reason = np.where(
        grew, pick(rng, size, EXPANSION_REASONS), pick(rng, size, CONTRACTION_REASONS)
    )
    return {
        "account_id": story.world.ids[account],
        "outcome": np.where(grew, "expansion", "contraction").astype(object),
        "occurred_at": iso_day(stamps(day)),
        "decided_at": iso_day(stamps(decided)),
        "reason": reason,
    }
