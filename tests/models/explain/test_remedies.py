"""What would help is as small as can be and within what peers did, or there is none."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from features.followed import Followed
from models.bands import BandPolicy, Steps, Thresholds
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema
from models.explain.moves import SHARES, Moves, learn_moves, quarters
from models.explain.reference import Reference
from models.explain.remedies import Actions, what_would_help
from models.explain.wording import Wording
from models.flavours.logistic import Logistic
from models.hazards import Hazard
from models.intervals import INTERVALS
from models.score import Band

FIRST = date(2025, 1, 31)
NAMES = ("adoption__users_7d", "adoption__users_30d", "engagement__touches_30d", "risk__overdue")
FAMILIES = (NAMES[:2], NAMES[2:3], NAMES[3:])
ACTIONS = Actions({NAMES[0]: 1, NAMES[1]: 1, NAMES[2]: 1})
USUAL, RARE = SHARES


def months(accounts: int, count: int) -> Dataset:
    """In each month users rise by the account's number, touches fall by one; overdue stays."""
    rows = [
        (f"a{a:03}", FIRST + timedelta(days=30 * m), 10.0 + a * m, 100.0 + a * m, 50.0 - m, 1.0)
        for m in range(count)
        for a in range(accounts)
    ]
    frame = pd.DataFrame(rows, columns=["account_id", "as_of", *NAMES])
    never = np.full(len(frame), np.inf)
    return Dataset(frame, never, never, 0, frame["as_of"].max())


def test_pairs_are_a_quarter_apart_and_of_one_account() -> None:
    data = months(3, 5)
    before, after = quarters(data)
    accounts = data.frame["account_id"].to_numpy()
    assert (accounts[before] == accounts[after]).all()
    assert set(data.ordinals[after] - data.ordinals[before]) == {90}
    assert len(before) == 2 * 3


def test_moves_by_hand() -> None:
    moves = learn_moves(months(100, 4), NAMES)  # one quarter: users + 3 a, touches - 3
    users, touches, gone = "adoption__users_30d", "engagement__touches_30d", "gone__signal"
    most, some = (np.quantile(3.0 * np.arange(100), share) for share in (0.9, 0.75))
    for share, way, begins, expected in (
        (USUAL, 1, {users: 100.0, gone: 50.0, touches: 50.0}, [some, 0.0, 0.0]),
        (RARE, 1, {users: 100.0}, [most]),
        (USUAL, -1, {users: 100.0, touches: 50.0}, [0.0, -3.0]),
        (USUAL, -1, {touches: 47.5}, [-0.5]),  # the least that was seen
        (USUAL, 1, {users: np.nan}, [0.0]),
    ):
        names, values = tuple(begins), np.array([*begins.values()])
        found = moves.changes(names, "core", values, share, np.full(len(names), float(way)))
        assert found.tolist() == pytest.approx(expected)
    assert learn_moves(months(5, 4), NAMES).frame.empty  # too few to speak for anyone
    again = Moves.from_bytes(moves.to_bytes())
    pd.testing.assert_frame_equal(again.frame, moves.frame)


