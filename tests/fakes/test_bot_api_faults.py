"""Faults on purpose: each kind looks to the client as it does at Telegram, and chance repeats."""

import asyncio
import logging
import time
from collections import Counter

import aiohttp
import pytest
import telegram
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TelegramError

from tests.fakes.bot_api import FakeBotApi, Fault
from tests.fakes.conftest import TOKEN, Hook, client


async def test_a_429_names_its_chat_and_is_remembered(api: FakeBotApi, bot: telegram.Bot) -> None:
    await api.user(id=7).starts()
    await api.user(id=8).starts()
    api.faults.fail(kinds=["retry_after"], chats=[7], times=1, retry_after=1)
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await bot.send_message(7, "x")
    await bot.send_message(8, "x")
    assert api.faults.too_early == {7: 1}
    await asyncio.sleep(1.0)
    await bot.send_message(7, "x")
    assert [message.text for message in api.user(id=7).screen] == ["/start", "x"]


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        ("flood", TelegramError, "Too Many Requests"),
        ("forbidden", Forbidden, "bot was blocked by the user"),
        ("conflict", Conflict, "terminated by other getUpdates"),
        ("internal", NetworkError, "Internal Server Error"),
        ("bad_gateway", NetworkError, "Bad Gateway"),
        ("dropped_before", NetworkError, "httpx"),
    ],
)
async def test_a_refused_request_is_not_carried_out(
    api: FakeBotApi, bot: telegram.Bot, kind: str, error: type[TelegramError], message: str
) -> None:
    user = api.user(id=7)
    await user.starts()
    api.faults.fail(kinds=[kind], methods=["sendMessage"], times=1)
    with pytest.raises(error, match=message) as caught:
        await bot.send_message(7, "x")
    assert not isinstance(caught.value, BadRequest)
    assert len(user.screen) == 1
    assert api.log[-1].fault == kind
    await bot.send_message(7, "x")
    assert len(user.screen) == 2
    assert api.duplicates(7) == 0


async def test_a_502_has_an_html_body(api: FakeBotApi) -> None:
    api.faults.fail(kinds=[Fault.BAD_GATEWAY])
    async with aiohttp.ClientSession() as session, session.get(f"{api.base_url}/bot{TOKEN}/getMe") as answer:
        assert answer.status == 502
        assert answer.content_type == "text/html"
        assert (await answer.read()).startswith(b"<html>")


async def test_a_repeat_after_a_lost_answer_duplicates(
    api: FakeBotApi, bot: telegram.Bot, caplog: pytest.LogCaptureFixture
) -> None:
    user = api.user(id=7)
    await user.starts()
    api.faults.fail(kinds=["dropped_after"], times=1)
    with caplog.at_level(logging.WARNING), pytest.raises(NetworkError):
        await bot.send_message(7, "x")
    await bot.send_message(7, "x")
    assert [message.text for message in user.screen] == ["/start", "x", "x"]
    assert api.duplicates(7) == 1
    assert not caplog.records, "a cut connection is no fault of the server"


async def test_latency(api: FakeBotApi, bot: telegram.Bot) -> None:
    api.faults.fail(kinds=["slow"], delay=0.3, methods=["getWebhookInfo"])
    started = time.monotonic()
    await bot.get_me()
    assert time.monotonic() - started < 0.2
    await bot.get_webhook_info()
    assert time.monotonic() - started >= 0.3


async def outcomes(seed: int) -> list[str]:
    async with FakeBotApi(TOKEN, seed=seed) as api, client(api) as bot:
        api.faults.fail(0.5, ["internal", "flood", "forbidden"], methods=["sendMessage"])
        await api.user(id=7).starts()
        results = []
        for _ in range(30):
            try:
                await bot.send_message(7, "x")
                results.append("ok")
            except TelegramError as error:
                results.append(error.message)
        assert api.faults.injected.total() == 30 - results.count("ok")
        api.faults.clear()
        await bot.send_message(7, "x")
        return results


async def test_chance_repeats_with_its_seed() -> None:
    first, again, other = [await outcomes(seed) for seed in (1, 1, 2)]
    assert first == again != other
    assert 5 < first.count("ok") < 25
    assert len(set(first)) == 4


async def poll_all(bot: telegram.Bot, expected: int) -> list[telegram.Update]:
    """As a bot polls: the offset goes up past the highest number so far."""
    got: list[telegram.Update] = []
    offset = 0
    deadline = time.monotonic() + 5
    while len({update.update_id for update in got}) < expected:
        assert time.monotonic() < deadline, f"{len(got)} of {expected} arrived"
        batch = await bot.get_updates(offset=offset, timeout=1)
        got += batch
        offset = max([offset, *(update.update_id + 1 for update in batch)])
    for _ in range(3):
        got += await bot.get_updates(offset=offset, timeout=0)
        await asyncio.sleep(0.05)
    return got


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_deliveries_late_again_and_reordered(api: FakeBotApi, bot: telegram.Bot, hook: Hook, way: str) -> None:
    api.faults.deliver(late=0.1, late_by=0.1, repeated=0.2, repeated_within=0.05, reordered=0.5)
    if way == "webhook":
        await bot.set_webhook(hook.url)
    users = [api.user(id=100 + number) for number in range(10)]
    sent = []
    for turn in range(10):
        for user in users:
            deed = await user.says(f"{user.id}:{turn}")
            assert deed.delivery is not None
            sent.append(deed.delivery.update_id)
    if way == "polling":
        got = await poll_all(bot, len(sent))
        arrived = [(update.update_id, update.effective_message.text) for update in got if update.effective_message]
    else:
        await api.until_drained()
        await asyncio.sleep(0.2)
        arrived = [(update["update_id"], update["message"]["text"]) for update in hook.received]
    await api.until_drained(1)
    first_times = list(dict.fromkeys(arrived))
    assert sorted(number for number, _ in first_times) == sent, "nothing is lost"
    assert [number for number, _ in first_times] != sent, "chats overtake each other"
    for user in users:
        mine = [text for _, text in first_times if text and text.startswith(f"{user.id}:")]
        assert mine == [f"{user.id}:{turn}" for turn in range(10)], "a chat keeps its order"
    repeated = [number for number, count in Counter(number for number, _ in arrived).items() if count > 1]
    assert len(repeated) >= 5
    assert set(api.faults.injected) == {"late", "repeated", "reordered"}


async def test_the_server_goes_away_and_comes_back(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    url = api.base_url
    await api.goes_down()
    with pytest.raises(NetworkError):
        await bot.send_message(7, "x")
    await user.says("Hallo?")
    await api.comes_back()
    assert api.base_url == url
    assert len(await bot.get_updates()) == 2
    await bot.send_message(7, "x")
    assert user.last.text == "x"
