"""Small seeded worlds: accounts seen every month, some of which foretell their loss."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features.followed import Followed
from models.bands import BandPolicy, Thresholds
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema, Matrix
from models.evidence import Evidence
from models.flavours import FLAVOURS
from models.flavours.blend import Blend
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic
from models.hazards import Hazard
from models.intervals import INTERVALS
from models.trained import Provenance, Trained, TrainingPlan
from models.training import train

FIRST = date(2024, 1, 31)
PLANS = ("basic", "plus", "team")
COLUMNS = ("use", "noise", "plan", "csat", "age", "fixed")

MakeDataset = Callable[..., Dataset]
MakeWorld = Callable[..., Dataset]


@pytest.fixture(scope="session")
def make_dataset() -> MakeDataset:
    """A dataset from rows of (account, as_of, event_days, followed_days)."""

    def make(
        rows: list[tuple[str, date, float, float]], data_as_of: date, lag_days: int = 0
    ) -> Dataset:
        frame = pd.DataFrame({"account_id": [r[0] for r in rows], "as_of": [r[1] for r in rows]})
        events = np.array([r[2] for r in rows], float)
        followed = np.array([r[3] for r in rows], float)
        return Dataset(frame, events, followed, lag_days, data_as_of)

    return make


@pytest.fixture(scope="session")
def make_world() -> MakeWorld:
    return world


def world(
    seed: int = 0,
    accounts: int = 260,
    months: int = 14,
    base: float = 0.05,
    signal: float = 0.0,
    young: float = 0.0,
) -> Dataset:
    """Snapshots every 30 days of accounts that are lost with a monthly hazard.

    Args:
        seed: of everything random.
        accounts: how many there are in each month: a lost one is replaced by a new one.
        months: how many snapshots.
        base: chance of loss in a month of an account that shows nothing.
        signal: what one standard deviation less of `use` adds to the log-odds of loss.
        young: what the third to sixth month as a customer add.
    """
    rng = np.random.default_rng(seed)
    names, born = np.arange(accounts), rng.integers(-24, 1, accounts)
    lost_at = np.full(accounts * (months + 1) * 2, np.inf)
    use, parts, fresh = rng.normal(size=accounts), [], accounts
    for month in range(months):
        use = 0.8 * use + 0.6 * rng.normal(size=accounts)
        age = month - born
        parts.append(_month(rng, month, names, use, age))
        odds = np.log(base / (1 - base)) - signal * use + young * ((age >= 2) & (age <= 5))
        gone = rng.random(accounts) < 1 / (1 + np.exp(-odds))
        lost_at[names[gone]] = 30 * month + rng.uniform(0.5, 30, gone.sum())
        new = np.arange(fresh, fresh + gone.sum())
        names, born, fresh = names.copy(), born.copy(), fresh + int(gone.sum())
        names[gone], born[gone] = new, month + 1
    frame = pd.concat(parts, ignore_index=True)
    number, day = frame.pop("number").to_numpy(), frame.pop("day").to_numpy()
    events = lost_at[number] - day
    events[lost_at[number] > 30 * (months - 1)] = np.inf
    data_as_of = FIRST + timedelta(days=30 * (months - 1))
    return Dataset(frame, events, np.full(len(frame), np.inf), 0, data_as_of)


def _month(
    rng: np.random.Generator, month: int, names: np.ndarray, use: np.ndarray, age: np.ndarray
) -> pd.DataFrame:
    size = len(names)
    return pd.DataFrame(
        {
            "account_id": [f"a{n:05d}" for n in names],
            "as_of": pd.Series([FIRST + timedelta(days=30 * month)] * size, dtype=object),
            "use": use + 0.1 * rng.normal(size=size),
            "noise": rng.normal(size=size),
            "plan": np.array(PLANS, dtype=object)[names % 3],
            "csat": np.where(rng.random(size) < 0.4, np.nan, rng.integers(1, 6, size)),
            "age": 30.0 * age,
            "fixed": 7.0,
            "number": names,
            "day": 30 * month,
        }
    )


@pytest.fixture(scope="session", autouse=True)
def few_rounds() -> Iterator[None]:
    """Boosted trees of few rounds, so that the tests are quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FLAVOURS, "lightgbm", LightGBM(rounds=25))
        patch.setitem(FLAVOURS, "blend", Blend(LightGBM(rounds=15), Logistic()))
        yield


@pytest.fixture(scope="session")
def plan() -> TrainingPlan:
    return TrainingPlan(
        flavours=("lightgbm", "logistic"),
        primary_horizon=90,
        baselines={"base rate": (), "age alone": ("age",)},
        blocks=3,
    )


@pytest.fixture(scope="session")
def origin() -> Provenance:
    return Provenance("2025-02-24-00000000", "logo_churn", "f" * 64, Followed(("login", "export")))


@pytest.fixture(scope="session")
def trained(plan: TrainingPlan, origin: Provenance) -> Trained:
    """A model of a world whose accounts do foretell their loss."""
    return train(world(seed=5, signal=1.5), COLUMNS, plan, origin)


