"""Two models on the same rows: a paired bootstrap over accounts, and who should serve.

Both are judged by their out-of-time predictions of the same accounts at the same dates, so
each spoke of a row before it could know it. The same accounts are drawn for both, which
takes away what makes a row hard for either.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from models.common_rows import alike, lacking, obstacle, shared_horizon, shared_rows
from models.evidence.rows import SEGMENT, Evidence
from models.metrics import FIGURES, Estimate, Resamples, Sample
from models.scorecard import SEED, Asked, asked_by, sample_of, shortage

DRAWS = 1000
DECIDING = "log_loss"
BETTER_WHEN_LOWER = ("log_loss",)
COMPARED = (DECIDING, "auc", "precision_at_capacity", "arr_recall_at_capacity")
TIER = SEGMENT + "tier"
SANE_SLOPE = (0.6, 1.6)


class Outcome(StrEnum):
    """What a comparison found of the challenger."""

    BETTER = "better beyond doubt"
    NOT_BETTER = "not better beyond doubt"
    WORSE = "worse beyond doubt"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a challenger may take the champion's place.

    Attributes:
        tier_margin: the share of the champion's log loss by which the challenger may look
            worse on a tier.
        slope: least and greatest calibration slope that its interval may reach.
        draws: of the paired bootstrap.
        forgiving: whether any slope will do that is nearer to 1 than the champion's. After a
            change no slope is right, and the one in service least of all.
        least_gain: the share of the champion's log loss that must be saved, as best estimated.
    """

    tier_margin: float = 0.03
    slope: tuple[float, float] = SANE_SLOPE
    draws: int = DRAWS
    forgiving: bool = False
    least_gain: float = 0.0


STALE_RULE = Rule(forgiving=True, least_gain=0.003)
"""On rows newer than the champion, where the same recipe always gains a little by newer data:
see docs/adr/0015."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both models, and how much better the challenger is (above 0: better)."""

    champion: float
    challenger: float
    gain: Estimate


@dataclass(frozen=True)
class Comparison:
    """Two models on the rows they share.

    Attributes:
        outcome: what was found of the challenger.
        promotable: whether the rule lets it take the champion's place.
        reasons: why, in words.
        horizon: days; 0 where nothing could be compared.
        dates: first and last date compared, ISO 8601.
        differences: by figure.
        tiers: by tier, of the log loss; tiers with too little evidence are left out.
        slope: the challenger's calibration slope.
        since: the same on the rows newer than the champion, where there are enough.
    """

    champion: str
    challenger: str
    outcome: Outcome
    promotable: bool
    reasons: tuple[str, ...]
    horizon: int = 0
    rows: int = 0
    accounts: int = 0
    lost: int = 0
    dates: tuple[str, str] = ("", "")
    differences: dict[str, Difference] = field(default_factory=dict)
    tiers: dict[str, Difference] = field(default_factory=dict)
    slope: Estimate | None = None
    since: "Comparison | None" = None


def compare(champion: Evidence, challenger: Evidence, rule: Rule | None = None) -> Comparison:
    """Compare the challenger with the champion on the rows both were tested on.

    Args:
        champion: test rows of the model that serves.
        challenger: test rows of the model that wants to; what the company asks is theirs.
        rule: when the challenger may take the champion's place.
    """
    rule = rule or Rule()
    empty = Comparison(champion.version, challenger.version, Outcome.NOT_COMPARABLE, False, ())
    why_not = obstacle(champion, challenger)
    if why_not:
        return replace(empty, reasons=(why_not,))
    horizon = shared_horizon(champion, challenger)
    rows, remarks = shared_rows(champion, challenger, horizon)
    short = lacking(rows, horizon)
    if short:
        return replace(empty, reasons=(short, *remarks), horizon=horizon, rows=len(rows))
    asked = asked_by(challenger)
    return _judged(replace(empty, horizon=horizon), rows, remarks, asked, rule)


