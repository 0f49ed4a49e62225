"""When a champion has a place to defend."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from models.bundle import BrokenBundle
from models.evidence import Evidence
from models.run_record import Registered
from pipelines import promotion
from pipelines.promotion import decide

CHAMPION = Registered("v1", "run", "d" * 64, Path("bundle"))
CHALLENGER = Evidence(
    "v2", "e" * 64, "logo_churn", "f" * 64, date(2026, 6, 30), 0, 90, 0.1, 30, pd.DataFrame()
)


@dataclass
class Shelf:
    """Stands in for the registry."""

    held: Registered | None = CHAMPION

    def champion(self):
        return self.held

    def challenger(self):
        return None

    def version(self, version):
        return replace(CHAMPION, version=version)


@pytest.fixture
def champion_is(monkeypatch):
    def now(fingerprint="f" * 64, outcome="logo_churn", broken=""):
        def load(*_):
            if broken:
                raise BrokenBundle(broken)
            return SimpleNamespace(fingerprint=fingerprint, question=outcome)

        monkeypatch.setattr(promotion.bundle, "load", load)

    return now


def test_the_first_fit_model_serves():
    assert decide(Shelf(None), CHALLENGER).serves


def test_the_very_model_that_serves_goes_on_serving():
    same = replace(CHALLENGER, version="v1", bundle=CHAMPION.digest)
    found = decide(Shelf(), same)
    assert found.serves
    assert found.reasons == ("this very model serves already",)


@pytest.mark.parametrize(
    ("champion", "why"),
    [
        ({"fingerprint": "0" * 64}, "v1 cannot serve any more: signals have other definitions now"),
        ({"outcome": "lapse"}, "it foretells lapse, and logo_churn is asked for now"),
        ({"outcome": "logo_churn after 30 days"}, "it foretells logo_churn after 30 days, and"),
        ({"broken": "model.json was changed"}, "model.json was changed"),
    ],
)
def test_a_champion_that_cannot_serve_gives_way(champion_is, champion, why):
    champion_is(**champion)
    found = decide(Shelf(), CHALLENGER)
    assert found.serves
    assert why in found.reasons[0]


def test_a_champion_without_test_rows_stays_until_someone_decides(champion_is):
    champion_is()
    found = decide(Shelf(), CHALLENGER)
    assert not found.serves
    assert "kept no test rows" in found.reasons[0]
    assert "--force" in found.reasons[0]
