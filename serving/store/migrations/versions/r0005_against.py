"""A run tells what speaks against its scores: holes in usage, accounts missing since that day."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Of runs before nothing is known until they are scored again."""
    op.add_column("scoring_run", sa.Column("holes", sa.Text))
    op.add_column("scoring_run", sa.Column("ended", sa.Integer))


def downgrade() -> None:
    """Nobody is told of them."""
    op.drop_column("scoring_run", "ended")
    op.drop_column("scoring_run", "holes")
