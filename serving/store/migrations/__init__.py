"""The store's schema, revision by revision, as Alembic runs them."""
