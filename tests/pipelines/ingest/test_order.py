"""Whatever the order of rows and files, the lake is the same; a second load is nothing."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from features.lake import Lake
from pipelines.config import Config, parse_config
from pipelines.ingest.load import load

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = [f"2025-03-{day:02d}" for day in range(1, 6)]
ACCOUNTS = ["a1", "a2", "a3", "ghost"]

accounts = st.tuples(
    st.sampled_from(ACCOUNTS[:3]),
    st.sampled_from(["", "Ann", "Bob", "Ünal, Co"]),
    st.sampled_from(["", *DAYS]),
)
usage = st.tuples(
    st.sampled_from(ACCOUNTS),
    st.sampled_from(["login", "export", ""]),
    st.sampled_from([*DAYS, "soon", "2025-03-01T10:00:00+02:00", "2027-01-01"]),
    st.sampled_from(["", "1", "1.0", "-0.0", "0", "2.5", "many"]),
    st.sampled_from(["", "", "e1", "e2"]),
    st.sampled_from(["", "", *DAYS]),
)
HEADS = {
    "accounts": ("account_id", "csm", "known_at"),
    "usage": ("account_id", "event", "occurred_at", "quantity", "event_id", "known_at"),
}
Rows = list[tuple[str, ...]]


def write(path: Path, head: tuple[str, ...], rows: Rows) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    path.write_text(text.getvalue(), newline="")


def company(folder: Path, account_rows: Rows, usage_rows: Rows, duplicates: str) -> Config:
    half = len(usage_rows) // 2
    write(folder / "accounts.csv", HEADS["accounts"], [("a1", "", "2024-01-01"), *account_rows])
    write(folder / "usage1.csv", HEADS["usage"], usage_rows[:half])
    write(folder / "usage2.csv", HEADS["usage"], usage_rows[half:])
    sources = {"accounts": {"files": "accounts.csv"}, "usage": {"files": "usage*.csv"}}
    return parse_config(
        {
            "sources": sources,
            "load": {"max_bad_share": 1, "duplicates": duplicates, "buckets": 2},
            "outcome": {"name": "lapse"},
        },
        folder,
    )


def loaded(folder: Path, config: Config, now: datetime = NOW) -> tuple[str, bool]:
    lake = Lake(folder / "lake", buckets=2)
    report = load(config, lake, folder / "quarantine", now)
    for counts in report.sources:
        assert counts.read == counts.good + counts.duplicates + counts.quarantined
        assert counts.good == counts.unchanged + counts.added + counts.corrected
    return lake.manifest.digest, report.changed


@settings(max_examples=10, deadline=None)
@given(
    st.lists(accounts, max_size=6),
    st.lists(usage, max_size=12),
    st.sampled_from(["once", "keep"]),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_means_nothing(
    account_rows: Rows, usage_rows: Rows, duplicates: str, random: object
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        config = company(Path(one), account_rows, usage_rows, duplicates)
        digest, _ = loaded(Path(one), config)
        assert loaded(Path(one), config, NOW + timedelta(days=9)) == (digest, False)
        shuffled_accounts, shuffled_usage = list(account_rows), list(usage_rows)
        random.shuffle(shuffled_accounts)  # type: ignore[attr-defined]
        random.shuffle(shuffled_usage)  # type: ignore[attr-defined]
        again = company(Path(other), shuffled_accounts, shuffled_usage, duplicates)
        assert loaded(Path(other), again)[0] == digest
