"""Causes and expansion are part of the bundle: they come back bit for bit, or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models import bundle
from models.bundle import BrokenBundle
from models.causes.shares import CHURN, CONTRACTION, Causes, Share
from models.causes.tilt import Tilt
from models.churn_model import ChurnModel
from models.encoding import Matrix
from models.flavours import FLAVOURS

MakeModel = Callable[..., ChurnModel]
TILT = Tilt(-0.4, -1.1, -6.0, -0.5)


@pytest.fixture
def model(make_model: MakeModel, inputs: Matrix, lost: np.ndarray) -> ChurnModel:
    """A model of any loss with causes told in two ways, expansion, and a lead time."""
    plain = make_model("logistic")
    shares = tuple(
        Share(h.interval, flavour, FLAVOURS[flavour].fit(inputs, lost, plain.schema, 1), TILT)
        for h, flavour in zip(plain.hazards, ("shrunken", "constant", "constant"), strict=True)
    )
    growth = replace(make_model("lightgbm"), outcome="expansion")
    causes = Causes(shares, {CHURN: 1.0, CONTRACTION: 0.25})
    return replace(plain, outcome="any_loss", lead=30, causes=causes, expansion=growth)


def frame_of(model: ChurnModel, inputs: Matrix) -> pd.DataFrame:
    frame = pd.DataFrame(inputs[:40], columns=list(model.schema.names)).astype({"plan": object})
    frame["plan"] = ["basic", "plus"] * 20
    frame.insert(0, "as_of", [model.data_as_of] * 40)
    frame.insert(0, "account_id", [f"a{i}" for i in range(40)])
    return frame


def test_comes_back_bit_for_bit(model: ChurnModel, inputs: Matrix, tmp_path: Path) -> None:
    digest = bundle.save(model, tmp_path / "one")
    again = bundle.load(tmp_path / "one", digest)
    frame = frame_of(model, inputs)
    assert again.score(frame) == model.score(frame)
    assert again.question == "any_loss after 30 days"
    assert again.causes is not None
    assert [share.tilt for share in again.causes.shares] == [TILT] * 3
    assert bundle.save(again, tmp_path / "two") == digest
    assert again.expansion is not None
    assert again.expansion.flavour == "lightgbm"


@pytest.mark.parametrize("part", ["expansion.model.json", "cause.0-30.model.logistic.json"])
def test_a_part_that_was_changed_is_refused(model: ChurnModel, tmp_path: Path, part: str) -> None:
    digest = bundle.save(model, tmp_path)
    (tmp_path / part).write_text((tmp_path / part).read_text() + " ")
    with pytest.raises(BrokenBundle, match="was changed or lost"):
        bundle.load(tmp_path, digest)


def test_a_bundle_from_before_them_loads(make_model: MakeModel, tmp_path: Path) -> None:
    plain = make_model("logistic")
    bundle.save(plain, tmp_path)
    body = json.loads((tmp_path / bundle.MODEL).read_text())
    for name in ("lead", "causes"):
        del body[name]
    text = json.dumps(body)
    (tmp_path / bundle.MODEL).write_text(text)
    manifest = json.loads((tmp_path / bundle.MANIFEST).read_text())
    manifest["sha256"][bundle.MODEL] = bundle._sha256(text.encode())
    (tmp_path / bundle.MANIFEST).write_text(json.dumps(manifest))
    again = bundle.load(tmp_path)
    assert (again.lead, again.causes, again.expansion) == (0, None, None)


def test_the_outlook_of_each_row(model: ChurnModel, inputs: Matrix) -> None:
    for score in model.score(frame_of(model, inputs)):
        ahead = score.outlook
        left, shrank = (ahead.p_by_cause[cause] for cause in (CHURN, CONTRACTION))
        for horizon in model.horizons:
            assert left[horizon] + shrank[horizon] == pytest.approx(score.p_loss[horizon])
        assert ahead.revenue_lost == pytest.approx(left[180] + 0.25 * shrank[180])
        assert list(ahead.p_expansion) == list(model.horizons)


def test_what_a_loss_takes_is_told_only_where_it_is_known(
    model: ChurnModel, inputs: Matrix
) -> None:
    def lost(other: ChurnModel) -> float | None:
        return other.score(frame_of(model, inputs))[0].outlook.revenue_lost

    assert model.causes is not None
    blind = replace(model, causes=replace(model.causes, revenue={CHURN: 1.0}))
    assert lost(blind) is None
    alone = replace(model, causes=None, lead=0)
    assert lost(replace(alone, outcome="contraction")) is None
    leaving = replace(alone, outcome="logo_churn")
    score = leaving.score(frame_of(model, inputs))[0]
    assert score.outlook.revenue_lost == score.p_loss[180]
