"""Who may use the service and how often; keys that are rotated; migrations up and down."""

from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

import migrations
from bot.app import make_service, now, rotate_key
from bot.limits import Limits
from bot.service import Incoming, Service
from bot.store.database import connect, migrate
from bot.store.keys import open_keys, rotate
from bot.store.sealing import SealError
from config.settings import SettingsError, begin_key, read_key, read_settings
from flows.catalogue import Catalogue
from flows.events import Chose, Event, Start, Typed
from flows.messages import Notice, Prompt
from tests.bot.conftest import SECRET
from tests.talk import DAY


def said(service: Service, event: Event, person: str = "7") -> tuple[str, list[str]]:
    """The question and the notices that an event leads to."""
    turn = service.handle(Incoming("web", person, event, DAY)).turn
    assert turn is not None
    prompt = turn.replies[-1]
    assert isinstance(prompt, Prompt)
    assert "/nood" in {choice.action for choice in prompt.moves}
    return prompt.question, [reply.id for reply in turn.replies if isinstance(reply, Notice)]


@pytest.fixture
def invited(service: Service) -> Service:
    service._limits = Limits(1000, invited_only=True)
    with service.engine.begin() as connection:
        service.conversations.invite(connection, "abc123", 2, DAY.timestamp() + 60)
        service.conversations.invite(connection, "late", 2, DAY.timestamp() - 60)
    return service


@pytest.mark.parametrize("event", [Start(), Chose("danger", "nee"), Typed("nee"), Typed("late"), Start("wrong")])
def test_without_an_invitation_nothing_begins_and_112_is_in_reach(invited: Service, event: Event) -> None:
    assert said(invited, event)[0] == "invite"


@pytest.mark.parametrize("event", [Start("abc123"), Typed("abc123"), Typed("  ABC123 ")])
def test_an_invitation_admits_for_good(invited: Service, event: Event) -> None:
    assert said(invited, event) == ("danger", ["welcome"])
    assert said(invited, Chose("danger", "nee"))[0] == "age"


def test_an_invitation_admits_only_so_many(invited: Service) -> None:
    assert [said(invited, Start("abc123"), person)[0] for person in "123"] == ["danger", "danger", "invite"]


def test_one_too_many_is_told_and_changes_nothing(service: Service) -> None:
    service._limits = Limits(per_minute=2)
    said(service, Start())
    said(service, Chose("danger", "nee"))
    assert said(service, Chose("age", "kind")) == ("age", ["too-fast"])
    turn = service.handle(Incoming("web", "7", Chose("age", "kind"), DAY + timedelta(seconds=61))).turn
    assert turn is not None
    assert turn.state is not None
    assert turn.state.answers["age"] == ("kind",)


def test_a_rotated_key_opens_everything_and_the_old_one_nothing(
    catalogue: Catalogue, service: Service, database: str
) -> None:
    service.handle(Incoming("telegram", "7", Start(), DAY, update_id=1, message_id=5))
    service.handle(Incoming("telegram", "7", Chose("danger", "nee"), DAY, update_id=2))
    new = b"another secret key, as long as it"
    assert rotate(service.engine, SECRET, new) > 2
    with pytest.raises(SealError, match="SPARWIJZER_SECRET_KEY"):
        open_keys(service.engine, SECRET)
    again = Service(catalogue, connect(database), open_keys(service.engine, new), timedelta(hours=24))
    turn = again.screen("telegram", "7", DAY)
    assert turn is not None
    assert turn.state is not None
    assert turn.state.asking == "age"
    with again.engine.begin() as connection:
        assert len(again.outbox.claim(connection, DAY.timestamp() + 100, 1, 10)) == 2
        assert [
            found[2:] for found in again.outbox.messages(connection, 0, service.seal.pseudonym("telegram", "7"))
        ] == [("7", 5)]
    again.close()


@pytest.mark.parametrize("killed", [False, True])
def test_the_key_file_is_rotated_also_when_the_last_step_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    monkeypatch.setenv("SPARWIJZER_DATA_DIR", str(tmp_path))
    settings = read_settings()
    service = make_service(settings)
    service.handle(Incoming("terminal", "me", Start(), now()))
    service.close()
    before = read_key(settings)
    if killed:
        rotate(service.engine, before, begin_key(settings))
    else:
        assert rotate_key() == 0
    again = make_service(settings)
    assert again.screen("terminal", "me", now()) is not None
    again.close()
    assert read_key(settings) != before
    assert not (tmp_path / "secret.key.new").exists()


def test_a_missing_key_is_one_line_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARWIJZER_DATA_DIR", str(tmp_path))
    make_service(read_settings()).close()
    (tmp_path / "secret.key").unlink()
    with pytest.raises(SealError, match=r"^SPARWIJZER_SECRET_KEY: [^\n]+$"):
        make_service(read_settings())


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"TELEGRAM_TOKEN": "nonsense"}, "TELEGRAM_TOKEN"),
        ({"TELEGRAM_TOKEN": "1:a", "RETENTION_HOURS": "48"}, "RETENTION_HOURS"),
        ({"TELEGRAM_TOKEN": "1:a", "TELEGRAM_API_BASE": "here"}, "TELEGRAM_API_BASE"),
        ({"TELEGRAM_TOKEN": "1:a", "TELEGRAM_MODE": "pigeon"}, "TELEGRAM_MODE"),
        ({"TELEGRAM_TOKEN": "1:a", "TELEGRAM_MODE": "webhook"}, "TELEGRAM_WEBHOOK_URL"),
        (
            {"TELEGRAM_TOKEN": "1:a", "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_URL": "https://x"},
            "TELEGRAM_WEBHOOK_SECRET",
        ),
        ({"ACCESS": "closed"}, "ACCESS"),
        ({"RATE_PER_MINUTE": "0"}, "RATE_PER_MINUTE"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], name: str
) -> None:
    for key, value in changes.items():
        monkeypatch.setenv(f"SPARWIJZER_{key}", value)
    with pytest.raises(SettingsError, match=rf"^SPARWIJZER_{name}: [^\n]+$") as raised:
        read_settings()
    assert "nonsense" not in str(raised.value)


def test_a_setting_may_stand_in_a_file_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "SPARWIJZER_TELEGRAM_TOKEN").write_text("12:from-file\n")
    (tmp_path / "SPARWIJZER_PORT").write_text("9000")
    monkeypatch.setenv("SPARWIJZER_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("SPARWIJZER_PORT", "9001")
    settings = read_settings()
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "12:from-file"
    assert settings.port == 9001
    assert "from-file" not in repr(settings)


def test_migrations_go_up_and_down(database: str) -> None:
    engine = connect(database)
    migrate(engine)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    for target in ("base", "head", "0001", "head"):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            (command.downgrade if target in ("base", "0001") else command.upgrade)(config, target)
    assert "outbox" in inspect(engine).get_table_names()
    engine.dispose()
