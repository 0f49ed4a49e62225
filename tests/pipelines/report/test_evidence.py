from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from features.currency import Rates
from models.score import Band, Outlook
from pipelines.report.evidence import Source, Truth, evidence
from serving.store import ModelVersionRepository, ScoreRepository, ScoringRun

APRIL, MAY, JUNE = date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)
END = date(2026, 8, 31)
CHECK = [{"band": "red", "rows": 9, "accounts": 5, "lost": 0.5, "low": 0.2, "high": 0.8}]
INF = float("inf")


class Told(Truth):
    """What happened, told instead of looked up: account to days until the loss."""

    def fates(self, dates):
        rows = [
            (account, day, days, followed)
            for day in dates
            for account, days, followed in (
                ("a", 10.0, INF),
                ("b", 90.0, INF),
                ("c", 91.0, INF),
                ("d", INF, INF),
                ("e", INF, 20.0),
            )
        ]
        return pd.DataFrame(rows, columns=["account_id", "as_of", "event_days", "followed_days"])


@pytest.fixture
def look(store):
    def now(lag=0, end=END, embargo=0, **metrics):
        truth = Told(None, SimpleNamespace(lag_days=lag), Rates("EUR", ()), end, embargo)
        scores = ScoreRepository(store)
        return evidence(scores, ModelVersionRepository(store), scores.newest(), metrics, truth)

    return now


def seen(found):
    return {each.band: (each.rows, each.accounts, each.lost) for each in found.bands}


def test_matured_scores_are_held_against_what_happened(look, publish, promote):
    promote("v1", data_as_of=APRIL)
    publish({"a": 0.9, "b": 0.3, "c": 0.9, "d": 0.3, "e": 0.9, "f": 0.9}, as_of=APRIL)
    publish({"a": 0.9}, as_of=JUNE)

    found = look(bands=CHECK)

    assert (found.source, found.dates, found.known_until) == (Source.SCORES, (APRIL,), END)
    assert seen(found) == {Band.RED: (2, 2, 0.5), Band.YELLOW: (2, 2, 0.5)}


def test_a_loss_before_the_lead_time_is_no_evidence(store, look, publish, promote):
    """Nor are scores of the same horizon that were given with another lead time."""
    promote("v1", data_as_of=date(2026, 1, 1))
    publish({"a": 0.9, "b": 0.9, "d": 0.9}, as_of=date(2026, 3, 31))
    publish({"a": 0.9, "b": 0.9, "d": 0.9}, as_of=APRIL)
    scores = ScoreRepository(store)
    given = [
        replace(each.score, outlook=Outlook(lead_days=30), primary=0.9)
        for each in scores.run(APRIL)
    ]
    cards = [each.card for each in scores.run(APRIL)]
    scores.publish(ScoringRun(APRIL, "v1", 90, given, cards))
    assert seen(look()) == {Band.RED: (2, 2, 0.5)}


def test_two_days_of_one_account_count_as_one_account_in_the_range(look, publish, promote):
    promote("v1", data_as_of=date(2026, 1, 1))
    for day in (date(2026, 3, 31), APRIL):
        publish({"a": 0.9, "d": 0.9}, as_of=day)
    found = look()
    assert found.dates == (date(2026, 3, 31), APRIL)
    assert seen(found) == {Band.RED: (4, 2, 0.5)}
    assert found.bands[0].low == pytest.approx(0.0126, abs=1e-3)


@pytest.mark.parametrize(("lag", "source"), [(33, Source.SCORES), (34, Source.CHECK)])
def test_a_score_matures_after_horizon_and_lag(look, publish, promote, lag, source):
    promote("v1", data_as_of=APRIL)
    publish({"a": 0.9}, as_of=APRIL)
    assert look(lag=lag, bands=CHECK).source is source
    assert look(lag=lag - 13, embargo=13, bands=CHECK).source is source  # or recorded so late


def test_hindsight_is_no_evidence_and_is_named(look, publish, promote):
    promote("v1", data_as_of=MAY)
    publish({"a": 0.9}, as_of=APRIL, version="v1")
    publish({"a": 0.9}, as_of=date(2026, 3, 31), version="forgotten")
    found = look(bands=CHECK)
    assert found.source is Source.CHECK
    assert found.hindsight == (date(2026, 3, 31), APRIL)
    assert seen(found) == {Band.RED: (9, 5, 0.5)}


def test_without_any_evidence_it_says_none(look, publish):
    publish({"a": 0.9}, as_of=APRIL)
    found = look(bands=[{"band": "red", "rows": 0, "accounts": 0, "lost": None}])
    assert (found.source, found.bands) == (Source.NONE, ())
