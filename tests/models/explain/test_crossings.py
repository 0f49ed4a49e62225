"""Causes of all band changes of a run at once, on models that score real rows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema, Matrix
from models.explain.crossings import Side, changed, explain_crossings
from models.explain.terms import MODEL_UPDATED, RECALIBRATED, Origin
from models.explain.transition import EDGES, BandCause
from models.score import Band

MakeModel = Callable[..., ChurnModel]
NAMES = ("adoption__a", "risk__b", "profile__c", "experience__d", "adoption__e")
ORIGIN = Origin(dict.fromkeys(NAMES, "usage"), frozenset())


@pytest.fixture(scope="module")
def model(make_model: MakeModel) -> ChurnModel:
    schema = InputSchema(tuple(InputColumn(name) for name in NAMES))
    return replace(make_model("blend", Calibrator()), schema=schema)


def side(model: ChurnModel, inputs: Matrix) -> Side:
    rows = pd.DataFrame(inputs, columns=list(NAMES))
    rows["account_id"] = [f"a{i}" for i in range(len(rows))]
    chances = model.primary_chance(model.schema.encode(rows))
    bands = [model.policy.band(chance) for chance in chances]
    return Side(model, rows, bands, chances)


@pytest.mark.parametrize("version", ["v1", "v1+2026-01-31", "v2"])
def test_terms_of_every_account_add_up(model: ChurnModel, inputs: Matrix, version: str) -> None:
    shift = 0.0 if version == "v1" else 0.1
    newer = replace(model.moved(shift), version=version)
    old, new = side(model, inputs[:200]), side(newer, inputs[200:400])
    old, new = old.take(changed(old, new)), new.take(changed(old, new))
    found = list(explain_crossings(old, new, old.rows, ORIGIN))
    assert [each.account_id for each in found] == list(new.rows["account_id"])
    assert len(found) > 30
    for i, each in enumerate(found):
        moved = sum(share for term, share in each.terms.items() if term not in EDGES)
        assert moved == pytest.approx(new.chances[i] - old.chances[i], abs=1e-12)
        assert 0.0 not in each.terms.values()
        stepped = {MODEL_UPDATED, RECALIBRATED} & set(each.terms)
        assert bool(stepped) == (version != "v1")
    causes = {each.cause for each in found}
    assert BandCause.BEHAVIOUR in causes
    assert (causes & {BandCause.RECALIBRATION, BandCause.NEW_MODEL} != set()) == bool(shift)


def test_rows_that_were_not_scored_so_are_left_out(model: ChurnModel, inputs: Matrix) -> None:
    old, new = side(model, inputs[:20]), side(model, inputs[20:40])
    new.chances[3] += 0.01
    old.chances[4] = np.nan
    found = explain_crossings(replace(old, bands=[Band.GREY] * 20), new, old.rows, ORIGIN)
    told = {each.account_id for each in found}
    assert told == {f"a{i}" for i in range(20)} - {"a3", "a4"}


def test_nothing_changed(model: ChurnModel, inputs: Matrix) -> None:
    same = side(model, inputs[:20])
    assert not len(changed(same, same))
    nobody = same.take(changed(same, same))
    assert list(explain_crossings(nobody, nobody, nobody.rows, ORIGIN)) == []
