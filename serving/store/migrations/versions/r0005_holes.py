"""A run tells of the holes in usage that its scores tell of."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Of runs before nothing is known until they are scored again."""
    op.add_column("scoring_run", sa.Column("holes", sa.Text))


def downgrade() -> None:
    """Nobody is told of them."""
    op.drop_column("scoring_run", "holes")
