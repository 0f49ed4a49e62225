"""`forewarn signals`: the company's whole catalogue, for people and for programs."""

import json
from collections.abc import Callable
from typing import Any

from features.signal import GroupName
from features.signals import CATALOGUE, catalogue_for


def listed(found: Any) -> dict[str, dict[str, Any]]:
    assert found.exit_code == 0, found.stderr
    return {each["column"]: each for each in json.loads(found.stdout)["signals"]}


def test_without_a_configuration_the_built_in_catalogue_is_listed(
    forewarn: Callable[..., Any], tmp_path: Any
) -> None:
    found = listed(forewarn("signals", "--json"))
    assert list(found) == [c.name for c in CATALOGUE.columns]
    assert list(tmp_path.iterdir()) == []
    assert found["consumption__last_used"] == {
        "group": "consumption",
        "column": "consumption__last_used",
        "signal": "last_used",
        "table": "usage",
        "window_days": None,
        "meaning": "days since anyone last used the product",
        "unit": "days",
        "higher_is": "worse",
        "actionable": True,
        "empty": None,
        "own": False,
    }


def test_own_signals_and_main_events_are_listed(
    forewarn: Callable[..., Any], finished: Any
) -> None:
    place = ("--workspace", finished.company.workspace)
    found = listed(forewarn("signals", "--json", *place))
    own = [name for name, each in found.items() if each["own"]]
    assert own == ["consumption__baskets_14d", "consumption__baskets_60d"]
    common = [name for name in found if name not in own]
    assert common == [c.name for c in catalogue_for(["order"]).columns]
    body = json.loads(forewarn("signals", "--json", *place).stdout)
    assert body["events"] == ["order"]
    assert body["events_told_by"].startswith("model 2025-02-28-")


def test_before_training_the_data_tell_the_events(
    forewarn: Callable[..., Any], company: Any
) -> None:
    place = ("-c", company.config, "--workspace", company.workspace)
    assert "consumption__order_last" not in listed(forewarn("signals", "--json", *place))
    assert forewarn("load", *place).exit_code == 0
    found = forewarn("signals", "--json", *place)
    assert "consumption__order_last" in listed(found)
    assert json.loads(found.stdout)["events_told_by"].startswith("data up to 2024-")


def test_one_group(forewarn: Callable[..., Any]) -> None:
    found = listed(forewarn("signals", "--group", "risk", "--json"))
    assert {each["group"] for each in found.values()} == {GroupName.RISK}
    wrong = forewarn("signals", "--group", "risks")
    assert wrong.exit_code == 2
    assert "'consumption', 'adoption'" in wrong.stderr.replace("\n", " ")


def test_the_tables_fit_a_terminal_of_100_columns(
    forewarn: Callable[..., Any], finished: Any
) -> None:
    told = forewarn("signals", "--workspace", finished.company.workspace).stdout
    lines = told.splitlines()
    assert max(map(len, lines)) <= 100
    for group in CATALOGUE.groups:
        assert f"{group.name.capitalize()}: {group.question}" in lines
    row = next(line for line in lines if "consumption__baskets_14d " in line)
    assert row.split() == [
        "consumption__baskets_14d",
        *["baskets", "bought", "(own)", "healthier", "yes", "0"],
    ]
    # Every column's name stands on a line of its own and whole, so that it can be searched for.
    names = {line.split()[0] for line in lines if line.strip()}
    assert {c.name for c in catalogue_for(["order"]).columns} <= names
    assert lines[-1].endswith(": order.")


def test_a_mistake_in_own_signals_is_told(forewarn: Callable[..., Any], company: Any) -> None:
    (company.config.parent / "signals.py").write_text("SIGNALS = {\n")
    found = forewarn("signals", "-c", company.config)
    assert found.exit_code == 2
    assert "signals.py, line 1: this is not valid Python" in found.stderr
