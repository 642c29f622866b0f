"""What a user can do. A channel turns what comes in into one of these and knows nothing else of the consult."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """Begin, or begin again. `region` is the one the user asked to keep for next time."""

    region: str | None = None


@dataclass(frozen=True, slots=True)
class Chose:
    """A button of a question was pressed."""

    question: str
    option: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A list was sent as a whole: exactly these of the shown options are ticked; `then` is the button that sent it:
    an option of the question, or a /command."""

    question: str
    page: str
    ticked: frozenset[str]
    then: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Text was typed. It is read as an answer or a command, and never kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command, from a button or typed: /nood, /terug, /overzicht, /advies, /verder, /wis, /pauze and /help."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Something came in that is not text: `kind` is media, edited, forwarded or location. It is never kept."""

    kind: str


Event = Start | Chose | Filled | Typed | Commanded | Sent


def read_action(action: str) -> Event | None:
    """Return the event behind a button, or None for something no button carries.

    A button is `question=option` or `/command argument`: short enough for every channel (64 bytes).
    """
    if action.startswith("/"):
        name, _, argument = action[1:].strip().partition(" ")
        return Commanded(name.casefold(), argument.strip()) if name else None
    question, sign, option = action.partition("=")
    return Chose(question, option) if sign and question and option else None