def _judged(
    found: Comparison, rows: pd.DataFrame, remarks: tuple[str, ...], asked: Asked, rule: Rule
) -> Comparison:
    accounts = rows["account_id"].to_numpy(object)
    draws = Resamples.of(accounts, rule.draws, SEED)
    then, now = _samples(rows, asked)
    differences = {name: _difference(name, then, now, draws) for name in COMPARED}
    tiers, unsaid = _by_tier(rows, then, now, draws)
    slope = Estimate.of(FIGURES["calibration_slope"](now, draws))
    outcome = _outcome(differences[DECIDING].gain)
    then_slope = float(FIGURES["calibration_slope"](then, draws)[0])
    forgiven = rule.forgiving and _off(slope.value) < _off(then_slope)
    blocks = (
        *_too_little(differences[DECIDING], rule),
        *_tier_blocks(tiers, rule),
        *(() if forgiven else _slope_blocks(slope, rule)),
    )
    remarks = (*alike(rows), *remarks)
    return replace(
        found,
        outcome=outcome,
        promotable=outcome is Outcome.BETTER and not blocks,
        reasons=(_told(differences[DECIDING], outcome), *blocks, *unsaid, *remarks),
        rows=len(rows),
        accounts=len(set(accounts)),
        lost=len(set(accounts[rows["lost"].to_numpy(bool)])),
        dates=(str(rows["as_of"].min()), str(rows["as_of"].max())),
        differences=differences,
        tiers=tiers,
        slope=slope,
    )


def _samples(rows: pd.DataFrame, asked: Asked) -> tuple[Sample, Sample]:
    then, now = (rows[name].to_numpy(np.float64) for name in ("chance_then", "chance"))
    return sample_of(rows, then, asked), sample_of(rows, now, asked)


def _difference(name: str, then: Sample, now: Sample, draws: Resamples) -> Difference:
    before, after = FIGURES[name](then, draws), FIGURES[name](now, draws)
    sign = -1.0 if name in BETTER_WHEN_LOWER else 1.0
    return Difference(float(before[0]), float(after[0]), Estimate.of(sign * (after - before)))


def _by_tier(
    rows: pd.DataFrame, then: Sample, now: Sample, draws: Resamples
) -> tuple[dict[str, Difference], list[str]]:
    """Log loss by tier where there is enough evidence, and what to say of the others."""
    found, unsaid = {}, []
    tiers = rows[TIER] if TIER in rows.columns else pd.Series("", index=rows.index)
    for tier in sorted(set(tiers) - {""}):
        mine = (tiers == tier).to_numpy(bool)
        part = draws.take(mine)
        lacking = shortage(then.lost[mine], part.owner)
        if lacking:
            unsaid.append(f"tier {tier}: {lacking}, so it was not judged by itself")
        else:
            found[tier] = _difference(DECIDING, then.take(mine), now.take(mine), part)
    return found, unsaid


def _outcome(gain: Estimate) -> Outcome:
    if gain.low > 0:
        return Outcome.BETTER
    return Outcome.WORSE if gain.high < 0 else Outcome.NOT_BETTER


def _told(found: Difference, outcome: Outcome) -> str:
    gain, share = found.gain, 100 * found.gain.value / found.champion
    return (
        f"{outcome.value}: log loss {found.challenger:.4f} beside {found.champion:.4f}, "
        f"{gain.value:+.4f} saved ({gain.low:+.4f} to {gain.high:+.4f}), {share:+.1f} %"
    )


def _too_little(found: Difference, rule: Rule) -> Iterator[str]:
    if 0 < found.gain.value < rule.least_gain * found.champion:
        yield (
            f"less than {100 * rule.least_gain:g} % of log loss saved: as good as the same, and "
            "no reason to change the model"
        )


def _tier_blocks(tiers: dict[str, Difference], rule: Rule) -> Iterator[str]:
    for tier, found in tiers.items():
        if found.gain.value < -rule.tier_margin * found.champion:
            yield (
                f"worse on tier {tier} by more than {100 * rule.tier_margin:g} %: log loss "
                f"{found.challenger:.4f} beside {found.champion:.4f}"
            )


def _slope_blocks(slope: Estimate, rule: Rule) -> Iterator[str]:
    least, most = rule.slope
    if not least <= slope.low <= slope.high <= most:
        yield (
            f"its calibration slope may be anything from {slope.low:.2f} to {slope.high:.2f}; "
            f"{least:g} to {most:g} is allowed"
        )


def _off(slope: float) -> float:
    """How far a slope is from 1, as a ratio; a slope of 0 or less is as far as can be."""
    return float(abs(np.log(slope))) if slope > 0 else float("inf")
