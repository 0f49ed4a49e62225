"""The inventory of a small company, and what its sources turn out to be worth."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from features.contract import CONTRACT, TABLES
from features.contract.arrow import schema
from models.ablation import Worth
from pipelines.errors import InputError
from pipelines.inventory import Inventory, SourceLine, inventory_of
from pipelines.inventory_text import HINT
from pipelines.inventory_text import text as inventory_text
from pipelines.source_value import kept


@pytest.fixture
def place(trained_twice):
    company = trained_twice.company
    return ("--workspace", company.workspace, "-c", company.config)


@pytest.fixture
def valued(trained_twice, forewarn, place):
    """The space after every part was left out once; the values are taken away again."""
    space = trained_twice.space
    done = forewarn("inventory", "--value", "--json", *place)
    assert done.exit_code == 0, done.stderr
    yield space, done
    space.value.unlink()


def rows_of(table, times, **columns):
    """Rows of a table; `times` are (account, month, day) of 2026."""
    occurred = TABLES[table].occurred
    rows = [
        {"account_id": account, occurred: at, "known_at": at, **columns}
        for account, month, day in times
        for at in [datetime(2026, month, day, tzinfo=UTC)]
    ]
    return pa.Table.from_pylist(rows, schema=schema(TABLES[table]))


def line_of(found, table) -> SourceLine:
    return next(line for line in found.sources if line.table == table)


def test_every_table_of_the_contract_is_listed(trained_twice, forewarn, place):
    done = forewarn("inventory", "--json", *place)
    assert done.exit_code == 0, done.stderr
    body = json.loads(done.stdout)
    listed = {line["table"]: line for line in body["sources"]}
    assert listed.keys() == {table.name for table in CONTRACT}
    assert [line["connected"] for line in body["sources"]] == [True] * 2 + [False] * 11
    usage = listed["usage"]
    orders = (trained_twice.company.config.parent / "orders.csv").read_text().split()[1:]
    days = sorted(row.split(",")[1] for row in orders)
    assert (usage["first"], usage["last"], usage["stale_days"]) == (days[0], days[-1], 0)
    assert 0.95 * len(orders) <= usage["rows"] <= len(orders)  # identical rows count once
    assert (usage["system"], listed["accounts"]["system"]) == ("orders.csv", "orders.csv")
    assert usage["covered"] == listed["accounts"]["covered"] == 1.0
    assert "consumption__baskets_14d" in usage["signals"]
    assert all("tickets" not in name for name in usage["signals"])


def test_what_is_not_connected_says_what_it_would_feed(trained_twice):
    found = inventory_of(trained_twice.space, None)
    tickets = line_of(found, "tickets")
    assert (tickets.connected, tickets.rows, tickets.covered, tickets.value) == (
        False, 0, None, None
    )  # fmt: skip
    assert any(name.startswith("experience__") for name in tickets.signals)
    printed = inventory_text(found)
    assert "Not connected" in printed
    assert HINT in printed
    assert "not in the configuration" in printed


def test_age_and_coverage_are_counted(workspace):
    used = [("a", 3, 31), *((name, 2, 1) for name in ("a", "b", "c", "not an account"))]
    tables = {
        "accounts": rows_of("accounts", [(name, 1, 1) for name in "abcd"]),
        "usage": rows_of("usage", used, event="login", quantity=1.0),
        "surveys": rows_of("surveys", [("d", 3, 1)], kind="nps", score=9.0),
    }
    workspace.lake(buckets=2).add(tables, frozenset())
    found = inventory_of(workspace, None)
    assert (found.accounts, found.last_day) == (4, "2026-03-31")
    usage, surveys = line_of(found, "usage"), line_of(found, "surveys")
    assert (usage.covered, usage.stale_days, usage.rows) == (0.75, 0, 5)
    assert (surveys.covered, surveys.stale_days) == (0.25, 30)
    assert (surveys.first, surveys.last) == ("2026-03-01", "2026-03-01")


def test_an_empty_workspace_is_the_users_to_fill(workspace):
    with pytest.raises(InputError, match="run `forewarn load` first"):
        inventory_of(workspace, None)


def test_values_are_worked_out_kept_and_shown(valued, trained_twice, forewarn, place):
    space, done = valued
    body = json.loads(done.stdout)
    usage = next(line for line in body["sources"] if line["table"] == "usage")["value"]
    assert usage["worth"] == "adds"
    gain = usage["effects"]["log_loss"]["gain"]
    assert 0 < gain["low"] < gain["value"] < gain["high"]
    assert usage["effects"]["arr_recall_at_capacity"]["gain"]["value"] is None  # no revenue known
    told = body["valued"]
    assert told["model_version"] == trained_twice.versions[0]  # the champion's
    figures = trained_twice.first["horizon_reports"]["30"]["metrics"]
    assert usage["effects"]["log_loss"]["whole"] == pytest.approx(figures["log_loss"]["value"])
    assert {group["name"] for group in body["groups"]} >= {"consumption", "adoption", "risk"}
    risk = next(group for group in body["groups"] if group["name"] == "risk")
    assert (risk["columns"], risk["effects"]) == (0, {})
    again = forewarn("inventory", *place)
    assert "What each source adds" in again.stdout
    assert "What each signal group adds" in again.stdout
    assert f"Model {trained_twice.versions[0]}, worked out 20" in again.stdout


def test_one_part_alone_leaves_the_others_values(valued, forewarn, place):
    space, _ = valued
    before = kept(space)
    done = forewarn("inventory", "--only", "usage", "--json", *place)
    assert done.exit_code == 0, done.stderr
    after = kept(space)
    names = {(value["kind"], value["name"]) for value in after["values"]}
    assert names == {(value["kind"], value["name"]) for value in before["values"]}
    assert len(after["values"]) == len(before["values"])


def test_an_unknown_part_names_those_there_are(forewarn, place):
    done = forewarn("inventory", "--only", "usgae", *place)
    assert done.exit_code == 2
    assert "Did you mean usage?" in done.stderr


def test_values_need_a_model(company, forewarn):
    place = ("--workspace", company.workspace, "-c", company.config)
    assert forewarn("load", *place).exit_code == 0
    done = forewarn("inventory", "--value", *place)
    assert done.exit_code == 2
    assert "no model was trained yet" in done.stderr


def test_a_broken_file_of_values_is_told(workspace):
    workspace.root.mkdir(parents=True)
    workspace.value.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        kept(workspace)


def test_what_each_adds_is_told_with_its_intervals():
    gains = {
        "log_loss": {"gain": {"value": 0.0123, "low": 0.004, "high": 0.02}},
        "auc": {"gain": {"value": -0.01, "low": -0.02, "high": None}},
        "arr_recall_at_capacity": {"gain": {"value": None, "low": None, "high": None}},
    }
    adds = {"kind": "group", "name": "risk", "columns": 7, "worth": "adds", "effects": gains}
    unread = {**adds, "name": "profile", "worth": Worth.UNREAD.value, "effects": {}}
    printed = inventory_text(Inventory("2026-03-31", 4, (), (adds, unread), {}))
    risk, profile = (next(r for r in printed.splitlines() if n in r) for n in ("risk", "profile"))
    assert "+0.0123 (+0.0040 to +0.0200)" in risk
    assert "-0.010 (-0.020 to ?)" in risk
    assert "points" in printed
    assert profile.rstrip().endswith("not read")
