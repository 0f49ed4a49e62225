"""The system behind each source, as the configuration names it; never a password."""

import re

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from pipelines.config import Config, Input
from pipelines.ingest.problems import mask


def system_of(table: str, config: Config | None) -> str:
    """Where a table's rows come from, in words; empty where the configuration names nothing.

    Files are named by their patterns, a database by its kind, host and name with the section
    that holds its query, and SQL by the inputs it reads.
    """
    source = config.sources.get(table) if config else None
    if config is None or source is None:
        return ""
    if source.sql is None:
        return _origin(source, f"[sources.{table}]")
    return "; ".join(
        _origin(given, f"[inputs.{name}]")
        for name, given in config.inputs.items()
        if re.search(rf"\b{re.escape(name)}\b", source.sql, re.IGNORECASE)
    )


def _origin(given: Input, section: str) -> str:
    if given.files:
        return mask(", ".join(given.files))
    if given.database_env:
        return f"database of {given.database_env}, query in {section}"
    return f"{_database(given.database or '')}, query in {section}"


def _database(address: str) -> str:
    """A database's kind, host and name: neither user nor password nor any parameter."""
    try:
        url = make_url(address)
    except ArgumentError:
        return "database"
    place = "/".join(part for part in (url.host, url.database) if part)
    return f"{url.get_backend_name()} {place}".strip()
