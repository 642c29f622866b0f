"""How updates reach a bot: fetched by polling, pushed to a webhook, kept until accepted."""

import asyncio
import time

import pytest
import telegram
from telegram.error import BadRequest, Conflict, RetryAfter

from tests.fakes.bot_api import FakeBotApi
from tests.fakes.conftest import TOKEN, Hook, client


def ids(updates: tuple[telegram.Update, ...]) -> list[int]:
    return [update.update_id for update in updates]


async def test_an_offset_confirms_what_lies_before_it(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    deeds = [await user.says(str(number)) for number in range(4)]
    first = await bot.get_updates(limit=2)
    assert [update.message and update.message.text for update in first] == ["0", "1"]
    assert ids(await bot.get_updates()) == [deed.delivery.update_id for deed in deeds if deed.delivery]
    assert api.waiting == 4, "nothing is confirmed without an offset"
    rest = await bot.get_updates(offset=first[1].update_id + 1)
    await deeds[1].until_accepted(0)
    assert len(rest) == api.waiting == 2
    with pytest.raises(AssertionError, match="not accepted"):
        await deeds[2].until_accepted(0.01)
    assert ids(await bot.get_updates(offset=-1)) == [rest[1].update_id], "a negative one counts from the end"
    assert await bot.get_updates(offset=rest[1].update_id + 1) == ()
    await api.until_drained(0)


async def test_a_long_poll_waits_and_wakes(api: FakeBotApi, bot: telegram.Bot) -> None:
    started = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < time.monotonic() - started < 2
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    await api.user(id=7).starts()
    assert len(await waiting) == 1
    assert time.monotonic() - started < 2.5


async def test_two_polls_at_once_conflict(api: FakeBotApi, bot: telegram.Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    assert await bot.get_updates() == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await waiting
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    api.end_polls()
    with pytest.raises(Conflict):
        await waiting


async def test_a_poll_whose_client_died_loses_nothing(
    api: FakeBotApi, bot: telegram.Bot, caplog: pytest.LogCaptureFixture
) -> None:
    user = api.user(id=7)
    for _ in range(2):
        dead = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.05)
        dead.cancel()
        await asyncio.gather(dead, return_exceptions=True)
        await asyncio.sleep(0.02)
        await user.says("Hallo")
    assert len(await bot.get_updates(timeout=5)) == api.waiting == 2
    assert [record.message for record in caplog.records if record.levelname != "INFO"] == []


async def test_allowed_updates(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await bot.get_updates(allowed_updates=["callback_query"])
    unwanted = await user.says("Hallo")
    assert unwanted.delivery is not None
    assert not unwanted.delivery.wanted
    message = await bot.send_message(
        7,
        "?",
        reply_markup=telegram.InlineKeyboardMarkup.from_button(telegram.InlineKeyboardButton("Ja", callback_data="ja")),
    )
    await user.presses("Ja", message=message.message_id)
    assert [update.callback_query is not None for update in await bot.get_updates()] == [True]
    assert (await bot.get_webhook_info()).allowed_updates == ("callback_query",)
    await bot.get_updates(allowed_updates=[])
    assert (await user.says("Hallo")).delivery.wanted  # type: ignore[union-attr]


async def test_a_webhook_gets_updates_with_its_secret(api: FakeBotApi, bot: telegram.Bot, hook: Hook) -> None:
    user = api.user(id=7)
    await user.says("voor")
    waiting = asyncio.create_task(bot.get_updates(offset=-1, timeout=5))
    assert len(await waiting) == 1
    waiting = asyncio.create_task(bot.get_updates(offset=10**9 + 1, timeout=5))
    await asyncio.sleep(0.05)
    assert await bot.set_webhook(hook.url, secret_token="Geheim_1-")  # noqa: S106 - opens nothing
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await waiting
    await user.says("na")
    await api.until_drained()
    assert hook.texts == ["na"]
    assert hook.secrets == ["Geheim_1-"]
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (hook.url, 0, 40)
    assert await bot.delete_webhook()
    await user.says("later")
    assert len(await bot.get_updates()) == 1
    assert hook.texts == ["na"]


async def test_what_waits_is_pushed_when_a_webhook_is_set_or_dropped(
    api: FakeBotApi, bot: telegram.Bot, hook: Hook
) -> None:
    user = api.user(id=7)
    await user.says("een")
    await bot.set_webhook(hook.url)
    await api.until_drained()
    assert hook.texts == ["een"]
    await bot.delete_webhook()
    await user.says("twee")
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    await user.says("drie")
    await api.until_drained()
    assert hook.texts == ["een", "drie"]
    assert hook.secrets == [None, None]


async def test_a_refused_update_comes_again_and_holds_up_its_own_chat_only(
    api: FakeBotApi, bot: telegram.Bot, hook: Hook
) -> None:
    await bot.set_webhook(hook.url)
    one, other = api.user(id=7), api.user(id=8)
    hook.statuses = [500, 503, 404]
    refused = await one.says("een")
    await asyncio.sleep(0.02)
    await one.says("twee")
    await other.says("anders")
    await api.until_drained()
    assert [text for text in hook.texts if text != "anders"] == ["een"] * (hook.texts.count("een")) + ["twee"]
    assert hook.texts.index("anders") < hook.texts.index("twee")
    assert refused.delivery is not None
    assert refused.delivery.attempts == hook.texts.count("een") >= 3
    info = await bot.get_webhook_info()
    assert info.last_error_message is not None
    assert info.last_error_message.startswith("Wrong response from the webhook: ")


async def test_a_webhook_that_is_away_is_tried_until_it_is_back(api: FakeBotApi, bot: telegram.Bot) -> None:
    async with Hook() as gone:
        url = gone.url
    await bot.set_webhook(url)
    said = await api.user(id=7).says("een")
    await asyncio.sleep(0.3)
    assert said.delivery is not None
    assert said.delivery.attempts >= 3
    assert not said.delivery.accepted
    assert (await bot.get_webhook_info()).pending_update_count == 1


async def test_a_webhook_may_say_when_to_try_again(api: FakeBotApi, bot: telegram.Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url)
    hook.statuses, hook.headers = [503], {"Retry-After": "1"}
    said = await api.user(id=7).says("een")
    started = time.monotonic()
    await said.until_accepted()
    assert 0.9 < time.monotonic() - started < 2


async def test_connections_are_limited_and_chats_keep_their_order(
    api: FakeBotApi, bot: telegram.Bot, hook: Hook
) -> None:
    await bot.set_webhook(hook.url, max_connections=3)
    hook.delay = 0.005
    users = [api.user(id=100 + number) for number in range(10)]
    for turn in range(5):
        for user in users:
            await user.says(f"{user.id}:{turn}")
    await api.until_drained()
    assert hook.busiest == 3
    for user in users:
        mine = [text for text in hook.texts if text.startswith(f"{user.id}:")]
        assert mine == [f"{user.id}:{turn}" for turn in range(5)]


async def test_setting_a_webhook_is_refused(api: FakeBotApi, bot: telegram.Bot) -> None:
    for url, secret, problem in (
        ("https://example.org/x", None, "loopback"),
        ("geen-adres", None, "invalid webhook URL specified"),
        ("http://127.0.0.1:1/", "met spatie", "secret token contains unallowed characters"),
        ("http://127.0.0.1:1/", "x" * 257, "secret token is too long"),
    ):
        with pytest.raises(BadRequest):
            await bot.set_webhook(url, secret_token=secret)
        assert api.log[-1].refused is not None
        assert problem in api.log[-1].refused
    assert (await bot.get_webhook_info()).url == ""


async def test_two_processes_that_set_a_webhook_at_once(hook: Hook) -> None:
    async with FakeBotApi(TOKEN, set_webhook_interval=1.0) as api, client(api) as bot:
        await bot.set_webhook(hook.url)
        with pytest.raises(RetryAfter):
            await bot.set_webhook(hook.url)
