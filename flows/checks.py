"""Checks content against the code that uses it: nothing missing, nothing unreachable, no dead end."""

from collections.abc import Iterable
from importlib.resources.abc import Traversable
from typing import Final

from flows.catalogue import Catalogue
from flows.catalogue.reading import Reader
from flows.facts import CHOICES, STEPS, UNKNOWN, WEIGHING
from flows.interview import APPLIES, ON_REQUEST
from flows.loading import BUILT_IN, examine
from flows.phrases import PHRASES
from flows.rules import CONTACTS, SITUATIONS

CALLBACK: Final = 64
"""Bytes that a button of Telegram carries."""
FORM_ROWS: Final = 15


def check(root: Traversable = BUILT_IN) -> list[str]:
    """Return every fault of a content folder, one line each, `file:line: problem`; empty when there is none."""
    catalogue, faults = examine(root)
    if catalogue is None:
        return sorted(faults)
    reader = Reader(root)
    for file in (
        "advice.yaml",
        "texts.yaml",
        "questions.yaml",
        "contacts.yaml",
        "signals.yaml",
        "form.yaml",
        "settings.yaml",
    ):
        reader.read(file, object)
    _same(reader, "advice.yaml", "situation", catalogue.situations, SITUATIONS)
    _same(reader, "texts.yaml", "text", catalogue.phrases, PHRASES)
    _same(reader, "questions.yaml", "question", catalogue.questions, {*APPLIES, *ON_REQUEST})
    for contact in CONTACTS - set(catalogue.contacts):
        reader.fault("contacts.yaml", 1, f"contact '{contact}' is missing: the rules call it")
    if "anders" not in catalogue.settings:
        reader.fault("settings.yaml", 1, "setting 'anders' is missing: it stands for one that is not known")
    if "elders" not in catalogue.regions:
        reader.fault("regions.yaml", 1, "region 'elders' is missing: it stands for one that is not known")
    if len(catalogue.form.rows) != FORM_ROWS:
        reader.fault("form.yaml", 1, f"bijlage 1 has {FORM_ROWS} rows, not {len(catalogue.form.rows)}")
    _questions(reader, catalogue)
    _reachable(reader, catalogue)
    return sorted({*faults, *reader.faults})


def _same(reader: Reader, file: str, what: str, have: Iterable[str], need: Iterable[str]) -> None:
    have, need = set(have), set(need)
    for key in need - have:
        reader.fault(file, 1, f"{what} '{key}' is missing")
    for key in have - need:
        reader.fault_in(file, key, f"{what} '{key}' is reached by nothing")


def _questions(reader: Reader, catalogue: Catalogue) -> None:
    """Every question can be answered, and every answer is one that the rules know."""
    for question in catalogue.questions.values():
        line = question.id
        if question.kind == "one":
            values = {option.value or option.id for option in question.options}
            known = set(CHOICES.get(question.fact or "", ())) | (
                values if question.id in ("setting", "region") else set()
            )
            known |= {"ja", "nee", UNKNOWN} if question.fact in WEIGHING else set()
            if not question.options:
                reader.fault_in("questions.yaml", line, f"question '{line}' is a dead end: it has no options")
            for value in values - known:
                reader.fault_in("questions.yaml", line, f"question '{line}': no fact becomes '{value}'", value)
            if UNKNOWN not in values:
                reader.fault_in("questions.yaml", line, f"question '{line}' cannot be answered with weet-niet")
        elif question.kind == "many":
            for option in question.options:
                if option.id not in CHOICES:
                    reader.fault_in("questions.yaml", line, f"question '{line}': '{option.id}' is no fact", option.id)
        elif question.kind == "steps" and {option.id for option in question.options} != {str(step) for step in STEPS}:
            reader.fault_in("questions.yaml", line, f"question '{line}' does not have the five steps")
        for option in question.options:
            if len(f"{question.id}={option.id}".encode()) > CALLBACK:
                reader.fault_in("questions.yaml", line, f"option '{option.id}' does not fit a button", option.id)


def _reachable(reader: Reader, catalogue: Catalogue) -> None:
    """In every setting each signal stands on some list."""
    for setting in catalogue.settings.values():
        reached = {key for name in catalogue.lists_for(setting.id) for key in catalogue.lists[name]}
        for key in sorted(set(catalogue.signals) - reached):
            reader.fault_in("settings.yaml", setting.id, f"no list of setting '{setting.id}' reaches signal '{key}'")
    for signal in catalogue.signals:
        if len(f"signals={signal}".encode()) > CALLBACK:
            reader.fault_in("signals.yaml", signal, f"signal '{signal}' does not fit a button")
