"""Nothing that is written each day and never read: indexes of accounts, and a code of a reason."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"

UNREAD = ("name_key", "csm", "renews_at")
SLOTS = (0, 1)
VIEW = " UNION ALL ".join(
    f"SELECT * FROM score_latest_{slot} WHERE EXISTS "
    f"(SELECT 1 FROM scoring_run WHERE scoring_run.slot = {slot})"
    for slot in SLOTS
)


def upgrade() -> None:
    """Lists are read from the newest run's tables, which have indexes of their own."""
    for name in UNREAD:
        op.drop_index(f"ix_account_{name}", "account")
    op.execute("DROP VIEW score_latest")
    for slot in SLOTS:
        op.drop_column(f"score_latest_{slot}", "top_reason")
    op.execute(f"CREATE VIEW score_latest AS {VIEW}")


def downgrade() -> None:
    """They come back; the codes are empty until the next run is published."""
    for name in UNREAD:
        op.create_index(f"ix_account_{name}", "account", [name])
    op.execute("DROP VIEW score_latest")
    for slot in SLOTS:
        op.add_column(f"score_latest_{slot}", sa.Column("top_reason", sa.Integer))
    op.execute(f"CREATE VIEW score_latest AS {VIEW}")
