"""What decides a snapshot, and how its changes are told."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.followed import Followed
from features.measures import Count, Total
from features.outcomes import Lapse, LogoChurn
from features.signal import Catalogue, GroupName, Signal, SignalGroup
from features.signals import catalogue_for
from pipelines.config import parse_config
from pipelines.recipe import Change, Recipe, changes, definition_changes, recipe_of

CALLS = Signal("calls", "usage", Count(), "calls", (7, 30))


def catalogue(*signals: Signal) -> Catalogue:
    return Catalogue((SignalGroup(GroupName.CONSUMPTION, "?", signals),))


def recipe(*signals: Signal, label: object = None, **sections: object) -> Recipe:
    raw = {"sources": {"accounts": {"files": "a.csv"}}, **sections}
    config = parse_config(raw, Path())
    return recipe_of(
        config, label or LogoChurn(30), catalogue(*signals or (CALLS,)), Followed(("login",))
    )


def test_a_recipe_survives_json() -> None:
    rates = [{"currency": "USD", "from": date(2026, 1, 1), "rate": "0.9"}]
    made = recipe(rates=rates, tiers={"smb": 0, "mid": 10000}, company={"currency": "EUR"})
    assert Recipe.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    assert made.rates == {"USD from 2026-01-01": "0.9"}
    assert list(made.definitions) == ["consumption__calls_7d", "consumption__calls_30d"]


def test_the_same_recipe_has_no_changes() -> None:
    assert changes(recipe(), recipe()) == ()


def test_better_words_are_no_change() -> None:
    assert changes(recipe(), recipe(replace(CALLS, meaning="other", unit="calls"))) == ()


def test_columns_come_go_and_mean_something_else() -> None:
    then = recipe(CALLS, Signal("old", "usage", Count(), "old"))
    now = recipe(replace(CALLS, measure=Total("quantity"), windows=(7, 90)))
    found = {(c.what, c.name): (bool(c.then), bool(c.now)) for c in definition_changes(then, now)}
    assert found == {
        ("column", "consumption__calls_7d"): (True, True),
        ("column", "consumption__calls_30d"): (True, False),
        ("column", "consumption__old"): (True, False),
        ("column", "consumption__calls_90d"): (False, True),
    }


@pytest.mark.parametrize(
    ("sections", "change"),
    [
        ({"company": {"currency": "USD"}}, Change("currency", "", "EUR", "USD")),
        ({"tiers": {"smb": 5}}, Change("tier", "smb", "", "5")),
        (
            {"rates": [{"currency": "USD", "from": date(2026, 1, 1), "rate": "0.9"}]},
            Change("rate", "USD from 2026-01-01", "", "0.9"),
        ),
    ],
)
def test_configuration_that_decides_values_is_told(sections, change) -> None:
    assert changes(recipe(), recipe(**sections)) == (change,)
    assert definition_changes(recipe(), recipe(**sections)) == ()


def test_whom_a_snapshot_describes_is_told() -> None:
    (change,) = changes(recipe(), recipe(label=Lapse(60)))
    assert str(change).startswith("population was LogoChurn(gap_days=30")
    assert "is Lapse(silent_days=60" in str(change)


def test_another_fingerprint_is_never_silent() -> None:
    """Even where no definition differs: computing itself, or the contract, has changed."""
    then = recipe()
    other = replace(then, fingerprint="f" * 64)
    assert [c.what for c in definition_changes(then, other)] == ["way of computing"]
    later = replace(other, contract_version=then.contract_version + 1)
    assert [c.what for c in definition_changes(then, later)] == ["contract version"]


@pytest.mark.parametrize("event", ["login", "注文"])
def test_definitions_differ_exactly_where_fingerprints_do(event: str) -> None:
    """Or else a fingerprint could change without anything to say about it."""
    config = parse_config({"sources": {"accounts": {"files": "a.csv"}}}, Path())
    whole = catalogue_for([event])
    then = recipe_of(config, LogoChurn(30), whole, Followed((event,)))
    for group in whole.groups:
        changed = whole.with_signals(group.name, (replace(CALLS, name="more"),))
        now = recipe_of(config, LogoChurn(30), changed, Followed((event,)))
        assert then.fingerprint != now.fingerprint
        assert {c.name for c in definition_changes(then, now)} == {
            f"{group.name}__more_7d",
            f"{group.name}__more_30d",
        }


def test_changes_in_words() -> None:
    assert str(Change("tier", "smb", "0", "5")) == "tier smb was 0, is 5"
    assert str(Change("tier", "smb", "", "5")) == "tier smb is new: 5"
    assert str(Change("tier", "smb", "0", "")) == "tier smb is gone: 0"


def test_a_recipe_is_read_as_it_was_written_with_and_without_attributes() -> None:
    plain = recipe()
    wider = replace(plain, followed=Followed(("login",), ("size",), ("plan",)))
    assert "attributes" not in plain.as_dict()
    for each in (plain, wider):
        assert Recipe.from_dict(json.loads(json.dumps(each.as_dict()))) == each
