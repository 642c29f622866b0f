"""Consults over Telegram, on a real Bot API server on loopback, by polling and by webhook."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import make_app, make_telegram, now, running
from bot.service import Service
from config.settings import Settings, read_settings
from flows.catalogue import Catalogue
from flows.events import Commanded
from tests.bot.conftest import open_service, stored
from tests.fakes.bot_api import FakeBotApi
from tests.fakes.botapi.people import Person
from tests.talk import DAY, Talk

TOKEN = "4200:fake-token"  # noqa: S105 - opens nothing
SECRET = "hook-secret"  # noqa: S105 - opens nothing
TRANSCRIPT = Path(__file__).parents[2] / "docs" / "telegram-transcript.md"


def settings(api: FakeBotApi, mode: str = "polling", hook: str = "") -> Settings:
    return read_settings(
        telegram_token=SecretStr(TOKEN), telegram_api_base=api.base_url, telegram_mode=mode,
        telegram_webhook_url=hook or None, telegram_webhook_secret=SecretStr(SECRET),
    )  # fmt: skip


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi(TOKEN) as server:
        yield server


@pytest.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, api: FakeBotApi, service: Service) -> AsyncIterator[str]:
    """The whole service with Telegram; gives its address."""
    async with AsyncExitStack() as stack:
        yield await start(stack, api, service, request.param)


async def start(
    stack: AsyncExitStack, api: FakeBotApi, service: Service, mode: str = "polling", clock: Callable[[], datetime] = now
) -> str:
    """Start the service; a webhook needs its port before Telegram is told, as behind a proxy."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    hook = f"http://127.0.0.1:{port}/telegram/webhook"
    parts = make_telegram(settings(api, mode, hook), service, clock)
    return await stack.enter_async_context(running(make_app(service, parts), "127.0.0.1", port))


async def press(user: Person, label: str) -> None:
    await (await user.presses(label)).until_answered()


async def to_advice(user: Person) -> None:
    await user.starts()
    for question, action in (
        ("Is er nu gevaar", "danger=nee"),
        ("jonger dan 18", "age=volwassen"),
        ("Waar werk je", "setting=balie"),
        ("welke regio", "region=twente"),
        ("een van deze dingen", "now=geen"),
        ("Wat zag, hoorde", "signals=others-speak"),
    ):
        await user.sees(question)
        await user.presses(action)
    await user.sees_button("☑ Iemand anders geeft de antwoorden")
    await user.presses("signals=papers-handed-over")
    await user.sees_button("Klaar, 2 gekozen")
    await user.presses("signals=klaar")
    await user.sees("verhelderen")
    await user.presses("/advies")
    await user.sees("stap 2, overleggen")


async def test_a_consult_from_start_to_advice(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7, language_code="nl")
    await to_advice(user)
    await user.sees_button("Deze stap heb ik gedaan", timeout=5)
    assert any("053-487 66 65" in message.text for message in user.screen)
    assert api.requests["sendMessage"] <= 5, "questions are edited in place"
    assert api.duplicates(7) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_transcript_in_the_docs_is_what_is_said(api: FakeBotApi, service: Service) -> None:
    """UPDATE_DOCS=1 writes it anew."""
    user = api.user(id=7, language_code="nl")
    async with AsyncExitStack() as stack:
        await start(stack, api, service, clock=lambda: DAY)
        await to_advice(user)
        await user.sees_button("Deze stap heb ik gedaan", timeout=5)
    dialogue = api.transcript(user).replace(service.catalogue.version, "…")
    said = f"# A consult over Telegram\n\nMade by tests/bot/test_telegram.py.\n\n{dialogue}"
    if os.environ.get("UPDATE_DOCS"):
        TRANSCRIPT.write_text(said, encoding="utf-8")
    assert TRANSCRIPT.read_text(encoding="utf-8") == said, "run the tests with UPDATE_DOCS=1 and look at the difference"


