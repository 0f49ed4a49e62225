"""What Feast can do of `peer_columns`, in an environment of its own with a store of files.

    /path/to/python experiments/benchmarks/peer_feast.py RAW TO

Feast joins to each account and date the latest row of a table that is already there; it
computes no windows: `feast.aggregation.Aggregation` (0.67) says of itself that aggregations
handled by Feast are not supported yet. Of the raw log that gives one column, the days since
it was last used. That a row must be known by the date is an option, and taken here. Every
other column would have to be computed elsewhere, at every date, before Feast could join it.
"""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import peer_columns
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Int64
from peer_columns import CUTS, DATES, DAY

DONE = "consumption__last_used"
REASON = (
    "Feast joins rows that were computed before; it computes no sums, days, different users "
    "or features over windows"
)


def main() -> None:
    """Compute and write what the command line asks for."""
    raw, to = peer_columns.arguments()
    (to / "found").mkdir(exist_ok=True)
    log = pd.read_parquet(raw / "usage").drop(columns="event_id")
    log["moment"] = log["occurred_at"].astype("datetime64[us, UTC]").astype("int64")
    log.to_parquet(to / "log.parquet")
    wanted = instants(sorted(log["account_id"].unique()))
    keys = ["account_id", "event_timestamp"]
    joined = store(to).get_historical_features(
        wanted[keys], ["usage:moment"], filter_by_created_timestamp=True
    )
    found = wanted.merge(joined.to_df(), on=keys, how="left")  # Feast leaves out who has no row
    found[DONE] = (found["cut"] * DAY - found["moment"]) / DAY
    found[["account_id", "as_of", DONE]].to_parquet(to / "found" / "all.parquet", index=False)
    others = [column.name for column in peer_columns.columns() if column.name != DONE]
    peer_columns.done({f"{len(others)} of {len(others) + 1} columns": REASON})


def instants(accounts: list[str]) -> pd.DataFrame:
    """Every account at the last microsecond of every date."""
    ends = [pd.Timestamp(cut * DAY - 1, unit="us", tz="UTC") for cut in CUTS]
    dates = pd.DataFrame({"as_of": DATES, "cut": CUTS, "event_timestamp": ends})
    return pd.DataFrame({"account_id": accounts}).merge(dates, how="cross")


def store(to: Path) -> FeatureStore:
    """A store that knows the log as features of an account."""
    registry = RepoConfig(
        project="peers",
        registry=str(to / "registry.db"),
        provider="local",
        offline_store={"type": "dask"},
        online_store=None,
        entity_key_serialization_version=3,
    )
    account = Entity(name="account", join_keys=["account_id"], value_type=ValueType.STRING)
    source = FileSource(
        path=str(to / "log.parquet"),
        timestamp_field="occurred_at",
        created_timestamp_column="known_at",
    )
    usage = FeatureView(
        name="usage",
        entities=[account],
        ttl=timedelta(0),
        schema=[Field(name="moment", dtype=Int64)],
        source=source,
        online=False,
    )
    made = FeatureStore(config=registry)
    made.apply([account, usage])
    return made


if __name__ == "__main__":
    main()
