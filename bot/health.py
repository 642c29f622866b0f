"""Says whether the service lives, and whether it can do its work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final, Protocol

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.service import Service
from bot.store.database import READING
from bot.store.tables import HEAD

OLDEST: Final = 300.0
"""Seconds a post may wait before the outbox counts as stuck."""


class _HasTrouble(Protocol):
    @property
    def trouble(self) -> str: ...


class Health:
    """The handlers of /health."""

    def __init__(
        self, service: Service, readers: Executor, telegram: _HasTrouble | None, clock: Callable[[], float]
    ) -> None:
        self._service = service
        self._readers = readers
        self._telegram = telegram
        self._clock = clock

    async def live(self, _request: web.Request) -> web.Response:
        """Whether the process answers."""
        return web.json_response({"live": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Database, migrations and outbox have to be well; Telegram is named, but the web chat goes on without it."""
        found = await asyncio.get_running_loop().run_in_executor(self._readers, self._look)
        if self._telegram is not None:
            found["telegram"] = self._telegram.trouble or "ok"
        ready = all(found[key] == "ok" for key in ("database", "migrations", "outbox"))
        return web.json_response({"ready": ready, **found}, status=200 if ready else 503)

    def _look(self) -> dict[str, Any]:
        found: dict[str, Any] = {"database": "away", "migrations": "unknown", "outbox": "unknown"}
        try:
            with self._service.engine.execution_options(**{READING: True}).connect() as connection:
                version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                count, oldest, parked = self._service.outbox.state(connection)
        except SQLAlchemyError:
            return found
        age = 0.0 if oldest is None else max(self._clock() - oldest, 0.0)
        return {
            "database": "ok",
            "migrations": "ok" if version == HEAD else f"at {version}, needed {HEAD}",
            "outbox": "ok" if age < OLDEST else "stuck",
            "outbox_waiting": count,
            "outbox_age_seconds": round(age, 1),
            "outbox_parked": parked,
        }
