"""What a durable service needs: updates that were seen, an outbox, messages to delete, keys, invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Consults of the version before cannot be opened with the new keys: they are erased."""
    op.execute("DELETE FROM conversation")
    with op.batch_alter_table("conversation") as table:
        table.add_column(sa.Column("channel", sa.String(16), nullable=False, server_default="web"))
        table.add_column(
            sa.Column(
                "address",
                sa.LargeBinary,
                comment="where to send, sealed; only on channels that send by themselves",
            )
        )
        table.add_column(sa.Column("screen", sa.BigInteger, comment="the message that shows the current question"))
    op.create_table(
        "keyring",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "wrapped", sa.LargeBinary, nullable=False, comment="the keys of this database, sealed with the secret key"
        ),
    )
    op.create_table(
        "seen",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("seen_at", "seen", ["at"])
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(32), primary_key=True, comment="whose conversation"),
        sa.Column(
            "number", sa.BigInteger, primary_key=True, autoincrement=False, comment="the order within the conversation"
        ),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column(
            "payload",
            sa.LargeBinary,
            nullable=False,
            comment="what to send and where, sealed; gone once it is sent",
        ),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column(
            "due",
            sa.Float,
            nullable=False,
            comment="not before this moment; in the future while a process sends it",
        ),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("parked", sa.String(80), comment="why it is no longer tried"),
    )
    op.create_index("outbox_due", "outbox", ["due"])
    op.create_table(
        "message",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False, comment="where it stands, sealed"),
        sa.Column("due", sa.Float, nullable=False, comment="when it is to be deleted from the chat"),
    )
    op.create_index("message_due", "message", ["due"])
    op.create_table(
        "invitation",
        sa.Column("code", sa.String(32), primary_key=True, comment="keyed digest of the code"),
        sa.Column("ends", sa.Float, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False, comment="how many people it still admits"),
    )
    op.create_table(
        "admitted",
        sa.Column("key", sa.String(32), primary_key=True, comment="pseudonym of somebody who was invited"),
        sa.Column("at", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("admitted", "invitation", "message", "outbox", "seen", "keyring"):
        op.drop_table(name)
    op.execute("DELETE FROM conversation")
    with op.batch_alter_table("conversation") as table:
        for name in ("screen", "address", "channel"):
            table.drop_column(name)
