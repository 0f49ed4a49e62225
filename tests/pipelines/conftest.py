"""A small company on disk, the main job run over it once, and stores built by hand."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import Result
from sqlalchemy import Engine
from typer.testing import CliRunner

from models.score import HORIZONS, OTHERS, AccountCard, Band, Reason, Score
from pipelines.cli.commands import app_of
from pipelines.workspace import Workspace
from serving.store import (
    ModelRecord,
    ModelVersionRepository,
    ScoreRepository,
    ScoringRun,
    open_store,
)

if TYPE_CHECKING:
    from models.registry import Registry

BEGINS, DAYS = date(2024, 1, 1), 500
SCORED, RESCORED = date(2025, 2, 28), date(2025, 4, 30)
JUNE = date(2026, 6, 30)
APP = app_of()
CONFIG = """\
[company]
name = "Kiosk & Sons"
currency = "GBP"

[inputs.orders]
files = "orders.csv"

[sources.accounts]
sql = "select customer as account_id, min(day) as created_at from orders group by 1"

[sources.usage]
files = "orders.csv"
rename = { account_id = "customer", occurred_at = "day" }
compute = { event = "'order'" }

[load]
buckets = 2

[outcome]
name = "lapse"
silent_days = 30
activity = "usage"

[signals]
file = "signals.py"

[models]
primary_horizon = 30
flavours = ["logistic"]
"""
OWN_SIGNALS = """\
from features.measures import Count
from features.signal import Direction, GroupName, Signal

ORDERS = (("event", ("order",)),)
SIGNALS = {
    GroupName.CONSUMPTION: (
        Signal("baskets", "usage", Count(), "baskets bought", (14, 60), ORDERS, unit="baskets",
               direction=Direction.HEALTHIER, actionable=True),
    ),
}
"""


@dataclass(frozen=True)
class Company:
    """The files of a company and the workspace that Forewarn keeps for it."""

    config: Path
    workspace: Path


@dataclass(frozen=True)
class Finished:
    """The main job, done."""

    company: Company
    answer: subprocess.CompletedProcess[str]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.answer.stdout)
        return found


def orders(accounts: int, seed: int) -> list[tuple[str, str]]:
    """Each customer orders at a rhythm of its own; before it leaves it slows down."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(accounts):
        joined, stays = int(rng.integers(0, 250)), int(rng.exponential(260)) + 40
        gap, at = rng.uniform(2, 6), float(joined)
        while at < min(joined + stays, DAYS):
            rows.append((f"c{number:03}", (BEGINS + timedelta(days=int(at))).isoformat()))
            slow = 2.5 if joined + stays - at < 45 else 1.0
            at += rng.exponential(gap * slow) + 0.5
    return rows


def write_company(folder: Path, accounts: int = 300, seed: int = 5) -> Company:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(row) for row in [("customer", "day"), *orders(accounts, seed)]]
    (folder / "orders.csv").write_text("\n".join(lines) + "\n")
    (folder / "signals.py").write_text(OWN_SIGNALS)
    (folder / "forewarn.toml").write_text(CONFIG)
    return Company(folder / "forewarn.toml", folder / "workspace")


