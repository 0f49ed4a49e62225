"""Which columns a model may read: the safe ones, without those the company leaves out."""

from collections.abc import Iterable, Sequence

from features.signal import Catalogue
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.ingest.problems import nearest


def chosen(config: Config, catalogue: Catalogue, safe: Sequence[str]) -> list[str]:
    """The columns of `safe` that the company does not leave out.

    Raises:
        InputError: `[models]` names a column that does not exist, or an own score that no
            model may read.
    """
    models, known = config.models, [column.name for column in catalogue.columns]
    named = {"leave_out": models.leave_out, "trusted": models.trusted}
    for key, names in named.items():
        _check(key, names, known)
    kept = [name for name in safe if name not in models.leave_out]
    for key, name in (("segment", models.segment), ("own_score", models.own_score)):
        _check(key, [name] if name else [], kept)
    return kept


def _check(key: str, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {near}? " if near else ""
            raise InputError(
                f"[models] {key} names {name!r}, which is no snapshot column that a model may "
                f"read. {hint}`forewarn signals` lists all columns."
            )
