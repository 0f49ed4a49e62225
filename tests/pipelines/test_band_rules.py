"""`[bands]` in the configuration: what is asked, tier by tier, and every mistake named."""

from decimal import Decimal
from pathlib import Path

import pytest

from models.bands import BandPlan, Capacity, Fixed, Steps, TierPlan, Value
from pipelines.company import band_plan_of
from pipelines.config import Config, parse_config, read_config
from pipelines.errors import ConfigError
from pipelines.ingest.problems import Problem

ACCOUNTS = {"accounts": {"files": "a.csv"}}


def config(bands: dict[str, object], **sections: object) -> Config:
    return parse_config({"sources": ACCOUNTS, "bands": bands, **sections}, Path())


def problems(bands: dict[str, object], **sections: object) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        config(bands, **sections)
    return [(p.column, p.reason) for p in caught.value.problems]


def test_without_a_word_it_is_the_capacity_of_a_tenth() -> None:
    plan = band_plan_of(config({}))
    assert plan == BandPlan(TierPlan(Capacity(0.1), 0.5), {}, Steps(0.8, 7, 1.0))


def test_tiers_take_over_what_they_do_not_say() -> None:
    given = {
        "red": "value",
        "cost_of_acting": "250.50",
        "share_saved": 0.2,
        "green_promise": 0.4,
        "dwell_days": 3,
        "exit_share": 0.5,
        "jump": 2.0,
        "tiers": {
            "high": {"cost_of_acting": 1000},
            "mid": {"red": "capacity", "red_capacity": 0.3, "green_promise": 0.6},
            "low": {"red": "fixed", "red_from": 0.5, "green_below": 0.1},
        },
    }
    found = config(given)
    assert found.bands.cost_of_acting == Decimal("250.50")
    plan = band_plan_of(found)
    assert plan.default == TierPlan(Value(250.5, 0.2, Capacity(0.1)), 0.4)
    assert plan.tiers == {
        "high": TierPlan(Value(1000.0, 0.2, Capacity(0.1)), 0.4),
        "mid": TierPlan(Capacity(0.3), 0.6),
        "low": TierPlan(Fixed(0.5, 0.1), 0.4),
    }
    assert plan.steps == Steps(0.5, 3, 2.0)


def test_a_tier_that_does_not_exist() -> None:
    (found,) = problems({"tiers": {"hihg": {"red_capacity": 0.3}}})
    assert found == ("bands.tiers.hihg", "there is no such tier")
    (found,) = problems({"tiers": {"high": {}}}, tiers={"smb": 0, "enterprise": 50_000})
    assert found == ("bands.tiers.high", "there is no such tier")


@pytest.mark.parametrize(
    ("bands", "missing"),
    [
        ({"red": "value"}, ["cost_of_acting", "share_saved"]),
        ({"red": "value", "cost_of_acting": 5}, ["share_saved"]),
        ({"red": "fixed"}, ["red_from"]),
    ],
)
def test_a_rule_needs_its_keys(bands: dict[str, object], missing: list[str]) -> None:
    said = f'red = "{bands["red"]}" needs '
    assert problems(bands) == [("bands.red", said + key) for key in missing]
    tier = [("bands.tiers.low.red", said + key) for key in missing]
    assert problems({"tiers": {"low": bands}}) == tier


@pytest.mark.parametrize("key", ["cost_of_acting", "share_saved", "red_from", "green_below"])
def test_a_key_that_nobody_reads_is_a_mistake(key: str) -> None:
    assert problems({key: 0.2}) == [(f"bands.{key}", 'red = "capacity" does not read it')]


def test_a_key_taken_over_may_go_unread() -> None:
    bands = {"red": "fixed", "red_from": 0.4, "tiers": {"low": {"red": "capacity"}}}
    assert band_plan_of(config(bands)).tiers["low"] == TierPlan(Capacity(0.1))


def test_green_must_not_reach_into_red() -> None:
    bands = {"red": "fixed", "red_from": 0.3, "green_below": 0.4}
    (found,) = problems(bands)
    assert found[0] == "bands.green_below"
    assert "green_below 0.4 is above red_from 0.3" in found[1]
    taken_over = {"red": "fixed", "red_from": 0.3, "tiers": {"low": {"green_below": 0.4}}}
    assert [p[0] for p in problems(taken_over)] == ["bands.tiers.low.green_below"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("red", "often"), ("red_capacity", 1), ("cost_of_acting", 0), ("share_saved", 1.5),
        ("red_from", 2), ("green_below", -0.1), ("green_promise", 0), ("exit_share", 0),
        ("exit_share", 1.2), ("dwell_days", -1), ("jump", 0), ("stale_days", 0),
        pytest.param("red_from", 10**400, id="beyond any float"),
    ],
)  # fmt: skip
def test_values_out_of_range_are_named(key: str, value: object) -> None:
    assert f"bands.{key}" in [column for column, _ in problems({key: value})]


def test_a_mistake_has_its_line(tmp_path: Path) -> None:
    text = '[sources.accounts]\nfiles = "a.csv"\n\n[bands.tiers.mid]\nred = "fixed"\nred_form = 1\n'
    (tmp_path / "forewarn.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path / "forewarn.toml")
    found: list[Problem] = list(caught.value.problems)
    assert [(p.line, p.column) for p in found] == [
        (5, "bands.tiers.mid.red"),
        (6, "bands.tiers.mid.red_form"),
    ]
    assert found[1].remedy.startswith("Did you mean red_from?")
