"""The command `sparwijzer`. Commands that need no service import neither telegram, aiohttp nor sqlalchemy."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from flows.errors import AnswersError, ContentError, SparwijzerError

OK, WRONG, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 the input is wrong, 2 usage."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except SparwijzerError as error:
        print(error, file=sys.stderr)
        return WRONG
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        return OK
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sparwijzer",
        description="Spar about signals of mensenhandel: which step of the meldcode is yours now.",
    )
    parser.add_argument("--version", action="version", version=f"sparwijzer {version('sparwijzer')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser(
        "serve", help="the whole service: web chat, health, Telegram; prints the address to open"
    )
    serve.set_defaults(run=_serve)

    chat = commands.add_parser("chat", help="the same consult in a terminal")
    chat.set_defaults(run=_chat)

    consult = commands.add_parser("consult", help="one advice from an answers file, without conversation")
    consult.add_argument("file", metavar="FILE", help="answers as YAML or JSON; - reads standard input")
    consult.add_argument("--at", metavar="ISO", help="the moment of the advice, with offset; now if not given")
    consult.add_argument("--json", action="store_true", help="one line of JSON per document")
    consult.set_defaults(run=_consult)

    key = commands.add_parser("key", help="the key that encrypts what is stored")
    keys = key.add_subparsers(required=True, metavar="COMMAND")
    rotate = keys.add_parser("rotate", help="seal everything anew under a new key; stop the service first")
    rotate.set_defaults(run=_key_rotate)

    invite = commands.add_parser("invite", help="make an invitation code (SPARWIJZER_ACCESS=invite)")
    invite.add_argument(
        "--uses", type=_positive, default=1, metavar="N", help="how many people it admits; 1 if not given"
    )
    invite.add_argument(
        "--days", type=_positive, default=14, metavar="N", help="how long it holds; 14 days if not given"
    )
    invite.set_defaults(run=_invite)

    content = commands.add_parser("content", help="the content: texts, signals, contacts")
    contents = content.add_subparsers(required=True, metavar="COMMAND")
    check = contents.add_parser("check", help="load every content file; one line per fault, file:line: problem")
    check.set_defaults(run=_content_check)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("is a number of at least 1")
    return number


def _serve(_arguments: argparse.Namespace) -> int:
    from bot.app import serve  # the only command that needs the service

    return serve()


def _chat(_arguments: argparse.Namespace) -> int:
    from bot.app import chat

    return chat()


def _key_rotate(_arguments: argparse.Namespace) -> int:
    from bot.app import rotate_key

    return rotate_key()


def _invite(arguments: argparse.Namespace) -> int:
    from bot.app import invite

    return invite(arguments.uses, arguments.days)


def _consult(arguments: argparse.Namespace) -> int:
    from bot.channels.terminal import render
    from flows.advice import decide
    from flows.answers import read_answers, read_moment
    from flows.interview import asked_by
    from flows.loading import load
    from flows.presentation import advice_page

    at = read_moment(arguments.at) if arguments.at is not None else None
    text = _read(arguments.file)
    catalogue = load()
    documents = list(read_answers(catalogue, text))
    for document in documents:
        moment = at or document.at or datetime.now(UTC)
        advice = decide(catalogue, document.facts, moment)
        if arguments.json:
            print(json.dumps(advice.as_json(), ensure_ascii=False))
        else:
            questions = list(dict.fromkeys(map(asked_by, advice.open_facts)))
            print("\n".join(render(advice_page(catalogue, advice, questions), sources=True)))
    return OK


def _read(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8")
    except OSError as error:
        raise AnswersError(f"{name}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise AnswersError(f"{name}: is not UTF-8 text") from None


def _content_check(_arguments: argparse.Namespace) -> int:
    from flows.checks import check

    faults = check()
    if faults:
        raise ContentError(faults)
    return OK


if __name__ == "__main__":
    sys.exit(main())
