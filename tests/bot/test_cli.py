"""The commands, as a shell calls them."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "bot.cli"]
VIGNETTES = Path(__file__).parent.parent / "vignettes"


def run(
    *arguments: str, given: str = "", env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    )


def test_consult_reads_a_file_and_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("danger: nee\nage: volwassen\nsignals: {twente.begeleider.1: 1}\n")
    done = run("consult", str(file), "--at", "2026-11-24T10:00:00+01:00", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["next_step"] == 2
    again = run("consult", "-", "--json", given="danger: ja\n---\ndanger: nee\nage: volwassen")
    assert [json.loads(line)["next_step"] for line in again.stdout.splitlines()] == [5, 1]
    plain = run("consult", "-", given="danger: ja")
    assert "112" in plain.stdout
    assert "Regel R0" in plain.stdout


def test_the_moment_on_the_command_line_wins() -> None:
    given = "at: 2026-11-24T10:00:00+01:00\ndanger: nee\nage: volwassen\nregion: twente\n"
    by_day = json.loads(run("consult", "-", "--json", given=given).stdout)
    by_night = json.loads(run("consult", "-", "--json", "--at", "2026-11-22T03:00:00+01:00", given=given).stdout)
    assert by_day["contacts"][0]["id"] == "kenniscentrum-twente"
    assert by_night["contacts"][0]["id"] == "politie"
    closed = next(contact for contact in by_night["contacts"] if contact["id"] == "kenniscentrum-twente")
    assert closed["opens_at"] == "2026-11-23T09:00:00+01:00"


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (["consult", "-"], "dangr: ja", "danger"),
        (["consult", "-", "--at", "2026-11-24T10:00:00"], "danger: ja", "offset"),
        (["consult", "-", "--at", ""], "danger: ja", "at:"),
        (["consult", "/nowhere/x.yaml"], "", "/nowhere/x.yaml"),
        (["consult", "."], "", "."),
    ],
)
def test_wrong_input_is_one_line_and_exit_1(arguments: list[str], given: str, words: str) -> None:
    done = run(*arguments, given=given)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_usage_is_exit_2_and_every_command_has_help() -> None:
    assert run("onzin").returncode == 2
    assert run().returncode == 2
    assert run("--version").stdout.startswith("sparwijzer ")
    for command in (["serve"], ["chat"], ["consult"], ["key", "rotate"], ["invite"], ["content"], ["content", "check"]):
        done = run(*command, "--help")
        assert done.returncode == 0
        assert "usage:" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["invite", "--uses", "0"], ["invite", "--days", "-1"], ["invite", "--uses", "x"]]
)
def test_an_invitation_for_nobody_is_refused(arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


def test_a_key_can_be_rotated_before_anything_is_stored(tmp_path: Path) -> None:
    done = run("key", "rotate", env={"SPARWIJZER_DATA_DIR": str(tmp_path)}, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_consult_as_text_names_only_what_is_open() -> None:
    given = "danger: nee\nage: volwassen\nsetting: zorg\nregion: twente\nsignals: {begs: 1}"
    said = run("consult", "-", given=given).stdout.partition("Wat nog open staat")[2]
    assert "Wie het doet" in said
    assert "Gevaar" not in said
    assert "Leeftijd" not in said


def test_content_check_passes() -> None:
    done = run("content", "check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("command", [["consult", "-", "--json"], ["content", "check"]])
def test_commands_without_service_import_no_service(command: list[str]) -> None:
    code = (
        "import sys; from bot.cli import main; code = main(sys.argv[1:]);"
        "found = {'telegram', 'aiohttp', 'sqlalchemy', 'asyncio'} & set(sys.modules);"
        "sys.exit(f'imported {found}' if found else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], input="danger: nee", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_chat_in_a_terminal_and_on_again(tmp_path: Path) -> None:
    env = {"SPARWIJZER_DATA_DIR": str(tmp_path)}
    first = run("chat", given="nee\nvolwassen\n", env=env, cwd=tmp_path)
    assert first.returncode == 0
    assert "Waar werk je?" in first.stdout
    again = run("chat", given="1\nadvies\n", env=env, cwd=tmp_path)
    assert "Ga verder waar je was" in again.stdout
    assert "ADVIES VOOR NU" in run("chat", given="1\n/advies\n", env=env, cwd=tmp_path).stdout
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_serve_prints_one_line_answers_and_stops(tmp_path: Path) -> None:
    env = {**os.environ, "SPARWIJZER_DATA_DIR": str(tmp_path / "data"), "SPARWIJZER_PORT": "0"}
    with subprocess.Popen(
        [*PROGRAM, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = line.split()[-1]
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 - our own address
            assert "112" in response.read().decode()
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert rest == ""
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"SPARWIJZER_PORT": "99999"}, "SPARWIJZER_PORT"),
        ({"SPARWIJZER_DATABASE_URL": "nonsense"}, "SPARWIJZER_DATABASE_URL"),
        ({"SPARWIJZER_SECRET_KEY": "short"}, "SPARWIJZER_SECRET_KEY"),
        ({"SPARWIJZER_RETENTION_HOURS": "-1"}, "SPARWIJZER_RETENTION_HOURS"),
        ({"SPARWIJZER_DATA_DIR": "/proc/nowhere"}, "SPARWIJZER_DATA_DIR"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path, env: dict[str, str], words: str) -> None:
    done = run("serve", env={"SPARWIJZER_DATA_DIR": str(tmp_path), **env}, cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert words in done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", env={"SPARWIJZER_DATA_DIR": str(tmp_path), "SPARWIJZER_PORT": port}, cwd=tmp_path)
    assert done.returncode == 1
    assert "SPARWIJZER_PORT" in done.stderr
