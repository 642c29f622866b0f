"""Conversations are kept sealed, go on after a restart, and end when their time is over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.service import Incoming, Service
from bot.store.database import DatabaseError, connect, migrate
from bot.store.sealing import Keys, Seal, SealError
from bot.store.tables import HEAD
from flows.catalogue import Catalogue
from flows.consult import Turn
from flows.events import Chose, Commanded, Event, Start, Typed
from flows.messages import Prompt
from migrations.check import differences, head
from tests.bot.conftest import open_service, stored
from tests.talk import DAY


def send(service: Service, address: str, event: Event, at: datetime = DAY) -> Turn:
    turn = service.handle(Incoming("web", address, event, at)).turn
    assert turn is not None
    return turn


def asked(service: Service, address: str = "a") -> str | None:
    turn = service.screen("web", address, DAY)
    return next(reply.question for reply in turn.replies if isinstance(reply, Prompt)) if turn else None


def test_a_consult_goes_on_after_a_restart(catalogue: Catalogue, service: Service, database: str) -> None:
    send(service, "a", Start(), DAY)
    send(service, "a", Chose("danger", "nee"), DAY)
    service.engine.dispose()
    again = open_service(catalogue, database)
    assert asked(again) == "age"
    assert asked(again, "b") is None


def test_nothing_readable_is_stored(service: Service) -> None:
    send(service, "somebody", Start(), DAY)
    for event in (Chose("danger", "nee"), Typed("zij heet Roos en woont in de Dorpsstraat"), Chose("age", "kind")):
        send(service, "somebody", event, DAY)
    raw = stored(service)
    assert b"\\x01" in raw or b"conversation" in raw
    for word in (b"somebody", b"Roos", b"Dorpsstraat", b"danger", b"kind", b'"q"'):
        assert word not in raw


def test_what_is_stored_opens_only_with_its_key_and_in_its_row() -> None:
    keys = Keys.fresh()
    seal = Seal(keys)
    sealed = seal.close(b"state", "row")
    assert seal.open(sealed, "row") == b"state"
    for other, row, data in (
        (Seal(keys.with_new_sealing()), "row", sealed),
        (seal, "other", sealed),
        (seal, "row", b"\x02" + sealed[1:]),
    ):
        with pytest.raises(SealError):
            other.open(data, row)


def test_erasing_leaves_no_row(service: Service) -> None:
    send(service, "a", Start(), DAY)
    send(service, "a", Commanded("wis", "ja"), DAY)
    with service.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM conversation")).scalar() == 0


def test_a_consult_ends_when_its_time_is_over(service: Service) -> None:
    send(service, "a", Start(), DAY)
    send(service, "a", Chose("danger", "nee"), DAY)
    later = DAY + timedelta(hours=24, seconds=1)
    assert service.screen("web", "a", later) is None
    send(service, "b", Start(), later)
    assert service.erase_old(later) == 1
    with service.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM conversation")).scalar() == 1


def test_an_event_after_its_time_begins_anew(service: Service) -> None:
    send(service, "a", Start(), DAY)
    send(service, "a", Chose("danger", "nee"), DAY)
    turn = send(service, "a", Chose("age", "kind"), DAY + timedelta(hours=25))
    assert turn.state is not None
    assert turn.state.asking == "danger"


def test_the_migrations_lead_to_the_tables_of_the_code() -> None:
    assert differences() == []
    assert head() == HEAD


def test_a_newer_database_is_refused_by_name(database: str) -> None:
    engine = connect(database)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="SPARWIJZER_DATABASE_URL"):
        migrate(engine)


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite:////proc/none/x.db", "oracle2://x", "postgresql://nobody@127.0.0.1:1/none"]
)
def test_a_database_that_cannot_be_used_is_one_clear_line(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"^SPARWIJZER_DATABASE_URL: [^\n]+$"):
        migrate(connect(url))
