"""Answers files: YAML or JSON with the facts as keys. What is wrong is named, never guessed."""

import difflib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import yaml

from flows.catalogue import Catalogue
from flows.catalogue.reading import Loader, duplicate_key
from flows.errors import AnswersError
from flows.facts import CHOICES, STEPS, UNKNOWN, WEIGHING, YES_NO, Facts, stronger

KEYS: Final = (*CHOICES, "setting", "region", "signals", "steps_done", "weighing", "description", "at")
MARKS: Final = (1, 2, 3)
YEARS: Final = range(1900, 4000)
"""Years whose closing days can be reckoned (the date of Easter is defined in them)."""


class _Plain(Loader):  # type: ignore[misc,valid-type]
    """Leaves moments as text, so that one way of reading them serves files and the command line."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Answers:
    """One document of an answers file."""

    facts: Facts
    at: datetime | None


def read_answers(catalogue: Catalogue, text: str) -> Iterator[Answers]:
    """Yield the documents of an answers file in order.

    Raises: AnswersError, one line that names what is wrong and the nearest thing that exists.
    """
    for number, document in enumerate(_documents(text), start=1):
        if document is None:
            document = {}
        if not isinstance(document, Mapping):
            raise AnswersError(f"document {number}: answers are keys with values, not {_kind(document)}")
        yield _answers(catalogue, document)


def read_moment(value: object) -> datetime:
    """Return an ISO moment with an offset. Raises: AnswersError when it cannot be read or has no offset."""
    if not isinstance(value, str):
        raise AnswersError(f"at: {value!r} is not a moment such as 2026-11-24T10:00:00+01:00")
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise AnswersError(f"at: {value!r} cannot be read; write it as 2026-11-24T10:00:00+01:00") from None
    if moment.utcoffset() is None:
        raise AnswersError(f"at: {value!r} has no offset; write it as 2026-11-24T10:00:00+01:00")
    if moment.year not in YEARS:
        raise AnswersError(
            f"at: {value!r} is too far away; years from {YEARS.start} to {YEARS.stop - 1} can be reckoned"
        )
    return moment


def _documents(text: str) -> list[Any]:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            return [json.loads(text.lstrip("\ufeff"))]
        except ValueError:
            pass  # a flow mapping of YAML begins the same way
    loader = None
    try:
        loader = _Plain(text)
        found = []
        while loader.check_node():
            node = loader.get_node()
            assert node is not None  # noqa: S101 - check_node said so
            double = duplicate_key(node)
            if double is not None:
                raise AnswersError(f"line {double.start_mark.line + 1}: '{double.value}' stands twice")
            found.append(loader.construct_document(node))
        return found or [None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise AnswersError(f"line {mark.line + 1 if mark else 1}: is not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = (str(error).splitlines() or ["too deep"])[0]
        raise AnswersError(f"is not YAML or JSON: {first}") from None
    finally:
        if loader is not None:
            loader.dispose()


def _answers(catalogue: Catalogue, document: Mapping[Any, Any]) -> Answers:
    facts: dict[str, Any] = {}
    at: datetime | None = None
    choices = {**CHOICES, "setting": tuple(catalogue.settings), "region": tuple(catalogue.regions)}
    for key, value in document.items():
        if key not in KEYS:
            raise AnswersError(f"{_show(key)} is not a key{nearest(key, KEYS)}")
        if value is None:
            continue
        if key == "at":
            at = read_moment(value)
        elif key == "description":
            if not isinstance(value, str):
                raise AnswersError(f"description: {_show(value)} is not a text")
        elif key == "signals":
            facts[key] = _signals(catalogue, value)
        elif key == "steps_done":
            facts[key] = _steps(value)
        elif key == "weighing":
            facts[key] = _weighing(value)
        else:
            facts[key] = _choice(key, value, choices[key])
    return Answers(Facts(**facts), at)


def _choice(key: str, value: object, known: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in known:
        return value
    if value == UNKNOWN:
        return UNKNOWN
    raise AnswersError(f"{key}: {_show(value)} is not a value{nearest(value, known)}")


def _signals(catalogue: Catalogue, value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise AnswersError(f"signals: ids with a mark are expected, such as twente.begeleider.1: 1, not {_kind(value)}")
    marks: dict[str, int] = {}
    for key, mark in value.items():
        signal = key if key in catalogue.signals else catalogue.signal_of_item.get(str(key))
        if signal is None:
            raise AnswersError(f"signals: {_show(key)} is not a signal{_nearest_signal(catalogue, key)}")
        if type(mark) is not int or mark not in MARKS:
            raise AnswersError(
                f"signals: {key}: {_show(mark)} is not a mark; 1 is a signal, 2 evidence, 3 more information needed"
            )
        marks[signal] = stronger(marks.get(signal, mark), mark)
    return marks


def _nearest_signal(catalogue: Catalogue, key: object) -> str:
    return nearest(key, [*catalogue.signals, *catalogue.signal_of_item])


def _steps(value: object) -> frozenset[int]:
    if isinstance(value, bool) or not isinstance(value, list | int):
        raise AnswersError(f"steps_done: a list of steps is expected, such as [1, 2], not {_kind(value)}")
    steps = value if isinstance(value, list) else [value]
    for step in steps:
        if type(step) is not int or step not in STEPS:
            raise AnswersError(f"steps_done: {_show(step)} is not a step; the steps are 1 to 5")
    return frozenset(steps)


def _weighing(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise AnswersError(f"weighing: questions with ja, nee or weet-niet are expected, not {_kind(value)}")
    found: dict[str, str] = {}
    for key, answer in value.items():
        if key not in WEIGHING:
            raise AnswersError(f"weighing: {_show(key)} is not a question{nearest(key, WEIGHING)}")
        if answer is not None:
            found[key] = _choice(f"weighing: {key}", answer, YES_NO)
    return found


def nearest(word: object, known: Collection[str]) -> str:
    """Return `; did you mean x?`, or what exists when nothing is near and it is little."""
    near = difflib.get_close_matches(str(word).lower(), [str(entry) for entry in known], n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known are {', '.join(known)}" if len(known) <= 20 else ""


def _show(value: object) -> str:
    text = str(value) if isinstance(value, str | int | float) else _kind(value)
    return "'" + "".join(c if c.isprintable() else "?" for c in text[:60]) + "'"


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
