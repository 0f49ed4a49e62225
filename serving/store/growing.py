"""Tables whose rows the database itself refuses to change or to remove."""

from typing import Any

from sqlalchemy import DDL, Table, event


def only_grows(table: Table) -> None:
    """Have a table made with triggers that let rows be added and nothing else."""
    why = f"{table.name} only grows"
    for verb in ("UPDATE", "DELETE"):
        trigger = (
            f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        _after_create(table, trigger, "sqlite")
    function = (
        f"CREATE OR REPLACE FUNCTION {table.name}_only_grows() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{why}'; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {table.name}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON "
        f"{table.name} FOR EACH STATEMENT EXECUTE FUNCTION {table.name}_only_grows()"
    )
    _after_create(table, function, "postgresql")
    _after_create(table, trigger, "postgresql")


def _after_create(table: Table, statement: str, dialect: str) -> None:
    ddl: Any = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
