"""Tables whose rows the database itself refuses to change or to remove."""


def growing_statements(table: str, dialect: str) -> list[str]:
    """What makes a table's triggers, which let rows be added and nothing else."""
    why = f"{table} only grows"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{why}'; END $$",
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON "
        f"{table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()",
    ]
