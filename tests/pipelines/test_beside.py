"""A company whose accounts leave, shrink and grow: causes, lead time and expansion, end to end."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import Result

from features.outcomes import AnyLoss, Declared, LogoChurn, Movement
from pipelines.company import label_of, labels_beside
from pipelines.config import Config, parse_config, read_config
from pipelines.run import run
from pipelines.texts import main_job
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

BEGINS, MONTHS = date(2024, 1, 1), 20
AS_OF = date(2025, 7, 31)
PLANS = ("solo", "team", "works")
CHANCES = {
    "solo": (0.06, 0.006, 0.004),
    "team": (0.006, 0.05, 0.004),
    "works": (0.004, 0.004, 0.06),
}
"""By plan: chance of leaving, shrinking and growing in a month."""
FILE = """\
[sources.accounts]
files = "accounts.csv"

[sources.subscriptions]
files = "subscriptions.csv"

[load]
buckets = 2

[models]
outcome = "any_loss"
flavours = ["logistic", "single"]
horizons = [30, 90]
minimum_lead_days = 30
"""


def config(**sections: object) -> Config:
    raw = {"sources": {"accounts": {"files": "accounts.csv"}}, **sections}
    return parse_config(raw, Path())


def test_any_loss_and_what_is_learnt_beside_it() -> None:
    given = config(models={"outcome": "any_loss"}, outcome={"gap_days": 5, "share": 0.2})
    down, up = Movement("contraction", 0.2, 5), Movement("expansion", 0.2, 5)
    assert label_of(given, {"subscriptions"}) == AnyLoss(LogoChurn(5), down)
    assert labels_beside(given, {"subscriptions"}) == (down, up)
    declared = AnyLoss(Declared("logo_churn"), Declared("contraction"))
    assert label_of(given, {"outcomes"}) == declared
    assert labels_beside(config(), {"outcomes"}) == (Declared("expansion"),)
    for other in ({"outcome": "lapse"}, {"outcome": "expansion"}, {"expansion": "never"}):
        assert labels_beside(config(models=other), {"subscriptions"}) == ()


def lines(number: int, rng: np.random.Generator) -> list[list[object]]:
    """The contract lines of one account; it moves once a month at most, and then it stays."""
    plan = PLANS[number % 3]
    first, mrr, ended = int(rng.integers(0, 8)), 100.0, None
    begun, found = BEGINS + timedelta(days=30 * first), []
    for month in range(first + 1, MONTHS):
        leave, shrink, grow = CHANCES[plan]
        drawn, day = rng.random(), BEGINS + timedelta(days=30 * month + int(rng.integers(0, 28)))
        if drawn >= leave + shrink + grow:
            continue
        found.append([f"{number}-{month}", f"a{number}", plan, mrr, begun, day])
        if drawn < leave:
            ended = day
            break
        mrr, begun = mrr * (0.6 if drawn < leave + shrink else 1.5), day
    return found if ended else [*found, [f"{number}-on", f"a{number}", plan, mrr, begun, ""]]


def write(folder: Path, accounts: int = 330) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    tables = {
        "accounts": [["account_id"], *([f"a{n}"] for n in range(accounts))],
        "subscriptions": [
            ["subscription_id", "account_id", "plan", "mrr", "started_at", "ended_at"],
            *(line for n in range(accounts) for line in lines(n, rng)),
        ],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    (folder / "forewarn.toml").write_text(FILE)
    return folder / "forewarn.toml"


@dataclass(frozen=True)
class Done:
    summary: dict[str, Any]
    text: str
    workspace: Path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The main job on the company, once."""
    folder = tmp_path_factory.mktemp("moves")
    given, space = read_config(write(folder)), folder / "workspace"
    found = run(Workspace(space), given, AS_OF, lambda _: None)
    return Done(json.loads(json.dumps(found.summary())), main_job(found), space)


def test_both_causes_and_expansion_have_their_figures(done: Done) -> None:
    found = done.summary["train"]
    assert found["fit_to_use"], found["verdict"]
    assert found["outcome"] == "any_loss"
    causes = found["causes"]
    assert causes["told_apart_by"] in {"shrunken", "logistic"}  # the plan tells them
    assert min(causes["accounts_lost"].values()) > 40
    assert causes["revenue_taken"] == {
        "logo_churn": 1.0,
        "contraction": pytest.approx(0.4, abs=0.05),
    }
    for of in causes["horizon_reports"].values():
        assert of["90"]["gains"]["base share"]["low"] > 0
    growth = found["expansion"]
    assert growth["fit_to_use"], growth["verdict"]
    assert growth["accounts_grown"] > 40
    assert growth["horizon_reports"]["90"]["metrics"]["auc"]["low"] > 0.6
    assert found["minimum_lead_days"] == 30

    assert found["horizon_reports"].keys() == {"90"}
    assert causes["horizon_reports"]["contraction"].keys() == {"30", "90"}  # from today on


def test_people_are_told_of_them(done: Done) -> None:
    for words in (
        "A loss in the first 30 days does not count",
        "Losses by cause: ",
        "    logo_churn, 90 days (",
        "    contraction, 30 days (",
        " % of revenue on average",
        "  Expansion (",
        "foretold beside the loss",
    ):
        assert words in done.text


def test_scores_carry_them_and_add_up(done: Done) -> None:
    store = open_store(Workspace(done.workspace).store_address)
    scores = ScoreRepository(store).run(AS_OF)
    store.dispose()
    assert len(scores) > 100
    for each in scores:
        ahead = each.score.outlook
        for horizon in (30, 90):
            parts = [of[horizon] for of in ahead.p_by_cause.values()]
            assert sum(parts) == pytest.approx(each.score.p_loss[horizon], abs=1e-12)
        assert 0 < ahead.p_expansion[30] < ahead.p_expansion[90] < 1
        p = each.score.p_loss
        assert each.risk == pytest.approx(1 - (1 - p[90]) / (1 - p[30]), abs=1e-9)
        assert each.score.health_score == pytest.approx(100 * (1 - each.risk))
        assert (ahead.lead_days, each.score.primary) == (30, each.risk)
        whole = ahead.p_by_cause["logo_churn"][90] + 0.4 * ahead.p_by_cause["contraction"][90]
        assert ahead.revenue_lost == pytest.approx(whole, abs=0.05)
        assert each.expected_loss is not None
        assert float(each.expected_loss) == pytest.approx(
            float(each.card.arr or 0) * (ahead.revenue_lost or 0), abs=0.01
        )


def test_the_export_holds_them_column_by_column(
    done: Done, forewarn: Callable[..., Result], tmp_path: Path
) -> None:
    target = tmp_path / "scores.csv"
    place = ("--workspace", done.workspace)
    answer = forewarn("export", "scores", "--as-of", AS_OF, "--to", target, *place)
    assert answer.exit_code == 0, answer.output
    frame = pd.read_csv(target)
    both = frame["p_logo_churn_90"] + frame["p_contraction_90"]
    np.testing.assert_allclose(both, frame["p_loss_90"], atol=1e-12)
    assert frame["p_expansion_90"].between(0, 1).all()
    assert frame["expected_loss"].gt(0).all()
    assert frame["minimum_lead_days"].eq(30).all()
    assert frame["p_contraction_365"].isna().all()
