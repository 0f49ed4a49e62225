"""Models by name: a version, or `champion`, or `challenger`; and the rows they were tested on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.evidence import Evidence, load
from models.run_record import CHALLENGER, CHAMPION, Registered
from pipelines.errors import InputError

if TYPE_CHECKING:
    from models.registry import Registry

SHOWN = 5


def find(registry: "Registry", name: str) -> Registered:
    """The model of a version, or of the aliases `champion` and `challenger`.

    Raises:
        InputError: there is none of that name.
    """
    aliases: dict[str, Callable[[], Registered | None]] = {
        CHAMPION: registry.champion,
        CHALLENGER: registry.challenger,
    }
    found = aliases[name]() if name in aliases else registry.version(name)
    if found is None and name == CHAMPION and registry.versions():
        raise InputError(
            "no model serves yet, so there is no champion: `forewarn status` says why; "
            f"{_known(registry)}"
        )
    if found is None:
        raise InputError(f"there is no model {name}: {_known(registry)}")
    return found


def evidence(registry: "Registry", registered: Registered) -> Evidence:
    """The verified rows a model was tested on.

    Raises:
        InputError: the model was trained before such rows were kept.
        BrokenEvidence: the rows were changed, lost, or are another model's.
    """
    if not registered.evidence:
        raise InputError(
            f"model {registered.version} kept no test rows: it could not be checked on later "
            "dates, or was trained by an earlier release of Forewarn. Train again to see which; "
            "--force promotes it all the same."
        )
    return load(registry.evidence(registered), registered.evidence, registered.digest)


def _known(registry: "Registry") -> str:
    versions = registry.versions()
    if not versions:
        return "no model was trained yet; run `forewarn train`."
    more = f" and {len(versions) - SHOWN} older" if len(versions) > SHOWN else ""
    return f"give champion, challenger, or one of {', '.join(versions[:SHOWN])}{more}."
