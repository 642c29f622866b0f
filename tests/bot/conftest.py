"""A service on a real database, and the web chat on a real port."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import make_app, running
from bot.channels.telegram.rendering import Rendering
from bot.service import Service
from bot.store.database import connect, migrate
from bot.store.keys import open_keys
from flows.catalogue import Catalogue

SECRET = b"a key for tests, long enough for all"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """An empty database of its own."""
    return f"sqlite:///{tmp_path / 'sparwijzer.db'}"


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
