"""Conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of conversations."""
    op.create_table(
        "conversation",
        sa.Column("key", sa.String(32), primary_key=True, comment="keyed pseudonym of channel and person"),
        sa.Column("version", sa.Integer, nullable=False, comment="rises with each event"),
        sa.Column("state", sa.LargeBinary, nullable=False, comment="the sealed state of the consult"),
        sa.Column("touched", sa.Float, nullable=False, comment="moment of the last event, seconds since 1970"),
    )
    op.create_index("conversation_touched", "conversation", ["touched"])


def downgrade() -> None:
    """Drop the table of conversations."""
    op.drop_table("conversation")
