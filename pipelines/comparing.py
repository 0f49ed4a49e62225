"""Two models by name, compared on the rows both were tested on, and on newer ones."""

from dataclasses import asdict, dataclass
from typing import Any

from models.comparison import Comparison, Difference
from pipelines.bakeoff import table
from pipelines.stale import compare_registered
from pipelines.versions import find
from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Compared:
    """What a comparison found."""

    found: Comparison

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return asdict(self.found)

    def text(self) -> str:
        """The same for people."""
        found = self.found
        lines = [f"{found.challenger} beside {found.champion}"]
        if found.differences:
            lines[0] += (
                f", {found.horizon} days, {found.rows} rows of {found.accounts} accounts, "
                f"{found.lost} lost, {found.dates[0]} to {found.dates[1]}"
            )
        lines += [f"  {reason}" for reason in found.reasons]
        by_tier: dict[str, Difference] = {f"log loss, {k}": v for k, v in found.tiers.items()}
        lines += table({**found.differences, **by_tier}, "first", "second")
        lines += _since(found)
        rule = "may" if found.promotable else "may not"
        return "\n".join([*lines, f"  By the rule it {rule} take the place of {found.champion}."])


def _since(found: Comparison) -> list[str]:
    """The same figures on the rows since the first was trained."""
    newer = found.since
    if newer is None:
        return []
    head = (
        f"  {found.champion} as it stood, on dates since it was trained ({newer.horizon} days, "
        f"{newer.rows} rows of {newer.accounts} accounts, {newer.lost} lost, {newer.dates[0]} to "
        f"{newer.dates[1]}):"
    )
    return [head, *table(newer.differences, "first", "second")]


def compare_models(workspace: Workspace, first: str, second: str) -> Compared:
    """Whether the second model is better than the first, and may take its place.

    Raises:
        InputError: there is no such model, or it kept no test rows.
        BrokenEvidence: its test rows were changed.
    """
    registry = workspace.registry()
    one, other = (find(registry, name) for name in (first, second))
    return Compared(compare_registered(registry, one, other))
