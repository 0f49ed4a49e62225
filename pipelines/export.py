"""Writing published scores to a file that anyone can open."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from models.causes.shares import CAUSES
from models.score import HORIZONS, Reason
from pipelines.delivery_rows import harmless
from pipelines.errors import InputError
from serving.store import AccountScore, ScoreRepository

Words = Callable[[Reason], str]
EXPANSION = "expansion"
WRITERS = (".csv", ".parquet")
WORDS = ("account_id", "model_version", "name", "tier", "csm", "crm_id")
"""Columns of the company's own words, which a spreadsheet might take for formulas."""


def export_scores(scores: ScoreRepository, as_of: date, target: Path, words: Words) -> int:
    """Write all scores published for `as_of` to `target`; returns the number of rows.

    Raises InputError for another extension, a date without scores, or a file that cannot be
    written.
    """
    if target.suffix not in WRITERS:
        allowed = " or ".join(WRITERS)
        raise InputError(f"--to {target}: the file must end in {allowed}.")
    found = scores.run(as_of)
    if not found:
        known = ", ".join(day.isoformat() for day in scores.dates()[-5:]) or "none yet"
        raise InputError(f"--as-of {as_of}: no scores were published; the latest are {known}.")
    frame = as_frame(found, words)
    try:
        _write(frame, target)
    except OSError as error:
        raise InputError(f"--to {target}: cannot be written: {error.strerror or error}.") from error
    return len(frame)


def _write(frame: pd.DataFrame, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".csv":
        plain = {name: frame[name].map(harmless) for name in WORDS}
        frame.assign(**plain).to_csv(target, index=False)
    else:
        frame.to_parquet(target, index=False)


def as_frame(found: tuple[AccountScore, ...], words: Words) -> pd.DataFrame:
    """One row per account; chances from 0 to 1, `health_score` 0 to 100 with 100 healthy.

    `expected_loss` is recurring revenue per year in the company's currency.
    """
    return pd.DataFrame([_row(each, words) for each in found])


def _row(each: AccountScore, words: Words) -> dict[str, object]:
    score, card, ahead = each.score, each.card, each.score.outlook
    chances = {**ahead.p_by_cause, EXPANSION: ahead.p_expansion}
    return {
        "account_id": score.account_id,
        "as_of": score.as_of.isoformat(),
        **{f"p_loss_{h}": score.p_loss.get(h) for h in HORIZONS},
        **{
            f"p_{name}_{h}": chances.get(name, {}).get(h)
            for name in (*CAUSES, EXPANSION)
            for h in HORIZONS
        },
        "expected_loss": None if each.expected_loss is None else str(each.expected_loss),
        "primary_horizon": each.primary_horizon,
        "minimum_lead_days": ahead.lead_days,
        "health_score": score.health_score,
        "band": score.band.value,
        "model_version": score.model_version,
        "base_log_odds": score.base,
        "reasons": reasons_as_json(score.reasons, words),
        "name": card.name,
        "tier": card.tier,
        "arr": None if card.arr is None else str(card.arr),
        "csm": card.csm,
        "crm_id": card.crm_id,
    }


def reasons_as_json(reasons: tuple[Reason, ...], words: Words) -> str:
    """Reasons as a JSON list; with the base their contributions add up to the log-odds."""
    return json.dumps(
        [
            {
                "signal": reason.signal,
                "value": reason.value,
                "contribution": reason.contribution,
                "sentence": words(reason),
            }
            for reason in reasons
        ],
        ensure_ascii=False,
    )
