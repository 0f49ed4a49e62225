from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from serving.store import ModelVersionRepository


def test_there_is_no_champion_before_the_first_promotion(store):
    assert ModelVersionRepository(store).champion() is None


def test_a_promoted_version_comes_back_as_it_was(store, champion):
    repository = ModelVersionRepository(store)
    repository.promote(champion)
    assert repository.champion() == champion


def test_the_last_promoted_version_is_the_only_champion(store, champion):
    repository = ModelVersionRepository(store)
    repository.promote(champion)
    repository.promote(replace(champion, version="v2"))
    assert repository.champion().version == "v2"
    repository.promote(replace(champion, flavour="logistic"))
    assert repository.champion() == replace(champion, flavour="logistic")


def test_a_figure_that_is_no_number_is_kept_as_none(store, champion):
    repository = ModelVersionRepository(store)
    repository.promote(replace(champion, metrics={"auc": float("nan"), "lift": [1.5]}))
    assert repository.champion().metrics == {"auc": None, "lift": [1.5]}


def test_an_instant_needs_a_zone(store, champion):
    repository = ModelVersionRepository(store)
    with pytest.raises(ValueError, match="needs a time zone"):
        repository.promote(replace(champion, created_at=datetime(2026, 6, 30)))
    assert repository.champion() is None


def test_instants_come_back_in_utc(store, champion):
    repository = ModelVersionRepository(store)
    there = datetime.fromisoformat("2026-06-30T23:15:00.123456+02:00")
    repository.promote(replace(champion, created_at=there))
    found = repository.champion().created_at
    assert found == there
    assert found.tzinfo is UTC


def test_a_version_that_once_served_is_still_known(store, champion):
    repository = ModelVersionRepository(store)
    repository.promote(champion)
    repository.promote(replace(champion, version="v2"))
    assert repository.get("v1") == champion
    assert repository.get("v3") is None


def test_a_version_that_only_wants_to_serve_is_kept_beside_the_champion(store, champion):
    repository = ModelVersionRepository(store)
    wants = replace(champion, version="v2", created_at=champion.created_at + timedelta(days=1))
    repository.keep(wants)
    assert repository.champion() is None
    repository.promote(champion)
    repository.keep(replace(wants, flavour="logistic"))
    assert repository.champion() == champion
    assert repository.newest() == [replace(wants, flavour="logistic"), champion]
    assert repository.newest(1) == [replace(wants, flavour="logistic")]


def test_keeping_the_champion_takes_nothing_from_it(store, champion):
    repository = ModelVersionRepository(store)
    repository.promote(champion)
    repository.keep(replace(champion, flavour="logistic"))
    assert repository.champion() == champion


def test_a_kept_version_can_be_promoted(store, champion):
    repository = ModelVersionRepository(store)
    repository.keep(champion)
    repository.promote(champion)
    assert repository.champion() == champion
    assert repository.newest() == [champion]
