"""Rows of the models' page: two versions side by side, and every version with its story."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from models.metrics import Estimate
from serving import format
from serving.charts.gains import gain
from serving.console.model_facts import figures_of
from serving.console.phrases import minus
from serving.store import Cause, ModelChange, ModelRecord

SIMPLE = "best single signal"
DASH = format.UNKNOWN
FIGURES = {
    "log_loss": ("Log loss", "lower is better"),
    "auc": ("AUC", "higher is better"),
    "precision_at_capacity": ("Leavers among those called", "higher is better"),
    "arr_recall_at_capacity": ("Revenue of leavers found by calling", "higher is better"),
}
SHARES = ("precision_at_capacity", "arr_recall_at_capacity")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of both models.

    Attributes:
        hint: which way is better.
        difference: the gain of the second with its range; None where it was not compared.
        verdict: better, worse or same; empty where it was not compared.
        simple: of the simple rule.
    """

    name: str
    hint: str
    champion: str
    other: str
    difference: Markup | None
    verdict: str
    simple: str


@dataclass(frozen=True, slots=True)
class Side:
    """The champion beside another version.

    Attributes:
        compared: whether both were compared on the same rows; else each on its own.
        sentences: what the comparison said.
    """

    other: str
    measures: tuple[Measure, ...]
    compared: bool
    promotable: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version.

    Attributes:
        state: champion, served before, waits or refused.
        cause: the last change that put it into service; None where it never served.
        why: reasons in words.
    """

    model: ModelRecord
    state: str
    cause: Cause | None
    why: str


def versions(
    models: Sequence[ModelRecord], champion: ModelRecord | None, changes: Sequence[ModelChange]
) -> tuple[VersionRow, ...]:
    """Every version with what became of it, in the order given."""
    last = {change.to_version: change.cause for change in changes}
    return tuple(
        VersionRow(
            model, _state(model, champion, model.version in last), last.get(model.version),
            _why(model, last.get(model.version)),
        )
        for model in models
    )  # fmt: skip


def _state(model: ModelRecord, champion: ModelRecord | None, served: bool) -> str:
    if champion is not None and model.version == champion.version:
        return "champion"
    if served:
        return "served before"
    return "waits" if model.metrics.get("fit", True) else "refused"


def _why(model: ModelRecord, cause: Cause | None) -> str:
    if cause is not None:
        return cause.reason
    said = model.metrics.get("decision") or model.metrics.get("verdict") or ()
    return minus(str(said[0])) if said else ""


def side_by_side(champion: ModelRecord, other: ModelRecord) -> Side:
    """Two versions: as they were compared on the same rows, else each on its own."""
    kept: Mapping[str, Any] = other.metrics.get("comparison") or {}
    mine = (kept.get("champion"), kept.get("challenger")) == (champion.version, other.version)
    found = kept if mine else {}
    compared = bool(found.get("differences"))
    measures = _compared(found, champion) if compared else _apart(champion, other)
    return Side(
        other=other.version,
        measures=(*measures, *_own(champion, other)),
        compared=compared,
        promotable=bool(found.get("promotable")),
        sentences=tuple(minus(str(each)) for each in found.get("reasons", ())),
    )


def _compared(found: Mapping[str, Any], champion: ModelRecord) -> Iterator[Measure]:
    for name, (title, hint) in FIGURES.items():
        each = found["differences"].get(name)
        if not each or each["champion"] is None or each["challenger"] is None:
            continue
        estimate = _estimate(each["gain"])
        yield Measure(
            name=title,
            hint=hint,
            champion=_shown(name, each["champion"]),
            other=_shown(name, each["challenger"]),
            difference=_drawn(title, estimate),
            verdict=_verdict(estimate),
            simple=_shown(name, _simple(champion).get(name)),
        )


def _apart(champion: ModelRecord, other: ModelRecord) -> Iterator[Measure]:
    mine, theirs = (figures_of(each).get("metrics", {}) for each in (champion, other))
    for name in ("log_loss", "auc"):
        title, hint = FIGURES[name]
        first, second = (
            _shown(name, (each.get(name) or {}).get("value")) for each in (mine, theirs)
        )
        simple = _shown(name, _simple(champion).get(name))
        yield Measure(title, hint, first, second, None, "", simple)


def _own(champion: ModelRecord, other: ModelRecord) -> Iterator[Measure]:
    """What each says of its own test rows: no difference of these was drawn."""
    told = (
        ("Calibration slope", "1 is exact", lambda model: figures_of(model).get("slope")),
        ("Expected over realised", "1 is exact", _expected),
        ("New accounts, AUC", "higher is better", _new_accounts),
    )
    for title, hint, value in told:
        mine, theirs = (_shown("", value(model)) for model in (champion, other))
        if (mine, theirs) != (DASH, DASH):
            yield Measure(title, hint, mine, theirs, None, "", DASH)


def _expected(model: ModelRecord) -> float | None:
    metrics = figures_of(model).get("metrics", {})
    value: float | None = (metrics.get("expected_over_observed") or {}).get("value")
    return value


def _new_accounts(model: ModelRecord) -> float | None:
    known = (model.metrics.get("honesty") or {}).get("known_and_new_accounts") or {}
    for each in known.get(str(model.primary_horizon), ()):
        if not each["known_account"] and each.get("auc"):
            value: float | None = each["auc"]["value"]
            return value
    return None


def _simple(champion: ModelRecord) -> Mapping[str, Any]:
    found: Mapping[str, Any] = figures_of(champion).get("baselines", {}).get(SIMPLE) or {}
    return found


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return DASH
    if name in SHARES:
        return format.percent(value)
    return f"{value:.{2 if not name else 3}f}"


def _estimate(kept: Mapping[str, Any]) -> Estimate:
    low, high = kept["low"], kept["high"]
    value = kept["value"]
    return Estimate(value, value if low is None else low, value if high is None else high)


def _drawn(title: str, found: Estimate) -> Markup:
    scale = max(abs(found.low), abs(found.high), abs(found.value), 1e-9) * 1.1
    return gain(found, scale, f"{title}: {_verdict(found)}, {found.low:+.4f} to {found.high:+.4f}")


def _verdict(found: Estimate) -> str:
    if found.low > 0:
        return "better"
    return "worse" if found.high < 0 else "same"
