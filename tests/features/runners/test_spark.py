"""The Spark runner on a small company: the same buckets and the same snapshots as here."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install 'forewarn[spark]'")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java 17: there is no `java` on the path", allow_module_level=True)

from pyspark.sql import SparkSession

from features.content import content_sha256
from features.contract import KNOWN_AT, TABLES, Column, Kind, Table
from features.contract.arrow import schema
from features.currency import Rate, Rates
from features.lake import Lake, LakeError, TableInfo
from features.lake.manifest import digest_of
from features.outcomes import Lapse
from features.prepare import prepare
from features.runners import spark as runner
from features.runners.job import SnapshotJob
from features.runners.local import mapped
from features.signals import catalogue_for
from features.signals.attributes import with_attributes
from features.snapshot import snapshots

pytestmark = [
    pytest.mark.slow,
    # PySpark 4.3 on pandas 3: it only asks for pandas, the runner uses none of it
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
BUCKETS = 3
DATES = [date(2026, 1, 1), date(2026, 1, 20), date(2026, 2, 28), date(2026, 3, 31)]
RATES = Rates("EUR", (Rate("USD", date(2026, 1, 1), Decimal("0.9")),))
WORDS = {"account_id": ("a1", "a 2", "ü3", "客4", "a5", "a6"), "currency": ("EUR", "usd")}
WORDS |= {"event": ("login", "export", "Login"), "attribute": ("size", "plan")}

Tables = dict[str, pa.Table]
# with versions, money, an optional key, and facts announced before they happen
BROUGHT = ("accounts", "subscriptions", "usage", "outcomes", "attributes")

# a small company is done before Java's compilers have warmed up
LIGHT = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def value(column: Column, draw: random.Random) -> Any:
    if not column.required and draw.random() < 0.3 and not column.default:
        return None
    moment = FIRST + timedelta(minutes=draw.randrange(80 * 24 * 60))
    made = {
        Kind.TIMESTAMP: moment,
        Kind.NUMBER: draw.choice([0.0, 0.1, 1.0, 7.5]) + (column.minimum or 0.0),
        Kind.INTEGER: draw.randrange(12),
        Kind.MONEY: Decimal(draw.randrange(100_000)) / 100,
        Kind.BOOLEAN: draw.random() < 0.5,
    }
    words = column.allowed or WORDS.get(column.name) or [f"{column.name} {i}" for i in range(9)]
    found = made.get(column.kind, draw.choice(words))
    return min(found, column.maximum) if column.maximum is not None else found


def row(table: Table, draw: random.Random) -> dict[str, Any]:
    """A row that breaks no rule; ids repeat, so that many facts have versions."""
    made = {column.name: value(column, draw) for column in table.columns}
    for order in table.orders:
        if made[order.earlier] and made[order.later]:
            made[order.later] = max(made[order.earlier], made[order.later])
    begun = [made[n] for n in (table.occurred, table.announced) if n and made[n]]
    late = timedelta(days=draw.choice([0, 0, 0, 3, 30]))
    made[KNOWN_AT.name] = min(begun) + late if begun else None
    return made


@pytest.fixture(scope="module")
def company() -> Tables:
    draw = random.Random(5)
    rows = {name: [row(TABLES[name], draw) for _ in range(60)] for name in BROUGHT}
    return {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in rows.items()}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = runner.local_session(memory="1g", options=LIGHT)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def here(company: Tables, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("here"), BUCKETS)
    lake.replace(company, frozenset(company))
    return lake


@pytest.fixture(scope="module")
def there(spark: SparkSession, company: Tables, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same company bucketed by Spark, its usage in two files."""
    raw = tmp_path_factory.mktemp("raw")
    sources: dict[str, runner.Source] = {}
    for name, table in company.items():
        pq.write_table(table, raw / f"{name}.parquet")
        sources[name] = str(raw / f"{name}.parquet")
    halves = [str(raw / f"usage-{i}.parquet") for i in range(2)]
    for start, path in zip((0, 30), halves, strict=True):
        pq.write_table(company["usage"].slice(start, 30), path)
    root = tmp_path_factory.mktemp("there")
    runner.bucket(spark, {**sources, "usage": halves}, root, BUCKETS, NOW)
    return Lake(root)


