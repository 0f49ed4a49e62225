"""The columns of `peer_columns` in Polars, lazily and streaming, by the plan of `peer_duckdb`.

    python experiments/benchmarks/peer_polars.py RAW TO

An event lies in a window over an interval of dates, from `k`, the first that sees it, to
`e<w>`, the first whose cut lies more than w days after the event's day. Sums add what enters
and take off what leaves; different users and features are sets of dates, as bits.
"""

import peer_columns
import polars as pl
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

KEY = ["a", "e", "k"]
GRID = pl.LazyFrame({"k": pl.Series(range(K), dtype=pl.UInt8)})


def main() -> None:
    """Compute and write what the command line asks for."""
    raw, to = peer_columns.arguments()
    (to / "found").mkdir(exist_ok=True)
    log = pl.scan_parquet(f"{raw}/usage/*.parquet")
    accounts = log.select("account_id").unique().with_row_index("a").collect(engine="streaming")
    rows = coded(log, accounts.lazy()).collect(engine="streaming")
    varieties = [variety(rows.lazy(), *names) for names in VARIETY.items()]
    daily = by_day(rows.lazy())
    del rows
    every = sums(daily.lazy().filter(pl.col("e") == ANY), of_any=True)
    each = sums(daily.lazy().filter(pl.col("e") < ANY), of_any=False)
    found = side_by_side(every, each, varieties)
    found = found.join(accounts.lazy(), on="a").select("account_id", "as_of", *map(value, COLUMNS))
    found.sink_parquet(to / "found" / "all.parquet")
    peer_columns.done()


