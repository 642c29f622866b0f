"""The fake Bot API with a python-telegram-bot client, and a webhook that answers as told."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self

import pytest
import telegram
from aiohttp import web
from telegram.request import HTTPXRequest

from tests.fakes.bot_api import FakeBotApi

TOKEN = "4200:fake-token"  # noqa: S105 - opens nothing


class Clock:
    """Unix time that stands still until it is moved."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Hook:
    """A webhook on loopback.

    Attributes:
        received: updates and secret headers, in the order they came, answered 2xx or not.
        statuses: what to answer next, then 200.
        headers: of answers that are not 2xx.
        delay: seconds that each answer takes.
        busiest: most requests at once.
    """

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.delay = 0.0
        self.busiest = 0
        self._busy = 0
        self._runner = web.ServerRunner(web.Server(self._take), shutdown_timeout=0.05)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def ids(self) -> list[int]:
        return [update["update_id"] for update in self.received]

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.received]

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        self.received.append(json.loads(await request.read()))
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        await asyncio.sleep(self.delay)
        self._busy -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers=self.headers if status >= 300 else None)


def client(api: FakeBotApi, token: str = TOKEN) -> telegram.Bot:
    """A bot of python-telegram-bot that talks to the fake, whatever proxy the environment names."""

    def transport() -> HTTPXRequest:
        return HTTPXRequest(read_timeout=5, httpx_kwargs={"trust_env": False})

    return telegram.Bot(token, base_url=f"{api.base_url}/bot", request=transport(), get_updates_request=transport())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi(TOKEN, clock=clock) as server:
        yield server


@pytest.fixture
async def bot(api: FakeBotApi) -> AsyncIterator[telegram.Bot]:
    one = client(api)
    async with one:
        yield one


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with Hook() as server:
        yield server
