"""Tuning as the configuration asks for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.dataset import Dataset
from models.flavours import FLAVOURS
from models.flavours.lightgbm import LightGBM
from models.trained import TrainingPlan
from pipelines.config import Config, parse_config
from pipelines.tune import tuned, with_tuning
from pipelines.workspace import Workspace

PLAN = TrainingPlan(("blend",), 30, {}, blocks=4, directions={"use": 1})


def config(**models: object) -> Config:
    return parse_config(
        {"sources": {"accounts": {"files": "accounts.csv"}}, "models": models}, Path()
    )


def company(months: int = 12, accounts: int = 120) -> Dataset:
    """Accounts of which each month those with little use are lost, and replaced."""
    rng = np.random.default_rng(2)
    days = [date(2024, 1, 31) + timedelta(days=30 * m) for m in range(months)]
    frame = pd.DataFrame(
        {
            "account_id": [f"a{m}-{i}" for m in range(months) for i in range(accounts)],
            "as_of": pd.Series([d for d in days for _ in range(accounts)], dtype=object),
            "use": rng.normal(size=months * accounts),
            "noise": rng.normal(size=months * accounts),
        }
    )
    lost = rng.random(len(frame)) < 1 / (1 + np.exp(1 + 2 * frame["use"]))
    events = np.where(lost, 15.0, np.inf)
    return Dataset(frame, events, np.full(len(frame), np.inf), 0, days[-1])


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FLAVOURS, "lightgbm", LightGBM(rounds=40))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple]:
    def work(data: Dataset, **models: object) -> tuple:
        said: list[str] = []
        space = Workspace(tmp_path)
        plan, found = tuned(
            space, config(**models), data, ("use", "noise"), PLAN, "digest", said.append
        )
        return plan, found, said

    return work


def test_nothing_is_tuned_unless_asked_for(run: Callable[..., tuple], tmp_path: Path) -> None:
    assert run(company()) == (PLAN, (), [])
    assert not list(tmp_path.iterdir())


def test_a_blend_is_tuned_in_its_parts(run: Callable[..., tuple], tmp_path: Path) -> None:
    plan, found, said = run(company(), tune_trials=2)
    assert [one.flavour for one in found] == ["lightgbm", "logistic"]
    assert plan.report_from == found[0].before
    assert plan.settings == {o.flavour: o.setting for o in found if o.used != "defaults"}
    assert [line for line in said if ": " in line][-1] == found[1].sentence
    assert (tmp_path / "tuning.db").exists()
    assert run(company(), tune_trials=2)[:2] == (plan, found)


def test_signs_can_be_left_out(run: Callable[..., tuple]) -> None:
    _, found, _ = run(company(), tune_trials=2, monotone="never")
    assert "monotone" not in found[0].setting


def test_a_short_history_is_left_as_it_is(run: Callable[..., tuple]) -> None:
    plan, found, _ = run(company(months=3, accounts=20), tune_trials=2)
    assert plan == replace(PLAN)
    assert all(one.tried == 0 for one in found)


def test_the_command_line_overrides_the_seconds() -> None:
    given = config(tune_seconds=60)
    assert with_tuning(given, None) is given
    changed = with_tuning(given.bound(Path("here"), {"A": "b"}), 5.0)
    assert changed.models.tune_seconds == 5.0
    assert (changed.folder, changed.environment) == (Path("here"), {"A": "b"})
