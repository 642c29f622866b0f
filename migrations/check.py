"""Checks that the migrations lead to the tables of the code: the same as `alembic check`, on a database in memory."""

import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.database import connect, migrate
from bot.store.tables import HEAD, metadata


def differences(address: str = "sqlite://") -> list[object]:
    """Return what differs between a migrated database and the tables of the code."""
    engine = connect(address)
    migrate(engine)
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def head() -> str | None:
    """Return the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config).get_current_head()


if __name__ == "__main__":
    found = differences()
    if head() != HEAD:
        found.append(f"bot/store/tables.py says {HEAD}, the newest migration is {head()}")
    for difference in found:
        print(difference, file=sys.stderr)
    sys.exit(1 if found else 0)
