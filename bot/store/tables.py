"""The tables. Changing one is a migration in `migrations/versions`."""

from typing import Final

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

HEAD: Final = "0001"
"""The newest migration: what a database must be at for this version."""

metadata = MetaData()

conversation = Table(
    "conversation",
    metadata,
    Column("key", String(32), primary_key=True, comment="keyed pseudonym of channel and person"),
    Column("version", Integer, nullable=False, comment="rises with each event"),
    Column("state", LargeBinary, nullable=False, comment="the sealed state of the consult"),
    Column("touched", Float, nullable=False, comment="moment of the last event, seconds since 1970"),
    Index("conversation_touched", "touched"),
)
