"""Statements that name many accounts."""

from sqlalchemy import ColumnElement, Connection, String, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY


def on_postgresql(connection: Connection) -> bool:
    """Whether the database is PostgreSQL."""
    return connection.dialect.name == "postgresql"


def among(column: ColumnElement[str], postgresql: bool) -> ColumnElement[bool]:
    """Whether a column is one of the parameter `ids`, a list.

    PostgreSQL gets the list as one value: naming each by itself makes another statement for each
    number of ids, and takes longer to write down than to answer.
    """
    if postgresql:
        return column == any_(bindparam("ids", type_=ARRAY(String)))
    return column.in_(bindparam("ids", expanding=True))
