"""Runs migrations on the connection that is handed in, or on the database of the settings."""

from alembic import context
from sqlalchemy import Connection

from bot.store.database import connect
from bot.store.tables import metadata
from config.settings import read_settings


def run(connection: Connection) -> None:
    """Migrate on one connection."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(read_settings().database).begin() as opened:
        run(opened)
