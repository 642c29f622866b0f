"""The wiring: settings in, a running service out. Only this module reads settings."""

import asyncio
import getpass
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from aiohttp import web
from sqlalchemy import Engine
from telegram import Bot

from bot.channels.telegram.receiving import Telegram
from bot.channels.telegram.rendering import Rendering
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import TelegramSender
from bot.channels.terminal import chat as hold_chat
from bot.channels.web.pages import Pages, environment
from bot.channels.web.routes import LARGEST_FORM, WebChat
from bot.health import Health
from bot.jobs import forever
from bot.limits import Limits
from bot.outbox import Outbox
from bot.service import Incoming, Service
from bot.store.database import connect, migrate
from bot.store.keys import open_keys, rotate
from bot.store.sealing import Seal, SealError
from config.logging import set_up_logging
from config.settings import (
    Settings,
    SettingsError,
    begin_key,
    finish_key,
    given_key,
    key_file,
    read_key,
    read_settings,
    unfinished_key,
)
from flows.consult import Turn
from flows.events import Event
from flows.loading import load

SWEEP: Final = 60.0
"""Seconds between two times that what is over is erased."""
DRAIN: Final = 10.0
"""Seconds that posts on their way get when the service stops; what is left is sent after the next start."""


def now() -> datetime:
    """The moment of an event."""
    return datetime.now(UTC)


def make_service(settings: Settings) -> Service:
    """Load the content, open the database and bring it up to date."""
    catalogue = load()
    secret = read_key(settings)
    engine = connect(settings.database)
    migrate(engine)
    seal = _open(settings, engine, secret)
    limits = Limits(settings.rate_per_minute, invited_only=settings.access == "invite")
    return Service(
        catalogue, engine, seal, timedelta(hours=settings.retention_hours), {"telegram": Rendering()}, limits
    )


def _open(settings: Settings, engine: Engine, secret: bytes) -> Seal:
    """Open the keys of the database; a rotation that was killed before its last step is finished first."""
    try:
        return open_keys(engine, secret)
    except SealError:
        new = unfinished_key(settings)
        if new is None:
            raise
        seal = open_keys(engine, new)
        finish_key(settings)
        return seal