async def test_commands_are_set_and_answered(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7)
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    for said, seen in (
        ("/nood", "Gevaar: bel 112"), ("/help", "Waar wil je over lezen"), ("/privacy", "Wat we bewaren"),
        ("/contact", "Wie je kunt bellen"), ("/overzicht", "Klopt het zo"), ("/terug", "Is er nu gevaar"),
        ("/onzin", "opdracht ken ik niet"), ("/stop", "Je kunt nu stoppen"),
    ):  # fmt: skip
        await user.says(said)
        await user.sees(seen, timeout=5, fresh=True)
    assert {"start", "nood", "terug", "overzicht", "wis", "contact", "privacy", "help", "stop"} <= {*user.commands}


async def test_what_is_not_text_is_answered_and_not_kept(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7)
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    for deed, seen in (
        (user.sends_sticker(), "kan ik niet lezen"), (user.sends_photo("hoi"), "kan ik niet lezen"),
        (user.sends_location(), "Een locatie lees ik niet"), (user.forwards("Zij heet Roos"), "Doorgestuurde berichten"),
    ):  # fmt: skip
        await deed
        await user.sees(seen, timeout=5, fresh=True)
    said = await user.says("nee")
    await user.sees("jonger dan 18", timeout=5)
    await user.edits(said, "ja")
    await user.sees("eerder bericht", timeout=5)
    await user.sees("jonger dan 18", timeout=5)


async def test_an_old_button_and_a_press_twice(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7)
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    await user.presses("danger=nee")
    await user.presses("danger=nee")
    await user.sees("jonger dan 18", timeout=5)
    await user.sees("eerdere vraag", timeout=5)


async def test_erasing_clears_the_chat_and_the_database(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7)
    await to_advice(user)
    await user.says("/wis")
    await user.sees("niet terugdraaien", timeout=5)
    await press(user, "Ja, wis alles")
    await user.sees("is bij ons gewist", timeout=5)
    await until(lambda: len([m for m in user.screen if m.text]) <= 1)
    await until(lambda: count(service, "conversation") == 0)


async def test_messages_are_deleted_when_their_time_is_over(
    api: FakeBotApi, catalogue: Catalogue, database: str
) -> None:
    user = api.user(id=7)
    for first in (True, False):
        service = open_service(catalogue, database)
        service.retention = timedelta(seconds=1)
        async with AsyncExitStack() as stack:
            await start(stack, api, service)
            if first:
                await user.starts()
                await user.sees("Is er nu gevaar", timeout=5)
                await asyncio.sleep(1.1)
            else:
                await until(lambda: not user.screen)
                await until(partial(_empty, service, "message"))


async def test_nobody_but_private_chats(api: FakeBotApi, service: Service, bot: str) -> None:
    group = api.group(-5)
    user = api.user(id=7)
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    await group.adds_bot(user)
    deed = await user.says("nee", group=group)
    await deed.until_accepted()
    await user.sees("Is er nu gevaar")
    assert count(service, "conversation") == 1
    assert not api.sent(-5)


async def test_who_blocks_the_bot_is_left_alone(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7)
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    await user.blocks_bot()
    await (await user.presses("danger=nee")).until_accepted()
    await until(lambda: count(service, "outbox") == 0)


async def test_faults_of_the_bot_api_lose_nothing(api: FakeBotApi, service: Service, bot: str) -> None:
    api.faults.fail(0.1, ["retry_after", "internal", "bad_gateway", "flood"])
    users = [api.user(id=number) for number in range(10, 22)]
    for user in users:
        await user.starts()
    for user in users:
        await user.sees("Is er nu gevaar", timeout=30)
        await user.presses("danger=nee")
    for user in users:
        await user.sees("jonger dan 18", timeout=30)
    assert not api.faults.too_early


