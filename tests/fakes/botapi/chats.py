"""What Telegram keeps: chats, their messages in order, files, and the bot's own settings."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.keyboards import Button, buttons_of
from tests.fakes.botapi.texts import Entity, to_markdown

Json = dict[str, Any]

DELETABLE_SECONDS = 48 * 3600


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent; `content` is empty when it came by file_id or address."""

    name: str
    mime_type: str
    content: bytes
    file_id: str


@dataclass(slots=True)
class Stored:
    """One message of a chat. `body` is replaced, never changed: who holds it keeps what was true then."""

    message_id: int
    date: float
    by_bot: bool
    body: Json
    markup: Json | None = None
    file: SentFile | None = None
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a person sees it now.

    Attributes:
        text: plain text or caption, without markup.
        rows: the buttons under it.
        edited: whether it was edited since it was sent.
    """

    message_id: int
    by_bot: bool
    text: str
    entities: tuple[Entity, ...]
    rows: tuple[tuple[Button, ...], ...]
    file: SentFile | None
    edited: bool
    date: float

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.rows for button in row)

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def markdown(self) -> str:
        return to_markdown(self.text, list(self.entities))


class Chat:
    """A private chat or a group, with the messages now in it.

    Attributes:
        open: whether the bot may write: a person wrote first, or the bot was added to the group.
        blocked: the person blocked the bot.
        version: goes up with each change of what is on the screen.
    """

    def __init__(self, chat_id: int, payload: Json) -> None:
        self.id = chat_id
        self.payload = payload
        self.open = False
        self.blocked = False
        self.version = 0
        self.messages: dict[int, Stored] = {}
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def private(self) -> bool:
        return bool(self.payload["type"] == "private")

    def keep(self, message: Stored) -> None:
        self.version += 1
        message.changed = self.version
        self.messages[message.message_id] = message
        self._tell()

    def remove(self, message_id: int) -> Stored | None:
        message = self.messages.pop(message_id, None)
        if message is not None:
            self.version += 1
            self._tell()
        return message

    def screen(self) -> Iterator[Shown]:
        for message in self.messages.values():
            yield shown(message)

    def changes(self) -> asyncio.Future[None]:
        """Return what is done at the next change of the screen, from this moment on."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return waiting

    def _tell(self) -> None:
        if self._waiting:
            for waiting in self._waiting:
                finish(waiting)
            self._waiting.clear()


def finish(waiting: asyncio.Future[None] | None) -> None:
    """Let whoever waits go on."""
    if waiting is not None and not waiting.done():
        waiting.set_result(None)


def shown(message: Stored) -> Shown:
    """A stored message as a person sees it."""
    body = message.body
    text, entities = body.get("text"), body.get("entities", ())
    if text is None:
        text, entities = body.get("caption", ""), body.get("caption_entities", ())
    return Shown(
        message.message_id,
        message.by_bot,
        text,
        tuple(entities),
        buttons_of(message.markup),
        message.file,
        "edit_date" in body,
        message.date,
    )


@dataclass(slots=True)
class Query:
    """A callback query that waits for its answer; `answer` is the parameters of answerCallbackQuery."""

    query_id: str
    chat_id: int
    at: float
    answer: Json | None = None
    waiting: asyncio.Future[None] | None = None


class World:
    """Everything that Telegram knows about one bot.

    Args:
        clock: Unix time in seconds.
        bot: the User object of the bot.
    """

    def __init__(self, clock: Callable[[], float], bot: Json) -> None:
        self.clock = clock
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, SentFile] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.described: dict[tuple[str, str], str] = {}
        self._next_message = 1
        self._next_file = 1
        self._next_query = 4_000_000_000_000_000_000

    def next_message_id(self) -> int:
        """Message numbers run through all private chats of a bot."""
        number = self._next_message
        self._next_message += 1
        return number

    def next_query_id(self) -> str:
        self._next_query += 1
        return str(self._next_query)

    def keep_file(self, name: str, mime_type: str, content: bytes) -> SentFile:
        file_id = f"BQACAgQAAxkDAAI{self._next_file:08d}"
        self._next_file += 1
        file = SentFile(name, mime_type, content, file_id)
        self.files[file_id] = file
        return file

    def chat(self, chat_id: int, payload: Json) -> Chat:
        """The chat of that id, made when it is new."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, payload)
        return self.chats[chat_id]
