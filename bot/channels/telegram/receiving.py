"""Takes updates in, by polling or by webhook. An update is acknowledged when its event is committed, not before."""

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, BotCommand, Update
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.updates import WANTED, read_update
from bot.service import Incoming
from bot.writer import WriterClosedError

POLL: Final = 25
"""Seconds that Telegram holds a request for updates open."""
WAITS: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds between attempts to reach Telegram."""
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
COMMANDS: Final = {
    "start": "Begin of ga verder",
    "nood": "Gevaar: bel 112",
    "terug": "Een vraag terug",
    "overzicht": "Bekijk je antwoorden",
    "wis": "Wis alles",
    "contact": "Wie nu opneemt",
    "privacy": "Wat we bewaren",
    "help": "Help en uitleg",
    "stop": "Pauze",
}

log = logging.getLogger("sparwijzer.telegram")


class Consults(Protocol):
    """What Telegram needs of the service."""

    async def handle(self, incoming: Incoming) -> None:
        """Store an event and let its posts be sent. When this raises, nothing was stored."""
        ...


class Telegram:
    """The receiving side of the Telegram channel."""

    def __init__(self, bot: Bot, consults: Consults, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._consults = consults
        self._clock = clock
        self.trouble = "not reached yet"

    async def take(self, update: Update) -> None:
        """Handle one update and answer its button at the same time as the screen changes."""
        incoming = read_update(update, self._clock())
        if incoming is None:
            return
        await self._consults.handle(incoming)
        if update.callback_query is not None:
            answer = asyncio.create_task(self._answer(update.callback_query.id))
            answer.add_done_callback(lambda task: task.exception())

    async def _answer(self, query: str) -> None:
        """Stop the clock on the button. Not worth a second attempt: the screen itself says what happened."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.debug("a button was not answered: %s", type(error).__name__)

    async def poll(self) -> None:
        """Ask for updates until cancelled; the offset moves on when what it passes is committed."""
        offset, failures = 0, 0
        while True:
            try:
                updates = await self._bot.get_updates(
                    offset=offset, timeout=POLL, allowed_updates=list(WANTED), read_timeout=POLL + 5
                )
                self.trouble = ""
                done = await asyncio.gather(*map(self.take, updates), return_exceptions=True)
                offset = self._passed(offset, updates, done)
                if all(result is None for result in done):
                    failures = 0
                    continue
            except TelegramError as error:
                self._note(error)
            await asyncio.sleep(WAITS[min(failures, len(WAITS) - 1)])
            failures += 1

    def _passed(self, offset: int, updates: tuple[Update, ...], done: list[BaseException | None]) -> int:
        """Move the offset up to the first update that is not stored; those behind it come again and are recognised."""
        for update, result in zip(updates, done, strict=True):
            if isinstance(result, SQLAlchemyError | WriterClosedError):
                log.warning("an update could not be stored: %s", type(result).__name__)
                return offset
            if result is not None:
                # Not the database: the same would happen each time, and nobody would be served behind it.
                log.error("an update could not be read: %s", type(result).__name__)
            offset = update.update_id + 1
        return offset

    async def prepare(self, webhook: str | None, secret: str | None) -> None:
        """Tell Telegram the commands and how updates come in; until it can be reached."""
        for attempt in range(1_000_000):
            try:
                if webhook is not None:
                    await self._bot.set_webhook(webhook, allowed_updates=list(WANTED), secret_token=secret)
                else:
                    await self._bot.delete_webhook()
                await self._bot.set_my_commands([BotCommand(name, text) for name, text in COMMANDS.items()])
            except TelegramError as error:
                self._note(error)
                await asyncio.sleep(WAITS[min(attempt, len(WAITS) - 1)])
            else:
                self.trouble = ""
                return

    def _note(self, error: TelegramError) -> None:
        """Say once what is wrong, without the token."""
        if isinstance(error, InvalidToken):
            trouble = "SPARWIJZER_TELEGRAM_TOKEN: Telegram refuses this token"
        else:
            trouble = f"Telegram cannot be reached: {type(error).__name__}"
        if trouble != self.trouble:
            log.warning(trouble)
        self.trouble = trouble

    def webhook(self, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return the handler of the webhook: 2xx when stored, 4xx for what is not Telegram's, 5xx to get it again."""

        async def handle(request: web.Request) -> web.Response:
            given = request.headers.get(SECRET_HEADER, "")
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return web.Response(status=403)
            try:
                update = Update.de_json(json.loads(await request.read()), self._bot)
            except (ValueError, TypeError, KeyError, AttributeError):
                return web.Response(status=400)
            try:
                await self.take(update)
            except (SQLAlchemyError, WriterClosedError) as error:
                log.warning("an update could not be stored: %s", type(error).__name__)
                return web.Response(status=503)
            return web.Response()

        return handle
