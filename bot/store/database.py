"""Opens the database and brings it to the tables of this version."""

from pathlib import Path
from typing import Any, Final

import sqlalchemy
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.store.tables import HEAD
from flows.errors import SparwijzerError

READING: Final = "sparwijzer_reading"
"""Execution option of connections that only read."""


class DatabaseError(SparwijzerError):
    """The database cannot be used; the text says why, without its password."""


def connect(address: str) -> Engine:
    """Return an engine for a SQLAlchemy URL; SQLite keeps what it acknowledged, also at power failure.

    Raises: DatabaseError when the URL is wrong.
    """
    try:
        url = make_url(address)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite":
            return _sqlite(url)
        return create_engine(url, pool_pre_ping=True)
    except (ArgumentError, ModuleNotFoundError, sqlalchemy.exc.NoSuchModuleError) as error:
        raise DatabaseError(f"SPARWIJZER_DATABASE_URL: {str(error).splitlines()[0]}") from None


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"SPARWIJZER_DATABASE_URL: {url.database}: {error.strerror}") from None
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says so, not at the first write
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def _one_writer(connection: Any) -> None:
        # Who only reads does not wait for who writes.
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def migrate(engine: Engine) -> None:
    """Bring the database to this version's tables.

    Raises: DatabaseError when it cannot be reached, or belongs to a newer version.
    """
    try:
        with engine.connect() as connection:
            found = (
                connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if inspect(connection).has_table("alembic_version")
                else None
            )
        if found == HEAD:
            return
        _upgrade(engine)
    except SQLAlchemyError as error:
        raise DatabaseError(f"SPARWIJZER_DATABASE_URL: {_first_line(error)}") from None


def _upgrade(engine: Engine) -> None:
    from alembic import command  # most of a second: only when there is something to migrate
    from alembic.config import Config
    from alembic.util import CommandError

    import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseError(f"SPARWIJZER_DATABASE_URL: the database is of another version: {error}") from None


def _first_line(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
