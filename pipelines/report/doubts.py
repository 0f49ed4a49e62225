"""What a training said against itself, in words for people without statistics."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.metrics import Estimate
from serving.format import count, listed
from serving.notices import told_choice


def doubts(metrics: Mapping[str, Any], horizon: int) -> tuple[str, ...]:
    """Sentences on leaks, random folds and new accounts, from the metrics of a model version.

    Args:
        metrics: as the store keeps them; older versions hold nothing of this.
        horizon: the primary one, in days.
    """
    found = metrics.get("honesty") or {}
    groups = (found.get("known_and_new_accounts") or {}).get(str(horizon), ())
    return (
        *_leaks(found.get("leak_gate")),
        *_folds(found.get("random_folds")),
        *_accounts(groups),
        *_choice(found.get("chosen_among", 1)),
    )


def _leaks(gate: Mapping[str, Any] | None) -> Iterator[str]:
    if not gate:
        return
    planted, missed = len(gate["canaries"]), len(gate["blind"])
    yield (
        f"{count(gate['columns'])} signals were searched for knowledge from the future; of "
        f"{planted} leaks planted as a trial, {planted - missed} were caught."
    )
    odd = [f"“{each['column']}”" for each in gate["findings"] if each["column"]]
    yield f"Worth a look: {listed(odd)}." if odd else "No signal was conspicuous."
    shuffled = estimate(gate["shuffled"]["auc"]) if gate["shuffled"] else None
    if shuffled:
        yield (
            "With outcomes dealt out to other accounts it ranked "
            f"{_pairs(shuffled)} of 100 pairs right, where 50 is to be expected."
        )


def _folds(claim: Mapping[str, Any] | None) -> Iterator[str]:
    claimed, held = (claim or {}).get("claimed"), (claim or {}).get("held")
    if claimed and held:
        yield (
            f"Checked the usual way, on rows drawn at random, it would have claimed "
            f"{100 * claimed['auc']:.0f} of 100 pairs; on later dates it was "
            f"{100 * held['auc']:.0f}. This report shows the latter."
        )


def _accounts(groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for group in groups:
        name = "had met in training" if group["known_account"] else "had never met"
        found = estimate(group["auc"])
        told = f"{_pairs(found)} of 100 pairs" if found else "too few were lost to tell"
        yield f"Accounts it {name} ({count(group['accounts'])}): {told}."


def _choice(among: int) -> Iterator[str]:
    choice = told_choice(among)
    if choice:
        yield f"{choice}."


def estimate(given: Mapping[str, float | None] | None) -> Estimate | None:
    """An estimate as the store keeps it; None where any of it was no number."""
    if given is None:
        return None
    value, low, high = given.get("value"), given.get("low"), given.get("high")
    if value is None or low is None or high is None:
        return None
    return Estimate(value, low, high)


def _pairs(found: Estimate) -> str:
    return f"{100 * found.value:.0f} ({100 * found.low:.0f} to {100 * found.high:.0f})"
