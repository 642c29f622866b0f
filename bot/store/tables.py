"""The tables. Changing one is a migration in `migrations/versions`."""

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

HEAD: Final = "0002"
"""The newest migration: what a database must be at for this version."""

metadata = MetaData()

keyring = Table(
    "keyring",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False, comment="the keys of this database, sealed with the secret key"),
)

conversation = Table(
    "conversation",
    metadata,
    Column("key", String(32), primary_key=True, comment="keyed pseudonym of channel and person"),
    Column("channel", String(16), nullable=False, server_default="web"),
    Column("address", LargeBinary, comment="where to send, sealed; only on channels that send by themselves"),
    Column("version", Integer, nullable=False, comment="rises with each event"),
    Column("state", LargeBinary, nullable=False, comment="the sealed state of the consult"),
    Column("touched", Float, nullable=False, comment="moment of the last event, seconds since 1970"),
    Column("screen", BigInteger, comment="the message that shows the current question"),
    Index("conversation_touched", "touched"),
)

seen = Table(
    "seen",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Index("seen_at", "at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String(32), primary_key=True, comment="whose conversation"),
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="the order within the conversation"),
    Column("channel", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False, comment="what to send and where, sealed; gone once it is sent"),
    Column("made", Float, nullable=False),
    Column("due", Float, nullable=False, comment="not before this moment; in the future while a process sends it"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parked", String(80), comment="why it is no longer tried"),
    Index("outbox_due", "due"),
)

message = Table(
    "message",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("address", LargeBinary, nullable=False, comment="where it stands, sealed"),
    Column("due", Float, nullable=False, comment="when it is to be deleted from the chat"),
    Index("message_due", "due"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code", String(32), primary_key=True, comment="keyed digest of the code"),
    Column("ends", Float, nullable=False),
    Column("uses", Integer, nullable=False, comment="how many people it still admits"),
)

admitted = Table(
    "admitted",
    metadata,
    Column("key", String(32), primary_key=True, comment="pseudonym of somebody who was invited"),
    Column("at", Float, nullable=False),
)
