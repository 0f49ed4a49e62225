"""`forewarn replay`: identical through every load that changes nothing of the past, or told why."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.stored import DIGITS, StoredSnapshots


@dataclass(frozen=True)
class Copy:
    """The finished company in a place where a test may change it."""

    folder: Path
    forewarn: Callable[..., Any]

    @property
    def place(self) -> tuple[str, ...]:
        return (
            "-c", str(self.folder / "forewarn.toml"), "--workspace", str(self.folder / "workspace")
        )  # fmt: skip

    @property
    def store(self) -> StoredSnapshots:
        return StoredSnapshots(self.folder / "workspace" / "snapshots")

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def load(self, *rows: str) -> None:
        """Load the orders again, further rows among them: customer, day, when it was known."""
        path = self.folder / "orders.csv"
        head, *lines = path.read_text().splitlines()
        if head == "customer,day":
            head, lines = "customer,day,known", [f"{line}," for line in lines]
            event = "event = \"'order'\""
            self.edit("forewarn.toml", event, f'{event}, known_at = "known"')
        path.write_text("\n".join([head, *lines, *rows]) + "\n")
        done = self.forewarn("load", *self.place)
        assert done.exit_code == 0, done.stderr

    def score(self, day: date) -> None:
        done = self.forewarn("score", "--as-of", day, *self.place)
        assert done.exit_code == 0, done.stderr

    def replay(self, *arguments: object, code: int) -> dict[str, Any]:
        found = self.forewarn("replay", "--json", *arguments, *self.place)
        assert found.exit_code == code, found.stdout + found.stderr
        body: dict[str, Any] = json.loads(found.stdout)
        return body

    def text(self, *arguments: object) -> str:
        return str(self.forewarn("replay", *arguments, *self.place).stdout)


@pytest.fixture
def copy(finished: Any, tmp_path: Path, forewarn: Callable[..., Any]) -> Copy:
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.config.parent, folder)
    return Copy(folder, forewarn)


def test_every_scored_snapshot_is_kept_and_comes_out_identical(copy: Copy, days: Any) -> None:
    assert copy.store.dates() == [days.scored, days.rescored]
    for day in copy.store.dates():
        body = copy.replay("--as-of", day, code=0)
        (stored,) = copy.store.runs(day)
        assert body["identical"] is True
        assert body["sha256"] == body["sha256_rebuilt"] == stored.sha256
        assert body["accounts"] == stored.accounts == len(stored.read())
        assert (body["differences"], body["rows"], body["changes"]) == (None, None, [])


def test_the_newest_is_replayed_unless_another_is_named(copy: Copy, days: Any) -> None:
    told = copy.text()
    (stored,) = copy.store.runs(days.rescored)
    assert f"Snapshot of {days.rescored}" in told
    assert f"{stored.accounts} accounts, " in told
    assert stored.sha256 in told
    assert told.endswith("rebuilt from the lake as it is now: identical\n")


def test_what_became_known_later_changes_nothing(copy: Copy, days: Any) -> None:
    """New rows of old and new days, first known now: the past stays as it was known."""
    copy.load("c001,2025-01-15,", "c002,2025-04-02,", "c900,2025-04-20,")
    for day in (days.scored, days.rescored):
        assert copy.replay("--as-of", day, code=0)["identical"] is True


def test_a_row_that_was_known_earlier_is_named_with_what_it_changed(copy: Copy, days: Any) -> None:
    (stored,) = copy.store.runs(days.scored)
    account = stored.read()["account_id"][0].as_py()
    copy.load(f"{account},2025-02-27,2025-02-28 12:00:00", f"{account},2025-02-26,")

    body = copy.replay("--as-of", days.scored, code=1)

    assert body["identical"] is False
    assert body["sha256"] == stored.sha256 != body["sha256_rebuilt"]
    found = body["differences"]
    assert (found["accounts"], found["accounts_gone"], found["accounts_new"]) == (1, [], [])
    assert found["columns"]["consumption__baskets_14d"] == 1
    cells = {each["column"]: each for each in found["first"]}
    records = cells["consumption__records_30d"]
    assert records["account_id"] == account
    assert records["now"] == records["then"] + 1
    (row,) = body["rows"]["first"]
    assert (row["table"], row["account_id"], row["load"]) == ("usage", account, 2)
    assert row["values"]["occurred_at"].startswith("2025-02-27")
    assert row["values"]["known_at"].startswith("2025-02-28 12:00")
    assert body["rows"]["count"] == 1

    told = copy.text("--as-of", days.scored)
    assert "DIFFERENT" in told
    assert "Rows of these accounts that came after load 1 and reach back to this day:" in told
    assert f"usage of {account}, load 2: event order" in told


def test_scoring_again_keeps_both_and_replays_the_newer(copy: Copy, days: Any) -> None:
    account = copy.store.runs(days.scored)[0].read()["account_id"][0].as_py()
    copy.load(f"{account},2025-02-27,2025-02-28")
    copy.score(days.scored)
    first, second = copy.store.runs(days.scored)
    assert (first.lake.load, second.lake.load) == (1, 2)
    assert second.lake.rows["usage"] == first.lake.rows["usage"] + 1
    body = copy.replay("--as-of", days.scored, code=0)
    assert body["sha256"] == second.sha256 != first.sha256


def test_an_account_that_is_described_only_now(copy: Copy, days: Any) -> None:
    copy.load("newcomer,2025-02-20,2025-02-20", "newcomer,2025-02-25,2025-02-25")
    body = copy.replay("--as-of", days.scored, code=1)
    assert body["differences"]["accounts_new"] == ["newcomer"]
    assert body["differences"]["values"] == 0
    assert {row["account_id"] for row in body["rows"]["first"]} == {"newcomer"}
    assert "Accounts only now described: newcomer" in copy.text("--as-of", days.scored)


def test_definitions_that_have_changed_are_named(copy: Copy, days: Any) -> None:
    copy.edit("signals.py", "(14, 60)", "(14, 61)")
    copy.edit("signals.py", 'unit="baskets"', "empty=None")
    body = copy.replay("--as-of", days.scored, code=1)
    found = {each["name"]: (bool(each["then"]), bool(each["now"])) for each in body["changes"]}
    assert found == {
        "consumption__baskets_14d": (True, True),
        "consumption__baskets_60d": (True, False),
        "consumption__baskets_61d": (False, True),
    }
    # What means the same is still compared, and is the same.
    assert body["differences"]["accounts"] == 0
    told = copy.text("--as-of", days.scored)
    assert "Definitions and configuration that have changed since:" in told
    assert "column consumption__baskets_60d is gone" in told


def test_a_model_of_other_definitions_says_which_are_gone(copy: Copy, days: Any) -> None:
    copy.edit("signals.py", "(14, 60)", "(14,)")
    found = copy.forewarn("score", "--as-of", days.scored, *copy.place)
    assert found.exit_code == 3
    assert "columns that are gone: consumption__baskets_60d" in found.stderr


def test_another_population_is_told(copy: Copy, days: Any) -> None:
    copy.edit("forewarn.toml", "silent_days = 30", "silent_days = 5")
    body = copy.replay("--as-of", days.scored, code=1)
    (change,) = body["changes"]
    assert change["what"] == "population"
    assert "silent_days=30" in change["then"]
    assert "silent_days=5" in change["now"]
    assert len(body["differences"]["accounts_gone"]) > 0
    assert body["rows"]["count"] == 0


def test_changes_that_make_no_difference_are_mentioned(copy: Copy, days: Any) -> None:
    """Nothing of this company is in euros, and without revenue it has no tiers."""
    rate = '[[rates]]\ncurrency = "EUR"\nfrom = 2025-01-01\nrate = 2\n'
    copy.edit("forewarn.toml", "[signals]", f"[tiers]\nsmb = 0\n\n{rate}\n[signals]")
    body = copy.replay("--as-of", days.scored, code=0)
    found = [(each["what"], each["name"]) for each in body["changes"]]
    assert found == [
        ("column", "profile__tier"),
        ("rate", "EUR from 2025-01-01"),
        ("tier", "smb"),
    ]
    assert "changed since, to no effect here:" in copy.text("--as-of", days.scored)


def test_rows_that_are_gone_are_counted(copy: Copy, days: Any) -> None:
    """Nothing ever leaves a lake; one that was built anew from less may lack some."""
    orders = copy.folder / "orders.csv"
    lines = orders.read_text().splitlines()
    account = copy.store.runs(days.scored)[0].read()["account_id"][0].as_py()
    orders.write_text("\n".join(line for line in lines if not line.startswith(account)) + "\n")
    shutil.rmtree(copy.folder / "workspace" / "lake")
    assert copy.forewarn("load", *copy.place).exit_code == 0
    body = copy.replay("--as-of", days.scored, code=1)
    assert body["differences"]["accounts_gone"] == [account]
    assert body["rows"]["anew"] is True
    assert body["rows"]["gone"]["usage"] > 0
    told = copy.text("--as-of", days.scored)
    assert "The lake was built anew since" in told
    assert "rows of usage that could be seen then are in the lake no more" in told


def test_a_stored_file_that_was_changed_is_the_users(copy: Copy, days: Any) -> None:
    (stored,) = copy.store.runs(days.scored)
    table = stored.read()
    ages = pa.array([0.0] * len(table))
    position = table.column_names.index("consumption__last_used")
    pq.write_table(table.set_column(position, "consumption__last_used", ages), stored.file)
    body = copy.replay("--as-of", days.scored, code=2)
    assert "was changed after it was stored" in body["error"]


def test_a_day_or_fingerprint_of_which_nothing_is_stored(copy: Copy, days: Any) -> None:
    body = copy.replay("--as-of", "2025-01-31", code=2)
    assert body["error"].endswith(f"there are those of {days.scored}, {days.rescored}.")
    (stored,) = copy.store.runs(days.scored)
    digits = stored.recipe.fingerprint[:DIGITS]
    body = copy.replay("--as-of", days.scored, "--fingerprint", "zzz", code=2)
    assert body["error"].endswith(f"begins with zzz; there are {digits}.")
    assert copy.replay("--as-of", days.scored, "--fingerprint", digits, code=0)["identical"]


def test_before_anything_was_scored(company: Any, forewarn: Callable[..., Any]) -> None:
    place = ("-c", company.config, "--workspace", company.workspace)
    assert "run `forewarn load` first" in forewarn("replay", *place).stderr
    forewarn("load", *place)
    found = forewarn("replay", *place)
    assert found.exit_code == 2
    assert "run `forewarn score` first" in found.stderr


def test_a_replay_leaves_nothing_behind(copy: Copy, days: Any) -> None:
    before = sorted(copy.folder.rglob("*"))
    copy.replay("--as-of", days.scored, code=0)
    assert sorted(copy.folder.rglob("*")) == before
