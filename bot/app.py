"""The wiring: settings in, a running service out. Only this module reads settings."""

import asyncio
import getpass
import logging
import signal
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.terminal import chat as hold_chat
from bot.channels.web.pages import Pages, environment
from bot.channels.web.routes import LARGEST_FORM, WebChat
from bot.service import Service
from bot.store.database import connect, migrate
from bot.store.sealing import Seal
from config.settings import Settings, SettingsError, read_key, read_settings
from flows.consult import Turn
from flows.events import Event
from flows.loading import load

SWEEP: Final = 300
"""Seconds between two times that old consults are erased."""

log = logging.getLogger("sparwijzer")


def now() -> datetime:
    """The moment of an event."""
    return datetime.now(UTC)


def make_service(settings: Settings) -> Service:
    """Load the content, open the database and bring it up to date."""
    catalogue = load()
    seal = Seal(read_key(settings))
    engine = connect(settings.database)
    migrate(engine)
    return Service(catalogue, engine, seal, timedelta(hours=settings.retention_hours))


class _WebConsults:
    """The service as the web chat sees it: its blocking calls run in the one thread that writes."""

    def __init__(self, service: Service, writer: ThreadPoolExecutor) -> None:
        self._service = service
        self._writer = writer

    async def handle(self, address: str, event: Event, at: datetime) -> Turn:
        """Apply one event."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._service.handle, "web", address, event, at)

    async def screen(self, address: str, at: datetime) -> Turn | None:
        """Return what is on the screen."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._service.screen, "web", address, at)


def make_app(service: Service) -> web.Application:
    """Return the aiohttp application with every route of the service."""
    writer = ThreadPoolExecutor(1, "writer")
    chat = WebChat(
        service.catalogue,
        _WebConsults(service, writer),
        Pages(environment()),
        lambda session: service.seal.token("csrf", session),
        now,
        int(service.retention.total_seconds()),
    )
    app = web.Application(client_max_size=LARGEST_FORM, middlewares=[chat.frame])
    chat.add_to(app)

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        def ask() -> None:
            with service.engine.connect() as connection:
                connection.execute(text("SELECT 1"))

        try:
            await asyncio.get_running_loop().run_in_executor(writer, ask)
        except SQLAlchemyError:
            return web.json_response({"ready": False, "why": "database"}, status=503)
        return web.json_response({"ready": True})

    async def sweep(_app: web.Application) -> AsyncIterator[None]:
        async def forever() -> None:
            while True:
                try:
                    await asyncio.get_running_loop().run_in_executor(writer, service.erase_old, now())
                except SQLAlchemyError as error:
                    log.warning("old consults could not be erased: %s", type(error).__name__)
                await asyncio.sleep(SWEEP)

        task = asyncio.create_task(forever())
        yield
        task.cancel()
        writer.shutdown()

    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
    app.cleanup_ctx.append(sweep)
    return app


@asynccontextmanager
async def running(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Listen, and give the address to open. Raises: SettingsError when the port cannot be had."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(f"SPARWIJZER_PORT: {host}:{port}: {error.strerror or error}") from None
        actual = runner.addresses[0][1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{actual}/"
    finally:
        await runner.cleanup()


def serve() -> int:
    """Run the service until it is asked to stop."""
    settings = read_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = make_app(make_service(settings))

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with running(app, settings.host, settings.port) as address:
            print(f"Sparwijzer: open {address}", flush=True)
            await stop.wait()

    asyncio.run(run())
    return 0


def chat() -> int:
    """Hold a consult in this terminal; it is kept like any other and can be gone on with."""
    service = make_service(read_settings())
    person = getpass.getuser()

    def read() -> str | None:
        try:
            return input("> ")
        except EOFError:
            return None

    hold_chat(lambda event: service.handle("terminal", person, event, now()), read, print)
    sys.stdout.flush()
    return 0
