"""What the consult says: channels show these, and none of them decides what they say."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. `ticked` is None where pressing answers at once."""

    action: str
    label: str
    ticked: bool | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A text, with what is behind it ("waarom?") and whom it lets one call; `head` names what it is about."""

    text: str
    why: str = ""
    sources: tuple[str, ...] = ()
    phone: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page; `folded` where a channel may hide it until it is asked for."""

    id: str
    title: str
    lines: tuple[Line, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text before the question: something was not understood, or done."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Something to read: the advice, the emergency page, a subject of help."""

    id: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question with everything one can do now. 112 and danger are always among `moves`."""

    question: str
    page: str
    stage: int
    stages: int
    stage_label: str
    title: str
    text: str
    more: str
    why: str
    choices: tuple[Choice, ...]
    finish: tuple[Choice, ...] = ()
    pages: tuple[Choice, ...] = ()
    moves: tuple[Choice, ...] = ()
    notes: tuple[Line, ...] = field(default=())

    @property
    def ticking(self) -> bool:
        """Whether options are ticked and then sent with one of `finish`."""
        return bool(self.finish)

    @property
    def actions(self) -> tuple[Choice, ...]:
        """Everything that can be pressed, in the order shown."""
        return self.choices + self.pages + self.finish + self.moves


Reply = Notice | Page | Prompt
