"""What only the company knows of its accounts, from its file to a reason, and what may not pass."""

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from features.followed import Followed
from models.score import Reason
from pipelines.bundles import Bundles
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, open_store

SOURCE = """
[sources.attributes]
files = "facts.csv"
rename = { account_id = "customer" }
"""
CHANNEL, SEATS = "profile__own_sales_channel", "profile__own_seats_wanted"


def lives(folder: Path) -> dict[str, tuple[str, str]]:
    """The first and last day of each customer."""
    found: dict[str, tuple[str, str]] = {}
    with (folder / "orders.csv").open() as file:
        for row in csv.DictReader(file):
            first, last = found.get(row["customer"], (row["day"], row["day"]))
            found[row["customer"]] = min(first, row["day"]), max(last, row["day"])
    return found


def connect(company: Any, *further: str, since: str = "") -> tuple[object, ...]:
    """Give the company a file of what it knows of its customers; the options to find it by."""
    rows = ["customer,attribute,word,number,set_at", *further]
    for number, (customer, (first, _)) in enumerate(lives(company.config.parent).items()):
        first = since or first
        rows += [
            f"{customer},Sales channel,{('web', 'partner', 'fair')[number % 3]},,{first}",
            f"{customer},seats wanted,,{number % 7},{first}",
            f"{customer},name in the CRM,no. {number},,{first}",
            f"{customer},language,en,,{first}",
        ]
    (company.config.parent / "facts.csv").write_text("\n".join(rows) + "\n")
    text = company.config.read_text()
    company.config.write_text(text.replace("\n[models]\n", SOURCE + "\n[models]\n"))
    return "-c", company.config, "--workspace", company.workspace


@pytest.fixture
def mine(ranked: Any, tmp_path: Path) -> Any:
    """A copy of a company that has a model, trained without any attributes."""
    folder = tmp_path / "mine"
    shutil.copytree(ranked.config.parent, folder)
    return replace(ranked, config=folder / "forewarn.toml", workspace=folder / "workspace")


def columns_of(told: Any) -> dict[str, Any]:
    return {each["column"]: each for each in json.loads(told.stdout)["signals"]}


def test_attributes_become_columns_of_a_model_that_keeps_them(
    mine: Any, days: Any, forewarn: Callable[..., Any]
) -> None:
    shutil.rmtree(mine.workspace)
    place = connect(mine)

    def done(*arguments: object) -> Any:
        found = forewarn(*arguments, *place)
        assert found.exit_code == 0, found.stdout + found.stderr
        return found

    done("load")
    before = done("signals", "--json")
    assert json.loads(before.stdout)["attributes"] == {
        "numbers": ["seats wanted"],
        "words": ["Sales channel"],
    }
    for step in ("train", "score"):
        done(step, "--as-of", days.scored)

    space = Workspace(mine.workspace)
    engine = open_store(space.store_address)
    versions = ModelVersionRepository(engine)
    record = versions.champion()
    assert record is not None
    model = Bundles(space, versions).model(record.version)
    said = words_of(engine)(Reason(CHANNEL, "partner", 0.1))
    engine.dispose()

    assert model.followed == Followed(("order",), ("seats wanted",), ("Sales channel",))
    assert {CHANNEL, SEATS, f"{SEATS}_rank"} <= set(model.schema.names)
    assert said == "“Sales channel”: partner; raises the risk."
    listed = done("signals", "--json")
    assert columns_of(listed) == columns_of(before)
    assert columns_of(listed)[CHANNEL]["own"] is True
    assert (
        "Attributes with a column each, told likewise: seats wanted, Sales"
        in done("signals").stdout
    )

    assert json.loads(done("replay", "--as-of", days.scored, "--json").stdout)["identical"] is True
    day = days.scored + timedelta(days=1)
    assert json.loads(done("day", "--as-of", day, "--json").stdout)["anew"]
    after = day + timedelta(days=1)
    assert json.loads(done("day", "--as-of", after, "--json").stdout)["anew"] == ""
    assert json.loads(done("replay", "--as-of", after, "--json").stdout)["identical"] is True


def test_a_fact_that_was_dated_back_is_found_by_the_leak_gate(
    mine: Any, days: Any, forewarn: Callable[..., Any]
) -> None:
    folder = mine.config.parent
    left = [
        f"{customer},reason for leaving,{('price', 'other shop')[number % 2]},,{first}"
        for number, (customer, (first, last)) in enumerate(lives(folder).items())
        if last < str(days.scored - timedelta(days=30))
    ]
    shutil.rmtree(mine.workspace)
    place = connect(mine, *left)
    assert forewarn("load", *place).exit_code == 0
    found = forewarn("train", "--as-of", days.scored, *place)
    assert "profile__own_reason_for_leaving" in found.stdout
    assert "possible leak" in found.stdout


def test_attributes_that_are_connected_later_wait_for_the_next_training(
    mine: Any, days: Any, forewarn: Callable[..., Any]
) -> None:
    place = ("-c", mine.config, "--workspace", mine.workspace)
    before = columns_of(forewarn("signals", "--json", *place))
    connect(mine, since=str(days.scored))
    assert forewarn("load", *place).exit_code == 0
    assert columns_of(forewarn("signals", "--json", *place)) == before
    assert forewarn("score", "--as-of", days.rescored, *place).exit_code == 0
    found = forewarn("train", "--as-of", days.rescored, *place)
    assert found.exit_code == 0, found.stderr
    assert "none held that tells accounts apart, so none has a column yet" in found.stderr


WIDE = '''
[inputs.crm_history]
files = "crm.csv"

[sources.attributes]
sql = """
unpivot (select customer as account_id, changed as set_at, channel, payment from crm_history)
on channel, payment into name attribute value word
"""
'''


def test_a_history_with_a_column_for_each_field_becomes_rows(
    tiny: Any, forewarn: Callable[..., Any]
) -> None:
    lines = [
        "customer,changed,channel,payment",
        "c000,2024-02-01,web,card",
        "c000,2024-03-01,,bank",
    ]
    (tiny.config.parent / "crm.csv").write_text("\n".join(lines) + "\n")
    tiny.config.write_text(tiny.config.read_text().replace("\n[load]\n", WIDE + "\n[load]\n"))
    found = forewarn("load", "-c", tiny.config, "--workspace", tiny.workspace, "--json")
    assert found.exit_code == 0, found.stderr
    (read,) = [s for s in json.loads(found.stdout)["sources"] if s["source"] == "attributes"]
    assert (read["added"], read["quarantined"]) == (3, 0)


def test_a_row_without_its_date_goes_to_quarantine(tiny: Any, forewarn: Callable[..., Any]) -> None:
    place = connect(tiny, "c000,Sales channel,web,,")
    found = forewarn("load", *place, "--json")
    assert found.exit_code == 0, found.stderr
    (read,) = [s for s in json.loads(found.stdout)["sources"] if s["source"] == "attributes"]
    assert read["quarantined"] == 1
