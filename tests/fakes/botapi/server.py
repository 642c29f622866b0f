"""The server: takes requests as api.telegram.org does, and hands updates to the bot."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from tests.fakes.botapi.arguments import Arguments, read_arguments
from tests.fakes.botapi.chats import World
from tests.fakes.botapi.errors import OTHER_POLL, ApiError, bad_request, conflict, too_many
from tests.fakes.botapi.faults import BAD_GATEWAY_PAGE, BEFORE, Fault, Faults, refusal
from tests.fakes.botapi.log import Entry, transcript
from tests.fakes.botapi.methods import Methods
from tests.fakes.botapi.people import Group, Person
from tests.fakes.botapi.schema import SchemaChecker, checker, find_schema
from tests.fakes.botapi.updates import LONGEST_POLL, Delivery, Updates, encode
from tests.fakes.botapi.webhook import LOOPBACK, Webhook, check_secret

Json = dict[str, Any]
WaitingMethod = Callable[[Arguments], Coroutine[Any, Any, tuple[bool, str | None]]]
"""A method that cannot be carried out at once; gives its result and a description."""

BOT_USERNAME = "sparwijzer_bot"
_PATH = re.compile(r"/bot([^/]*)/(\w+)/?")
_TOKEN = re.compile(r"[1-9]\d{0,15}:[\w-]{1,80}")
_WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_DEFAULT_CONNECTIONS = 40


class ShapeError(AssertionError):
    """The bot asked, or the server gave, something that the Bot API does not know."""


class FakeBotApi:
    """A Bot API server for one bot, on loopback.

    ```python
    async with FakeBotApi(token="1:abc") as api:
        bot = telegram.Bot(token="1:abc", base_url=f"{api.base_url}/bot")
        user = api.user(id=7)
        await user.says("/start")
        await user.sees("Welkom")
    ```

    Args:
        token: the one that is accepted.
        clock: Unix time in seconds, for dates, the 48 hours of deletion and the age of callback queries;
            waiting (long polls, backoff, retry_after) is in real time.
        seed: of the chance that faults are drawn with.
        check: hold every request and everything emitted against the Bot API's shapes; violations make leaving
            the `async with` fail.
        keep_log: keep `log`; needed for transcripts.
        schema: the Bot API as data; by default the one beside the project.
        query_seconds: how long a callback query can be answered.
        webhook_backoff, webhook_most_backoff: seconds between repeats to a failing webhook: first, at most.
        set_webhook_interval: seconds between two setWebhook before it answers 429; 1 at Telegram.

    Attributes:
        faults: what goes wrong on purpose.
        requests: number of requests by method, refused and dropped ones too.
        log: every request and every update, in order.
        violations: one line for each wrong shape.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], float] = time.time,
        seed: int = 0,
        check: bool = True,
        keep_log: bool = True,
        schema: Path | None = find_schema(),  # noqa: B008 - one answer for the whole run
        query_seconds: float = 15.0,
        webhook_backoff: float = 0.05,
        webhook_most_backoff: float = 1.0,
        set_webhook_interval: float = 0.0,
    ) -> None:
        self.token = token
        self.faults = Faults(seed)
        self.requests: Counter[str] = Counter()
        self.log: list[Entry] = []
        self.violations: list[str] = []
        self._clock = clock
        self._check = check
        self._checker = checker(schema) if check else None
        self._keep_log = keep_log
        self._port = 0
        self._runner: web.ServerRunner | None = None
        self._refused: int | None = None
        bot_id = int(token.partition(":")[0])
        me = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "Sparwijzer",
            "username": BOT_USERNAME,
        }
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        self._me = {**me, **dict.fromkeys(abilities, False)}
        self._world = World(clock, me)
        self._methods = Methods(self._world, query_seconds)
        self._updates = Updates(self.faults, first_id=self.faults.random.randrange(10**8, 10**9))
        self._people: dict[int, Person] = {}
        self._webhook: Webhook | None = None
        self._webhook_backoff = (webhook_backoff, webhook_most_backoff)
        self._set_webhook_interval = set_webhook_interval
        self._webhook_set_at = float("-inf")
        self._waiting_methods: dict[str, WaitingMethod] = {
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
        }
        self._methods.table["getMe"] = lambda _: self._me
        self._methods.table["getWebhookInfo"] = lambda _: self._webhook_info()
        names = [*self._methods.table, *self._waiting_methods, "getUpdates"]
        self._names = {name.lower(): name for name in names}

    async def __aenter__(self) -> Self:
        await self.comes_back()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._webhook is not None:
            await self._webhook.close()
        self._updates.close()
        await self.goes_down()
        if error is None and self.violations:
            raise ShapeError("\n".join(dict.fromkeys(self.violations)))

    @property
    def base_url(self) -> str:
        """http://127.0.0.1:PORT, without a slash at the end; the same after `comes_back`."""
        return f"http://127.0.0.1:{self._port}"

    # What a test does

    def user(self, id: int, language_code: str = "nl", first_name: str = "Gebruiker") -> Person:
        """The person with that id; the same one each time."""
        if id not in self._people:
            self._people[id] = Person(id, language_code, first_name, self._world, self._put)
        return self._people[id]

    def group(self, id: int, title: str = "Groep") -> Group:
        """A group chat; its id is negative."""
        return Group(id, title, self._world, self._put)

    async def goes_down(self) -> None:
        """Close the port and cut off what was being answered; what is known is kept, and pushing goes on."""
        self._updates.release_poll()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def comes_back(self) -> None:
        """Listen again, on the same port."""
        server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    def refuse_token(self, code: int | None = 401) -> None:
        """Answer every request 401 (the token was revoked) or 404; None accepts it again."""
        self._refused = code

    def end_polls(self) -> None:
        """Answer a waiting getUpdates with 409, as when another process polls too."""
        self._updates.end_poll(OTHER_POLL)

    @property
    def waiting(self) -> int:
        """Number of updates that the bot has not accepted yet."""
        return self._updates.waiting

    async def until_drained(self, timeout: float = 5.0) -> None:
        """Wait until the bot accepted every update. Raises: AssertionError after `timeout` seconds."""
        if not self.waiting:
            return
        try:
            await asyncio.wait_for(self._updates.drained(), timeout)
        except TimeoutError:
            raise AssertionError(f"{self.waiting} updates not accepted within {timeout} s") from None

    def sent(self, chat_id: int) -> Counter[str]:
        """How often the bot sent each text anew to a chat, edits left out."""
        return self._methods.sent.get(chat_id, Counter())

    def duplicates(self, chat_id: int | None = None) -> int:
        """Number of messages with a text that the same chat was sent before, in one chat or in all."""
        counters = self._methods.sent.values() if chat_id is None else [self.sent(chat_id)]
        return sum(count - 1 for counter in counters for count in counter.values())

    def transcript(self, user: Person) -> str:
        """The dialogue with one person as Markdown, in Dutch."""
        assert self._keep_log, "no log was kept"
        return transcript(self.log, user.id)

    # What the bot asks

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        found = _PATH.fullmatch(path.replace("%3A", ":"))
        if found is None or not _TOKEN.fullmatch(found.group(1)):
            return _answer(ApiError(404, "Not Found"))
        token, asked = found.groups()
        if token != self.token or self._refused == 401:
            return _answer(ApiError(401, "Unauthorized"))
        if self._refused is not None:
            return _answer(ApiError(self._refused, "Not Found"))
        method = self._names.get(asked.lower())
        if method is None:
            if self._check:
                self.violations.append(f"{asked}: this server does not have that method")
            return _answer(ApiError(404, "Not Found: method not found"))
        self.requests[method] += 1
        try:
            arguments = await read_arguments(request, query)
        except ApiError as error:
            return _answer(error)
        return await self._carry_out(request, method, arguments)

    async def _carry_out(self, request: web.BaseRequest, method: str, arguments: Arguments) -> web.StreamResponse:
        values = arguments.values
        chat_id = arguments.integer("chat_id") if "chat_id" in values else None
        if chat_id is None and "callback_query_id" in values:
            query = self._world.queries.get(str(values["callback_query_id"]))
            chat_id = query.chat_id if query is not None else None
        entry = Entry(self._clock(), "request", method, chat_id, values)
        if self._keep_log:
            self.log.append(entry)
        if isinstance(self._checker, SchemaChecker):
            uploads = arguments.uploads
            self.violations += self._checker.request(method, values, uploads, form=arguments.form)
        fault = None
        try:
            chosen = self.faults.choose(method, chat_id)
            if chosen is not None:
                fault, rule = chosen
                entry.fault = fault.value
                if fault in BEFORE:
                    if fault is Fault.BAD_GATEWAY:
                        entry.refused = "502 Bad Gateway"
                        return web.Response(status=502, body=BAD_GATEWAY_PAGE, content_type="text/html")
                    raise refusal(fault, rule)
                if fault is Fault.DROPPED_BEFORE:
                    entry.refused = "connection dropped"
                    return _drop(request)
                if fault is Fault.SLOW:
                    await asyncio.sleep(rule.delay)
            body = await self._result(method, arguments, entry)
        except ApiError as error:
            entry.refused = error.description
            return _answer(error)
        if fault is Fault.DROPPED_AFTER:
            return _drop(request)
        return web.Response(body=body, content_type="application/json")

    async def _result(self, method: str, arguments: Arguments, entry: Entry) -> bytes:
        """The JSON of a successful answer. Raises: ApiError."""
        if method == "getUpdates":
            return await self._get_updates(arguments)
        result: Any
        description = None
        if method in self._waiting_methods:
            result, description = await self._waiting_methods[method](arguments)
        else:
            result = self._methods.table[method](arguments)
        entry.result = result
        if self._checker is not None:
            self.violations += self._checker.result(method, result)
        if self._keep_log:
            if type(result) is dict and "message_id" in result:
                entry.markup = self._world.chats[result["chat"]["id"]].messages[result["message_id"]].markup
            elif method.startswith("deleteMessage"):
                entry.markup = {"deleted": self._methods.deleted}
        answer: Json = {"ok": True, "result": result}
        if description is not None:
            answer["description"] = description
        return encode(answer).encode()

    async def _get_updates(self, arguments: Arguments) -> bytes:
        if self._webhook is not None:
            raise conflict(_WEBHOOK_ACTIVE)
        allowed = arguments.names("allowed_updates")
        if allowed is not None:
            self._updates.allow(allowed)
        limit = min(max(arguments.integer("limit", 100), 1), 100)
        timeout = min(max(arguments.integer("timeout"), 0), LONGEST_POLL)
        batch = await self._updates.poll(arguments.integer("offset"), limit, timeout)
        return b'{"ok":true,"result":[' + b",".join(batch) + b"]}"

    async def _set_webhook(self, arguments: Arguments) -> tuple[bool, str | None]:
        url = arguments.text("url")
        if not url:
            return await self._delete_webhook(arguments)
        now = time.monotonic()
        if now < self._webhook_set_at + self._set_webhook_interval:
            raise too_many(1)
        self._webhook_set_at = now
        parts = urlsplit(url)
        if not parts.hostname:
            raise bad_request("invalid webhook URL specified")
        if parts.hostname not in LOOPBACK:
            raise bad_request("bad webhook: this server reaches loopback addresses only")
        secret = arguments.text("secret_token")
        check_secret(secret)
        allowed = arguments.names("allowed_updates")
        if allowed is not None:
            self._updates.allow(allowed)
        connections = min(max(arguments.integer("max_connections", _DEFAULT_CONNECTIONS), 1), 100)
        old = self._webhook
        dropping = arguments.truth("drop_pending_updates")
        if (
            old is not None
            and not dropping
            and (old.url, old.secret, old.max_connections) == (url, secret, connections)
        ):
            return True, "Webhook is already set"
        await self._end_webhook(dropping)
        self._updates.end_poll("terminated by setWebhook request")
        backoff, most_backoff = self._webhook_backoff
        webhook = Webhook(
            url,
            secret,
            connections,
            self._updates.accept,
            self.faults,
            self._clock,
            backoff=backoff,
            most_backoff=most_backoff,
        )
        self._webhook = webhook
        self._updates.pushed = webhook.push
        for delivery in list(self._updates.pending.values()):
            webhook.push(delivery)
        return True, "Webhook was set"

    async def _delete_webhook(self, arguments: Arguments) -> tuple[bool, str | None]:
        was_set = self._webhook is not None
        await self._end_webhook(arguments.truth("drop_pending_updates"))
        return True, "Webhook was deleted" if was_set else "Webhook is already deleted"

    async def _end_webhook(self, dropping: bool) -> None:
        webhook, self._webhook = self._webhook, None
        self._updates.pushed = None
        if dropping:
            self._updates.drop_all()
        if webhook is not None:
            await webhook.close()

    def _webhook_info(self) -> Json:
        info: Json = {
            "url": "",
            "has_custom_certificate": False,
            "pending_update_count": self._updates.waiting,
        }
        if self._webhook is not None:
            info.update(url=self._webhook.url, max_connections=self._webhook.max_connections)
            if self._webhook.last_error is not None:
                info["last_error_date"], info["last_error_message"] = self._webhook.last_error
        if self._updates.allowed is not None:
            info["allowed_updates"] = sorted(self._updates.allowed)
        return info

    def _put(self, kind: str, content: Json, chat_id: int) -> Delivery:
        delivery = self._updates.put(kind, content, chat_id)
        if self._keep_log:
            self.log.append(Entry(self._clock(), "update", kind, chat_id, delivery.update))
        if self._checker is not None:
            self.violations += self._checker.update(delivery.update)
        return delivery


def _answer(error: ApiError) -> web.Response:
    body = encode(error.body).encode()
    return web.Response(status=error.code, body=body, content_type="application/json")


def _drop(request: web.BaseRequest) -> web.StreamResponse:
    """Cut the connection. The response goes nowhere; the server wants one."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
