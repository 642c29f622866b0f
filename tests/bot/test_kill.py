"""The process dies at any moment: no accepted answer is lost, none is applied twice, everybody reaches the advice.

Small in CI; `make soak` does it with 200 people.
"""

import asyncio
import os
import random
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app import now
from flows.catalogue import Catalogue
from flows.events import read_action
from tests.bot.conftest import SECRET, open_service, stored
from tests.fakes.bot_api import FakeBotApi
from tests.fakes.botapi.people import Person
from tests.talk import Talk

TOKEN = "4200:fake-token"  # noqa: S105 - opens nothing
PEOPLE = int(os.environ.get("SOAK_PEOPLE", "12"))
KILLS = int(os.environ.get("SOAK_KILLS", "3"))
PATIENCE = 120.0

# What a person waits for, and presses then. Ticks show an answer that is applied twice: it is gone again.
DIALOGUE: Sequence[tuple[str, str]] = (
    ("Is er nu gevaar", "danger=nee"),
    ("jonger dan 18", "age=volwassen"),
    ("Waar werk je", "setting=balie"),
    ("welke regio", "region=twente"),
    ("Speelt een van deze", "now=leaves_soon"),
    ("☑ Gaat binnen uren", "now=klaar"),
    ("Wat zag, hoorde", "signals=others-speak"),
    ("Klaar, 1 gekozen", "signals=submissive"),
    ("Klaar, 2 gekozen", "signals=papers-handed-over"),
    ("Klaar, 3 gekozen", "signals=klaar"),
    ("verhelderen", "clarify=overslaan"),
    ("Weet je een van", "/advies"),
)


class Process:
    """The service as a process that can be killed."""

    def __init__(self, env: dict[str, str], port: int, log: Path) -> None:
        self._log = log
        self._env = env
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"], env=self._env, stdout=log, stderr=log
            )
        for _ in range(400):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise AssertionError("the service does not start")

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self.kills += 1

    async def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        await asyncio.to_thread(self._process.wait)


async def talk(user: Person, pause: random.Random) -> None:
    await asyncio.sleep(pause.random())
    await user.starts()
    for waits_for, action in DIALOGUE:
        seen = user.sees_button if waits_for.startswith("Klaar, ") else user.sees
        if waits_for.startswith("☑"):
            await user.sees_button("☑ Gaat binnen uren terug of wordt gehaald", timeout=PATIENCE)
        else:
            await seen(waits_for, timeout=PATIENCE)
        await asyncio.sleep(pause.random() * 0.3)
        await user.presses(action, timeout=PATIENCE)
    await user.sees("Jouw stap nu", timeout=PATIENCE)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_killed_at_random_moments(catalogue: Catalogue, database: str, tmp_path: Path, mode: str) -> None:
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    async with FakeBotApi(TOKEN) as api:
        env = {
            **os.environ,
            "SPARWIJZER_DATABASE_URL": database,
            "SPARWIJZER_DATA_DIR": str(tmp_path),
            "SPARWIJZER_SECRET_KEY": SECRET.decode(),
            "SPARWIJZER_PORT": str(port),
            "SPARWIJZER_TELEGRAM_TOKEN": TOKEN,
            "SPARWIJZER_TELEGRAM_API_BASE": api.base_url,
            "SPARWIJZER_TELEGRAM_MODE": mode,
            "SPARWIJZER_TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/webhook",
            "SPARWIJZER_TELEGRAM_WEBHOOK_SECRET": "hook",
        }
        log = tmp_path / "log"
        process = Process({**env, "SPARWIJZER_LOG_LEVEL": "debug"}, port, log)
        await process.start()
        users = [api.user(id=number) for number in range(918_273_000, 918_273_000 + PEOPLE)]
        talks = asyncio.gather(*(talk(user, random.Random(user.id)) for user in users))  # noqa: S311
        while process.kills < KILLS and not talks.done():
            await asyncio.sleep(0.5 + chance.random() * 1.5)
            await process.kill()
            await process.start()
        await talks
        await process.stop()
        service = open_service(catalogue, database)
        expected = Talk(catalogue)
        for _, action in DIALOGUE:
            event = read_action(action)
            assert event is not None
            expected.send(event)
        assert expected.state is not None
        for user in users:
            turn = service.screen("telegram", str(user.id), now())
            assert turn is not None
            assert turn.state == expected.state
        said = log.read_text(errors="replace")
        for hidden in (TOKEN, TOKEN.partition(":")[2], *(str(user.id) for user in users)):
            assert hidden not in said, f"{hidden} stands in the log"
            assert hidden.encode() not in stored(service)
        service.close()
        print(f"{mode}: {PEOPLE} people, {process.kills} kills, {api.duplicates()} messages repeated")