async def test_thirty_messages_in_a_second_are_handled_in_order(api: FakeBotApi, service: Service, bot: str) -> None:
    user = api.user(id=7)
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    said = ["nee", "volwassen", "zorg", "twente", *["geen", "/terug", "weet niet", "/terug", "1,2"] * 5, "kind"]
    deeds = [await user.says(one) for one in said]
    for deed in deeds:
        await deed.until_accepted()
    await until(lambda: count(service, "outbox") == 0)
    expected = Talk(service.catalogue)
    for one in said:
        expected.type(one) if not one.startswith("/") else expected.send(Commanded(one[1:]))
    turn = service.screen("telegram", "7", now())
    assert turn is not None
    assert turn.state is not None
    assert turn.state == expected.state


async def test_no_text_name_or_id_is_in_the_database_or_the_logs(
    api: FakeBotApi, service: Service, bot: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    user = api.user(id=918273645, language_code="nl")
    await user.starts()
    await user.sees("Is er nu gevaar", timeout=5)
    await user.says("Zij heet Roos Tomassen en woont Dorpsstraat 12")
    await user.sees("begreep ik niet", timeout=5)
    await user.says("nee")
    await user.sees("jonger dan 18", timeout=5)
    for hidden in ("Roos", "Tomassen", "Dorpsstraat", "918273645"):
        assert hidden.encode() not in stored(service)
        ours = [record.getMessage() for record in caplog.records if record.name.startswith("sparwijzer")]
        assert hidden not in " ".join(ours)
        assert TOKEN not in " ".join(ours)


async def test_a_refused_token_is_named_and_the_web_chat_goes_on(api: FakeBotApi, service: Service) -> None:
    import aiohttp

    api.refuse_token(401)
    async with AsyncExitStack() as stack:
        address = await start(stack, api, service)
        async with aiohttp.ClientSession() as http:

            async def ready() -> dict[str, object]:
                async with http.get(f"{address}health/ready") as response:
                    found: dict[str, object] = await response.json()
                    return found

            for _ in range(50):
                if "SPARWIJZER_TELEGRAM_TOKEN" in str((await ready())["telegram"]):
                    break
                await asyncio.sleep(0.1)
            assert "refuses" in str((await ready())["telegram"])
            async with http.get(address) as response:
                assert response.status == 200


@pytest.mark.parametrize(
    ("header", "body", "status"),
    [
        ("wrong", b"{}", 403),
        (SECRET, b"{", 400),
        (SECRET, b"[]", 400),
        (SECRET, b"{}", 400),
        (SECRET, b'{"update_id": 1}', 200),
    ],
)
async def test_the_webhook_takes_only_what_is_telegrams(
    api: FakeBotApi, service: Service, header: str, body: bytes, status: int
) -> None:
    import aiohttp

    async with AsyncExitStack() as stack:
        address = await start(stack, api, service, "webhook")
        async with (
            aiohttp.ClientSession() as http,
            http.post(
                f"{address}telegram/webhook", data=body, headers={"X-Telegram-Bot-Api-Secret-Token": header}
            ) as response,
        ):
            assert response.status == status


async def test_what_waits_is_sent_after_a_restart(api: FakeBotApi, catalogue: Catalogue, database: str) -> None:
    user = api.user(id=7)
    service = open_service(catalogue, database)
    async with AsyncExitStack() as stack:
        await start(stack, api, service)
        await user.starts()
        await user.sees("Is er nu gevaar", timeout=5)
        api.faults.fail(1.0, ["internal"], methods=["editMessageText"])
        await (await user.presses("danger=nee")).until_accepted()
        await until(lambda: count(service, "outbox") == 1)
    api.faults.clear()
    async with AsyncExitStack() as stack:
        await start(stack, api, open_service(catalogue, database))
        await user.sees("jonger dan 18", timeout=10)


def _empty(service: Service, table: str) -> bool:
    return count(service, table) == 0


def count(service: Service, table: str) -> int:
    with service.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - our tables


async def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    for _ in range(int(seconds * 20)):
        if holds():
            return
        await asyncio.sleep(0.05)
    assert holds()
