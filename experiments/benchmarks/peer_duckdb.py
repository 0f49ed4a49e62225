"""The columns of `peer_columns` as SQL, the best plan for DuckDB that we could find.

    python experiments/benchmarks/peer_duckdb.py RAW TO

An event is in a window of w days from the first date that sees it up to the first date whose
cut lies more than w days after its day: an interval of dates. So no event ever meets the
dates in a join. Sums add an event at the one end of its interval and take it off at the
other, and add up over the dates at last, when there is one row per account and date.
Different users and features are a set of dates for each of them, as the bits of one number,
and `bit_or` unites the intervals; days are counted from the first sight of each. What is late
is only an interval that begins later.

Other plans cost more (see `results.md`): sums of every main event as filtered columns of one wide
table, lists of dates in place of windows, and a join of each total by day with later dates.
"""

import duckdb
import peer_columns
from peer_columns import (
    ANY,
    CHANGED,
    COLUMNS,
    CUTS,
    DATES,
    DAY,
    EVENTS,
    KINDS,
    LEAST_DAYS,
    NEEDED,
    SCALED,
    VARIETY,
    WINDOWS,
    Column,
    K,
)

LIVED = sorted({c.window for c in COLUMNS if c.window})


def main() -> None:
    """Compute and write what the command line asks for."""
    raw, to = peer_columns.arguments()
    (to / "found").mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = '{to}'")
        connection.execute("SET preserve_insertion_order = false")
        for statement in statements(f"{raw}/usage/*.parquet"):
            connection.execute(statement)
        target = to / "found" / "all.parquet"
        connection.execute(f"COPY ({selection()}) TO '{target}' (FORMAT parquet)")
    peer_columns.done()


def statements(files: str) -> list[str]:
    """The tables that `selection` reads, in order."""
    return [
        _calendar(),
        f"""CREATE TEMP TABLE accounts AS
            SELECT account_id, (row_number() OVER ())::INTEGER AS a
            FROM (SELECT DISTINCT account_id FROM read_parquet('{files}'))""",
        _rows(files),
        *(_variety(name, column) for name, column in VARIETY.items()),
        *_daily(),
        _entering(),
        *(_leaving(days) for days in WINDOWS),
        _sums("sums", True),
        _sums("event_sums", False),
    ]


def selection() -> str:
    """One row per account and date, with the columns of the contract between the engines."""
    values = ", ".join(f'({_value(column)})::DOUBLE AS "{column.name}"' for column in COLUMNS)
    scales = ", ".join(f"{_scale(w, 0)} AS scale_{w}, {_scale(w, w)} AS before_{w}" for w in LIVED)
    events = " ".join(
        f"LEFT JOIN (FROM event_sums WHERE e = {number}) AS s{number} USING (a, k)"
        for number in range(len(EVENTS))
    )
    return f"""
        WITH aged AS (
            SELECT *, (cut * {DAY} - first) / {DAY}.0 AS life
            FROM sums JOIN dates USING (k)
        ), scaled AS (SELECT *, {scales} FROM aged)
        SELECT account_id, as_of, {values}
        FROM scaled AS s{ANY} JOIN accounts USING (a) {events}
        LEFT JOIN users USING (a, k) LEFT JOIN features USING (a, k)"""


def _calendar() -> str:
    """`dates`, and for each day the first date after which it has left each window.

    That date k is `e<window>`, and 2 to its power, which is a bit in a set of dates, `p<window>`.
    """
    ends = zip(CUTS, DATES, strict=True)
    cuts = ", ".join(f"({k}, {1 << k}, {cut}, DATE '{day}')" for k, (cut, day) in enumerate(ends))
    reach = ", ".join(f"count(*) FILTER (cut <= d + {w})::UTINYINT AS e{w}" for w in [0, *WINDOWS])
    powers = ", ".join(f"1::BIGINT << e{w} AS p{w}" for w in WINDOWS)
    return f"""
        CREATE TEMP TABLE dates AS
            SELECT k::UTINYINT AS k, p::BIGINT AS p, cut, as_of
            FROM (VALUES {cuts}) AS t (k, p, cut, as_of);
        CREATE TEMP TABLE calendar AS
            SELECT *, {powers} FROM (
                SELECT d::INTEGER AS d, {reach} FROM range(0, {CUTS[-1]}) AS days (d), dates
                GROUP BY d
            )"""


def _rows(files: str) -> str:
    """The log with numbers for accounts; `k` is the first date that sees the event."""
    main = " ".join(f"WHEN '{event}' THEN {number}" for number, event in enumerate(EVENTS))
    return f"""
        CREATE TEMP TABLE rows AS
        SELECT a, log.d::USMALLINT AS d, k, user_id, event, quantity, occurred,
               (CASE event {main} ELSE {len(EVENTS)} END)::UTINYINT AS e
        FROM (
            SELECT account_id, user_id, event, quantity, epoch_us(occurred_at) AS occurred,
                   occurred // {DAY} AS d, epoch_us(greatest(occurred_at, known_at)) // {DAY} AS s
            FROM read_parquet('{files}')
        ) AS log
        JOIN accounts USING (account_id)
        JOIN (SELECT d AS s, e0 AS k FROM calendar) AS seen USING (s)
        WHERE k < {K}"""


