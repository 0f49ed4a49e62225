"""Where Alembic finds the open connection that a revision is to run on."""

from alembic import context

from serving.store.metadata import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
