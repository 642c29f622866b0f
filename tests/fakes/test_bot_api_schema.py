"""Wrong shapes are found: in requests with the Bot API as data, in what is emitted with either check."""

import contextlib
import importlib
from typing import Any

import aiohttp
import pytest
import telegram

from tests.fakes.bot_api import FakeBotApi, ShapeError, UncheckedRequestsWarning, find_schema
from tests.fakes.botapi.schema import ModelChecker, checker
from tests.fakes.conftest import TOKEN, client

needs_schema = pytest.mark.skipif(find_schema() is None, reason="../shared/telegram/api.json is not there")


async def ask(api: FakeBotApi, method: str, *, json: Any = None, data: Any = None) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.base_url}/bot{TOKEN}/{method}", json=json, data=data) as answer,
    ):
        return answer.status


@needs_schema
@pytest.mark.parametrize(
    ("method", "json", "violation"),
    [
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "parsemode": "HTML"},
            "sendMessage.parsemode: unknown parameter",
        ),
        ("sendMessage", {"chat_id": 7}, "sendMessage.text: required parameter missing"),
        ("sendMessage", {"chat_id": 7, "text": 5}, "sendMessage.text: String expected, int found"),
        (
            "deleteMessage",
            {"chat_id": 7, "message_id": "5"},
            "deleteMessage.message_id: Integer expected, str found",
        ),
        ("getUpdates", {"timeout": True}, "getUpdates.timeout: Integer expected, bool found"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
            "a button must have exactly one action",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "link_preview_options": {"disabled": True}},
            "sendMessage.link_preview_options.disabled: LinkPreviewOptions has no such field",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "x", "description": "x"}], "scope": {"type": "everywhere"}},
            "setMyCommands.scope: fits none of BotCommandScopeDefault",
        ),
        ("sendDance", {}, "sendDance: this server does not have that method"),
    ],
)
async def test_a_wrong_request_makes_the_test_fail(method: str, json: dict[str, Any], violation: str) -> None:
    with pytest.raises(ShapeError) as caught:  # noqa: PT012 - it is leaving the server that fails
        async with FakeBotApi(TOKEN) as api:
            await api.user(id=7).starts()
            await ask(api, method, json=json)
    assert violation in str(caught.value)


@needs_schema
async def test_forms_are_read_by_their_types(api: FakeBotApi) -> None:
    await api.user(id=7).starts()
    good = {"chat_id": "7", "text": "true", "protect_content": "true", "message_thread_id": "5"}
    assert await ask(api, "sendMessage", data=good) == 200
    assert api.violations == []
    await ask(api, "sendMessage", data={**good, "protect_content": "ja", "message_thread_id": "vijf"})
    assert api.violations == [
        "sendMessage.protect_content: Boolean expected, str found",
        "sendMessage.message_thread_id: Integer expected, str found",
    ]
    api.violations.clear()


async def test_checks_can_be_switched_off() -> None:
    async with FakeBotApi(TOKEN, check=False, keep_log=False) as api:
        await api.user(id=7).starts()
        await ask(api, "sendMessage", json={"chat_id": 7, "text": "x", "parsemode": "HTML"})
        await ask(api, "sendDance", json={})
        assert api.violations == []
        assert api.log == []


async def test_a_failing_test_keeps_its_own_error() -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it is leaving the server that must not fail
        async with FakeBotApi(TOKEN) as api:
            api.violations.append("something")
            raise ZeroDivisionError


MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}


def checks() -> list[Any]:
    """The checks that can be made here."""
    schema = find_schema()
    made: list[Any] = [] if schema is None else [checker(schema)]
    with contextlib.suppress(ImportError):
        made.append(ModelChecker(importlib.import_module("aiogram.types")))
    return made


@pytest.mark.parametrize("check", checks(), ids=lambda check: type(check).__name__)
def test_wrong_updates_and_results_are_found(check: Any) -> None:
    assert check.update({"update_id": 1, "message": {**MESSAGE, "text": "x"}}) == []
    assert check.result("sendMessage", MESSAGE) == []
    assert check.result("deleteMessage", True) == []
    for update in (
        {"update_id": 1, "message": {**MESSAGE, "txt": "x"}},
        {"update_id": 1, "message": {**MESSAGE, "chat": {"id": 7}}},
        {"update_id": 1, "message": {**MESSAGE, "message_id": "een"}},
        {"update_id": 1, "mesage": MESSAGE},
        {"message": MESSAGE},
    ):
        assert len(check.update(update)) >= 1, update
    assert check.result("sendMessage", True)
    assert check.result("deleteMessage", MESSAGE)


async def test_without_the_schema_it_says_what_it_leaves_out() -> None:
    pytest.importorskip("aiogram")
    with pytest.warns(UncheckedRequestsWarning, match="requests of the bot are NOT checked"):
        api = FakeBotApi(TOKEN, schema=None)
    async with api, client(api) as bot:
        user = api.user(id=7)
        await user.starts()
        await user.sends_sticker()
        await user.sends_location()
        button = telegram.InlineKeyboardButton("Ja", callback_data="ja")
        markup = telegram.InlineKeyboardMarkup.from_button(button)
        message = await bot.send_message(7, "<b>x</b>", parse_mode="HTML", reply_markup=markup)
        await user.presses("Ja")
        await bot.delete_message(7, message.message_id)
        await user.presses("ja", message=message.message_id)
        await user.blocks_bot()
        await bot.get_chat(7)
        await bot.get_webhook_info()
        assert len(await bot.get_updates()) == 6
        assert api.violations == []