def _variety(name: str, column: str) -> str:
    """Different users or features: the dates at which each is in a window, and their sums."""
    masks = {f"{name}_{w}": _mask("p", f"p{w}") for w in peer_columns.ALL}
    masks |= {f"{name}_{w}_before": _mask(f"greatest(p, p{w})", f"p{2 * w}") for w in CHANGED}
    united = ", ".join(f"bit_or({mask}) AS {label}" for label, mask in masks.items())
    sums = ", ".join(f"sum((({label} & p) != 0)::DOUBLE) AS {label}" for label in masks)
    return f"""
        CREATE TEMP TABLE {name} AS
        SELECT a, k, {sums}
        FROM (
            SELECT a, {column}, {united}
            FROM rows JOIN calendar USING (d) JOIN dates USING (k)
            WHERE {column} IS NOT NULL GROUP BY a, {column}
        ) CROSS JOIN dates GROUP BY a, k"""


def _mask(begin: str, end: str) -> str:
    """A number with a bit for each date from `begin` to before `end`, given as powers of 2."""
    return f"greatest({begin}, {end}) - {begin}"


def _daily() -> list[str]:
    """A row per account, event, day and first date that sees it; event ANY is all together.

    `days` counts a day where it is first seen.
    """
    return [
        """CREATE TEMP TABLE by_event AS
            SELECT a, e, d, k, (k = e0)::DOUBLE AS days, count(*)::DOUBLE AS records,
                   sum(quantity) AS volume, min(occurred) AS first, max(occurred) AS last
            FROM rows JOIN calendar USING (d) GROUP BY ALL""",
        f"""CREATE TEMP TABLE daily AS
            SELECT * FROM by_event WHERE e < {ANY}
            UNION ALL
            SELECT a, {ANY} AS e, d, k, max(days), sum(records), sum(volume), min(first), max(last)
            FROM by_event GROUP BY a, d, k""",
        """INSERT INTO daily BY NAME
           SELECT a, e, d, min(k) AS k, 1 AS days FROM daily
           ANTI JOIN (SELECT a, e, d FROM daily WHERE days = 1) USING (a, e, d) GROUP BY a, e, d""",
    ]


def _entering() -> str:
    """What each date sees first, summed."""
    sums = ", ".join(f"sum({kind}) AS {kind}" for kind in KINDS)
    return f"""
        CREATE TEMP TABLE entering AS
        SELECT a, e, k, {sums}, min(first) AS first, max(last) AS last
        FROM daily GROUP BY a, e, k"""


def _leaving(days: int) -> str:
    """What has left a window at each date, summed; what never was in it leaves as it enters."""
    kinds = dict.fromkeys(kind for kind, window, _ in NEEDED if window == days)
    sums = ", ".join(f"sum({kind}) AS {kind}" for kind in kinds)
    events = any(event is not None for _, window, event in NEEDED if window == days)
    return f"""
        CREATE TEMP TABLE leaving_{days} AS
        SELECT a, e, greatest(k, e{days}) AS k, {sums}
        FROM daily JOIN calendar USING (d) {"" if events else f"WHERE e = {ANY}"} GROUP BY ALL"""


def _sums(table: str, of_any: bool) -> str:
    """Each sum at each date: all that entered so far without all that left."""
    needed = dict.fromkeys((k, w) for k, w, event in NEEDED if (event is None) == of_any)
    windows = dict.fromkeys(window for _, window in needed if window)
    found = [
        f"sum(coalesce(i.{kind}, 0){f' - coalesce(l{w}.{kind}, 0)' if w else ''}) OVER w"
        f" AS {kind}_{w}"
        for kind, w in needed
    ]
    where = f"e = {ANY}" if of_any else f"e < {ANY}"
    joins = " ".join(f"LEFT JOIN leaving_{w} AS l{w} USING (a, e, k)" for w in windows)
    return f"""
        CREATE TEMP TABLE {table} AS
        SELECT a, e, k, {", ".join(found)}, min(first) OVER w AS first, max(last) OVER w AS last
        FROM (SELECT DISTINCT a, e FROM entering WHERE {where})
        CROSS JOIN (SELECT k FROM dates)
        LEFT JOIN entering AS i USING (a, e, k) {joins}
        WINDOW w AS (PARTITION BY a, e ORDER BY k ROWS UNBOUNDED PRECEDING)"""


def _scale(window: int, near: int) -> str:
    lived = f"greatest(0, least(life - {near}, {window}))"
    least = min(LEAST_DAYS, window)
    return f"CASE WHEN life IS NULL THEN 1.0 ELSE {window}::DOUBLE / greatest({lived}, {least}) END"


def _value(column: Column) -> str:
    """The column from `sums`, `users` and `features`, scales and `life`."""
    kind, window = column.kind, column.window
    of = f"s{ANY if column.event is None else column.event}"
    if kind in ("first", "last"):
        return f"(cut * {DAY} - {of}.{kind}) / {DAY}.0"
    if kind == "intensity":
        return f"{of}.volume_{window} / nullif({of}.records_{window}, 0)"
    if kind in VARIETY:
        now, before = f"coalesce({kind}_{window}, 0)", f"coalesce({kind}_{window}_before, 0)"
    else:
        now, twice = (f"coalesce({of}.{kind}_{w}, 0)" for w in (window, 2 * (window or 0)))
        before = f"({twice} - {now})"
    if kind in SCALED and window:
        now, before = f"{now} * scale_{window}", f"{before} * before_{window}"
    if not column.change:
        return now
    least = min(LEAST_DAYS, window or 0)
    change = f"({now} - {before}) / nullif({now} + {before}, 0)"
    return f"coalesce(CASE WHEN life - {window} >= {least} THEN {change} END, 0)"


if __name__ == "__main__":
    main()