def ordered(table: pa.Table) -> pa.Table:
    """The rows by all their columns, text as text."""
    fields = [
        f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema
    ]
    plain = table.cast(pa.schema(fields))
    return plain.sort_by([(name, "ascending") for name in plain.column_names])


def files(folder: Path) -> dict[str, bytes]:
    found = folder.rglob("*.parquet")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def by_date_and_account(table: pa.Table) -> pa.Table:
    return table.sort_by([("as_of", "ascending"), ("account_id", "ascending")])


def test_buckets_written_by_spark_are_those_written_here(here: Lake, there: Lake) -> None:
    for index in range(BUCKETS):
        ours, theirs = here.bucket(index), there.bucket(index)
        assert list(theirs) == list(ours) == list(BROUGHT)
        for name, table in ours.items():
            assert theirs[name].schema == table.schema, name
            assert ordered(theirs[name]).equals(ordered(table)), f"{name}, bucket {index}"


def test_spark_writes_the_same_manifest_but_for_its_digests(here: Lake, there: Lake) -> None:
    ours, theirs = here.manifest, there.manifest
    tables = {
        name: replace(ours.tables[name], digest=t.digest) for name, t in theirs.tables.items()
    }
    assert all(len(info.digest) == 32 for info in theirs.tables.values())
    assert theirs == replace(ours, tables=tables, digest=digest_of(tables))


def test_snapshots_are_the_same_to_the_last_bit(spark: SparkSession, here: Lake) -> None:
    label = Lapse(1000)
    catalogue = with_attributes(catalogue_for(["login", "export"]), ["size"], ["plan"])
    parts = [
        snapshots(prepare(here.bucket(index), RATES), catalogue, DATES, label.population)
        for index in range(BUCKETS)
    ]
    expected = by_date_and_account(pa.concat_tables(parts))
    frame = runner.snapshots(spark, here.root, catalogue, DATES, label, RATES)
    found = by_date_and_account(frame.toArrow())
    assert len(expected) > len(DATES)
    assert found.schema.equals(expected.schema)
    assert content_sha256(found) == content_sha256(expected)


def test_a_job_gives_the_same_files_and_tallies(
    spark: SparkSession, here: Lake, tmp_path: Path
) -> None:
    job = SnapshotJob(
        here, catalogue_for(["login"]), tuple(DATES), Lapse(1000), RATES, tmp_path / "here",
        data_as_of=DATES[-1], tallied=True,
    )  # fmt: skip
    tallies = mapped(job, BUCKETS, workers=1)
    found = runner.mapped(spark, replace(job, folder=tmp_path / "there"), BUCKETS)
    assert found == tallies
    assert len(files(tmp_path / "here")) == 2 * BUCKETS
    assert files(tmp_path / "there") == files(tmp_path / "here")


def test_a_lake_and_its_snapshots_may_lie_where_no_path_leads(
    spark: SparkSession, elsewhere: Any, company: Tables, tmp_path: Path
) -> None:
    tables = {name: company[name] for name in ("accounts", "usage")}
    near = Lake(tmp_path / "lake", BUCKETS)
    near.replace(tables, frozenset(tables))
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    sources: dict[str, runner.Source] = {n: str(tmp_path / f"{n}.parquet") for n in tables}
    root = f"{elsewhere.address}/company/lake"
    manifest = runner.bucket(spark, sources, root, BUCKETS, NOW)
    far = Lake(root)
    assert not isinstance(far.root, Path)
    assert far.manifest == manifest
    for index in range(BUCKETS):
        ours, theirs = near.bucket(index), far.bucket(index)
        assert list(theirs) == list(ours)
        assert all(ordered(theirs[n]).equals(ordered(table)) for n, table in ours.items())
    job = SnapshotJob(
        near, catalogue_for(["login"]), tuple(DATES), Lapse(1000), RATES, tmp_path / "here",
        data_as_of=DATES[-1], tallied=True,
    )  # fmt: skip
    tallies = mapped(job, BUCKETS, workers=1)
    results = f"{elsewhere.address}/company/results"
    found = runner.mapped(spark, replace(job, lake=far, folder=UPath(results)), BUCKETS)
    assert found == tallies
    expected = files(tmp_path / "here")
    assert len(expected) == 2 * BUCKETS
    assert elsewhere.under("/company/results") == expected


