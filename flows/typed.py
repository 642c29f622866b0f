"""Reads what is typed: an answer to the question on the screen, or a command. The text itself is never kept."""

import re
import unicodedata
from typing import Final

from flows.events import Chose, Commanded, Event, Filled
from flows.facts import UNKNOWN
from flows.interview import NONE
from flows.messages import Prompt

LONGEST: Final = 200
"""Characters of a typed answer that are looked at: no answer is longer, and a novel must not cost time."""

_WORDS: Final = {
    "help": "help", "hulp": "help", "?": "help", "112": "nood", "nood": "nood", "gevaar": "nood", "sos": "nood",
    "terug": "terug", "vorige": "terug", "overzicht": "overzicht", "advies": "advies", "geef nu advies": "advies",
    "wis": "wis", "wis alles": "wis", "stop": "pauze", "pauze": "pauze", "start": "start", "opnieuw": "start",
}  # fmt: skip
_UNKNOWN: Final = re.compile(r"(ik )?weet( ik)?( het)?( nog)?( eigenlijk)? niet|geen idee|onbekend|wn|\?\?+")
_DONE: Final = frozenset({"klaar", "verder", "ok", "oke", "oké", "volgende", "doorgaan"})
_NONE: Final = frozenset({"geen", "geen van deze", "niks", "niets", "nee", "nee hoor", "n"})
_YES: Final = frozenset({"ja", "j", "jazeker", "jep", "yes", "klopt"})
_NO: Final = frozenset({"nee", "n", "nee hoor", "no", "neen"})
_SKIP: Final = frozenset({"overslaan", "sla over", "skip"})
_NUMBERS: Final = re.compile(r"\d{1,2}(?:(?:\s*[,;+&.]\s*|\s+en\s+|\s+)\d{1,2})*")


def read_typed(prompt: Prompt, text: str) -> Event | None:
    """Return the event that typed text stands for at this prompt, or None when it stands for nothing."""
    plain = normal(text)
    if plain.startswith("/"):
        name, _, argument = plain[1:].partition(" ")
        return Commanded(name.partition("@")[0], argument) if name else None
    actions = {choice.action: choice for choice in prompt.actions}
    if _NUMBERS.fullmatch(plain) and plain != "112":
        return _numbers(prompt, [int(number) for number in re.findall(r"\d+", plain)])
    for words, option in ((_DONE, "klaar"), (_SKIP, "overslaan"), (_NONE, NONE)):
        if plain in words and f"{prompt.question}={option}" in actions:
            return Chose(prompt.question, option)
    if _UNKNOWN.fullmatch(plain) and f"{prompt.question}={UNKNOWN}" in actions:
        return Chose(prompt.question, UNKNOWN)
    chosen = _label(prompt, plain)
    if chosen is not None:
        return Chose(prompt.question, chosen)
    if plain in _WORDS:
        return Commanded(_WORDS[plain])
    return None


def normal(text: str) -> str:
    """Return text in lower case with single spaces, without control characters and a closing full stop."""
    visible = "".join(
        " " if c.isspace() else c for c in text[:LONGEST] if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join(unicodedata.normalize("NFC", visible).casefold().split()).rstrip(".!")


def _numbers(prompt: Prompt, numbers: list[int]) -> Event | None:
    """Numbers count the choices as they stand on the screen; several tick a list."""
    listed = prompt.choices + prompt.pages + prompt.finish
    if not all(1 <= number <= len(listed) for number in numbers):
        return None
    if len(numbers) == 1 and not (prompt.ticking and numbers[0] <= len(prompt.choices)):
        return _pressed(listed[numbers[0] - 1].action)
    if not prompt.ticking or max(numbers) > len(prompt.choices):
        return None
    options = frozenset(listed[number - 1].action.partition("=")[2] for number in numbers)
    if prompt.question in ("signals", "clarify"):
        before = frozenset(c.action.partition("=")[2] for c in prompt.choices if c.ticked)
        return Filled(prompt.question, prompt.page, before ^ options, "")
    return Filled(prompt.question, prompt.page, options, "klaar")


def _pressed(action: str) -> Event | None:
    if action.startswith("/"):
        name, _, argument = action[1:].partition(" ")
        return Commanded(name, argument)
    question, _, option = action.partition("=")
    return Chose(question, option)


def _label(prompt: Prompt, plain: str) -> str | None:
    """The option of which this is the label, the id, or (ja, nee) the first word."""
    own = [choice for choice in prompt.choices if choice.action.startswith(f"{prompt.question}=")]
    for choice in own:
        option = choice.action.partition("=")[2]
        if plain in (option.casefold(), choice.label.casefold()):
            return option
    for words, first in ((_YES, "ja"), (_NO, "nee")):
        if plain in words:
            fitting = [c for c in own if re.split(r"\W", c.label.casefold())[0] == first]
            if len(fitting) == 1:
                return fitting[0].action.partition("=")[2]
    near = [choice for choice in own if len(plain) >= 4 and plain in choice.label.casefold()]
    return near[0].action.partition("=")[2] if len(near) == 1 else None
