"""Accounts of the past that are explained alike."""

from collections.abc import Callable

import numpy as np
import pytest

from models.dataset import Dataset
from models.explain.families import positions
from models.explain.precedents import KEPT, SHOWN, Frame, Precedents, choose, similar
from models.explain.wording import Wording
from models.trained import Trained


@pytest.fixture
def kept(trained: Trained) -> Precedents:
    assert trained.model.reference is not None
    assert trained.model.reference.precedents is not None
    return trained.model.reference.precedents


def test_outcomes_are_certain_and_the_rows_few(make_world: Callable[..., Dataset]) -> None:
    data = make_world(seed=5, signal=1.5)
    rows, later = choose(data, 90, data.data_as_of, 1)
    assert len(rows) == KEPT
    lost = data.lost_within(90)[rows]
    assert 100 < lost.sum() <= KEPT // 2
    assert data.matured(90, data.data_as_of)[rows].all()
    assert ((later >= 0) == ~lost).all()
    accounts = data.frame["account_id"].to_numpy()
    assert (accounts[rows[~lost]] == accounts[later[~lost]]).all()
    for mine, again in zip((rows, later), choose(data, 90, data.data_as_of, 1), strict=True):
        np.testing.assert_array_equal(mine, again)


def test_rows_whose_loss_may_not_be_recorded_yet_are_no_precedents(
    make_world: Callable[..., Dataset],
) -> None:
    data = make_world(seed=5, signal=1.5)
    told = data.told_until(60)
    rows, _ = choose(data, 90, told, 1)
    assert data.matured(90, told)[rows].all()
    assert not data.matured(90, told)[choose(data, 90, data.data_as_of, 1)[0]].all()


def test_the_nearest_of_both_kinds(trained: Trained, kept: Precedents) -> None:
    model = trained.model
    assert model.reference is not None
    names = model.schema.names
    frame = Frame(model.chain(), names, positions(model.reference.families, names))
    me = str(kept.about["account_id"].iloc[0])
    shares = kept.shares[0]
    found = similar(kept, shares, me, frame)
    assert [each.lost for each in found] == [True] * SHOWN + [False] * SHOWN
    assert me not in {each.account for each in found}
    assert len({each.account for each in found}) == 2 * SHOWN
    apart = np.sqrt(((kept.shares - shares) ** 2).sum(axis=1))
    others = (kept.about["account_id"] != me) & kept.about["lost"]
    assert found[0].distance == pytest.approx(apart[others].min())
    for one, other in zip(found[: SHOWN - 1], found[1:SHOWN], strict=True):
        assert one.distance <= other.distance
    for each in found:
        assert all(did.points < 0 for did in each.did)
        said = Wording().precedent(each, 90)
        assert said.startswith(
            f"{each.account} at {each.as_of} {'left' if each.lost else 'stayed'}"
        )


def test_they_come_back_as_they_were(trained: Trained, kept: Precedents) -> None:
    again = Precedents.from_bytes(kept.to_bytes(trained.model.schema))
    assert again.about.to_dict("list") == kept.about.to_dict("list")
    for name in ("shares", "now", "later"):
        np.testing.assert_array_equal(getattr(again, name), getattr(kept, name))
