"""An explanation as people read it on a terminal."""

from collections.abc import Iterator

from models.explain.change import ChangeShares, SignalChange
from models.explain.wording import Wording
from pipelines.explained import Explained
from pipelines.figures import percent

SIGNALS_SHOWN = 5
LEAST_SHOWN = 0.0005
"""Of a change: terms that would be printed as nothing are left out."""


def text(found: Explained, words: Wording) -> str:
    """Why, what changed, what would help, and who was alike."""
    parts = (_head(found), _reasons(found), _groups(found), _change(found, words), _help(found))
    return "\n".join(line for part in parts for line in part)


def _head(found: Explained) -> Iterator[str]:
    why = found.why
    yield (
        f"{found.account} at {found.as_of}: {found.band.value}, {percent(why.chance)} chance of "
        f"loss within {why.horizon} days (model {found.model_version})"
    )


def _reasons(found: Explained) -> Iterator[str]:
    why = found.why
    yield ""
    yield f"Why (points of the chance, from {percent(why.base_chance)} before any signal):"
    for each in why.reasons:
        yield f"  {_points(each.points)}  {each.sentence}"
    shared, count = why.peers
    named = ", ".join(f"{column.split('__')[1]} {word}" for column, word in shared.items())
    yield f"  Peers are {count} accounts{f' of {named}' if named else ''} on the same day."
    if why.unsteady:
        yield (
            f"  {why.unsteady} more would be as large, but halves of the data disagree on their "
            "sign; they are among the others."
        )


def _groups(found: Explained) -> Iterator[str]:
    groups = found.why.groups
    yield ""
    if groups is None:
        yield "Shares by group: this model kept no background; train again."
        return
    yield f"By group (against {percent(groups.base)}, the mean of typical accounts):"
    for group, share in groups.shares.items():
        yield f"  {_points(share)}  {group}"


def _change(found: Explained, words: Wording) -> Iterator[str]:
    yield ""
    if found.change is None:
        yield f"What changed is not known: {found.not_compared}."
        return
    change = found.change
    yield (
        f"Since {found.since}: {percent(change.before)} then, {percent(change.after)} now "
        f"({_points(change.after - change.before).strip()} points)"
    )
    for term, share in sorted(change.terms.items(), key=lambda pair: -abs(pair[1])):
        if abs(share) >= LEAST_SHOWN:
            yield f"  {_points(share)}  {term}"
    yield from _signals(change, words)
    bands = found.band_change
    if bands is not None and bands.cause is not None:
        for term, share in bands.edges.items():
            yield f"  {_points(share)}  {term}"
        yield f"  From {bands.before.value} to {bands.after.value}, because of {bands.cause.value}."


def _help(found: Explained) -> Iterator[str]:
    if found.said.remedy:
        yield from ("", "What would help:", f"  {found.said.remedy}")
    if found.said.similar:
        yield from ("", "Accounts of the past that were explained alike:")
        yield from (f"  {each}" for each in found.said.similar)


def _signals(change: ChangeShares, words: Wording) -> Iterator[str]:
    """The families that moved the chance most, each by the signal that did so most."""
    families: dict[str, list[SignalChange]] = {}
    for each in change.signals:
        families.setdefault(each.family, []).append(each)
    moved = sorted(families.values(), key=lambda family: -abs(_sum(family)))
    if moved:
        yield f"  {len(change.signals)} signals changed; those that moved it most:"
    for family in moved[:SIGNALS_SHOWN]:
        whole = _sum(family)
        lead = max(family, key=lambda each: each.points * (1 if whole > 0 else -1))
        yield f"    {_points(whole)}  {_moved(lead, len(family), words)}"


def _sum(family: list[SignalChange]) -> float:
    return sum(each.points for each in family)


def _moved(each: SignalChange, together: int, words: Wording) -> str:
    meaning = words.meaning(each.signal)
    before, after = (words.value(each.signal, value) for value in (each.before, each.after))
    alike = words.alike(together)
    return f"{meaning[0].upper()}{meaning[1:]}: {before} then, {after} now{alike}"


def _points(share: float) -> str:
    return f"{100 * share:+6.1f}"
