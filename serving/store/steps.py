"""The steps from one revision of the schema to another: all that Alembic is needed for."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def revisions() -> list[str]:
    """Every revision, first to newest."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def stamp(connection: Connection, revision: str) -> None:
    """Have a store's schema be known as of a revision."""
    MigrationContext.configure(connection).stamp(_scripts(), revision)


def take(connection: Connection, target: str, up: bool) -> None:
    """Take all steps to a revision, in the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    (command.upgrade if up else command.downgrade)(config, target)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
