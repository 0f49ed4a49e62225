"""The audit trail of the model that serves: rows are added and never changed."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from serving.store.audit import Deed, write_down
from serving.store.columns import require_zone
from serving.store.engine import reading
from serving.store.records import Cause, ModelAction, ModelChange, ModelRecord
from serving.store.tables import MODEL_CHANGE, MODEL_VERSION


class ModelChangeRepository:
    """Reads the changes of the model that serves; `ModelVersionRepository` writes them.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[ModelChange]:
        """Every change, oldest first."""
        chosen = select(MODEL_CHANGE).order_by(MODEL_CHANGE.c.number)
        with reading(self._engine) as connection:
            return [_change(row) for row in connection.execute(chosen).mappings()]


def append(connection: Connection, cause: Cause, record: ModelRecord) -> None:
    """Write down that `record` serves from now on, before it takes the champion's place.

    Raises:
        ValueError: the cause's instant has no time zone.
    """
    champion = select(MODEL_VERSION.c.version).where(MODEL_VERSION.c.is_champion)
    row = {
        "changed_at": require_zone(cause.at),
        "changed_by": cause.by,
        "action": cause.action.value,
        "from_version": connection.scalar(champion),
        "to_version": record.version,
        "digest": record.digest,
        "reason": cause.reason,
        "verdict": list(cause.verdict),
    }
    connection.execute(insert(MODEL_CHANGE), row)
    told = {name: row[name] for name in ("from_version", "digest", "reason")}
    deed = Deed(cause.at, cause.by, f"model.{cause.action.name.lower()}", record.version, told)
    write_down(connection, deed)


def served_before(changes: Sequence[ModelChange]) -> str | None:
    """The version to go back to from the one that serves; None where there is none.

    A rollback takes its change away again, so that two in a row go back by two versions.
    """
    served: list[str] = []
    for change in changes:
        if change.cause.action is ModelAction.ROLLED_BACK:
            known = change.to_version in served
            served = served[: served.index(change.to_version) + 1] if known else []
            continue
        if not served and change.from_version is not None:
            served.append(change.from_version)
        if change.to_version in served:  # served before and was promoted anew
            served.remove(change.to_version)
        served.append(change.to_version)
    return served[-2] if len(served) > 1 else None


def _change(row: RowMapping) -> ModelChange:
    cause = Cause(
        ModelAction(row["action"]),
        row["changed_at"],
        row["changed_by"],
        row["reason"],
        tuple(row["verdict"]),
    )
    return ModelChange(cause, row["from_version"], row["to_version"], row["digest"])
