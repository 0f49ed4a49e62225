"""Sums over a whole portfolio, for its page and for programs.

All of them are of the newest run, and of one CSM's accounts where an `owner` is given::

    portfolio = PortfolioRepository(engine)
    portfolio.summary(owner=None) -> PortfolioSummary | None    # None before the first run
    portfolio.moves(days=30, owner=None) -> tuple[Moves, ...]   # how many moved where, and why
    portfolio.moved(days=30, limit=50, owner=None) -> tuple[Moved, ...]     # which, newest first
    portfolio.renewals(months=12, owner=None) -> tuple[RenewalMonth, ...]
    portfolio.map(limit=1000, owner=None) -> tuple[MapPoint, ...]   # revenue against risk
    portfolio.call_first(limit=10, owner=None) -> tuple[AccountScore, ...]

Revenue (`arr`) and expected loss are per year in the company's currency, expected loss within
the primary horizon; None where they are known of no account. Both leave out the accounts of
which they are not known.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Table,
    and_,
    case,
    cast,
    extract,
    func,
    or_,
    select,
    true,
    type_coerce,
)

from models.score import Band
from serving.store import by_ids, listing
from serving.store.codes import Codes
from serving.store.columns import Money
from serving.store.memory import RunMemory
from serving.store.pages import Sort
from serving.store.portfolio_records import (
    BandSum,
    Before,
    MapPoint,
    Moved,
    Moves,
    PortfolioSummary,
    RenewalMonth,
    Sum,
    TierSum,
)
from serving.store.records import AccountScore, RunInfo
from serving.store.runs import newest_run
from serving.store.tables import ACCOUNT, RUN_TOTAL, SCORING_RUN, TRANSITION
from serving.store.transactions import reading
from serving.store.whole import WHOLE

LOOKS_BACK = (7, 30)
"""Days before the newest run with which it is compared."""
CALLED = (Band.RED, Band.YELLOW)
"""Bands of accounts that are at risk."""

Found = TypeVar("Found")


class PortfolioRepository:
    """Answers what a whole portfolio looks like.

    What is read of a run is kept while that run is the newest: a run never changes.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._codes = Codes(engine)
        self._memory = RunMemory()

    def summary(self, owner: str | None = None) -> PortfolioSummary | None:
        """Accounts, revenue and expected loss by band and tier, now and some time before.

        None before the first run.
        """
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return None
            now = _sums(connection, run.as_of, owner)
            days = connection.scalars(select(SCORING_RUN.c.as_of)).all()
            near = {back: run_before(days, run.as_of, back) for back in LOOKS_BACK}
            before = {
                back: Before(day, _by_band(_sums(connection, day, owner)))
                for back, day in near.items()
                if day is not None
            }
        tiers = sorted({each.tier for each in now})
        by_tier = [TierSum(t, _by_band([each for each in now if each.tier == t])) for t in tiers]
        return PortfolioSummary(run, _by_band(now), tuple(by_tier), before)

    def moves(self, days: int = 30, owner: str | None = None) -> tuple[Moves, ...]:
        """How many accounts went from band to band in the last so many days, by cause.

        An account that went several ways counts for each of them.
        """
        by = (TRANSITION.c.from_band, TRANSITION.c.to_band, TRANSITION.c.cause)
        counted = (
            select(*by, func.count(), _money(func.sum(ACCOUNT.c.arr)))
            .join_from(TRANSITION, ACCOUNT, TRANSITION.c.account_id == ACCOUNT.c.account_id)
            .group_by(*by)
        )
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return ()
            recent = TRANSITION.c.as_of > run.as_of - timedelta(days=days)
            found = connection.execute(counted.where(recent, _of(ACCOUNT, owner)))
            order = list(Band)
            return tuple(
                sorted(
                    (Moves(*row) for row in found),
                    key=lambda m: (order.index(m.from_band), order.index(m.to_band), m.cause),
                )
            )

    def moved(self, days: int = 30, limit: int = 50, owner: str | None = None) -> tuple[Moved, ...]:
        """The accounts that changed their band, newest first, then by revenue."""
        card = (ACCOUNT.c.name, ACCOUNT.c.csm, ACCOUNT.c.tier, ACCOUNT.c.arr)
        chosen = (
            select(*TRANSITION.c, *card)
            .join_from(TRANSITION, ACCOUNT, TRANSITION.c.account_id == ACCOUNT.c.account_id)
            .order_by(
                TRANSITION.c.as_of.desc(), ACCOUNT.c.arr.desc().nulls_last(), ACCOUNT.c.account_id
            )
        )
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return ()
            recent = TRANSITION.c.as_of > run.as_of - timedelta(days=days)
            mine = chosen.where(recent, _of(ACCOUNT, owner)).limit(limit)
            return tuple(Moved.of(row) for row in connection.execute(mine).mappings())

    def renewals(self, months: int = 12, owner: str | None = None) -> tuple[RenewalMonth, ...]:
        """What renews in the month of the run and the ones after it, month by month."""

        def read(connection: Connection, run: RunInfo) -> tuple[RenewalMonth, ...]:
            table = listing.table_of(run)
            day, risky = table.c.renews_at, table.c.band.in_(CALLED)
            month = [cast(extract(part, day), Integer) for part in ("year", "month")]
            sums = (
                func.count(),
                _money(func.sum(table.c.arr)),
                func.sum(case((risky, 1), else_=0)),
                _money(func.sum(case((risky, table.c.arr)))),
                _money(func.sum(table.c.expected_loss)),
                *(_money(func.sum(case((table.c.band == b, table.c.expected_loss)))) for b in Band),
            )
            ahead = and_(day >= run.as_of, day < _months_after(run.as_of, months))
            query = select(*month, *sums).where(ahead, _of(table, owner))
            found = connection.execute(query.group_by(*month).order_by(*month))
            return tuple(_renewing(row) for row in found)

        return self._of_newest(("renewals", months, owner), read, ())

    def map(self, limit: int = 1000, owner: str | None = None) -> tuple[MapPoint, ...]:
        """The accounts of the largest revenue whose risk is known, with both."""

        def read(connection: Connection, run: RunInfo) -> tuple[MapPoint, ...]:
            table = listing.table_of(run)
            names = (
                "account_id", "name", "band", "tier", "arr", "risk", "expected_loss", "renews_at"
            )  # fmt: skip
            known = (table.c.arr.is_not(None), table.c.risk.is_not(None), _of(table, owner))
            order = (table.c.arr.desc().nulls_last(), table.c.account_id)
            chosen = select(*(table.c[name] for name in names)).where(*known)
            largest = connection.execute(chosen.order_by(*order).limit(limit)).mappings()
            return tuple(MapPoint(**row) for row in largest)

        return self._of_newest(("map", limit, owner), read, ())

    def call_first(self, limit: int = 10, owner: str | None = None) -> tuple[AccountScore, ...]:
        """Accounts at risk with the largest expected loss that may still be prevented.

        Those whose renewal lies ahead, or is not known; one that has passed is decided. Who gave
        notice is decided too, and is in no run from then on.
        """

        def read(connection: Connection, run: RunInfo) -> tuple[AccountScore, ...]:
            table = listing.table_of(run)
            ahead = or_(table.c.renews_at > run.as_of, table.c.renews_at.is_(None))
            known = table.c.expected_loss.is_not(None)
            asked = [table.c.band.in_(CALLED), ahead, known, _of(table, owner)]
            found = listing.find_page(connection, run, asked, Sort.EXPECTED_LOSS, limit, None)
            them = by_ids.read_at_once(connection, run, found, WHOLE, self._codes.word)
            return tuple(by_ids.of_one_state(them))

        return self._of_newest(("call_first", limit, owner), read, ())

    def _of_newest(
        self,
        asked: tuple[object, ...],
        read: Callable[[Connection, RunInfo], Found],
        nothing: Found,
    ) -> Found:
        """What is read of the newest run, once for each run."""
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return nothing
            return self._memory.recall(run, asked, lambda: read(connection, run))


