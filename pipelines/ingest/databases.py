"""Reading rows of a SQL database by its SQLAlchemy address, without ever writing to it."""

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from pipelines.config import Input
from pipelines.errors import SourceError
from pipelines.ingest.origin import Segment
from pipelines.ingest.problems import Problem, mask
from pipelines.ingest.raw import Raw

_ROWS_AT_ONCE = 10_000
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_DRAWING = re.compile(r"\s*LINE \d+:.*", re.DOTALL)


def read_database(source: str, given: Input, folder: Path, environment: Mapping[str, str]) -> Raw:
    """The rows of the query of `given`.

    Args:
        source: the source's name, for messages.
        given: its address, or the variable that holds it, and its query.
        folder: what the path of a SQLite file is relative to.
        environment: where the variable is looked up.

    Raises:
        SourceError: there is no such address or the query fails; no password is shown.
    """
    url = _url(source, given, folder, environment)
    try:
        engine = sa.create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            table = _rows(_reading(connection), given.query or "")
    except ImportError as error:
        remedy = "Install its driver; for PostgreSQL: pip install 'forewarn[postgres]'."
        raise _error(source, f"no driver for {url.drivername}: {error}", remedy) from None
    except SQLAlchemyError as error:
        reason = f"{url.render_as_string()} says: {_said(error, url)}"
        raise _error(source, reason, "Check the address and the query.") from None
    return Raw(table, (Segment("", len(table)),), text=False)


def _url(source: str, given: Input, folder: Path, environment: Mapping[str, str]) -> URL:
    address = given.database
    if address is None:
        name = given.database_env or ""
        address = environment.get(name, "")
        if not address:
            remedy = f"Set {name} to the database's SQLAlchemy address."
            raise _error(source, f"the environment variable {name} is not set", remedy)
    try:
        url = make_url(address)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        remedy = "Write it as postgresql://user@host/name or sqlite:///file.db."
        raise _error(source, "the database's address is not a SQLAlchemy address", remedy) from None
    except ImportError:
        return url
    return _sqlite(source, url, folder) if url.get_backend_name() == "sqlite" else url


def _sqlite(source: str, url: URL, folder: Path) -> URL:
    """The address with its file's whole path; SQLite would create a file that is missing."""
    file = folder / (url.database or "")
    if not file.is_file():
        reason = f"there is no SQLite file {url.database}"
        raise _error(source, reason, f"Paths are relative to {folder}.")
    return url.set(database=str(file))


def _reading(connection: Connection) -> Connection:
    # Without this flag drivers take a % of the query for a placeholder.
    options: dict[str, bool] = {"no_parameters": True}
    if connection.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    return connection.execution_options(**options)


def _rows(connection: Connection, query: str) -> pa.Table:
    result = connection.exec_driver_sql(query)
    names = list(result.keys())
    columns: list[list[object]] = [[] for _ in names]
    for rows in result.partitions(_ROWS_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return pa.Table.from_arrays([_array(column) for column in columns], names=names)


def _array(values: list[object]) -> pa.Array:
    """The values as Arrow; as text where Arrow has no one type for them."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _said(error: SQLAlchemyError, url: URL) -> str:
    cause = getattr(error, "orig", None) or error
    text = mask(_DRAWING.sub("", str(cause))).strip().replace("\n", " ")
    return text.replace(str(url.password), "***") if url.password else text


def _error(source: str, reason: str, remedy: str) -> SourceError:
    return SourceError([Problem(source, mask(reason), remedy, fatal=True)])
