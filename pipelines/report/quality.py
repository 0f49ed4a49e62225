"""The model beside simple baselines, in figures and in words for people without statistics."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.metrics import Estimate
from serving.format import MINUS, NARROW_SPACE, listed

BETTER, UNCLEAR, WORSE = "the model is better", "no clear difference", "the model is worse"
UNKNOWN = "not compared"


@dataclass(frozen=True, slots=True)
class Rival:
    """A simple score on the same rows.

    Attributes:
        pairs: of 100 pairs of a lost and a kept account, how many it ranks right.
        log_loss: lower is better.
        gain: how much more log loss it has than the model; above 0 the model is better.
    """

    name: str
    pairs: float | None
    log_loss: float | None
    gain: Estimate | None

    @property
    def verdict(self) -> str:
        """Whether the model is better, as far as the range allows to say."""
        if self.gain is None:
            return UNKNOWN
        if self.gain.low > 0:
            return BETTER
        return WORSE if self.gain.high < 0 else UNCLEAR

    @property
    def saved(self) -> str:
        """The model's gain in percent of this score's log loss, with its range."""
        if self.gain is None or not self.log_loss:
            return ""
        value, low, high = (
            _signed(100 * each / self.log_loss)
            for each in (self.gain.value, self.gain.low, self.gain.high)
        )
        return f"{value}{NARROW_SPACE}% ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Quality:
    """What one horizon's check on later dates found.

    Attributes:
        horizon: days.
        dates: first and last day it was checked on, ISO 8601.
        pairs: of 100 pairs of a lost and a kept account, how many the model ranks right.
        lift: how many times as often the riskiest tenth was lost as all.
        foretold: losses foretold for every 100 that happened.
        log_loss: lower is better.
    """

    horizon: int
    accounts: int
    events: int
    dates: tuple[str, str]
    pairs: Estimate | None
    lift: Estimate | None
    foretold: Estimate | None
    log_loss: Estimate | None
    rivals: tuple[Rival, ...]

    def sentences(self) -> tuple[str, ...]:
        """The figures in words, each with its 95 % range."""
        said = []
        if self.pairs:
            said.append(
                "Put an account that was lost beside one that stayed: the model points at the "
                f"right one in {_with_range(self.pairs, 0)} of 100 such pairs. A coin does in 50."
            )
        if self.lift:
            said.append(
                "The tenth of the accounts it warned of most was lost "
                f"{_with_range(self.lift, 1)} times as often as the average account."
            )
        if self.foretold:
            said.append(
                f"It foretold {_with_range(self.foretold, 0)} losses for every 100 that happened."
            )
        return (*said, *_beside(self.rivals))


def qualities(metrics: Mapping[str, Any]) -> tuple[Quality, ...]:
    """Every horizon that was checked, shortest first, from the metrics of a model version."""
    found = metrics.get("horizons") or {}
    return tuple(_quality(found[key]) for key in sorted(found, key=int))


def _quality(report: Mapping[str, Any]) -> Quality:
    metrics = report["metrics"]
    return Quality(
        horizon=report["horizon"],
        accounts=report["accounts"],
        events=report["events"],
        dates=(report["dates"][0], report["dates"][1]),
        pairs=_estimate(metrics.get("auc"), 100),
        lift=_estimate(metrics.get("top_decile_lift")),
        foretold=_estimate(metrics.get("expected_over_observed"), 100),
        log_loss=_estimate(metrics.get("log_loss")),
        rivals=tuple(_rival(report, name) for name in report["baselines"]),
    )


def _rival(report: Mapping[str, Any], name: str) -> Rival:
    figures = report["baselines"][name]
    auc = figures.get("auc")
    return Rival(
        name=name,
        pairs=None if auc is None else 100 * auc,
        log_loss=figures.get("log_loss"),
        gain=_estimate(report["gains"].get(name)),
    )


def _estimate(given: Mapping[str, float | None] | None, times: float = 1.0) -> Estimate | None:
    """An estimate as the store keeps it; None where any of it was no number."""
    if given is None:
        return None
    value, low, high = given.get("value"), given.get("low"), given.get("high")
    if value is None or low is None or high is None:
        return None
    return Estimate(times * value, times * low, times * high)


def _with_range(found: Estimate, decimals: int) -> str:
    return f"{found.value:.{decimals}f} ({found.low:.{decimals}f} to {found.high:.{decimals}f})"


def _beside(rivals: Sequence[Rival]) -> Iterator[str]:
    """Which baselines the model beats, and which not, beyond what chance explains."""
    named = {
        verdict: [f"“{each.name}”" for each in rivals if each.verdict == verdict]
        for verdict in (BETTER, UNCLEAR, WORSE)
    }
    if named[BETTER]:
        yield f"It is better than {listed(named[BETTER])}, beyond what chance explains."
    if named[UNCLEAR]:
        yield (
            f"Whether it is better than {listed(named[UNCLEAR], 'or')} cannot be told: the "
            "difference may be chance."
        )
    if named[WORSE]:
        yield f"It is worse than {listed(named[WORSE])}, beyond what chance explains."


def _signed(number: float) -> str:
    return f"{MINUS if number < 0 else '+'}{abs(number):.1f}"
