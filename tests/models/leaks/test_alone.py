"""The AUC of one column alone: against a definition by pairs, and what it must not reward."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from models.encoding import InputColumn
from models.leaks.alone import Question, auc_as_ranked, auc_of, aucs, interval, presence
from models.leaks.watched import MOST_ROWS, NEVER, coded, rows_to_watch, watch
from models.material import Material
from models.metrics import auc


def by_pairs(codes: np.ndarray, stratum: np.ndarray, gone: np.ndarray, weight: np.ndarray) -> float:
    won = met = 0.0
    for i, j in product(np.flatnonzero(gone), np.flatnonzero(~gone)):
        if stratum[i] == stratum[j]:
            pair = weight[i] * weight[j]
            met += pair
            won += pair * ((codes[i] > codes[j]) + 0.5 * (codes[i] == codes[j]))
    return won / met


def test_ranked_auc_counts_pairs_within_strata() -> None:
    rng = np.random.default_rng(0)
    codes, stratum = rng.integers(0, 6, 200), rng.integers(0, 4, 200)
    gone, weight = rng.random(200) < 0.3, rng.integers(0, 3, 200).astype(float)
    found = auc_as_ranked(codes, stratum, gone, weight)
    assert found == pytest.approx(by_pairs(codes, stratum, gone, weight))
    assert np.isnan(auc_as_ranked(codes, stratum, np.zeros(200, bool), weight))


def test_one_stratum_is_the_usual_auc() -> None:
    rng = np.random.default_rng(1)
    codes, gone = rng.integers(0, 9, 300), rng.random(300) < 0.4
    found = auc_as_ranked(codes, np.zeros(300, int), gone, np.ones(300))
    assert found == pytest.approx(auc(gone.astype(float), codes.astype(float), np.ones(300)))


def test_nobody_judges_itself() -> None:
    """A class of its own for every account says nothing of accounts it was not learnt from."""
    rng = np.random.default_rng(2)
    codes, stratum = rng.integers(0, 60, 2_000), rng.integers(0, 2, 2_000)
    gone = rng.random(2_000) < 0.1
    assert auc_of(codes, stratum, gone, np.ones(2_000)) == pytest.approx(0.5, abs=0.05)


def test_order_comes_from_the_other_half() -> None:
    """Halves that contradict each other cannot both be right."""
    stratum = np.repeat([0, 1], 200)
    codes = np.tile([0, 1], 200)
    gone = (codes == 1) ^ (stratum == 1)
    assert auc_of(codes, stratum, gone, np.ones(400)) == 0.0


def test_bent_relations_are_read(material: Material, add: Callable[..., Material]) -> None:
    """What a tree could read, the probe reads too: the lost lie in the middle."""
    lost = material.dataset.lost_within(90)
    rng = np.random.default_rng(3)
    value = np.where(lost, rng.normal(0, 0.2, len(lost)), rng.choice([-3.0, 3.0], len(lost)))
    watched = watch(add(material, value), 90)
    assert aucs(watched, Question(watched.lost, ~watched.lost))[-1] > 0.95


def test_words_are_read(material: Material, add: Callable[..., Material]) -> None:
    lost = material.dataset.lost_within(90)
    watched = watch(add(material, np.where(lost, 1.0, 2.0), ("a", "closing", "c")), 90)
    assert aucs(watched, Question(watched.lost, ~watched.lost))[-1] == 1.0


def test_a_clock_tells_nothing(material: Material, add: Callable[..., Material]) -> None:
    watched = watch(add(material, material.dataset.ordinals.astype(float)), 90)
    assert aucs(watched, Question(watched.ever, ~watched.ever))[-1] == 0.5


def test_nothing_to_compare_is_a_coin(material: Material) -> None:
    watched = watch(material, 90)
    none = np.zeros(len(watched.lead), bool)
    assert set(aucs(watched, Question(none, ~none))) == {0.5}
    assert set(aucs(watched, Question(none, none))) == {0.5}


def test_interval_is_over_accounts(material: Material) -> None:
    watched = watch(material, 90)
    question = Question(watched.lost, ~watched.lost)
    found = interval(watched, question, 0, 60, 1)
    assert found.value == aucs(watched, question)[0]
    assert 0.55 < found.low < found.value < found.high < 0.95
    assert question.events == watched.lost.sum()


def test_presence_sees_only_what_is_there(material: Material) -> None:
    shown = presence(watch(material, 90))
    missing = np.isnan(material.inputs).mean(axis=0)
    assert set(np.unique(shown.codes)) == {0, 1}
    assert (shown.codes.mean(axis=0)[missing == 0] == 1).all()
    assert shown.codes.mean() < 1


def test_only_certain_rows_ahead_of_their_loss(material: Material) -> None:
    events = material.dataset.event_days.copy()
    events[:3] = 0
    data = replace(material.dataset, event_days=events)
    rows = rows_to_watch(data, 90, 1)
    assert not set(rows) & {0, 1, 2}
    assert data.matured(90, data.data_as_of)[rows].all()
    assert len(rows) < MOST_ROWS
    watched = watch(replace(material, dataset=data), 90)
    lead, days = watched.lead, data.event_days[rows]
    assert ((days > 30) & (days <= 90))[lead == 1].all()
    assert (days[lead == NEVER] > 365).all()
    assert (watched.lost == (days <= 90)).all()


def test_classes_keep_rare_ends_apart() -> None:
    values = np.array([0.0] * 995 + [1.0] * 5 + [np.nan] * 10)[:, None]
    codes = coded(values, [InputColumn("flag")])[:, 0]
    assert len({int(codes[0]), int(codes[996]), int(codes[-1])}) == 3
    assert codes[-1] == 0
