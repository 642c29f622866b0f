"""One event is one transaction: recognise a repeat, lock, load, step, save the state and what to send, commit.

Only then is the sender told that it arrived. When anything fails before the commit, nothing was stored.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine

from bot.limits import Limits
from bot.store.conversations import Conversations, Stored
from bot.store.database import READING
from bot.store.outbox import PER_EVENT, Outbox, Post
from bot.store.sealing import Seal
from bot.writer import Writer
from flows.catalogue import Catalogue
from flows.consult import Turn, ask_invitation, show, slow_down, step
from flows.events import Event, Start, Typed
from flows.state import Consult

LEASE: Final = 10.0
"""Seconds after which another process takes over what one committed and does not send; who lives renews it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event as it came in.

    Attributes:
        channel: web, terminal, telegram.
        address: who it is on that channel; stored sealed where the channel sends by itself, else not at all.
        at: the moment, aware.
        update_id: the channel's number of this delivery, None where nothing is delivered twice.
        message_id: the message the event came with: the one whose button was pressed, or the one that was typed.
        pressed: whether a button was pressed.
    """

    channel: str
    address: str
    event: Event
    at: datetime
    update_id: int | None = None
    message_id: int | None = None
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Handled:
    """What an event led to. `turn` is None for a repeat; `ready` says that the posts may be sent at once."""

    key: str
    turn: Turn | None
    posts: tuple[Post, ...] = ()
    ready: bool = True


class Renderer(Protocol):
    """How a channel that sends by itself shows a turn: things to send, as JSON."""

    def __call__(self, turn: Turn, incoming: Incoming, screen: int | None) -> list[dict[str, Any]]:
        """Return what to send; pure, because it may be asked twice."""
        ...

    def delete(self, address: str, message: int) -> dict[str, Any]:
        """Return what deletes a message."""
        ...


class Service:
    """Holds the consults of all channels."""

    def __init__(
        self,
        catalogue: Catalogue,
        engine: Engine,
        seal: Seal,
        retention: timedelta,
        renderers: Mapping[str, Renderer] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.engine = engine
        self.seal = seal
        self.retention = retention
        self.conversations = Conversations(seal)
        self.outbox = Outbox(seal)
        self.writer = Writer(engine)
        self._renderers = renderers or {}
        self._limits = limits or Limits(per_minute=1_000_000)

    def close(self) -> None:
        """Finish what is being written."""
        self.writer.close()

    def submit(self, incoming: Incoming) -> "Future[Handled]":
        """Handle an event in the writer's next transaction; events of one conversation keep their order."""
        key = self.seal.pseudonym(incoming.channel, incoming.address)
        # Counted here and not in the transaction, which may be done twice.
        too_many = self._limits.too_many(key, incoming.at.timestamp())
        return self.writer.submit(key, lambda connection: self._handle(connection, key, incoming, too_many))

    def handle(self, incoming: Incoming) -> Handled:
        """Handle an event and wait until it is stored. When this raises, nothing was."""
        return self.submit(incoming).result()

    def _handle(self, connection: Connection, key: str, incoming: Incoming, too_many: bool) -> Handled:
        at = incoming.at.timestamp()
        if incoming.update_id is not None and not self.conversations.first_time(
            connection, incoming.channel, incoming.update_id, at
        ):
            return Handled(key, None)
        stored, state = self._load(connection, key, incoming.at)
        if too_many:
            turn = slow_down(self.catalogue, state, incoming.at)
        elif self._limits.invited_only and not self._admitted(connection, key, incoming):
            turn = ask_invitation(self.catalogue, wrong=isinstance(incoming.event, Typed))
        else:
            # A code has done its work when it admits: it is no answer.
            event = (
                Start()
                if state is None and self._limits.invited_only and isinstance(incoming.event, Typed)
                else incoming.event
            )
            turn = step(self.catalogue, state, event, incoming.at)
        renderer = self._renderers.get(incoming.channel)
        version = stored.version if stored else 0
        if turn.erased:
            self.conversations.erase(connection, key)
        elif turn.state is not None and (turn.state != state or renderer is not None):
            # On a channel that sends, the version also numbers the posts.
            self.conversations.save(
                connection,
                key,
                turn.state.as_json(),
                version,
                at,
                incoming.channel,
                incoming.address if renderer else None,
            )
        if renderer is None:
            return Handled(key, turn)
        return self._post(connection, key, incoming, turn, renderer, stored)

    def _admitted(self, connection: Connection, key: str, incoming: Incoming) -> bool:
        """Whether somebody was invited, or is with what came in now."""
        if self.conversations.is_admitted(connection, key):
            return True
        match incoming.event:
            case Start(code) if code:
                given = code
            case Typed(given):
                pass
            case _:
                return False
        return self.conversations.admit(connection, key, given.strip().casefold(), incoming.at.timestamp())

    def _post(
        self,
        connection: Connection,
        key: str,
        incoming: Incoming,
        turn: Turn,
        renderer: Renderer,
        stored: Stored | None,
    ) -> Handled:
        at = incoming.at.timestamp()
        what = renderer(turn, incoming, stored.screen if stored else None)
        if turn.erased:
            what += self._clear_chat(connection, key, incoming, renderer)
        # Numbers go on after a consult was erased, because what it had to send may still wait.
        first = max((stored.version if stored else 0) * PER_EVENT, self.outbox.last(connection, key) + 1)
        posts = tuple(Post(key, first + place, incoming.channel, one, at) for place, one in enumerate(what))
        ready = not posts or not self.outbox.older(connection, key, posts[0].number)
        self.outbox.add(connection, posts, at + LEASE)
        if incoming.message_id is not None and not incoming.pressed:
            due = at + self.retention.total_seconds()
            self.outbox.keep_message(connection, key, incoming.channel, incoming.address, incoming.message_id, due)
        return Handled(key, turn, posts, ready)

    def _clear_chat(
        self, connection: Connection, key: str, incoming: Incoming, renderer: Renderer
    ) -> list[dict[str, Any]]:
        """Everything erased: our messages in the chat go too, but the one that says so."""
        found = self.outbox.messages(connection, 0, key, most=PER_EVENT // 2)
        return [renderer.delete(address, number) for _, _, address, number in found if number != incoming.message_id]

    def screen(self, channel: str, address: str, at: datetime) -> Turn | None:
        """Return what is on the screen now, None when no consult is open. Changes nothing."""
        with self.engine.execution_options(**{READING: True}).connect() as connection:
            _, state = self._load(connection, self.seal.pseudonym(channel, address), at, lock=False)
        return show(self.catalogue, state, at) if state else None

    def _load(
        self, connection: Connection, key: str, at: datetime, lock: bool = True
    ) -> tuple[Stored | None, Consult | None]:
        stored = self.conversations.load(connection, key, (at - self.retention).timestamp(), lock)
        return stored, Consult.from_json(stored.state) if stored else None

    def erase_old(self, at: datetime) -> int:
        """Erase consults whose last event is longer ago than the retention time; return how many."""
        since = (at - self.retention).timestamp()
        with self.engine.begin() as connection:
            self.outbox.erase_parked(connection, since)
            return self.conversations.erase_untouched(connection, since)
