"""The columns of `peer_columns` as SQL, the best plan for DuckDB that we could find.

    python experiments/benchmarks/peer_duckdb.py RAW TO

An event is in a window of w days from the first date that sees it up to the first date whose
cut lies more than w days after its day: an interval of dates. So no event ever meets the
dates in a join. Sums add an event at the one end of its interval and take it off at the
other, and add up over the dates at last, when there is one row per account and date.
Different users and features are a set of dates for each of them, as the bits of one number,
and `bit_or` unites the intervals; days are counted from the first sight of each. What is late
is only an interval that begins later.

Other plans that were tried are in `results.md`.
"""

import duckdb
import peer_columns
from peer_columns import CUTS, DATES, EVENTS, LEAST_DAYS, SCALED, Column

DAY = 86_400_000_000
K = len(DATES)
COLUMNS = peer_columns.columns()
NEEDED = peer_columns.needed()
VARIETY = {"users": "user_id", "features": "event"}
LIVED = sorted({c.window for c in COLUMNS if c.window})
CHANGED = sorted({c.window for c in COLUMNS if c.change and c.kind in VARIETY and c.window})
WINDOWS = sorted({days for _, days, _ in NEEDED if days})


def main() -> None:
    """Compute and write what the command line asks for."""
    raw, to = peer_columns.arguments()
    (to / "found").mkdir(exist_ok=True)
    with duckdb.connect(str(to / "scratch.duckdb")) as connection:
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
        _sums(),
    ]


def selection() -> str:
    """One row per account and date, with the columns of the contract between the engines."""
    values = ", ".join(f'({_value(column)})::DOUBLE AS "{column.name}"' for column in COLUMNS)
    scales = ", ".join(f"{_scale(w, 0)} AS scale_{w}, {_scale(w, w)} AS before_{w}" for w in LIVED)
    return f"""
        WITH aged AS (
            SELECT *, (cut * {DAY} - first_all) / {DAY}.0 AS life
            FROM sums JOIN dates USING (k) LEFT JOIN users USING (a, k)
            LEFT JOIN features USING (a, k)
        ), scaled AS (SELECT *, {scales} FROM aged)
        SELECT account_id, as_of, {values} FROM scaled JOIN accounts USING (a)"""


def _calendar() -> str:
    """`dates`, and for each day the first date after which it has left each window."""
    cuts = ", ".join(f"({k}, {cut}, DATE '{day}')" for k, (cut, day) in enumerate(zip(CUTS, DATES)))
    reach = ", ".join(f"count(*) FILTER (cut <= d + {w})::UTINYINT AS e{w}" for w in [0, *WINDOWS])
    return f"""
        CREATE TEMP TABLE dates AS SELECT * FROM (VALUES {cuts}) AS t (k, cut, as_of);
        CREATE TEMP TABLE calendar AS
            SELECT d::INTEGER AS d, {reach} FROM range(0, {CUTS[-1]}) AS days (d), dates
            GROUP BY d"""


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
    spans = [(w, f"{name}_{w}", "k", f"e{w}") for w in peer_columns.ALL]
    spans += [(w, f"{name}_{w}_before", f"greatest(k, e{w})", f"e{2 * w}") for w in CHANGED]
    masks, sums = [], []
    for _, label, begin, end in spans:
        masks.append(f"bit_or((1 << greatest({begin}, {end})) - (1 << {begin})) AS {label}")
        each = ", ".join(f"sum(({label} >> {k}) & 1)" for k in range(K))
        sums.append(f"unnest([{each}]) AS {label}")
    return f"""
        CREATE TEMP TABLE {name} AS
        SELECT a, unnest(range({K}))::UTINYINT AS k, {", ".join(sums)}
        FROM (
            SELECT a, {column}, {", ".join(masks)}
            FROM (SELECT a, {column}, k::BIGINT AS k, {_ends("BIGINT")} FROM rows JOIN calendar USING (d))
            WHERE {column} IS NOT NULL GROUP BY a, {column}
        ) GROUP BY a"""


def _ends(kind: str) -> str:
    return ", ".join(f"e{w}::{kind} AS e{w}" for w in WINDOWS)