class _WebConsults:
    """The service as the web chat sees it."""

    def __init__(self, service: Service, readers: ThreadPoolExecutor) -> None:
        self._service = service
        self._readers = readers

    async def handle(self, address: str, event: Event, at: datetime) -> Turn:
        """Apply one event."""
        handled = await asyncio.wrap_future(self._service.submit(Incoming("web", address, event, at)))
        assert handled.turn is not None  # noqa: S101 - the web has no repeats
        return handled.turn

    async def screen(self, address: str, at: datetime) -> Turn | None:
        """Return what is on the screen."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._service.screen, "web", address, at)


class _TelegramConsults:
    """The service as Telegram sees it."""

    def __init__(self, service: Service, outbox: Outbox) -> None:
        self._service = service
        self._outbox = outbox

    async def handle(self, incoming: Incoming) -> None:
        """Store an event and let its posts be sent."""
        self._outbox.dispatch(await asyncio.wrap_future(self._service.submit(incoming)))


@dataclass(slots=True)
class TelegramParts:
    """What runs when a token is set."""

    requests: tuple[AiohttpRequest, ...]
    receiving: Telegram
    outbox: Outbox
    webhook_url: str | None
    webhook_secret: str | None


def make_telegram(
    settings: Settings, service: Service, clock: Callable[[], datetime] | None = None
) -> TelegramParts | None:
    """Return the Telegram channel, None without a token. Does not need Telegram to be reachable."""
    if settings.telegram_token is None:
        return None
    base = settings.telegram_api_base.rstrip("/")
    requests = AiohttpRequest(), AiohttpRequest(2)
    token = settings.telegram_token.get_secret_value()
    bot = Bot(token, base_url=f"{base}/bot", request=requests[0], get_updates_request=requests[1])
    outbox = Outbox(service, {"telegram": TelegramSender(bot)}, lambda: now().timestamp())
    receiving = Telegram(bot, _TelegramConsults(service, outbox), clock or now)
    secret = settings.telegram_webhook_secret
    by_webhook = settings.telegram_mode == "webhook" and secret is not None
    return TelegramParts(
        requests,
        receiving,
        outbox,
        settings.telegram_webhook_url if by_webhook else None,
        secret.get_secret_value() if by_webhook and secret is not None else None,
    )


def make_app(service: Service, telegram: TelegramParts | None = None) -> web.Application:
    """Return the aiohttp application with every route of the service and everything that runs beside it."""
    readers = ThreadPoolExecutor(2, "reader")
    chat = WebChat(
        service.catalogue,
        _WebConsults(service, readers),
        Pages(environment()),
        lambda session: service.seal.token("csrf", session),
        now,
        int(service.retention.total_seconds()),
    )
    app = web.Application(client_max_size=LARGEST_FORM, middlewares=[chat.frame])
    chat.add_to(app)
    health = Health(service, readers, telegram.receiving if telegram else None, lambda: now().timestamp())
    app.router.add_get("/health/live", health.live)
    app.router.add_get("/health/ready", health.ready)
    if telegram is not None and telegram.webhook_secret is not None:
        app.router.add_post("/telegram/webhook", telegram.receiving.webhook(telegram.webhook_secret))

    async def beside(_app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(forever(SWEEP, partial(_erase_old, service, telegram)))]
        if telegram is not None:
            telegram.outbox.start()
            tasks.append(asyncio.create_task(_receive(telegram)))
        yield
        # Stop taking, finish what is on its way, close.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if telegram is not None:
            await telegram.outbox.drain(DRAIN)
            for request in telegram.requests:
                await request.shutdown()
        await asyncio.get_running_loop().run_in_executor(None, service.close)
        readers.shutdown()

    app.cleanup_ctx.append(beside)
    return app


async def _receive(telegram: TelegramParts) -> None:
    await telegram.receiving.prepare(telegram.webhook_url, telegram.webhook_secret)
    if telegram.webhook_url is None:
        await telegram.receiving.poll()


async def _erase_old(service: Service, telegram: TelegramParts | None) -> None:
    """Erase what is over: consults in the database, messages in the chats."""
    moment = now()
    await asyncio.get_running_loop().run_in_executor(None, service.erase_old, moment)
    if telegram is not None:
        await telegram.outbox.delete_old(moment.timestamp())


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
    set_up_logging(settings)
    service = make_service(settings)
    app = make_app(service, make_telegram(settings, service))

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

    def handle(event: Event) -> Turn:
        handled = service.handle(Incoming("terminal", person, event, now()))
        assert handled.turn is not None  # noqa: S101 - a terminal has no repeats
        return handled.turn

    hold_chat(handle, read, print)
    service.close()
    sys.stdout.flush()
    return 0


def rotate_key() -> int:
    """Seal everything anew under a new secret key."""
    settings = read_settings()
    engine = connect(settings.database)
    migrate(engine)
    old = read_key(settings)
    open_keys(engine, old)  # a new database gets its keys first
    if settings.new_secret_key is not None:
        count = rotate(engine, old, given_key(settings.new_secret_key, "NEW_SECRET_KEY"))
        print(f"{count} rows sealed anew; set SPARWIJZER_SECRET_KEY to the new key before the next start")
        return 0
    if settings.secret_key is not None:
        raise SettingsError(
            "SPARWIJZER_NEW_SECRET_KEY: is needed to rotate a key that comes from SPARWIJZER_SECRET_KEY"
        )
    count = rotate(engine, old, begin_key(settings))
    finish_key(settings)
    print(f"{count} rows sealed anew; the new key is in {key_file(settings)}")
    return 0


def invite(uses: int, days: int) -> int:
    """Make an invitation code and print it."""
    service = make_service(read_settings())
    code = secrets.token_hex(5)
    with service.engine.begin() as connection:
        service.conversations.invite(connection, code, uses, now().timestamp() + days * 24 * 3600)
    service.close()
    print(code)
    return 0