def in_a_shell(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in a process of its own."""
    command = [sys.executable, "-m", "pipelines.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)


def in_this_process(*arguments: object) -> Result:
    """The command without the seconds that a new process takes to import everything."""
    found = CliRunner().invoke(APP, [str(each) for each in arguments])
    assert found.exit_code == 0, found.stderr
    return found


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session", autouse=True)
def empty_registry(once: Once) -> Iterator[None]:
    """In this process a new registry is a copy of an empty one: MLflow takes seconds to make it."""
    plain = Workspace.registry

    def make(folder: Path) -> None:
        plain(Workspace(folder))

    def quick(space: Workspace) -> "Registry":
        mine = space.root / "mlflow.db"
        if not mine.exists():
            space.root.mkdir(parents=True, exist_ok=True)
            shutil.copy(once("registry", make) / "mlflow.db", mine)
        return plain(space)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "registry", quick)
        yield


def moved(company: Path, folder: Path) -> Company:
    """A copy of a company's folder with its workspace, which does not look back to the first."""
    shutil.copytree(company, folder, dirs_exist_ok=True)
    copy = Company(folder / "forewarn.toml", folder / "workspace")
    Workspace(copy.workspace).remember(copy.config)
    return copy


@pytest.fixture(scope="session")
def finished(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The main job as of a day 70 days before the data ends, and scores of a later day."""

    def make(folder: Path) -> None:
        company = write_company(folder)
        place = ("-c", company.config, "--workspace", company.workspace)
        answer = in_a_shell("run", "--as-of", SCORED, "--json", *place)
        assert answer.returncode == 0, answer.stderr
        said = {"stdout": answer.stdout, "stderr": answer.stderr}
        (folder / "workspace" / "said.json").write_text(json.dumps(said))
        in_this_process("score", "--as-of", RESCORED, *place)

    company = moved(once("finished", make), tmp_path_factory.mktemp("finished"))
    said = json.loads((company.workspace / "said.json").read_text())
    return Finished(company, subprocess.CompletedProcess([], 0, said["stdout"], said["stderr"]))


@pytest.fixture(scope="session")
def ranked(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company whose signals are ranked among its accounts, trained and scored."""

    def make(folder: Path) -> None:
        company = write_company(folder, accounts=80)
        one = CONFIG + "horizons = [30]\n"
        company.config.write_text(one.replace("[signals]", '[signals]\npeers = "company"'))
        place = ("-c", company.config, "--workspace", company.workspace)
        in_this_process("load", *place)
        for step in ("train", "score"):
            in_this_process(step, "--as-of", SCORED, *place)

    return moved(once("ranked", make), tmp_path_factory.mktemp("ranked"))


@dataclass(frozen=True)
class TrainedTwice:
    """A company with a champion, and a model trained two months later."""

    company: Company
    first: dict[str, Any]
    later: dict[str, Any]

    @property
    def space(self) -> Workspace:
        return Workspace(self.company.workspace)

    @property
    def versions(self) -> tuple[str, str]:
        return self.first["model_version"], self.later["model_version"]


@pytest.fixture(scope="module")  # tests of other modules put other models into service
def trained_twice(once: Once, tmp_path_factory: pytest.TempPathFactory) -> TrainedTwice:
    def make(folder: Path) -> None:
        company = write_company(folder)
        place = ("-c", company.config, "--workspace", company.workspace)
        in_this_process("load", *place)
        for day in (SCORED, RESCORED):
            said = in_this_process("train", "--as-of", day, "--json", *place).stdout
            (folder / "workspace" / f"{day}.json").write_text(said)

    company = moved(once("twice", make), tmp_path_factory.mktemp("twice"))
    said = [(company.workspace / f"{day}.json").read_text() for day in (SCORED, RESCORED)]
    return TrainedTwice(company, *(json.loads(each) for each in said))


@dataclass(frozen=True)
class Days:
    """The days that `finished` scored."""

    scored: date = SCORED
    rescored: date = RESCORED


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A smaller one, on which nothing was done yet."""
    return write_company(tmp_path / "company", accounts=40)


@pytest.fixture
def tiny(tmp_path: Path) -> Company:
    """One too small to learn anything from."""
    return write_company(tmp_path / "tiny", accounts=8)


@pytest.fixture
def forewarn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """The command line in this process, away from any configuration of this folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("FOREWARN_WORKSPACE", "FOREWARN_STORE", "FOREWARN_HOST", "FOREWARN_PORT"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, **environment: str) -> Result:
        return CliRunner().invoke(APP, [str(each) for each in arguments], env=environment)

    return run


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Engine]:
    engine = open_store(workspace.store_address)
    yield engine
    engine.dispose()


Publish = Callable[..., int]


@pytest.fixture
def publish(store: Engine) -> Publish:
    """Publishes `{account id: chance within 90 days}`; None is grey."""
    clock = datetime(2026, 7, 1, 2, tzinfo=UTC)

    def now(
        chances: Mapping[str, float | None],
        as_of: date = JUNE,
        version: str = "v1",
        **cards: Mapping[str, Any],
    ) -> int:
        run = ScoringRun(
            as_of,
            version,
            90,
            [score_of(key, p, as_of, version) for key, p in chances.items()],
            [card_of(key, cards) for key in chances],
        )
        return ScoreRepository(store, lambda: clock).publish(run)

    return now


def card_of(key: str, given: Mapping[str, Mapping[str, Any]]) -> AccountCard:
    usual = {"name": f"Name of {key}", "crm_id": f"crm-{key}", "arr": Decimal("1200.00")}
    named = {field: values[key] for field, values in given.items() if key in values}
    return AccountCard(account_id=key, **{**usual, **named})


def score_of(key: str, p: float | None, as_of: date, version: str) -> Score:
    chances = {} if p is None else {30: p / 2, 90: p}
    return Score(
        account_id=key,
        as_of=as_of,
        p_loss=dict.fromkeys(HORIZONS) | chances,
        health_score=None if p is None else 100 * (1 - p),
        band=band_of(p),
        model_version=version,
        base=-2.0,
        reasons=(
            Reason(OTHERS, 40.0, 0.9),
            Reason("adoption__users_30d", 3.0, 0.75),
            Reason("risk__level", "high", -0.5),
            Reason("experience__csat_90d", None, 0.125),
            Reason("profile__age", 400.0, 0.1),
        ),
    )


def band_of(p: float | None) -> Band:
    if p is None:
        return Band.GREY
    return Band.RED if p >= 0.5 else Band.YELLOW if p >= 0.2 else Band.GREEN


def say(reason: Reason) -> str:
    """Stands in for the wording."""
    return f"{reason.signal} is {reason.value}"


@pytest.fixture
def words() -> Callable[[Reason], str]:
    return say


@pytest.fixture
def promote(store: Engine) -> Callable[..., None]:
    """Records a model version with the metrics given, and lets it serve."""

    def now(version: str = "v1", data_as_of: date = JUNE, **metrics: Any) -> None:
        record = ModelRecord(
            version=version,
            created_at=datetime(2026, 6, 30, 21, 15, tzinfo=UTC),
            flavour="logistic",
            outcome="logo_churn",
            horizons=(30, 90),
            primary_horizon=90,
            metrics={"events": [], **metrics},
            bands={},
            data_as_of=data_as_of,
            run_id="6f1d",
            digest="ab" * 32,
        )
        ModelVersionRepository(store).promote(record)

    return now
