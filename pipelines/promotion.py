"""Who serves: promoting and rolling back, each verified before and written down after."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models import bundle
from models.bundle import BrokenBundle
from models.comparison import Comparison
from models.evidence import BrokenEvidence, Evidence
from models.run_record import Registered
from pipelines.errors import InputError, NotPromoted
from pipelines.exclusive import in_turn
from pipelines.kept import record_in
from pipelines.stale import compare_registered
from pipelines.user import who
from pipelines.versions import evidence, find
from pipelines.workspace import Workspace
from serving.store import (
    Cause,
    ModelAction,
    ModelChangeRepository,
    ModelRecord,
    ModelVersionRepository,
    open_store,
    served_before,
)

if TYPE_CHECKING:
    from models.registry import Registry


HALFWAY: tuple[tuple[str, ...], tuple[str, ...]] = (
    (), ("it was put in service before, and that was written down by halves",)
)  # fmt: skip
"""What there is to say of a model that only the registry, or only the store, has as champion."""


@dataclass(frozen=True)
class Decision:
    """Whether a model just trained serves now, and why (not).

    Attributes:
        serves: whether it is the champion now.
        reasons: in words.
        comparison: with the champion it found, where there was one to compare with.
    """

    serves: bool
    reasons: tuple[str, ...]
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Changed:
    """The model that serves was changed by hand."""

    action: ModelAction
    before: str | None
    now: str
    by: str
    reasons: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return asdict(self)

    def text(self) -> str:
        """The same for people."""
        head = f"Model {self.now} serves now; before it {self.before or 'none'} did."
        return "\n".join([head, *(f"  {reason}" for reason in self.reasons)])


def decide(registry: "Registry", challenger: Evidence) -> Decision:
    """Whether a fit model that was just trained is to take the champion's place.

    A champion that can no longer serve has no place to defend: it cannot be read, signals
    have other definitions now, or the configuration asks for another outcome.
    """
    champion = registry.champion()
    if champion is None:
        return Decision(True, ("the first model that is fit to use",))
    if (champion.version, champion.digest) == (challenger.version, challenger.bundle):
        return Decision(True, ("this very model serves already",))
    unable = _unable(champion, challenger)
    if unable:
        return Decision(True, (f"{champion.version} cannot serve any more: {unable}",))
    try:
        found = compare_registered(registry, champion, find(registry, challenger.version))
    except (InputError, BrokenEvidence) as error:
        return Decision(False, (str(error),))
    return Decision(found.promotable, found.reasons, found)


def _unable(champion: Registered, challenger: Evidence) -> str:
    """Why the champion can no longer serve; empty where it can."""
    try:
        model = bundle.load(champion.bundle, champion.digest)
    except BrokenBundle as error:
        return str(error)
    if model.fingerprint != challenger.fingerprint:
        return "signals have other definitions now"
    if model.question != challenger.outcome:
        return f"it foretells {model.question}, and {challenger.outcome} is asked for now"
    return ""


def serves(workspace: Workspace, digest: str) -> bool:
    """Whether the bundle of this sum is the champion, in the registry and in the store."""
    return _champions(workspace, workspace.registry().champion()) == {digest}


def _champions(workspace: Workspace, alias: Registered | None) -> set[str | None]:
    """The sums of what serves by the registry and by the store.

    One, unless a process ended between writing to one and to the other.
    """
    engine = open_store(workspace.store_address)
    kept = ModelVersionRepository(engine).champion()
    engine.dispose()
    return {each.digest if each else None for each in (alias, kept)}


def put_in_service(
    workspace: Workspace,
    registered: Registered,
    record: ModelRecord,
    cause: Cause,
    before: Registered | None,
) -> None:
    """Verify a model's bundle, let the champion's alias point at it, and write that down.

    Args:
        workspace: whose models.
        registered: the model.
        record: what the store is to know of it.
        cause: why it is to serve.
        before: the champion as it was when that was decided; None for none.

    Raises:
        BrokenBundle: the bundle was changed or is another model's; nothing has moved then.
        InputError: another model was put in service since; nor has it then.
    """
    model = bundle.load(registered.bundle, registered.digest)
    if model.version != registered.version:
        raise BrokenBundle(f"{registered.bundle} holds {model.version}, not {registered.version}.")
    registry = workspace.registry()
    with in_turn(workspace.promoting, "forewarn promote"):
        now = registry.champion()
        if now != before:
            raise InputError(
                f"{registered.version} was not put in service: {now.version if now else 'none'} "
                f"serves by now, and not {before.version if before else 'none'} as when that was "
                f"decided. `forewarn promote {registered.version} --reason TEXT` decides anew."
            )
        _move(workspace, registry, registered, record, cause, before)


def _move(
    workspace: Workspace,
    registry: "Registry",
    registered: Registered,
    record: ModelRecord,
    cause: Cause,
    before: Registered | None,
) -> None:
    registry.promote(registered.run_id)
    try:
        engine = open_store(workspace.store_address)
        sealed = replace(record, run_id=registered.run_id, digest=registered.digest)
        ModelVersionRepository(engine).promote(sealed, cause)
        engine.dispose()
    except Exception:  # the alias and the store must name the same model
        registry.promote(before.run_id) if before else registry.withdraw()
        raise


def judged(record: ModelRecord, run_id: str, decision: Decision) -> ModelRecord:
    """A record with what was found of the model beside the one that served."""
    found = {"decision": list(decision.reasons)}
    compared = {"comparison": asdict(decision.comparison)} if decision.comparison else {}
    return replace(record, run_id=run_id, metrics={**record.metrics, **found, **compared})


def keep_waiting(workspace: Workspace, record: ModelRecord) -> None:
    """Let the store know a model that does not serve, so that people can look at it."""
    engine = open_store(workspace.store_address)
    ModelVersionRepository(engine).keep(record)
    engine.dispose()


def promote(
    workspace: Workspace, name: str, reason: str, force: bool = False, by: str | None = None
) -> Changed:
    """Let a model serve if the rule allows it, or with `force` whatever the rule says.

    `by` is who wants it; the user of the operating system unless given.

    Raises:
        InputError: there is no such model, it serves already, or no reason was given.
        NotPromoted: the rule does not allow it.
        BrokenBundle, BrokenEvidence: its files were changed.
    """
    _demand(reason)
    registry = workspace.registry()
    wanted, champion = find(registry, name), registry.champion()
    serving = _champions(workspace, champion)
    if serving == {wanted.digest}:
        raise InputError(f"model {wanted.version} serves already.")
    halfway = wanted.digest in serving
    against, verdict = HALFWAY if halfway else _objections(registry, wanted, champion, force)
    if against and not force:
        raise NotPromoted(_refusal(wanted.version, against))
    verdict = (*verdict, *(("promoted by --force against the rule",) if against else ()))
    cause = Cause(ModelAction.PROMOTED, datetime.now(UTC), by or who(), reason.strip(), verdict)
    put_in_service(workspace, wanted, _record(workspace, registry, wanted), cause, champion)
    before = champion.version if champion else None
    return Changed(cause.action, before, wanted.version, cause.by, verdict)


def roll_back(workspace: Workspace, reason: str, by: str | None = None) -> Changed:
    """Let the model serve again that served before the present one.

    `by` is who wants it; the user of the operating system unless given.

    Raises:
        InputError: no model served before, or no reason was given.
        BrokenBundle: its files were changed.
    """
    _demand(reason)
    registry = workspace.registry()
    champion = registry.champion()
    engine = open_store(workspace.store_address)
    earlier = served_before(ModelChangeRepository(engine).all())
    record = ModelVersionRepository(engine).get(earlier) if earlier else None
    engine.dispose()
    if champion is None or earlier is None or record is None:
        raise InputError(
            "no model is known to have served before the present one: name one yourself with "
            "`forewarn promote VERSION --reason TEXT`."
        )
    cause = Cause(ModelAction.ROLLED_BACK, datetime.now(UTC), by or who(), reason.strip())
    put_in_service(workspace, find(registry, earlier), record, cause, champion)
    return Changed(cause.action, champion.version, earlier, cause.by, ())


def trained_cause(reasons: Sequence[str]) -> Cause:
    """Why a model that was just trained serves."""
    return Cause(ModelAction.TRAINED, datetime.now(UTC), who(), reasons[0], tuple(reasons))


def _objections(
    registry: "Registry", wanted: Registered, champion: Registered | None, force: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What speaks against a promotion, and all that was found."""
    try:
        ours = evidence(registry, wanted)
        if not ours.notes["fit"]:
            unfit = ("it is not fit to use", *ours.notes["verdict"])
            return unfit, unfit
        if champion is None:
            return (), ("no model served before",)
        found = compare_registered(registry, champion, wanted)
    except (InputError, BrokenEvidence) as error:
        if not force:
            raise
        return (str(error),), (str(error),)
    return (() if found.promotable else found.reasons), found.reasons


def _refusal(version: str, against: Sequence[str]) -> str:
    reasons = "".join(f"\n  {reason}" for reason in against)
    return (
        f"model {version} was not promoted:{reasons}\nTo let it serve all the same, give --force; "
        "that is written down with your reason."
    )


def _record(workspace: Workspace, registry: "Registry", wanted: Registered) -> ModelRecord:
    """What is known of a model: from its run, or from the store where it served before."""
    engine = open_store(workspace.store_address)
    kept = ModelVersionRepository(engine).get(wanted.version)
    engine.dispose()
    if kept is not None and kept.digest == wanted.digest:
        return kept
    return record_in(evidence(registry, wanted).notes, wanted.run_id)


def _demand(reason: str) -> None:
    if not reason.strip():
        raise InputError("--reason is empty: say why, it is written down with the change.")
