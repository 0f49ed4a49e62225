"""What would help an account: the nearest better band, and sliders to ask the model with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.explain.wording import value_in_words
from models.score import Band
from serving import format
from serving.console.account.seen import ALONE, ask
from serving.console.account.waterfall import signed
from serving.console.phrases import minus, wording_of
from serving.live import CloseUp, Lever, Levers, NotAllowed, NotExplained, WhatIf
from serving.presentation import Words

MOST_SLIDERS = 5
FINE = 50
"""Steps of a slider between its ends, where whole numbers are too coarse."""


@dataclass(frozen=True, slots=True)
class Slider:
    """One signal to move.

    Attributes:
        key: its name in the address.
        now, low, high, step, value: as the control takes them.
        shown: the value it stands at, in words; `present` likewise the present one.
    """

    key: str
    label: str
    unit: str
    low: str
    high: str
    step: str
    value: str
    shown: str
    present: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the model would say.

    Attributes:
        problem: why it does not; empty where it does.
        beyond: the signals moved to where hardly any peer is.
    """

    before: str = ""
    after: str = ""
    band: Band = Band.GREY
    same_band: bool = False
    moved: tuple[tuple[str, str], ...] = ()
    beyond: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model says of sliders, and the signals that were moved."""

    result: Result | None
    moved: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HelpStep:
    """One signal of what would help."""

    meaning: str
    before: str
    after: str
    together: int


@dataclass(frozen=True, slots=True)
class Help:
    """What can be done about a score, as it is printed.

    Attributes:
        steps: of the nearest better band.
        sentence: the same in words; empty where nothing leads there.
        sliders: for what people can act on.
        result: what the model says of sliders that were moved; None where none was.
        problem: why some of it cannot be told; empty where all can.
    """

    steps: tuple[HelpStep, ...] = ()
    sentence: str = ""
    sliders: tuple[Slider, ...] = ()
    result: Result | None = None
    problem: str = ""


def help_with(
    close_up: CloseUp | None, account_id: str, words: Words, asked: Mapping[str, str]
) -> Help:
    """What would help an account, and what the model says of the sliders that were moved.

    Args:
        close_up: None where no workspace is at hand.
        account_id: which account; whoever asks may see it.
        words: of the company.
        asked: where sliders have been moved to, by signal.
    """
    if close_up is None:
        return Help(problem=ALONE)
    why_not: dict[str, str] = {}
    told = ask("help", why_not, lambda: close_up.explain(account_id, None, None))
    levers = ask("levers", why_not, lambda: close_up.levers(account_id))
    moved = moves(levers, asked) if levers else {}
    return Help(
        steps(told, words) if told else (),
        minus(told["what_would_help"]["sentence"]) if told else "",
        sliders(levers, told["reasons"] if told else (), moved) if levers else (),
        result(close_up, account_id, moved),
        " ".join(dict.fromkeys(why_not.values())),
    )


def steps(found: Mapping[str, Any], words: Words) -> tuple[HelpStep, ...]:
    """The signals of the nearest better band; none where nothing within reach leads there."""
    return tuple(
        HelpStep(
            wording_of(words).meaning(each["signal"]),
            minus(value_in_words(each["before"])),
            minus(value_in_words(each["after"])),
            len(each["columns"]),
        )
        for each in found.get("what_would_help", {}).get("steps", ())
    )


def sliders(
    levers: Levers, reasons: Sequence[Mapping[str, Any]], given: Mapping[str, float]
) -> tuple[Slider, ...]:
    """Sliders for what people can act on and the score speaks of, largest reason first.

    Args:
        levers: every signal that can be acted on.
        reasons: of the explanation; signals that are none of them come last.
        given: where sliders have been moved to.
    """
    by_signal = {lever.signal: lever for lever in levers.levers if _movable(lever)}
    wanted = [
        next((name for name in (each["signal"], *each["columns"]) if name in by_signal), "")
        for each in reasons
    ]
    order = [name for name in dict.fromkeys([*given, *wanted]) if name in by_signal]
    return tuple(_slider(by_signal[name], given.get(name)) for name in order[:MOST_SLIDERS])


def _movable(lever: Lever) -> bool:
    known = lever.value is not None and lever.low is not None and lever.high is not None
    return known and lever.low != lever.high


def _slider(lever: Lever, given: float | None) -> Slider:
    low, high, now = lever.low or 0.0, lever.high or 0.0, lever.value or 0.0
    whole = all(float(each).is_integer() for each in (low, high, now)) or high - low >= FINE
    value = now if given is None else min(max(given, low), high)
    unit = "" if lever.meaning.startswith(lever.unit) else lever.unit
    return Slider(
        key=lever.signal,
        label=lever.meaning[:1].upper() + lever.meaning[1:],
        unit=unit,
        low=_number(min(low, now)),
        high=_number(max(high, now)),
        step="1" if whole else "any",
        value=_number(value),
        shown=minus(value_in_words(value)),
        present=f"now {minus(value_in_words(now))}",
    )


def _number(value: float) -> str:
    return f"{value:.6g}"


def moves(levers: Levers, asked: Mapping[str, str]) -> dict[str, float]:
    """The signals that sliders have moved, by name; what is no number or unmoved is left out."""
    found = {}
    for lever in levers.levers:
        try:
            value = float(asked.get(lever.signal, ""))
        except ValueError:
            continue
        if lever.value is None or _number(value) != _number(lever.value):
            found[lever.signal] = value
    return found


def asked_of(close_up: CloseUp | None, account_id: str, asked: Mapping[str, str]) -> Asked:
    """What the model says of sliders, and which of them were moved."""
    if close_up is None:
        return Asked(Result(problem=ALONE))
    why_not: dict[str, str] = {}
    levers = ask("levers", why_not, lambda: close_up.levers(account_id))
    if levers is None:
        return Asked(Result(problem=why_not["levers"]))
    moved = moves(levers, asked)
    return Asked(result(close_up, account_id, moved), moved)


def result(close_up: CloseUp, account_id: str, moved: Mapping[str, float]) -> Result | None:
    """What the model would say; None where nothing is moved."""
    if not moved:
        return None
    try:
        return _said(close_up.what_if(account_id, dict(moved)))
    except (NotAllowed, NotExplained) as error:
        return Result(problem=str(error))


def _said(found: WhatIf) -> Result:
    before, after = (
        format.percent(each.p_loss.get(found.primary_horizon)) for each in (found.now, found.then)
    )
    return Result(
        before,
        after,
        found.then.band,
        found.then.band is found.now.band,
        tuple((each.meaning, signed(each.points)) for each in found.moved),
        tuple(each.meaning for each in found.moved if each.beyond_peers),
    )