def test_a_tiers_own_moves_come_first() -> None:
    data = months(100, 4)
    tiers = np.where(np.arange(len(data.frame)) % 2, "big", "small")
    data = replace(data, frame=data.frame.assign(profile__tier=tiers.astype(object)))
    moves = learn_moves(data, NAMES)
    assert set(moves.frame["tier"]) == {"", "big", "small"}
    mine = 3.0 * np.arange(1, 100, 2)
    users = "adoption__users_30d"
    (own,) = moves.changes((users,), "big", np.array([100.0]), USUAL, np.array([1.0]))
    assert own == pytest.approx(np.quantile(mine, 0.75))


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    """Fewer users, fewer touches and more overdue invoices raise the risk."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(800, 4))
    odds = -0.5 - rows[:, 0] - rows[:, 1] - 1.2 * rows[:, 2] + rows[:, 3]
    lost = (rng.random(800) < 1 / (1 + np.exp(-odds))).astype(float)
    schema = InputSchema(tuple(InputColumn(name) for name in NAMES))
    fitted = Logistic(5.0).fit(rows, lost, schema, 1)
    policy = BandPolicy(Thresholds(0.6, 0.3, 0.4, 0.1), steps=Steps(0.8))
    reference = Reference(rows[:50], FAMILIES, np.zeros(3), moves_of(0.8, 1.6))
    return ChurnModel(
        "v1", "logistic", "logo_churn", schema, (Hazard(INTERVALS[0], fitted, Calibrator()),),
        30, policy, "f" * 64, Followed(), FIRST, reference=reference,
    )  # fmt: skip


def moves_of(usual: float, rare: float) -> Moves:
    """Every signal moved so far up or down, whatever it began at."""
    rows = [
        ("", name, -np.inf, -3.0, 3.0, -usual, usual, -rare, rare) for name in NAMES
    ]  # fmt: skip
    columns = learn_moves(months(5, 4), NAMES).frame.columns
    return Moves(pd.DataFrame(rows, columns=columns))


def account(users: float, touches: float, overdue: float) -> pd.DataFrame:
    row = [("x", FIRST, users, users, touches, overdue)]
    return pd.DataFrame(row, columns=["account_id", "as_of", *NAMES])


def test_the_smallest_change_that_reaches_the_next_band_and_stays(model: ChurnModel) -> None:
    row = account(-0.5, -0.2, 0.0)
    chance = model.chances(model.schema.encode(row))[30][0]
    assert chance > 0.6
    found = what_would_help(model, row, Band.RED, ACTIONS)
    assert found is not None
    assert found.band is Band.YELLOW
    assert found.share == USUAL
    assert len(found.steps) == 1
    step = found.steps[0]
    assert step.columns == NAMES[:2]  # what is one family moves together
    assert step.after - step.before == pytest.approx(0.8)
    odds = 0.8 * 0.6 / 0.4
    assert found.chance < odds / (1 + odds) < chance  # the exit threshold, not just the edge
    moved = row.assign(**{NAMES[0]: 0.3, NAMES[1]: 0.3})
    assert model.chances(model.schema.encode(moved))[30][0] == pytest.approx(found.chance)


def test_more_signals_only_where_one_will_not_do(model: ChurnModel) -> None:
    row = account(-1.2, -1.2, 0.3)
    found = what_would_help(model, row, Band.RED, ACTIONS)
    assert found is not None
    assert len(found.steps) == 2
    for size in range(1, len(found.steps)):  # nothing smaller reaches it, at either distance
        for share, far in ((USUAL, 0.8), (RARE, 1.6)):
            del share
            for names in combinations((NAMES[:2], NAMES[2:3]), size):
                change = {n: row[n] + far for each in names for n in each}
                chance = model.chances(model.schema.encode(row.assign(**change)))[30][0]
                assert chance >= 0.5454


def test_nothing_is_promised_that_peers_never_did(model: ChurnModel) -> None:
    row = account(-2.5, -2.5, 2.0)
    assert what_would_help(model, row, Band.RED, ACTIONS) is None
    said = Wording().remedy(None)
    assert said.startswith("No change of up to 3 signals that people can act on")
    frozen = replace(model.reference, moves=moves_of(0.0, 0.0))
    still = replace(model, reference=frozen)
    assert what_would_help(still, account(-0.5, -0.2, 0.0), Band.RED, ACTIONS) is None
    assert what_would_help(model, account(-0.5, -0.2, 0.0), Band.RED, Actions({})) is None
    unsafe = account(-0.2, 0.0, 1.5)  # only the invoices would help, and nobody can act on them
    only = Actions({NAMES[0]: 1})
    assert what_would_help(replace(model, reference=None), unsafe, Band.RED, only) is None


@pytest.mark.parametrize("band", [Band.GREEN, Band.GREY])
def test_who_needs_no_help_gets_none(model: ChurnModel, band: Band) -> None:
    assert what_would_help(model, account(-0.5, -0.2, 0.0), band, ACTIONS) is None


def test_it_is_worded_as_an_association(model: ChurnModel) -> None:
    found = what_would_help(model, account(-0.5, -0.2, 0.0), Band.RED, ACTIONS)
    said = Wording().remedy(found)
    assert said.startswith("Accounts like this one, but with people who used the product")
    assert "0.30 instead of -0.50 (with 1 other signal like it" in said
    assert said.endswith("It does not promise that the change keeps the account.")
