"""Sends what is committed, in order per conversation: at once when all is well, by the sweeper after a crash.

A post that was sent is forgotten. Sent and then killed before that is written down, it is sent again: an edit changes
nothing then, a new message stands there twice. That is the one duplicate that can happen (docs/developers.md).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.service import LEASE, Handled, Service
from bot.store.outbox import Post
from bot.writer import WriterClosedError

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 300.0
MOST_ATTEMPTS: Final = 12
"""Attempts before a post is parked: with the waits between them, some half an hour."""
SWEEP: Final = 0.5
"""Seconds between two looks for posts that nobody sends."""
CLAIM: Final = 50

log = logging.getLogger("sparwijzer.outbox")


class SendLater(Exception):  # noqa: N818 - says what to do
    """It could not be sent now. `after` is how many seconds the other side asked for, None for our own patience."""

    def __init__(self, reason: str, after: float | None = None, counts: bool = True) -> None:
        super().__init__(reason)
        self.after = after
        self.counts = counts


class SendNever(Exception):  # noqa: N818
    """It can never be sent: parked with this reason."""


class Unwanted(Exception):  # noqa: N818
    """The person does not want to hear from us: everything for them is dropped."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message now stands in a chat; `screen` when it shows the current question."""

    address: str
    message_id: int
    screen: bool


class Sender(Protocol):
    """Sends posts of one channel."""

    async def send(self, post: Post) -> Shown | None:
        """Send. Raises: SendLater, SendNever, Unwanted."""
        ...

    async def delete(self, address: str, message_id: int) -> None:
        """Delete a message; one that is gone, or too old to delete, is fine. Raises: SendLater."""
        ...


Clock = Callable[[], float]


class Outbox:
    """The sending side of the outbox, in one event loop."""

    def __init__(self, service: Service, senders: Mapping[str, Sender], clock: Clock) -> None:
        self._service = service
        self._senders = senders
        self._clock = clock
        self._queues: dict[str, deque[Post]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self.parked = 0

    def start(self) -> None:
        """Begin to sweep. The embedded database has one process: what waits there is nobody else's."""
        if self._service.engine.dialect.name == "sqlite":
            self._service.writer.submit("", partial(self._service.outbox.release_all, due=self._clock()))
        self._sweeper = asyncio.create_task(self._sweep())

    async def drain(self, seconds: float) -> None:
        """Send what is on its way, at most this long, and stop. What is left is sent after the next start."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()

    def dispatch(self, handled: Handled) -> None:
        """Send what an event committed, at once, behind what is on its way for the same conversation."""
        if not handled.posts:
            return
        if handled.ready or handled.key in self._queues:
            self._enqueue(handled.key, handled.posts)
        else:
            # Another process sends what is before it; whoever is free then takes it.
            store, now = self._service.outbox, self._clock()
            self._service.writer.submit(handled.key, lambda connection: store.release(connection, handled.posts, now))

    def _enqueue(self, key: str, posts: Sequence[Post]) -> None:
        waiting = self._queues.get(key)
        if waiting is not None:
            known = {post.number for post in waiting}
            waiting.extend(post for post in posts if post.number not in known)
            return
        self._queues[key] = deque(posts)
        task = asyncio.create_task(self._work(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, key: str) -> None:
        waiting = self._queues[key]
        try:
            while waiting:
                if not await self._one(key, waiting[0]):
                    return  # the sweeper goes on with what is left, in order, when the first of it is due
                if waiting:
                    waiting.popleft()
        except (SQLAlchemyError, WriterClosedError) as error:
            log.warning("sent, but it could not be written down: %s", type(error).__name__)
        finally:
            self._queues.pop(key, None)

    async def _one(self, key: str, post: Post) -> bool:
        """Send one post; return whether the next of this conversation may follow."""
        store = self._service.outbox
        try:
            shown = await self._senders[post.channel].send(post)
        except Unwanted:
            log.info("dropped what a person does not want")
            await self._write(key, lambda connection: store.drop(connection, key))
            self._queues[key].clear()
            return False
        except SendNever as error:
            await self._park(key, post, str(error))
            return True
        except SendLater as later:
            if later.counts and post.attempts + 1 >= MOST_ATTEMPTS:
                await self._park(key, post, str(later))
                return True
            due = self._clock() + (later.after if later.after is not None else _patience(post.attempts))
            await self._write(key, partial(store.later, post=post, due=due, counts=later.counts))
            return False
        await self._write(key, lambda connection: self._sent(connection, post, shown))
        return True

    def _sent(self, connection: Connection, post: Post, shown: Shown | None) -> None:
        store = self._service.outbox
        store.sent(connection, post)
        if shown is not None:
            due = self._clock() + self._service.retention.total_seconds()
            store.keep_message(connection, post.key, post.channel, shown.address, shown.message_id, due)
            if shown.screen:
                self._service.conversations.set_screen(connection, post.key, shown.message_id)
        if post.what.get("do") == "delete":
            store.forget_message(connection, post.key, int(post.what["message"]))

    async def _park(self, key: str, post: Post, reason: str) -> None:
        log.warning("parked: %s", reason)
        self.parked += 1
        store = self._service.outbox
        await self._write(key, lambda connection: store.later(connection, post, post.made, parked=reason[:80]))

    async def _write(self, key: str, do: Callable[[Connection], None]) -> None:
        await asyncio.wrap_future(self._service.writer.submit(key, do))

    async def delete_old(self, now: float) -> int:
        """Delete messages from chats whose time is over; return how many. What fails is tried at the next call."""
        store, count = self._service.outbox, 0
        found = await asyncio.wrap_future(self._service.writer.submit("", lambda c: store.messages(c, now)))
        for key, channel, address, message_id in found:
            if channel not in self._senders:
                continue
            try:
                await self._senders[channel].delete(address, message_id)
            except SendLater:
                break
            await self._write(key, partial(store.forget_message, key=key, message_id=message_id))
            count += 1
        return count

    async def _sweep(self) -> None:
        """Take over posts whose time has come and that no process sends."""
        store, renewed = self._service.outbox, self._clock()
        while True:
            try:
                if self._queues and self._clock() > renewed + LEASE / 3:
                    renewed = self._clock()
                    await self._write("", partial(store.renew, keys=list(self._queues), due=renewed + LEASE))
                claimed = await asyncio.wrap_future(
                    self._service.writer.submit("", partial(store.claim, now=self._clock(), lease=LEASE, most=CLAIM))
                )
                for key, posts in groupby(claimed, key=lambda post: post.key):
                    if key not in self._queues:
                        self._enqueue(key, list(posts))
                if claimed:
                    continue
            except (SQLAlchemyError, WriterClosedError) as error:
                log.warning("the outbox could not be looked through: %s", type(error).__name__)
            await asyncio.sleep(SWEEP)


def _patience(attempts: int) -> float:
    return min(FIRST_WAIT * 2.0**attempts, LONGEST_WAIT)
