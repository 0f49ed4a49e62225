"""Whether the model that serves has gone stale: rows since it was trained, kept with its rival."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from models import bundle
from models.adjustment import base_of
from models.base_rates import first_usable
from models.bundle import BrokenBundle
from models.comparison import STALE_RULE, Comparison, compare
from models.dataset import Dataset
from models.evidence import Evidence, evidence_rows, load
from models.evidence import save as save_evidence
from models.run_record import Registered
from models.segment_shift import shift_by
from models.since import Recipe, apart, since
from models.succession import succession
from models.trained import Trained
from models.training import material_of
from pipelines.kept import DESCRIBED
from pipelines.versions import evidence
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from models.registry import Registry

Progress = Callable[[str], None]
SINCE = "since"
"""The note, and the folder beside the test rows, of rows newer than the model that serves."""


@dataclass(frozen=True)
class Newer:
    """The model that serves and the one just trained, on rows newer than the first.

    Attributes:
        champion: the version that serves.
        trained_on: the last day of the data from which its shape was learnt.
        rows: what both say; None where there are too few rows.
        lacking: what is missing at the primary horizon; empty where nothing is.
    """

    champion: str
    trained_on: date
    rows: pd.DataFrame | None
    lacking: str


def beside_champion(
    workspace: Workspace, dataset: Dataset, trained: Trained, columns: list[str], say: Progress
) -> Newer | None:
    """The model that serves and the one just trained on rows newer than the first.

    None where no model serves, or it cannot be held against the new one: another outcome or
    other definitions, or files that were changed.
    """
    registered = workspace.registry().champion()
    if registered is None or trained.plain_walk is None or trained.plan is None:
        return None
    try:
        champion = bundle.load(registered.bundle, registered.digest)
    except BrokenBundle:
        return None
    model = trained.model
    same = (champion.outcome, champion.fingerprint) == (model.outcome, model.fingerprint)
    if not same or champion.trained_on >= model.data_as_of:
        return None
    say(
        f"holding {champion.version} against the new model on the dates since {champion.trained_on}"
    )
    material = material_of(dataset, columns, trained.plan)
    shift = shift_by(material, first_usable(material.schema, trained.plan.segments))
    recipe = Recipe(model.flavour, trained.plain_walk, shift)
    both = since(material, champion, champion.trained_on, recipe)
    found = Newer(champion.version, champion.trained_on, None, both.lacking)
    if not both.tests:
        return found
    embargo = trained.plan.embargo
    return replace(found, rows=evidence_rows(dataset, both.tests, both.serving, DESCRIBED, embargo))


def keep_since(found: Newer | None, mine: Evidence, folder: Path) -> Evidence:
    """The challenger's test rows with a note of the newer rows, which are written under `folder`.

    Args:
        found: both models on rows newer than the one that serves, if any.
        mine: its test rows, with the sum of its bundle.
        folder: where its test rows are to be saved.
    """
    if found is None:
        return mine
    note = {
        "champion": found.champion,
        "trained_on": found.trained_on.isoformat(),
        "lacking": found.lacking,
        "digest": "",
    }
    if found.rows is not None:
        kept = replace(mine, rows=found.rows, notes={})
        note["digest"] = save_evidence(kept, folder / SINCE)
    return replace(mine, notes={**mine.notes, SINCE: note})


def compare_registered(registry: "Registry", first: Registered, second: Registered) -> Comparison:
    """Two models on the rows they share, and on those newer than the first where they were kept.

    Raises:
        InputError: one of them kept no test rows.
        BrokenEvidence: test rows were changed.
    """
    theirs, ours = evidence(registry, first), evidence(registry, second)
    recipes = compare(theirs, ours)
    note = ours.notes.get(SINCE) or {}
    if not note or base_of(note["champion"]) != base_of(first.version):
        return recipes
    if not note["digest"]:
        return succession(recipes, None, note["lacking"])
    kept = load(registry.evidence(second) / SINCE, note["digest"], second.digest)
    day = date.fromisoformat(note["trained_on"])
    newer = compare(*apart(kept, theirs, day), STALE_RULE)
    return succession(recipes, newer, note["lacking"])
