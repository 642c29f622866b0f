"""Pushing updates to a webhook: in order within a chat, chats side by side, again until a 2xx answer."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.fakes.botapi.errors import bad_request
from tests.fakes.botapi.faults import Faults
from tests.fakes.botapi.updates import Delivery

Json = dict[str, Any]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of the header
_ANSWER_SECONDS = 60.0


class Webhook:
    """One webhook that is set.

    Args:
        url: http or https on loopback; Telegram itself takes https only.
        accept: called for each delivery that got a 2xx answer.
        backoff: seconds before the second repeat, doubling up to `most_backoff`; 2 and 1,000 at
            Telegram. The first repeat comes at once, as there. A Retry-After header goes first.
    """

    def __init__(
        self,
        url: str,
        secret: str | None,
        max_connections: int,
        accept: Callable[[Delivery], None],
        faults: Faults,
        clock: Callable[[], float],
        *,
        backoff: float,
        most_backoff: float,
    ) -> None:
        self.url = url
        self.secret = secret
        self.max_connections = max_connections
        self.last_error: tuple[int, str] | None = None
        self._accept = accept
        self._faults = faults
        self._clock = clock
        self._backoff = backoff
        self._most_backoff = most_backoff
        self._chats: dict[int, deque[Delivery]] = {}
        self._ready: deque[int] = deque()
        self._delays: dict[int, float] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._headers = {"Content-Type": "application/json"}
        if secret:
            self._headers[_SECRET_HEADER] = secret

    def push(self, delivery: Delivery) -> None:
        """Queue a delivery behind those of its chat."""
        queue = self._chats.get(delivery.chat_id)
        if queue is not None:
            queue.append(delivery)
            return
        self._chats[delivery.chat_id] = deque((delivery,))
        fault = self._faults.delivery
        if self._faults.happens("reordered", fault.reordered):
            self._ready_later(delivery.chat_id, self._faults.random.uniform(0, fault.reordered_within))
        else:
            self._make_ready(delivery.chat_id)

    async def close(self) -> None:
        """Stop pushing; what was not accepted stays with the caller."""
        self._closed = True
        for timer in self._timers:
            timer.cancel()
        workers = [worker for worker in self._workers if worker is not asyncio.current_task()]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _make_ready(self, chat_id: int) -> None:
        self._ready.append(chat_id)
        if len(self._workers) < self.max_connections and not self._closed:
            worker = asyncio.get_running_loop().create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def _ready_later(self, chat_id: int, delay: float) -> None:
        def go() -> None:
            self._timers.discard(timer)
            self._make_ready(chat_id)

        timer = asyncio.get_running_loop().call_later(delay, go)
        self._timers.add(timer)

    async def _work(self) -> None:
        while self._ready:
            chat_id = self._ready.popleft()
            queue = self._chats[chat_id]
            delivery = queue[0]
            wait = await self._post(delivery)
            if wait is None:
                queue.popleft()
                self._delays.pop(chat_id, None)
                self._accept(delivery)
                if queue:
                    self._ready.append(chat_id)
                else:
                    del self._chats[chat_id]
            else:
                self._ready_later(chat_id, wait)

    async def _post(self, delivery: Delivery) -> float | None:
        """Hand it over; None when accepted, otherwise the seconds to wait."""
        delivery.attempts += 1
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS),
                headers=self._headers,
            )
        asked = 0.0
        try:
            async with self._session.post(self.url, data=delivery.payload, allow_redirects=False) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    return None
                problem = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                header = answer.headers.get("Retry-After", "")
                asked = float(header) if header.isdecimal() else 0.0
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            problem = f"Webhook connection closed: {type(error).__name__}"
        self.last_error = (int(self._clock()), problem)
        return self._next_delay(delivery.chat_id, asked)

    def _next_delay(self, chat_id: int, asked: float) -> float:
        if asked:
            return asked
        before = self._delays.get(chat_id)
        if before is None:
            self._delays[chat_id] = self._backoff / 2
            return 0.0
        self._delays[chat_id] = min(before * 2, self._most_backoff)
        return self._delays[chat_id]


def check_secret(secret: str) -> None:
    """Raises: ApiError when a secret_token is too long or has other characters than A-Z a-z 0-9 _ -."""
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret and not all(char.isascii() and (char.isalnum() or char in "_-") for char in secret):
        raise bad_request("secret token contains unallowed characters")
