"""Statements that name many accounts."""

import json
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, String, any_, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY


def on_postgresql(connection: Connection) -> bool:
    """Whether the database is PostgreSQL."""
    return connection.dialect.name == "postgresql"


def among(of: ColumnElement[str], postgresql: bool) -> ColumnElement[bool]:
    """Whether a column is one of the parameter `ids`, which `named` gives.

    The list is one value: naming each by itself makes another statement for each number of ids,
    and takes longer to write down than to answer. SQLite has no lists, and reads it from JSON.
    """
    if postgresql:
        return of == any_(bindparam("ids", type_=ARRAY(String)))
    listed = func.json_each(bindparam("ids", type_=String)).table_valued(column("value", String))
    return of.in_(select(listed.c.value))


def named(ids: Iterable[str], postgresql: bool) -> list[str] | str:
    """Ids as the parameter of `among`."""
    return [*ids] if postgresql else json.dumps([*ids])