def coded(log: pl.LazyFrame, accounts: pl.LazyFrame) -> pl.LazyFrame:
    """The log with numbers for accounts and main events, its day `d` and first date `k`."""
    event = pl.col("event")
    occurred = pl.col("occurred_at").dt.epoch("us")
    known = pl.col("known_at").dt.epoch("us")
    main = event.replace_strict({name: i for i, name in enumerate(EVENTS)}, default=ANY)
    return (
        log.select(
            "account_id",
            "user_id",
            "event",
            "quantity",
            occurred=occurred,
            e=main.cast(pl.UInt8),
            d=(occurred // DAY).cast(pl.Int32),
            s=(pl.max_horizontal(occurred, known) // DAY).cast(pl.Int32),
        )
        .join(accounts, on="account_id")
        .join(calendar().select(s="d", k="e0"), on="s")
        .drop("account_id", "s")
        .filter(pl.col("k") < K)
    )


def calendar() -> pl.LazyFrame:
    """For each day the first date after which it has left each window."""
    reach = {
        f"e{w}": pl.Series([sum(cut <= d + w for cut in CUTS) for d in DAYS], dtype=pl.UInt8)
        for w in [0, *WINDOWS]
    }
    return pl.LazyFrame({"d": pl.Series(DAYS, dtype=pl.Int32), **reach})


DAYS = range(CUTS[0] - 3 * 366, CUTS[-1])
"""All days that matter."""


def variety(rows: pl.LazyFrame, name: str, column: str) -> pl.LazyFrame:
    """Different users or features: the dates at which each is in a window, and their sums."""
    now, bits = pl.col("k"), {w: pl.col(f"e{w}") for w in WINDOWS}
    masks = {f"{name}_{w}": _mask(now, bits[w]) for w in peer_columns.ALL}
    for w in CHANGED:
        begin = pl.max_horizontal(now, bits[w])
        masks[f"{name}_{w}_before"] = _mask(begin, bits[2 * w])
    powers = pl.LazyFrame({"k": range(K + 1), "power": [1 << k for k in range(K + 1)]})
    powers = powers.with_columns(pl.col("k").cast(pl.UInt8))
    moments = calendar()
    for w in [0, *WINDOWS]:
        power = powers.rename({"k": f"e{w}", "power": f"p{w}"})
        moments = moments.join(power, on=f"e{w}").drop(f"e{w}").rename({f"p{w}": f"e{w}"})
    sets = (
        rows.filter(pl.col(column).is_not_null())
        .select("a", column, "d", "k")
        .join(moments, on="d")
        .join(powers, on="k")
        .drop("k")
        .rename({"power": "k"})
        .group_by("a", column)
        .agg(mask.bitwise_or().alias(label) for label, mask in masks.items())
        .drop(column)
        .collect(engine="streaming")
    )
    present = [((pl.col(label) & pl.col("power")) != 0).sum().cast(pl.Float64) for label in masks]
    dates = powers.filter(pl.col("k") < K)
    return sets.lazy().join(dates, how="cross").group_by("a", "k").agg(present)


def _mask(begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    """A number with a bit for each date from `begin` to before `end`, given as powers of 2."""
    return pl.max_horizontal(begin, end) - begin


def by_day(rows: pl.LazyFrame) -> pl.DataFrame:
    """A row per account, event, day and first date that sees it; event ANY is all together."""
    moments = [pl.col("first").min(), pl.col("last").max()]
    each = (
        rows.group_by("a", "e", "d", "k")
        .agg(
            records=pl.len().cast(pl.Float64),
            volume=pl.col("quantity").sum(),
            first=pl.col("occurred").min(),
            last=pl.col("occurred").max(),
        )
        .collect(engine="streaming")
    )
    every = each.lazy().group_by("a", "d", "k").agg(pl.col("records", "volume").sum(), *moments)
    every = every.with_columns(e=pl.lit(ANY, pl.UInt8)).select(each.columns)
    daily = pl.concat([each.lazy().filter(pl.col("e") < ANY), every])
    daily = daily.join(calendar().select("d", "e0"), on="d")
    daily = daily.with_columns(days=(pl.col("k") == pl.col("e0")).cast(pl.Float64)).drop("e0")
    found = daily.collect(engine="streaming")
    keys = ["a", "e", "d"]
    late = found.lazy().filter(pl.col("days") == 0)
    in_time = found.lazy().filter(pl.col("days") == 1)
    unseen = late.join(in_time, on=keys, how="anti").group_by(keys).agg(pl.col("k").min())
    first_seen = unseen.with_columns(days=pl.lit(1.0))
    both = [found.lazy(), first_seen]
    return pl.concat(both, how="diagonal").collect(engine="streaming")


def sums(daily: pl.LazyFrame, of_any: bool) -> pl.LazyFrame:
    """Each sum at each date: all that entered so far without all that left."""
    needed = dict.fromkeys((k, w) for k, w, event in NEEDED if (event is None) == of_any)
    windows = dict.fromkeys(w for _, w in needed if w)
    moments = [pl.col("first").min(), pl.col("last").max()]
    entering = daily.group_by(KEY).agg(pl.col(KINDS).sum(), *moments)
    moving = daily.select("a", "e", "d", "k", *KINDS).join(calendar(), on="d")
    found = daily.select("a", "e").unique().join(GRID, how="cross")
    found = found.join(entering, on=KEY, how="left")
    for w in windows:
        kinds = [kind for kind, window in needed if window == w]
        left = moving.group_by("a", "e", k=pl.max_horizontal("k", f"e{w}"))
        left = left.agg(pl.col(kind).sum().alias(f"{kind}_{w}") for kind in kinds)
        found = found.join(left, on=KEY, how="left")
    moved = [_moved(kind, w) for kind, w in needed]
    whole = found.select(*KEY, "first", "last", *moved).sort(KEY).collect()
    names = [f"{kind}_{w}" for kind, w in needed]
    running = [
        pl.col(names).cum_sum(),
        pl.col("first").cum_min().forward_fill(),
        pl.col("last").cum_max().forward_fill(),
    ]
    return whole.lazy().with_columns(expression.over("a", "e") for expression in running)


def _moved(kind: str, window: int | None) -> pl.Expr:
    entered = pl.col(kind).fill_null(0.0)
    left = pl.col(f"{kind}_{window}").fill_null(0.0) if window else pl.lit(0.0)
    return (entered - left).alias(f"{kind}_{window}")


def side_by_side(
    every: pl.LazyFrame, each: pl.LazyFrame, varieties: list[pl.LazyFrame]
) -> pl.LazyFrame:
    """One row per account and date; what is of event i has `_of_i` behind its name."""
    # A column, since Polars multiplies by the inverse of a literal, which rounds twice.
    day = pl.Series([float(DAY)] * K)
    cuts = GRID.with_columns(cut=pl.Series(CUTS), as_of=pl.Series(DATES), one_day=day)
    life = (pl.col("cut") * DAY - pl.col("first")) / pl.col("one_day")
    found = every.drop("e").join(cuts, on="k").with_columns(life=life)
    events = each.collect().lazy()
    for number in range(len(EVENTS)):
        one = events.filter(pl.col("e") == number).drop("e")
        named = one.rename(lambda name, of=number: name if name in KEY else f"{name}_of_{of}")
        found = found.join(named, on=["a", "k"], how="left")
    for one in varieties:
        found = found.join(one, on=["a", "k"], how="left")
    return found


def scale(window: int, near: int) -> pl.Expr:
    """The length of a window over the days of it that were lived."""
    lived = (pl.col("life") - near).clip(0.0, float(window))
    return (window / pl.max_horizontal(lived, min(LEAST_DAYS, window))).fill_null(1.0)


def value(column: Column) -> pl.Expr:
    """The column from what `side_by_side` gives."""
    kind, window = column.kind, column.window
    of = "" if column.event is None else f"_of_{column.event}"
    if kind in ("first", "last"):
        found = (pl.col("cut") * DAY - pl.col(f"{kind}{of}")) / DAY
    elif kind == "intensity":
        records = pl.col(f"records_{window}")
        found = pl.when(records > 0).then(pl.col(f"volume_{window}") / records)
    else:
        now, before = _now_and_before(column, of)
        found = _change(now, before, window or 0) if column.change else now
    return found.alias(column.name)


def _now_and_before(column: Column, of: str) -> tuple[pl.Expr, pl.Expr]:
    kind, window = column.kind, column.window
    now = pl.col(f"{kind}_{window}{of}").fill_null(0.0)
    if not window or not (column.change or kind in SCALED):
        return now, now
    before = now
    if column.change and kind in VARIETY:
        before = pl.col(f"{kind}_{window}_before").fill_null(0.0)
    elif column.change:
        before = pl.col(f"{kind}_{2 * window}{of}").fill_null(0.0) - now
    if kind in SCALED:
        return now * scale(window, 0), before * scale(window, window)
    return now, before


def _change(now: pl.Expr, before: pl.Expr, window: int) -> pl.Expr:
    told = (now + before > 0) & (pl.col("life") - window >= min(LEAST_DAYS, window))
    return pl.when(told).then((now - before) / (now + before)).otherwise(0.0)


if __name__ == "__main__":
    main()