def run_before(runs: Sequence[date], as_of: date, days: int) -> date | None:
    """The run nearest to so many days before another; None where none is within half of them."""
    target, slack = as_of - timedelta(days=days), timedelta(days=days) / 2
    near = [day for day in runs if day < as_of and abs(day - target) <= slack]
    return min(near, key=lambda day: (abs(day - target), day), default=None)


def _sums(connection: Connection, as_of: date, owner: str | None) -> list[Sum]:
    """The sums of a run by tier and band."""
    by = (RUN_TOTAL.c.tier, RUN_TOTAL.c.band)
    amounts = [_money(func.sum(RUN_TOTAL.c[name])) for name in ("arr", "expected_loss")]
    summed = select(*by, func.sum(RUN_TOTAL.c.accounts), *amounts).group_by(*by)
    mine = summed.where(RUN_TOTAL.c.as_of == as_of, _of(RUN_TOTAL, owner))
    return [Sum(*row) for row in connection.execute(mine)]


def _by_band(sums: Sequence[Sum]) -> dict[Band, BandSum]:
    return {band: BandSum.of([each for each in sums if each.band is band]) for band in Band}


def _renewing(row: Sequence[Any]) -> RenewalMonth:
    year, month, accounts, arr, at_risk, arr_at_risk, loss, *by_band = row
    losses = dict(zip(Band, by_band, strict=True))
    return RenewalMonth(date(year, month, 1), accounts, arr, at_risk, arr_at_risk, loss, losses)


def _of(table: Table, owner: str | None) -> ColumnElement[bool]:
    return true() if owner is None else table.c.csm == owner


def _money(amount: Any) -> ColumnElement[Any]:
    return type_coerce(cast(amount, BigInteger), Money)


def _months_after(day: date, months: int) -> date:
    """The first day of the month so many months after that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
