"""A service on a real database, and the web chat on a real port."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import make_app, running
from bot.service import Service
from bot.store.database import connect, migrate
from bot.store.sealing import Seal
from flows.catalogue import Catalogue

SECRET = b"a key for tests, long enough for all"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """An empty database of its own."""
    return f"sqlite:///{tmp_path / 'sparwijzer.db'}"


@pytest.fixture
def service(catalogue: Catalogue, database: str) -> Iterator[Service]:
    """The service on that database."""
    engine = connect(database)
    migrate(engine)
    yield Service(catalogue, engine, Seal(SECRET), timedelta(hours=24))
    engine.dispose()


@pytest.fixture
async def address(service: Service) -> AsyncIterator[str]:
    """The address of the running web chat."""
    async with running(make_app(service), "127.0.0.1", 0) as opened:
        yield opened
