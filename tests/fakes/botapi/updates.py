"""Updates on their way to the bot: kept until accepted, in order within a chat, polled or pushed."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from tests.fakes.botapi.chats import finish
from tests.fakes.botapi.errors import OTHER_POLL, conflict
from tests.fakes.botapi.faults import Faults

Json = dict[str, Any]

encode = json.JSONEncoder(separators=(",", ":")).encode
"""JSON as Telegram writes it; one encoder, as making one takes longer than a message does."""

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LONGEST_POLL = 50


class Delivery:
    """One update on its way.

    Attributes:
        update: the Update object.
        wanted: False when allowed_updates left its kind out, so that it is never delivered.
        attempts: how often it was handed out.
        accepted: whether the bot confirmed it: a higher offset, or a 2xx answer of its webhook.
    """

    __slots__ = ("_waiting", "accepted", "attempts", "chat_id", "payload", "repeat", "update", "wanted")

    def __init__(self, update: Json, chat_id: int, payload: bytes, *, wanted: bool, repeat: bool = False) -> None:
        self.update = update
        self.chat_id = chat_id
        self.payload = payload
        self.wanted = wanted
        self.repeat = repeat
        self.attempts = 0
        self.accepted = False
        self._waiting: asyncio.Future[None] | None = None

    @property
    def update_id(self) -> int:
        return int(self.update["update_id"])

    def accept(self) -> None:
        self.accepted = True
        finish(self._waiting)

    async def until_accepted(self, timeout: float = 5.0) -> None:
        """Wait until the bot confirmed it. Raises: AssertionError after `timeout` seconds."""
        if self.accepted:
            return
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(asyncio.shield(self._waiting), timeout)
        except TimeoutError:
            raise AssertionError(
                f"update {self.update_id} was not accepted within {timeout} s, after {self.attempts} deliveries"
            ) from None


class Updates:
    """The queue of updates of one bot.

    `pushed` is where deliveries go while a webhook is set; None means that they wait to be polled.
    """

    def __init__(self, faults: Faults, first_id: int) -> None:
        self.pending: dict[int, Delivery] = {}
        self.pushed: Callable[[Delivery], None] | None = None
        self.allowed: frozenset[str] | None = None
        self._faults = faults
        self._next_id = first_id
        self._held: dict[int, list[Delivery]] = {}
        self._repeats: deque[Delivery] = deque()
        self._poll: asyncio.Future[None] | None = None
        self._out_of_order = False
        self._drained: list[asyncio.Future[None]] = []
        self._timers: set[asyncio.TimerHandle] = set()

    def allow(self, kinds: Collection[str]) -> None:
        """Take allowed_updates: empty means all but those left out by default."""
        self.allowed = frozenset(kinds) or None

    def put(self, kind: str, content: Json, chat_id: int) -> Delivery:
        """Make an update and send it on its way."""
        update = {"update_id": self._next_id, kind: content}
        self._next_id += 1
        wanted = kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed
        payload = encode(update).encode() if wanted else b""
        delivery = Delivery(update, chat_id, payload, wanted=wanted)
        if not wanted:
            return delivery
        if chat_id in self._held:
            self._held[chat_id].append(delivery)
        elif self._faults.happens("late", self._faults.delivery.late):
            self._held[chat_id] = [delivery]
            self._later(self._faults.delivery.late_by, lambda: self._release(chat_id))
        else:
            self._add(delivery)
        return delivery

    def drop_all(self) -> None:
        """Forget what was not accepted yet (drop_pending_updates)."""
        self.pending.clear()
        self._held.clear()
        self._repeats.clear()
        self._tell_drained()

    @property
    def waiting(self) -> int:
        """How many updates the bot has not accepted yet."""
        return len(self.pending) + sum(map(len, self._held.values()))

    async def drained(self) -> None:
        """Wait until everything was accepted."""
        while self.waiting:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._drained.append(done)
            await done

    def accept(self, delivery: Delivery) -> None:
        """The bot confirmed it; perhaps it gets it once more all the same."""
        if delivery.repeat:
            return
        self.pending.pop(delivery.update_id, None)
        delivery.accept()
        fault = self._faults.delivery
        if self._faults.happens("repeated", fault.repeated):
            again = Delivery(delivery.update, delivery.chat_id, delivery.payload, wanted=True, repeat=True)
            wait = self._faults.random.uniform(0, fault.repeated_within)
            self._later(wait, lambda: self._add_repeat(again))
        if self._drained and not self.waiting:
            self._tell_drained()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[bytes]:
        """At most `limit` updates as JSON, after at most `timeout` seconds of waiting for the first.

        Raises: ApiError when another poll or a webhook takes over.
        """
        self.end_poll(OTHER_POLL)
        self._confirm(offset)
        if not self.pending and not self._repeats and timeout > 0:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._poll = waiting
            timer = asyncio.get_running_loop().call_later(timeout, finish, waiting)
            try:
                await waiting
            finally:
                timer.cancel()
                if self._poll is waiting:
                    self._poll = None
        return self._batch(limit)

    def end_poll(self, why: str) -> None:
        """Answer a waiting poll with a conflict."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(why))
        self._poll = None

    def release_poll(self) -> None:
        """Answer a waiting poll with what there is."""
        finish(self._poll)

    def close(self) -> None:
        """Let nothing happen any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _later(self, delay: float, then: Callable[[], None]) -> None:
        def go() -> None:
            self._timers.discard(timer)
            then()

        timer = asyncio.get_running_loop().call_later(delay, go)
        self._timers.add(timer)

    def _release(self, chat_id: int) -> None:
        for delivery in self._held.pop(chat_id, ()):
            self._add(delivery)
        self._out_of_order = True

    def _add(self, delivery: Delivery) -> None:
        self.pending[delivery.update_id] = delivery
        if self.pushed is not None:
            self.pushed(delivery)
        else:
            self._wake()

    def _add_repeat(self, delivery: Delivery) -> None:
        if self.pushed is not None:
            self.pushed(delivery)
        else:
            self._repeats.append(delivery)
            self._wake()

    def _wake(self) -> None:
        finish(self._poll)

    def _tell_drained(self) -> None:
        for done in self._drained:
            finish(done)
        self._drained.clear()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            for delivery in list(self.pending.values())[:offset]:
                self.accept(delivery)
            return
        confirmed = []
        for update_id, delivery in self.pending.items():
            if update_id >= offset:
                # Only a late one can stand behind a higher id; without such the rest need no look.
                if not self._out_of_order:
                    break
            elif delivery.attempts or not self._out_of_order:
                confirmed.append(delivery)
        for delivery in confirmed:
            self.accept(delivery)

    def _batch(self, limit: int) -> list[bytes]:
        batch: list[Delivery] = []
        while self._repeats and len(batch) < limit:
            batch.append(self._repeats.popleft())
        for delivery in self.pending.values():
            if len(batch) >= limit:
                break
            batch.append(delivery)
        if len(batch) > 1 and self._faults.delivery.reordered:
            batch = self._shuffled(batch)
        for delivery in batch:
            delivery.attempts += 1
        return [delivery.payload for delivery in batch]

    def _shuffled(self, batch: list[Delivery]) -> list[Delivery]:
        """The same deliveries with chats interleaved anew, each chat's own in order."""
        turns = [delivery.chat_id for delivery in batch]
        moved = [
            index for index in range(len(turns)) if self._faults.happens("reordered", self._faults.delivery.reordered)
        ]
        chats = [turns[index] for index in moved]
        self._faults.random.shuffle(chats)
        for index, chat_id in zip(moved, chats, strict=True):
            turns[index] = chat_id
        queues: dict[int, deque[Delivery]] = {}
        for delivery in batch:
            queues.setdefault(delivery.chat_id, deque()).append(delivery)
        return [queues[chat_id].popleft() for chat_id in turns]