def _daily() -> list[str]:
    """A row per account, day and first date that sees it, main events side by side."""
    by_event = [
        f"sum({what}) FILTER (e = {number}) AS {kind}_of_{number}"
        for number in range(len(EVENTS))
        for kind, what in (("records", "n"), ("volume", "q"), ("days", "in_time"))
    ]
    moments = [
        f"{what}({column}) FILTER (e = {number}) AS {column}_{number}"
        for number in range(len(EVENTS))
        for what, column in (("min", "first"), ("max", "last"))
    ]
    late = ", ".join(f"count(*) FILTER (e = {i}) AS days_of_{i}" for i in range(len(EVENTS)))
    return [
        """CREATE TEMP TABLE by_event AS
           SELECT a, e, d, k, (k = e0)::INTEGER AS in_time, count(*) AS n, sum(quantity) AS q,
                  min(occurred) AS first, max(occurred) AS last
           FROM rows JOIN calendar USING (d) GROUP BY ALL""",
        f"""CREATE TEMP TABLE daily AS
            SELECT a, d, k, sum(n) AS records, sum(q) AS volume, max(in_time) AS days,
                   min(first) AS first, max(last) AS last, {", ".join(by_event + moments)}
            FROM by_event GROUP BY a, d, k""",
        f"""CREATE TEMP TABLE late AS
            SELECT a, d, k, {late} FROM ({_late("a, e, d", "by_event", "in_time")})
            GROUP BY a, d, k
            UNION ALL BY NAME
            SELECT a, d, k, 1 AS days FROM ({_late("a, d", "daily", "days")})""",
        "INSERT INTO daily BY NAME SELECT * FROM late",
    ]


def _late(keys: str, table: str, in_time: str) -> str:
    """Days first seen late, with the date that first sees them."""
    return f"""
        SELECT {keys}, min(k) AS k FROM {table}
        ANTI JOIN (SELECT {keys} FROM {table} WHERE {in_time} = 1) USING ({keys})
        GROUP BY {keys}"""


def _raw(kind: str, event: int | None) -> str:
    return kind if event is None else f"{kind}_of_{event}"


def _entering() -> str:
    """Sums of what each date sees first."""
    sums = dict.fromkeys(_raw(kind, event) for kind, _, event in NEEDED)
    moments = ["", *(f"_{number}" for number in range(len(EVENTS)))]
    return f"""
        CREATE TEMP TABLE entering AS
        SELECT a, k, {", ".join(f"sum({name}) AS {name}" for name in sums)},
               {", ".join(f"min(first{i}) AS first{i}, max(last{i}) AS last{i}" for i in moments)}
        FROM daily GROUP BY a, k"""


def _leaving(days: int) -> str:
    """Sums of what has left a window at each date; what never was in it leaves as it enters."""
    names = [_raw(kind, event) for kind, window, event in NEEDED if window == days]
    return f"""
        CREATE TEMP TABLE leaving_{days} AS
        SELECT a, greatest(k, e{days}) AS k, {", ".join(f"sum({name}) AS {name}" for name in names)}
        FROM daily JOIN calendar USING (d) GROUP BY ALL"""


def _sums() -> str:
    """Each sum at each date: all that entered so far without all that left."""
    found = []
    for kind, window, event in NEEDED:
        name = _raw(kind, event)
        left = f" - coalesce(l{window}.{name}, 0)" if window else ""
        found.append(f"sum(coalesce(e.{name}, 0){left}) OVER w AS {kind}_{window}_{event}")
    moments = ["", *(f"_{number}" for number in range(len(EVENTS)))]
    found += [f"min(e.first{i}) OVER w AS first{i or '_all'}" for i in moments]
    found += [f"max(e.last{i}) OVER w AS last{i or '_all'}" for i in moments]
    joins = " ".join(f"LEFT JOIN leaving_{w} AS l{w} USING (a, k)" for w in WINDOWS)
    return f"""
        CREATE TEMP TABLE sums AS
        SELECT g.a, g.k, {", ".join(found)}
        FROM (SELECT a, k::UTINYINT AS k FROM accounts, dates) AS g
        LEFT JOIN entering AS e USING (a, k) {joins}
        WINDOW w AS (PARTITION BY g.a ORDER BY g.k ROWS UNBOUNDED PRECEDING)"""


def _scale(window: int, near: int) -> str:
    lived = f"greatest(0, least(life - {near}, {window}))"
    least = min(LEAST_DAYS, window)
    return f"CASE WHEN life IS NULL THEN 1.0 ELSE {window}::DOUBLE / greatest({lived}, {least}) END"


def _value(column: Column) -> str:
    """The column from `sums`, `users` and `features`, scales and `life`."""
    kind, window, event = column.kind, column.window, column.event
    if kind in ("first", "last"):
        return f"(cut * {DAY} - {kind}_{'all' if event is None else event}) / {DAY}.0"
    if kind == "intensity":
        return f"volume_{window}_None / nullif(records_{window}_None, 0)"
    if kind in VARIETY:
        now, before = f"coalesce({kind}_{window}, 0)", f"coalesce({kind}_{window}_before, 0)"
    else:
        now, twice = (f"{kind}_{days}_{event}" for days in (window, 2 * (window or 0)))
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
