"""What a training must say against itself: leaks, random folds, accounts never met."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from models.evaluation import TestSet
from models.known_accounts import Group, groups, known_account
from models.leaks import LeakReport, look
from models.material import Material
from models.random_folds import Claim, claim
from models.verdict import Verdict
from models.walkforward import OutOfTime


@dataclass(frozen=True)
class Winner:
    """The flavour that won, and what it foretold.

    Attributes:
        horizon: the one that decided, days.
        contrasted: whether it is to be told what random folds would have claimed.
    """

    flavour: str
    walk: OutOfTime
    tests: Mapping[int, TestSet]
    horizon: int
    contrasted: bool = True


@dataclass(frozen=True)
class Honesty:
    """What was found; all empty where there was no walk forward to look at.

    Attributes:
        accounts: by horizon, figures of known and of new accounts apart.
        folds: what random folds would have claimed.
        chosen_among: how many ways to foretell the reported rows chose among.
    """

    leaks: LeakReport | None = None
    folds: Claim | None = None
    accounts: dict[int, tuple[Group, ...]] = field(default_factory=dict)
    chosen_among: int = 1

    def figures(self) -> dict[str, float]:
        """The figures worth following from run to run, by name."""
        found: dict[str, float] = {}
        if self.leaks:
            found["leaks_blocking"] = float(sum(each.blocks for each in self.leaks.findings))
            found["canaries_missed"] = float(len(self.leaks.blind))
            if self.leaks.shuffled:
                found["shuffled_auc"] = self.leaks.shuffled.auc.value
        if self.folds:
            found["random_folds_auc"] = self.folds.claimed["auc"]
            found["random_folds_log_loss"] = self.folds.claimed["log_loss"]
        return found

    def summary(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "leak_gate": self.leaks.summary() if self.leaks else None,
            "random_folds": asdict(self.folds) if self.folds else None,
            "known_and_new_accounts": {
                str(horizon): [asdict(group) for group in found]
                for horizon, found in self.accounts.items()
            },
            "chosen_among": self.chosen_among,
        }


def examine(material: Material, winner: Winner, trusted: tuple[str, ...]) -> Honesty:
    """All of it, on what the winning flavour was trained and tested on."""
    dataset, seed = material.dataset, material.how.seed
    known = known_account(dataset, winner.walk)
    test = winner.tests[winner.horizon]
    # A leak of the last days before a loss has taught the hazards, whatever the lead time.
    every = replace(material, dataset=replace(dataset, lead=0, courses=None))
    return Honesty(
        leaks=look(every, winner.horizon, trusted),
        folds=claim(material, winner.flavour, winner.horizon, test) if winner.contrasted else None,
        accounts={h: groups(dataset, t, known, seed) for h, t in winner.tests.items()},
    )


def guarded(verdict: Verdict, report: LeakReport | None) -> Verdict:
    """The verdict, refused where the leak gate blocks."""
    if report is None or not report.blocks:
        return verdict
    return Verdict(False, verdict.horizon, (*verdict.sentences, *report.sentences()))