def test_a_lake_is_never_written_over(spark: SparkSession, there: Lake) -> None:
    with pytest.raises(LakeError, match="holds a lake already"):
        runner.bucket(spark, {"accounts": "nowhere"}, there.root, BUCKETS, NOW)


def test_rows_that_break_a_rule_stop_the_run(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.sql("SELECT 'a1' AS account_id, -5 AS employees")
    more = spark.sql("SELECT NULL AS account_id, NULL AS employees")
    with pytest.raises(
        ValueError, match="1 where account_id is empty; 1 where employees is under 0"
    ):
        runner.bucket(spark, {"accounts": frame.union(more)}, tmp_path / "lake", BUCKETS, NOW)
    assert not Lake(tmp_path / "lake").exists


def test_columns_unknown_or_missing_are_named(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.sql("SELECT 'a1' AS account")
    with pytest.raises(ValueError, match="accounts: the contract has no column account;"):
        runner.bucket(spark, {"accounts": frame}, tmp_path / "lake", BUCKETS, NOW)
    frame = spark.sql("SELECT 'Ann' AS name")
    with pytest.raises(ValueError, match="required columns are missing: account_id"):
        runner.bucket(spark, {"accounts": frame}, tmp_path / "lake", BUCKETS, NOW)


def test_what_a_company_does_not_say_is_filled_in(spark: SparkSession, tmp_path: Path) -> None:
    usage = """
        SELECT 'a1' AS account_id, event, CAST(moment AS TIMESTAMP_NTZ) AS occurred_at
        FROM VALUES ('login', '2026-01-05 23:30:00'), ('planned', '2027-01-01') AS t(event, moment)
    """
    accounts = spark.sql("SELECT 'a1' AS account_id")
    sources = {"accounts": accounts, "usage": spark.sql(usage)}
    zone = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    runner.bucket(spark, sources, tmp_path / "lake", 1, NOW)
    assert spark.conf.get("spark.sql.session.timeZone") == "America/New_York"
    spark.conf.set("spark.sql.session.timeZone", zone)
    rows = Lake(tmp_path / "lake").read("usage", marks=True).sort_by("occurred_at")
    occurred = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    assert rows["occurred_at"][0].as_py() == occurred
    assert rows["known_at"].to_pylist() == [occurred, NOW]
    assert rows["quantity"].to_pylist() == [1.0, 1.0]
    assert not Lake(tmp_path / "lake").manifest.tables["usage"].versioned


def test_an_empty_table_is_connected_and_later_loads_add(
    spark: SparkSession, company: Tables, tmp_path: Path
) -> None:
    none = spark.createDataFrame([], "ticket_id string, account_id string, opened_at timestamp")
    accounts = spark.sql("SELECT 'a1' AS account_id")
    runner.bucket(spark, {"accounts": accounts, "tickets": none}, tmp_path, BUCKETS, NOW)
    lake = Lake(tmp_path, BUCKETS)
    assert lake.manifest.tables["tickets"] == TableInfo(0, "", "", False, "0" * 32)
    assert lake.add({"accounts": company["accounts"]}, frozenset())
    loads = lake.read("accounts", marks=True)["load"].to_pylist()
    assert sorted(loads) == [1] + [2] * len(company["accounts"])