@pytest.fixture(scope="session")
def schema() -> InputSchema:
    """Two numbers, a word, a number that is often missing, and one that is constant."""
    names = ("use", "noise", "plan", "csat", "fixed")
    return InputSchema(tuple(InputColumn(n, PLANS if n == "plan" else None) for n in names))


@pytest.fixture(scope="session")
def inputs() -> Matrix:
    """Inputs of the schema, shape (700, 5)."""
    rng = np.random.default_rng(3)
    out = rng.normal(size=(700, 5))
    out[:, 2] = rng.integers(0, 3, 700)
    out[rng.random(700) < 0.1, 2] = np.nan
    out[rng.random(700) < 0.4, 3] = np.nan
    out[:, 4] = 7.0
    return out


@pytest.fixture(scope="session")
def lost(inputs: Matrix) -> np.ndarray:
    """0 or 1: low `use` and the word "team" raise the risk."""
    odds = -1.0 - 1.2 * inputs[:, 0] + 0.8 * (inputs[:, 2] == 2) + 0.6 * np.isnan(inputs[:, 3])
    drawn = np.random.default_rng(4).random(len(inputs))
    return (drawn < 1 / (1 + np.exp(-odds))).astype(float)


CALIBRATORS = {
    "none": Calibrator(),
    "temperature": Calibrator(0.7, 0.7, 0.1, "temperature", 30),
    "platt": Calibrator(1.4, 1.4, -0.3, "platt", 120),
    "beta": Calibrator(1.3, 0.6, 0.2, "beta", 900),
}


@pytest.fixture(params=list(CALIBRATORS))
def calibrator(request: pytest.FixtureRequest) -> Calibrator:
    return CALIBRATORS[request.param]


MakeModel = Callable[..., ChurnModel]


@pytest.fixture(scope="session")
def make_model(schema: InputSchema, inputs: Matrix, lost: np.ndarray) -> MakeModel:
    """A churn model over three intervals, each fitted on other labels."""

    def make(flavour: str, calibrator: Calibrator = CALIBRATORS["beta"]) -> ChurnModel:
        labels = [lost, np.roll(lost, 50), np.where(np.arange(len(lost)) % 3, lost, 1 - lost)]
        hazards = tuple(
            Hazard(interval, FLAVOURS[flavour].fit(inputs, y, schema, 1), calibrator)
            for interval, y in zip(INTERVALS, labels, strict=False)
        )
        policy = BandPolicy(Thresholds(0.8, 0.7, 0.75, 0.4))
        return ChurnModel(
            "v1",
            flavour,
            "logo_churn",
            schema,
            hazards,
            180,
            policy,
            "f" * 64,
            Followed(("login",)),
            FIRST,
        )

    return make


MakeEvidence = Callable[..., Evidence]


@pytest.fixture(scope="session")
def make_evidence() -> MakeEvidence:
    return rows_tested


def rows_tested(
    noise: float = 0.5,
    version: str = "v1",
    accounts: int = 600,
    seed: int = 0,
    tiers: tuple[str, ...] = ("high", "low", "mid"),
    **about: object,
) -> Evidence:
    """Test rows of one company (by seed), as a model sees it through so much noise.

    The noise is the account's own and the same for every amount of it, so that two models of
    one company differ in nothing else. The chances are those of the logistic approximation
    to a normal mixture, right to about a tenth.
    """
    rng = np.random.default_rng(seed)
    dates = [FIRST + timedelta(days=30 * n) for n in range(3)]
    owner, rows = np.tile(np.arange(accounts), 3), 3 * accounts
    risk, blur = rng.normal(size=accounts)[owner], rng.normal(size=accounts)[owner]
    lost = rng.random(rows) < 1 / (1 + np.exp(1.4 - 1.3 * risk))
    share = 1 / (1 + noise**2)
    hidden = 1.3**2 * (1 - share)  # variance of the log-odds that the model does not see
    odds = (-1.4 + 1.3 * share * (risk + noise * blur)) / np.sqrt(1 + np.pi * hidden / 8)
    frame = pd.DataFrame(
        {
            "account_id": [f"a{n:04d}" for n in owner],
            "as_of": np.repeat(np.array(dates, dtype=object), accounts),
            "horizon": np.full(rows, 90, np.int16),
            "learnt_until": np.repeat(np.array(dates, dtype=object), accounts),
            "chance": 1 / (1 + np.exp(-odds)),
            "lost": lost,
            "days_to_loss": np.where(lost, 20.0, np.nan),
            "arr": 1000.0 * (1 + owner % 9),
            "tenure_days": 40.0 * (owner % 20),
            "known_account": owner % 4 > 0,
            "segment: tier": np.array(tiers, dtype=object)[owner % len(tiers)],
            "beside: base rate": 0.25,
        }
    ).astype({"account_id": object, "segment: tier": object})
    usual = {
        "bundle": "b" * 64,
        "outcome": "logo_churn",
        "fingerprint": "f" * 64,
        "data_as_of": dates[-1] + timedelta(days=90),
        "lag_days": 0,
        "primary_horizon": 90,
        "capacity": 0.1,
        "lead_days": 30,
        "rows": frame,
        "notes": {"fit": True, "verdict": ["."]},
    }
    return Evidence(version, **{**usual, **about})
