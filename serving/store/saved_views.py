"""Questions to the list of accounts that people keep under a name."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from serving.store.errors import ChangedSinceError, NameTakenError, TooManyViewsError
from serving.store.rows import clean
from serving.store.tables import SAVED_VIEW
from serving.store.transactions import reading, writing

MOST = 200
"""Views that one person may keep, wherever they make them."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A question under a name.

    Attributes:
        owner: whose it is; nobody else sees it.
        query: the question as the list takes it, JSON-able.
        version: grows with each change; what an ETag is made of.
    """

    view_id: str
    owner: str
    name: str
    query: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


class SavedViewRepository:
    """Keeps views, each its owner's alone.

    Methods that end in `_on` do their work within the caller's writing transaction, so that
    it stands or falls with what else is written there.

    Args:
        engine: a store opened by `open_store`.
        clock: the present instant.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine, self._clock = engine, clock

    def all(self, owner: str) -> list[SavedView]:
        """A person's views by name."""
        mine = select(*SAVED_VIEW.c).where(SAVED_VIEW.c.owner == owner)
        with reading(self._engine) as connection:
            found = connection.execute(mine.order_by(SAVED_VIEW.c.name)).mappings()
            return [SavedView(**row) for row in found]

    def view(self, owner: str, view_id: str) -> SavedView | None:
        """One of a person's views; None where there is none of theirs."""
        with reading(self._engine) as connection:
            return _mine(connection, owner, view_id)

    def create(self, owner: str, name: str, query: dict[str, Any]) -> SavedView:
        """Keep a question; see `create_on`."""
        with writing(self._engine) as connection:
            return self.create_on(connection, owner, name, query)

    def create_on(
        self, connection: Connection, owner: str, name: str, query: dict[str, Any]
    ) -> SavedView:
        """Keep a question under a name that is new to its owner.

        Raises:
            NameTakenError: the owner has another view of that name.
            TooManyViewsError: the owner keeps as many as anybody may.
        """
        _require_room(connection, owner)
        _require_free(connection, owner, name)
        now = self._clock()
        view = SavedView(secrets.token_hex(16), owner, name, query, 1, now, now)
        row = {column: getattr(view, column) for column in SAVED_VIEW.c.keys()}  # noqa: SIM118
        connection.execute(insert(SAVED_VIEW), row)
        return view

    def change(
        self, owner: str, view_id: str, version: int, name: str, query: dict[str, Any]
    ) -> SavedView | None:
        """Change a view that is still as it was read; see `change_on`."""
        with writing(self._engine) as connection:
            return self.change_on(connection, owner, view_id, version, name, query)

    def change_on(
        self,
        connection: Connection,
        owner: str,
        view_id: str,
        version: int,
        name: str,
        query: dict[str, Any],
    ) -> SavedView | None:
        """Change a view that is still as it was read.

        Args:
            connection: in a writing transaction.
            owner: whose it is.
            view_id: which it is.
            version: as it was read.
            name: from now on.
            query: from now on.

        Returns:
            The view as it is now; None where there is none of theirs.

        Raises:
            ChangedSinceError: it was changed since.
            NameTakenError: the owner has another view of that name.
        """
        before = _mine(connection, owner, view_id)
        if before is None:
            return None
        _require_version(before, version)
        if name != before.name:
            _require_free(connection, owner, name)
        values = {"name": name, "query": query, "version": version + 1}
        values["updated_at"] = self._clock()
        this = SAVED_VIEW.c.view_id == view_id
        connection.execute(update(SAVED_VIEW).where(this).values(**values))
        return _mine(connection, owner, view_id)

    def remove(self, owner: str, view_id: str, version: int | None = None) -> bool:
        """Remove a view; False where there is none of theirs.

        Raises:
            ChangedSinceError: a version was given, and it was changed since.
        """
        with writing(self._engine) as connection:
            before = _mine(connection, owner, view_id)
            if before is None:
                return False
            if version is not None:
                _require_version(before, version)
            connection.execute(delete(SAVED_VIEW).where(SAVED_VIEW.c.view_id == view_id))
        return True


def _mine(connection: Connection, owner: str, view_id: str) -> SavedView | None:
    mine = (SAVED_VIEW.c.owner == owner, SAVED_VIEW.c.view_id == clean(view_id))
    found = connection.execute(select(*SAVED_VIEW.c).where(*mine)).mappings().one_or_none()
    return None if found is None else SavedView(**found)


def _require_version(view: SavedView, version: int) -> None:
    if view.version != version:
        raise ChangedSinceError(
            f"The view {view.name!r} was changed since it was read: it is of version "
            f"{view.version}, and {version} was to be changed. Read it again first."
        )


def _require_room(connection: Connection, owner: str) -> None:
    mine = select(func.count()).where(SAVED_VIEW.c.owner == owner)
    if (connection.scalar(mine) or 0) >= MOST:
        raise TooManyViewsError(f"You keep {MOST} views, and nobody may keep more.")


def _require_free(connection: Connection, owner: str, name: str) -> None:
    mine = (SAVED_VIEW.c.owner == owner, SAVED_VIEW.c.name == name)
    if connection.scalar(select(SAVED_VIEW.c.view_id).where(*mine)) is not None:
        raise NameTakenError(
            f"There is a view named {name!r} already: change that one, or choose another name."
        )
