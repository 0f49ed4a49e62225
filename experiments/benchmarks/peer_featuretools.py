"""The columns of `peer_columns` by featuretools, in an environment of its own.

    /path/to/python experiments/benchmarks/peer_featuretools.py RAW TO

A time index is one clock, and both the cut-off and the training window are told by it. So
each date gets an entity set of the events known by then, in which the time index is when they
happened: what is late is then right. Changes take the window before by an earlier cut-off;
scaling and differences are pandas, since primitives see one window at a time.
"""

import warnings
from pathlib import Path

import featuretools as ft
import numpy as np
import pandas as pd
import peer_columns
from featuretools.primitives import Count, Max, Min, NumUnique, Sum
from peer_columns import COLUMNS, CUTS, DATES, DAY, EVENTS, LEAST_DAYS, SCALED, Column

MEASURED = {
    "records": "COUNT(usage{})",
    "volume": "SUM(usage.quantity{})",
    "days": "NUM_UNIQUE(usage.day{})",
    "users": "NUM_UNIQUE(usage.user_id{})",
    "features": "NUM_UNIQUE(usage.event{})",
    "first": "MIN(usage.moment{})",
    "last": "MAX(usage.moment{})",
}
TYPES = {
    **dict.fromkeys(("account_id", "user_id", "event", "day"), "Categorical"),
    **dict.fromkeys(("moment", "quantity"), "Double"),
    "row": "Integer",
    "occurred_at": "Datetime",
}
Asked = tuple[int | None, int]
"""A window in days, and how many days before the cut it ends."""


def main() -> None:
    """Compute and write what the command line asks for."""
    raw, to = peer_columns.arguments()
    (to / "found").mkdir(exist_ok=True)
    warnings.filterwarnings("ignore")  # of its own use of pandas, at every call
    log = read(raw)
    accounts = pd.DataFrame({"account_id": sorted(log["account_id"].unique())})
    parts = []
    for as_of, cut in zip(DATES, CUTS, strict=True):
        found = at_date(log, accounts, cut)
        parts.append(found.assign(account_id=accounts["account_id"].to_numpy(), as_of=as_of))
    pd.concat(parts).to_parquet(to / "found" / "all.parquet", index=False)
    peer_columns.done()


def read(raw: Path) -> pd.DataFrame:
    """The log, with the day and the microsecond of each event beside its date."""
    log = pd.read_parquet(raw / "usage").drop(columns="event_id")
    for clock in ("occurred_at", "known_at"):
        log[clock] = log[clock].dt.tz_convert(None).astype("datetime64[us]")
    log["moment"] = log["occurred_at"].astype("int64")
    log["day"] = log["moment"] // DAY
    log["row"] = np.arange(len(log))
    return log


def at_date(log: pd.DataFrame, accounts: pd.DataFrame, cut: int) -> pd.DataFrame:
    """All columns at one date, a row per account."""
    midnight = pd.Timestamp(cut * DAY, unit="us")
    seen = log[(log["known_at"] < midnight) & (log["occurred_at"] < midnight)]
    entities = ft.EntitySet("company")
    entities.add_dataframe(accounts.copy(), "accounts", index="account_id")
    usage = seen.drop(columns="known_at")
    entities.add_dataframe(
        usage, "usage", index="row", time_index="occurred_at", logical_types=TYPES
    )
    entities.add_relationship("accounts", "account_id", "usage", "account_id")
    entities.add_interesting_values(dataframe_name="usage", values={"event": list(EVENTS)})
    defined = {feature.get_name(): feature for feature in features(entities)}
    asked = {(c.window, back) for c in COLUMNS for back in ((0, c.window) if c.change else (0,))}
    found = {
        (window, back): matrix(entities, defined, accounts, midnight, (window, back or 0))
        for window, back in sorted(asked, key=str)
    }
    first = found[None, 0]["MIN(usage.moment)"]
    life = (cut * DAY - first) / DAY
    return pd.DataFrame({c.name: value(c, found, life, cut).to_numpy() for c in COLUMNS})


def features(entities: ft.EntitySet) -> list[ft.FeatureBase]:
    """What deep feature synthesis makes of counts, sums, extremes and different values."""
    primitives = [Count, Sum, NumUnique, Min, Max]
    defined: list[ft.FeatureBase] = ft.dfs(
        entityset=entities,
        target_dataframe_name="accounts",
        agg_primitives=primitives,
        trans_primitives=[],
        where_primitives=primitives,
        max_depth=1,
        features_only=True,
    )
    return defined


def matrix(
    entities: ft.EntitySet,
    defined: dict[str, ft.FeatureBase],
    accounts: pd.DataFrame,
    midnight: pd.Timestamp,
    asked: Asked,
) -> pd.DataFrame:
    """What the columns need of one window, a row per account."""
    window, back = asked
    names = {name for c in COLUMNS if c.window == window for name in _features(c)}
    names |= {MEASURED["first"].format("")} if window is None else set()
    times = accounts.assign(time=midnight - pd.Timedelta(days=back))
    found: pd.DataFrame = ft.calculate_feature_matrix(
        [defined[name] for name in sorted(names)],
        entities,
        cutoff_time=times,
        training_window=None if window is None else f"{window} days",
        include_cutoff_time=False,
    )
    return found.reindex(accounts["account_id"]).astype(float)


def _features(column: Column) -> list[str]:
    where = "" if column.event is None else f" WHERE event = {EVENTS[column.event]}"
    kinds = ("volume", "records") if column.kind == "intensity" else (column.kind,)
    return [MEASURED[kind].format(where) for kind in kinds]


def value(column: Column, found: dict[Asked, pd.DataFrame], life: pd.Series, cut: int) -> pd.Series:
    """The column from the matrices of its windows."""
    kind, window = column.kind, column.window
    now = found[window, 0][_features(column)]
    if kind in ("first", "last"):
        return (cut * DAY - now.iloc[:, 0]) / DAY
    if kind == "intensity":
        return now.iloc[:, 0] / now.iloc[:, 1].where(now.iloc[:, 1] > 0)
    amount = now.iloc[:, 0].fillna(0)
    if window is None:
        return amount
    scaled = kind in SCALED
    amount = amount * scale(life, window, 0) if scaled else amount
    if not column.change:
        return amount
    before = found[window, window][_features(column)].iloc[:, 0].fillna(0)
    before = before * scale(life, window, window) if scaled else before
    both = (amount + before).where(life - window >= min(LEAST_DAYS, window))
    return ((amount - before) / both.where(both > 0)).fillna(0)


def scale(life: pd.Series, window: int, near: int) -> pd.Series:
    """The length of a window over the days of it that were lived."""
    lived = (life - near).clip(0, window).clip(lower=min(LEAST_DAYS, window))
    return (window / lived).fillna(1)


if __name__ == "__main__":
    main()
