"""Gathering what the report needs, and writing it."""

import csv
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from models.score import Band
from pipelines.assemble import loaded
from pipelines.company import label_of, rates_of
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.report.calibration import calibration
from pipelines.report.doubts import doubts
from pipelines.report.evidence import Evidence, Truth, evidence
from pipelines.report.gaps import Grounds
from pipelines.report.outcome import words_for
from pipelines.report.page import Setting, render
from pipelines.report.pictures import pictures_of
from pipelines.report.portfolio import Portfolio, portfolio
from pipelines.report.quality import qualities
from pipelines.report.view import headline
from pipelines.run import resolve_as_of
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.notices import notices
from serving.store import (
    ModelRecord,
    ModelVersionRepository,
    RunInfo,
    ScoreRepository,
    open_store,
)

Progress = Callable[[str], None]
NAME = "report.html"


@dataclass(frozen=True)
class ReportResult:
    """What was written, and its main figures."""

    path: Path
    headline: str
    portfolio: Portfolio
    evidence: Evidence
    currency: str

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values; money as decimal text."""
        found = self.portfolio
        return {
            "path": str(self.path),
            "as_of": found.as_of.isoformat(),
            "headline": self.headline,
            "currency": self.currency,
            "horizon": found.horizon,
            "accounts": len(found.accounts),
            "arr": str(found.arr) if found.valued else None,
            "expected_loss": str(found.expected) if found.valued else None,
            "expected_accounts_lost": found.expected_accounts,
            "bands": {band.value: _totals(found, band) for band in Band},
            "realised": {
                "source": self.evidence.source.value,
                "dates": [each.isoformat() for each in self.evidence.dates],
                "bands": [asdict(each) for each in self.evidence.bands],
            },
        }


def write_report(
    workspace: Workspace, config: Config, as_of: date | None, folder: Path, say: Progress
) -> ReportResult:
    """Write `report.html` into `folder`, for the scores of `as_of` or the newest.

    Raises:
        InputError: no such scores were published, nothing is loaded, or the folder cannot be
            written to.
    """
    engine = open_store(workspace.store_address)
    try:
        grounds, setting = _gather(workspace, config, engine, as_of, say)
    finally:
        engine.dispose()
    path = _write(folder, render(grounds, setting))
    found = grounds.portfolio
    words = headline(found, words_for(grounds.outcome), setting.currency)
    return ReportResult(path, words, found, grounds.evidence, setting.currency)


def _gather(
    workspace: Workspace, config: Config, engine: Engine, as_of: date | None, say: Progress
) -> tuple[Grounds, Setting]:
    scores, versions = ScoreRepository(engine), ModelVersionRepository(engine)
    run, newest = _run(scores, as_of), scores.newest()
    model = versions.get(run.model_version)
    metrics = model.metrics if model else {}
    truth = _truth(workspace, config)
    say(f"looking up what happened by {truth.known_until}")
    grounds = Grounds(
        portfolio=portfolio(run.as_of, run.primary_horizon, scores.run(run.as_of)),
        evidence=evidence(scores, versions, run, metrics, truth),
        qualities=qualities(metrics),
        calibration=calibration(metrics),
        outcome=_outcome(model, config),
        quarantined=quarantined(workspace.quarantine),
        newest=newest.as_of if newest else run.as_of,
        trained_on=model.data_as_of if model else None,
        doubts=doubts(metrics, run.primary_horizon),
        silent=scores.silent(run.as_of),
        notices=tuple(notices(run)),
    )
    company, version = config.company, run.model_version
    now = datetime.now(UTC)
    words = words_of(engine)
    shown = pictures_of(workspace, version, grounds.portfolio, words)
    return grounds, Setting(company.name, company.currency, version, words, now, shown)


def _run(scores: ScoreRepository, as_of: date | None) -> RunInfo:
    found = scores.newest() if as_of is None else scores.info(as_of)
    if found is None:
        known = ", ".join(day.isoformat() for day in scores.dates()[-5:]) or "none yet"
        given = "nothing to report" if as_of is None else f"--as-of {as_of}"
        raise InputError(f"{given}: no scores were published; the latest are {known}.")
    return found


def _truth(workspace: Workspace, config: Config) -> Truth:
    lake = loaded(workspace)
    label = label_of(config, lake.manifest.tables)
    until, embargo = resolve_as_of(workspace, None), config.models.embargo_days
    return Truth(lake, label, rates_of(config), until, embargo)


def _outcome(model: ModelRecord | None, config: Config) -> str:
    return model.outcome if model else config.learnt


def quarantined(folder: Path) -> dict[str, int]:
    """How many bad rows the last load set aside, by source."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = sum(1 for _ in csv.reader(file)) - 1
    return {name: rows for name, rows in found.items() if rows > 0}


def _write(folder: Path, page: str) -> Path:
    path = folder / NAME
    temporary = folder / f".{NAME}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_text(page, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"--to {folder}: cannot be written: {error.strerror or error}.") from error
    return path.resolve()


def _totals(found: Portfolio, band: Band) -> dict[str, Any]:
    total = found.total(band)
    return {
        "accounts": total.accounts,
        "arr": str(total.arr) if found.valued else None,
        "expected_loss": str(total.expected) if found.valued else None,
    }
