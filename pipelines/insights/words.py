"""What was found in sentences, for the terminal and the page alike."""

import math
from collections.abc import Iterator, Sequence

from features.signal import SnapshotColumn
from models.explain.wording import value_in_words
from models.insights.aipw import Effect
from models.insights.beliefs import Tested
from models.insights.commonality import Common
from models.insights.experiment import Experiment
from models.insights.leading import Indicator
from models.insights.moments import FAILS, HOLDS, Moments
from models.insights.product import TopicShare
from serving.format import MINUS

STANDING = 0.6
"""Share of a late difference from which on an early one counts as having been there always."""


def figure(value: float, digits: int = 2) -> str:
    """A signed number with a true minus, a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    if not float(f"{value:.{digits}f}"):
        return f"{0:.{digits}f}"
    return f"{'+' if value > 0 else MINUS}{abs(value):.{digits}f}"


def points(value: float) -> str:
    """A difference of shares in percentage points."""
    return "–" if not math.isfinite(value) else f"{figure(100 * value, 0)} points"


def share(value: float) -> str:
    """A share as a whole percentage."""
    return "–" if not math.isfinite(value) else f"{100 * value:.0f} %"


def plain_number(value: float) -> str:
    """A number as people write it, a dash where there is none."""
    return value_in_words(value) if math.isfinite(value) else "–"


def typical(indicator: Indicator) -> str:
    """Leavers against those that stayed, e.g. `5 against 9`."""
    leaving, staying = indicator.typical
    mean = "mean " if indicator.middle == "mean" else ""
    return f"{mean}{plain_number(leaving)} against {plain_number(staying)}"


def also(columns: Sequence[SnapshotColumn], most: int = 3) -> str:
    """Signals that tell the same, in words."""
    meanings = list(dict.fromkeys(column.signal.meaning for column in columns))
    more = f" and {len(meanings) - most} more" if len(meanings) > most else ""
    return f"also {', '.join(meanings[:most])}{more}" if meanings else ""


def moves(indicator: Indicator) -> str:
    """How early it moves."""
    days = indicator.moves_days
    if days is None:
        return "not clear"
    return f"{days} d before" if days else "last month"


def shape(indicator: Indicator) -> str:
    """Whether leavers drift apart, or were different all along (by the mean of three months)."""
    known = [p.value for p in indicator.curve if math.isfinite(p.value)]
    if len(known) < 9:
        return "not known"
    late, early = sum(known[:3]) / 3, sum(known[-3:]) / 3
    return "all along" if early / late >= STANDING else "drifts"


def auc(value: float | None) -> str:
    """An AUC, a dash where it is not known."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.2f}"


def effect_words(effect: Effect | None, within: int) -> str:
    """An adjusted difference with its interval, in one sentence."""
    if effect is None:
        return "Too few accounts did it, did not do it, or left."
    did, did_not = effect.stay
    return (
        f"{share(did)} of accounts like it stayed {within} days, {share(did_not)} without it: "
        f"{points(effect.value)} ({figure(100 * effect.low, 0)} to {figure(100 * effect.high, 0)}; "
        f"{effect.doing} of {effect.accounts} accounts did it)."
    )


def doubt(effect: Effect | None) -> str:
    """How fragile a difference is."""
    if effect is None or not math.isfinite(effect.e_value):
        return ""
    return (
        f"To explain it away, something not recorded would have to go {effect.e_value:.1f} times "
        f"as often with both the deed and leaving (E-value; {effect.e_limit:.1f} for the end of "
        "the interval)."
    )


def trial(experiment: Experiment | None) -> str:
    """The experiment that could prove it."""
    if experiment is None or experiment.per_arm is None:
        return ""
    time = f", about {experiment.months:.0f} months of new accounts" if experiment.months else ""
    return (
        f"To prove it: help a random half of new accounts to it. {experiment.per_arm:,} accounts "
        f"an arm{time} would show a fall of losses from {share(experiment.losses)} to "
        f"{share(experiment.hoped)}, half of what was seen."
    )


def rest_of_moments(moments: Moments) -> Iterator[str]:
    """What became of the deeds that do not hold, or why none was looked for."""
    if moments.reason:
        yield f"{moments.reason[0].upper()}{moments.reason[1:]}."
    rest = [each for each in moments.told if each.verdict != HOLDS]
    if rest:
        more = " more" if len(rest) < len(moments.told) else ""
        fail = sum(each.verdict == FAILS for each in rest)
        yield (
            f"{len(rest)}{more} looked promising on one half of the accounts; on the other "
            f"{fail or 'none'} did not hold, and {len(rest) - fail or 'none'} lack evidence."
        )
    elif not moments.reason and not moments.told:
        yield f"None of {moments.searched} early deeds looked promising."


def belief_words(tested: Tested) -> str:
    """A belief's verdict, why, and figures."""
    known = f" {effect_words(tested.effect, tested.within)}" if tested.effect else ""
    return f"{tested.verdict}. {tested.why}{known}"


def common_words(common: Common) -> str:
    """A behaviour's shares, segment by segment."""
    side = "above" if common.rises else "below"
    each = "; ".join(
        f"{s.segment}: {share(s.healthy)} of healthy, {share(s.others)} of others {side} "
        f"{plain_number(s.threshold)}"
        for s in common.segments
    )
    told = f", {also(common.echoes)}," if common.echoes else ""
    return f"{common.column.meaning}{told} ({each})"


def topic_words(found: TopicShare, names: tuple[str, str]) -> str:
    """A topic's shares by health."""
    healthy, unhealthy = names
    return (
        f"{found.topic.name} ({found.tier}): {share(found.healthy)} of {healthy}, "
        f"{share(found.unhealthy)} of {unhealthy} accounts"
    )


def stopped_words(found: TopicShare, names: tuple[str, str]) -> str:
    """Who stopped using a feature."""
    healthy, unhealthy = names
    return (
        f"{found.topic.name} ({found.tier}): {share(found.stopped)} of {unhealthy} accounts that "
        f"used it stopped within three months ({found.stopped_accounts} accounts), "
        f"{share(found.stopped_healthy)} of {healthy}"
    )


def sample(share: float) -> str:
    """What to know where not all accounts were looked at; ends with a space where not empty."""
    if share >= 1:
        return ""
    return (
        f"A sample: about {share:.2%} of the accounts, drawn by their ids with a fixed seed; "
        "lists of accounts name those only. "
    )
