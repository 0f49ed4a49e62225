"""Model versions, and which of them serves."""

from typing import Any

from sqlalchemy import ColumnElement, Engine, RowMapping, delete, insert, select, update

from serving.store.columns import require_zone
from serving.store.engine import reading, writing
from serving.store.model_changes import append
from serving.store.records import Cause, ModelRecord
from serving.store.tables import MODEL_VERSION


class ModelVersionRepository:
    """Keeps every version that was trained or served; at most one of them is champion.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def promote(self, record: ModelRecord, cause: Cause | None = None) -> None:
        """Record a version and make it the champion, in one transaction.

        Metrics that are not finite numbers are kept as None.

        Args:
            record: the version that is to serve.
            cause: why; written down in the same transaction and never changed again.

        Raises:
            ValueError: an instant has no time zone.
        """
        require_zone(record.created_at)
        with writing(self._engine) as connection:
            if cause is not None:
                append(connection, cause, record)
            connection.execute(
                delete(MODEL_VERSION).where(MODEL_VERSION.c.version == record.version)
            )
            connection.execute(update(MODEL_VERSION).values(is_champion=False))
            connection.execute(insert(MODEL_VERSION), _row(record))

    def keep(self, record: ModelRecord) -> None:
        """Record a version that was trained and does not serve; the champion stays as it is.

        Raises:
            ValueError: an instant has no time zone.
        """
        require_zone(record.created_at)
        mine = MODEL_VERSION.c.version == record.version
        with writing(self._engine) as connection:
            if connection.scalar(select(MODEL_VERSION.c.is_champion).where(mine)):
                return
            connection.execute(delete(MODEL_VERSION).where(mine))
            connection.execute(insert(MODEL_VERSION), {**_row(record), "is_champion": False})

    def newest(self, most: int = 50) -> list[ModelRecord]:
        """Versions by the time they were trained, the newest first."""
        chosen = select(*MODEL_VERSION.c).order_by(
            MODEL_VERSION.c.created_at.desc(), MODEL_VERSION.c.version
        )
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(chosen.limit(most)).mappings()]

    def champion(self) -> ModelRecord | None:
        """The version that serves; None where none was promoted yet."""
        return self._one(MODEL_VERSION.c.is_champion)

    def get(self, version: str) -> ModelRecord | None:
        """A version by its name; None where none of that name is kept."""
        return self._one(MODEL_VERSION.c.version == version)

    def _one(self, condition: ColumnElement[bool]) -> ModelRecord | None:
        chosen = select(*MODEL_VERSION.c).where(condition)
        with reading(self._engine) as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else _record(row)


def _row(record: ModelRecord) -> dict[str, Any]:
    return {
        "version": record.version,
        "created_at": record.created_at,
        "flavour": record.flavour,
        "outcome": record.outcome,
        "horizons": list(record.horizons),
        "primary_horizon": record.primary_horizon,
        "metrics": record.metrics,
        "bands": record.bands,
        "data_as_of": record.data_as_of,
        "run_id": record.run_id,
        "digest": record.digest,
        "is_champion": True,
    }


def _record(row: RowMapping) -> ModelRecord:
    kept = {name: value for name, value in row.items() if name != "is_champion"}
    return ModelRecord(**{**kept, "horizons": tuple(kept["horizons"])})
