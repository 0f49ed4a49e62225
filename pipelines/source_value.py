"""What each source and each signal group adds to a model, worked out and kept."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from features.signal import Catalogue
from features.snapshot import fingerprint
from models import bundle
from models.ablation import Kind, NotTested, Part, Subject, ablate
from models.churn_model import ChurnModel
from models.run_record import CHALLENGER, CHAMPION, Registered
from models.trained import TrainingPlan
from models.training import material_of
from pipelines.assemble import Assembled, assemble
from pipelines.company import learning_plan
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.ingest.problems import nearest
from pipelines.kept import DESCRIBED, as_tuned, asked_of
from pipelines.versions import evidence, find
from pipelines.workspace import Workspace
from serving.store.columns import finite

Progress = Callable[[str], None]


def work_out(
    workspace: Workspace, config: Config, only: Sequence[str], say: Progress
) -> dict[str, Any]:
    """Leave out each connected source and each signal group in turn, and keep what that did.

    The model is the champion, or the one trained last where none serves; it is walked forward
    on what was known at its date.

    Args:
        workspace: where the model and the lake are.
        config: the configuration that the model was trained with.
        only: tables and groups to leave out; empty means all. Values of others that were
            worked out for the same model are kept.
        say: told about each step.

    Raises:
        InputError: there is no model, it was trained from other definitions, or `only` names
            what does not exist.
    """
    registered = _registered(workspace)
    model = bundle.load(registered.bundle, registered.digest)
    found = assemble(workspace, config, model.data_as_of, say)
    _check(model, found)
    chosen = _chosen(parts(found.catalogue, workspace.lake().manifest.tables), only)
    try:
        plan = _plan(workspace, config, registered, found)
        ablation = ablate(_subject(config, model, plan, found), chosen, say)
    except NotTested as error:
        raise InputError(f"model {model.version}: {error}") from error
    body = {
        "model_version": model.version,
        "data_as_of": model.data_as_of.isoformat(),
        "computed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **asdict(ablation),
    }
    body["values"] = [*_others(kept(workspace), body), *body["values"]]
    body = dict(finite(body))
    workspace.value.write_text(json.dumps(body, indent=1, ensure_ascii=False), encoding="utf-8")
    return body


def kept(workspace: Workspace) -> dict[str, Any]:
    """What was worked out last; empty where nothing was.

    Raises:
        InputError: the file cannot be read.
    """
    if not workspace.value.exists():
        return {}
    try:
        found: dict[str, Any] = json.loads(workspace.value.read_text(encoding="utf-8"))
        return found
    except ValueError as error:
        raise InputError(
            f"{workspace.value} cannot be read: {error}; run `forewarn inventory --value` again."
        ) from error


def parts(catalogue: Catalogue, tables: Iterable[str]) -> list[Part]:
    """Every connected table and every signal group with the columns it feeds.

    A column fed by several tables belongs to each of them.
    """
    sources = [Part(Kind.SOURCE, name, fed_by(catalogue, name)) for name in tables]
    groups = [
        Part(Kind.GROUP, str(group.name), tuple(c.name for c in catalogue.of(group.name)))
        for group in catalogue.groups
    ]
    return [*sources, *groups]


def fed_by(catalogue: Catalogue, table: str) -> tuple[str, ...]:
    """The columns that read a table of the contract."""
    return tuple(c.name for c in catalogue.columns if table in c.signal.tables)


def _registered(workspace: Workspace) -> Registered:
    registry = workspace.registry()
    return find(registry, CHAMPION if registry.champion() else CHALLENGER)


def _plan(
    workspace: Workspace, config: Config, registered: Registered, found: Assembled
) -> TrainingPlan:
    """The plan that the model was trained by, with the settings it was tuned to."""
    notes = evidence(workspace.registry(), registered).notes if registered.evidence else {}
    return as_tuned(learning_plan(config, found.catalogue), notes)


def _check(model: ChurnModel, found: Assembled) -> None:
    now = (fingerprint(found.catalogue), found.label.name, found.dataset.lead)
    if now != (model.fingerprint, model.outcome, model.lead):
        raise InputError(
            f"model {model.version} was trained from other definitions than hold now: run "
            "`forewarn train` first."
        )


def _subject(config: Config, model: ChurnModel, plan: TrainingPlan, found: Assembled) -> Subject:
    """The model by what it was made from: the columns that it reads, walked as in training."""
    return Subject(
        material=material_of(found.dataset, model.schema.names, plan),
        flavour=model.flavour,
        horizon=model.primary_horizon,
        segments=plan.segments,
        described=DESCRIBED,
        asked=asked_of(config),
        since=plan.since,
    )


def _chosen(every: list[Part], only: Sequence[str]) -> list[Part]:
    names = [part.name for part in every]
    for name in only:
        if name not in names:
            near = nearest(name, names)
            hint = f"Did you mean {near}? " if near else ""
            raise InputError(
                f"--only {name}: no connected source and no signal group is called so. {hint}"
                f"There are {', '.join(dict.fromkeys(names))}."
            )
    return [part for part in every if not only or part.name in only]


def _others(before: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    """Values of other parts that were worked out for the same model at the same horizon."""
    same = ("model_version", "horizon", "rows")
    if any(before.get(name) != now[name] for name in same):
        return []
    done = {(value["kind"], value["name"]) for value in now["values"]}
    return [v for v in before["values"] if (v["kind"], v["name"]) not in done]
