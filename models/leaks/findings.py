"""What the leak gate found, and what is to be done about it."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from models.metrics import Estimate

REMEDY = (
    "look at the source of the column (when is a value first known?), correct its known_at, "
    "or leave it out with `[models] leave_out`; if you can vouch that every value was known on "
    "its date, name it in `[models] trusted`"
)


class Probe(StrEnum):
    """The ways to look for a leak."""

    ALONE = "one column tells who is lost"
    LATE = "moves only when the decision has been made"
    PRESENCE = "is there only for those who are lost"
    SHUFFLED = "shuffled outcomes are foretold"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a probe found.

    Attributes:
        column: the snapshot column; empty where the training itself is meant.
        figure: the AUC that gave it away, with its 95 % interval over accounts.
        words: what was seen, for people.
        blocks: whether the model may not serve with it; otherwise it is worth a look.
    """

    probe: Probe
    column: str
    figure: Estimate
    words: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Shuffled:
    """What the same walk forward makes of outcomes dealt out to other accounts.

    Attributes:
        auc: within dates, with its 95 % interval over accounts; of the last shuffle.
        shuffles: how many were made: another one only where the last lay above 0.5.
    """

    auc: Estimate
    shuffles: int


@dataclass(frozen=True)
class LeakReport:
    """What the gate looked at and found.

    Attributes:
        columns: how many columns were looked at.
        findings: those that block first.
        canaries: planted leaks by kind, and whether each was caught.
        shuffled: None where too little is known to shuffle.
        trusted: columns that the company vouches for; what is found of them never blocks.
    """

    columns: int
    findings: tuple[Finding, ...]
    canaries: dict[str, bool]
    shuffled: Shuffled | None
    trusted: tuple[str, ...] = ()

    @property
    def blind(self) -> tuple[str, ...]:
        """Kinds of planted leak that were not caught."""
        return tuple(kind for kind, caught in self.canaries.items() if not caught)

    @property
    def blocks(self) -> bool:
        """Whether the model may not serve."""
        return bool(self.blind) or any(found.blocks for found in self.findings)

    def sentences(self) -> tuple[str, ...]:
        """What blocks the model, and what to do; empty where nothing does."""
        said = [f"possible leak: {found.words}" for found in self.findings if found.blocks]
        columns = sorted({f.column for f in self.findings if f.blocks and f.column})
        if columns:
            said.append(f"not promoted because of {', '.join(columns)}: {REMEDY}")
        if self.blind:
            said.append(
                f"the leak gate is blind: planted leaks ({', '.join(self.blind)}) were not caught, "
                "so nothing is known about the real columns: bring more history or more losses"
            )
        return tuple(said)

    def summary(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {**asdict(self), "blind": list(self.blind), "blocks": self.blocks}
