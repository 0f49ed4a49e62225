"""Views of the list that people keep under a name; each belongs to whoever made it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, select, update

from serving.store.engine import reading, writing
from serving.store.errors import StoreError
from serving.store.replies import Repeatable, Reply, once
from serving.store.tables import SAVED_VIEW

MOST = 200
"""Views that one person may keep."""


class NameTakenError(StoreError):
    """Another view of the same person has the name."""


class TooManyViewsError(StoreError):
    """Somebody keeps as many views as anybody may."""


class ChangedError(StoreError):
    """A view was changed since whoever changes it now has read it."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the list.

    Attributes:
        query: the question, as the list takes it.
        version: grows with each change.
    """

    view_id: str
    owner: str
    name: str
    query: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


Answer = Callable[[SavedView], Reply]


class SavedViewRepository:
    """Keeps views; nobody reaches those of others.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, owner: str) -> list[SavedView]:
        """Somebody's views, by name."""
        chosen = select(*SAVED_VIEW.c).where(SAVED_VIEW.c.owner == owner)
        with reading(self._engine) as connection:
            found = connection.execute(chosen.order_by(SAVED_VIEW.c.name)).mappings()
            return [SavedView(**row) for row in found]

    def get(self, view_id: str, owner: str) -> SavedView | None:
        """One of somebody's views; None where there is none of theirs."""
        with reading(self._engine) as connection:
            return _find(connection, view_id, owner)

    def create(
        self, name: str, query: dict[str, Any], asked: Repeatable, answer: Answer
    ) -> Reply:
        """Keep a view, once however often it is asked for; gives the answer.

        Raises:
            NameTakenError: they have one of this name.
            TooManyViewsError: they have as many as anybody may.
            KeyReusedError: the key of the request stood for another.
        """
        view = SavedView(secrets.token_hex(16), asked.principal, name, query, 1, asked.at, asked.at)

        with writing(self._engine) as connection:

            def keep() -> Reply:
                mine = select(func.count()).where(SAVED_VIEW.c.owner == view.owner)
                if (connection.scalar(mine) or 0) >= MOST:
                    raise TooManyViewsError(f"You keep {MOST} views, and may keep no more.")
                _require_free(connection, view)
                connection.execute(insert(SAVED_VIEW), _row(view))
                return answer(view)

            return once(connection, asked, keep)

    def change(self, view: SavedView, version: int | None) -> SavedView | None:
        """Give a view another name or question; None where there is none of its owner.

        Args:
            view: what it is to be; its version does not matter.
            version: the one that is being changed; None for any.

        Raises:
            ChangedError: it is of another version by now.
            NameTakenError: its owner has another one of this name.
        """
        with writing(self._engine) as connection:
            found = _find(connection, view.view_id, view.owner)
            if found is None:
                return None
            _require_version(found, version)
            _require_free(connection, view)
            changed = SavedView(
                view.view_id, view.owner, view.name, view.query, found.version + 1,
                found.created_at, view.updated_at,
            )  # fmt: skip
            mine = _mine(view.view_id, view.owner)
            connection.execute(update(SAVED_VIEW).where(mine).values(_row(changed)))
        return changed

    def remove(self, view_id: str, owner: str, version: int | None) -> bool:
        """Drop a view; False where there is none of this owner.

        Raises:
            ChangedError: it is of another version by now.
        """
        with writing(self._engine) as connection:
            found = _find(connection, view_id, owner)
            if found is None:
                return False
            _require_version(found, version)
            connection.execute(delete(SAVED_VIEW).where(_mine(view_id, owner)))
        return True


def _mine(view_id: str, owner: str) -> ColumnElement[bool]:
    return and_(SAVED_VIEW.c.view_id == view_id, SAVED_VIEW.c.owner == owner)


def _find(connection: Connection, view_id: str, owner: str) -> SavedView | None:
    chosen = select(*SAVED_VIEW.c).where(_mine(view_id, owner))
    row = connection.execute(chosen).mappings().one_or_none()
    return None if row is None else SavedView(**row)


def _row(view: SavedView) -> dict[str, Any]:
    return {column.name: getattr(view, column.name) for column in SAVED_VIEW.c}


def _require_version(found: SavedView, version: int | None) -> None:
    if version is not None and found.version != version:
        raise ChangedError(f"The view is of version {found.version} by now, not {version}.")


def _require_free(connection: Connection, view: SavedView) -> None:
    same = and_(SAVED_VIEW.c.owner == view.owner, SAVED_VIEW.c.name == view.name)
    other = select(SAVED_VIEW.c.view_id).where(same, SAVED_VIEW.c.view_id != view.view_id)
    if connection.scalar(other) is not None:
        raise NameTakenError(f"You have a view named {view.name!r} already.")
