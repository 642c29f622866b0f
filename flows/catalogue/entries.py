"""One class per noun of the content. A field that the content gets wrong is a fault with file and line."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=40)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=40)]
"""Fits a button of every channel."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=900)]
"""Fits, with its neighbours, in a message of every channel (Telegram carries 4096 characters)."""
Sources = Annotated[tuple[str, ...], Field(min_length=1)]

Dimension = Literal["handeling", "middel", "doel"]
Strength = Literal["vulnerability", "soft", "clear", "injury", "severe"]
Noticed = Literal["seen", "heard", "read"]
Exploitation = Literal["seksueel", "arbeid", "crimineel"]
YearlyDate = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Span = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class Entry(BaseModel):
    """Anything in the content: unknown fields are refused, nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Named(Entry):
    """An entry that others refer to by its id."""

    id: Id


class Signal(Named):
    """A signal of mensenhandel, merged from the cards that list it (signals.tsv; the class is a proposal)."""

    label: Label
    text: Text
    strength: Strength = Field(alias="class")
    dimensions: tuple[Dimension, ...] = ()
    rows: tuple[str, ...] = ()
    form: Exploitation | None = None
    noticed_by: Annotated[tuple[Noticed, ...], Field(min_length=1)]
    theme: str
    sources: Sources
    also: tuple[str, ...] = ()


class Theme(Named):
    """A list of signals that belong together for somebody who looks for them."""

    label: Label
    text: Text


class Setting(Named):
    """Where the professional works; says which lists come first and whether the law on the meldcode binds."""

    label: Label
    sector: bool
    card: str | None = None
    themes: tuple[str, ...]
    watch_for: tuple[Text, ...] = ()
    sources: Sources


class Card(Named):
    """A paper card whose own list can be shown: its signals are those with a source under `prefix`."""

    label: Label
    text: Text
    prefix: tuple[str, ...]


class Region(Named):
    """A region with its coordinator; `by_night` comes first for other adults while the coordinator is closed."""

    label: Label
    coordinator: str
    by_night: Literal["veilig-thuis", "politie"]
    note: Text | None = None
    sources: Sources


class ClosingDay(Named):
    """A day on which offices are closed: so many days after Easter Sunday, or a date of every year (MM-DD)."""

    label: Label
    easter: Annotated[int, Field(ge=-60, le=60)] | None = None
    yearly: YearlyDate | None = Field(default=None, alias="date")
    on_sunday: YearlyDate | None = None
    closed: bool
    note: Text | None = None
    basis: Text


class Contact(Named):
    """Somebody to call. Hours are read in Europe/Amsterdam; every number is unverified until `verified` has a date."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    address: str | None = None
    hours: Literal["always"] | dict[str, tuple[Span, ...]] | None = None
    hours_from: Literal["source", "assumption"] | None = None
    closed_on_holidays: bool = True
    holiday_hours: tuple[Span, ...] = ()
    regions: tuple[str, ...] = ()
    forms: tuple[Exploitation, ...] = ()
    ages: Literal["kind", "volwassen"] | None = None
    advice_only: bool = False
    purpose: Text = Field(alias="for")
    say: Text
    names_need_consent: bool = False
    status: Literal["active", "unsure", "renamed", "ended"] = "active"
    note: Text | None = None
    replaced_by: str | None = None
    sources: Sources
    verified: date | None = None

    @property
    def round_the_clock(self) -> bool:
        """Whether somebody answers at every moment."""
        return self.hours == "always"


class Guidance(Named):
    """A text to act or think by, with where it comes from."""

    text: Text
    sources: Sources


class TalkQuestion(Guidance):
    """Something to ask the person, offered as a menu and never as a script; `clears` are signal ids."""

    why: Text
    clears: Annotated[tuple[str, ...], Field(min_length=1)]


class Talk(Entry):
    """How to hold a talk: the questions, the tips, what helps and what hinders."""

    questions: tuple[TalkQuestion, ...]
    tips: tuple[Guidance, ...]
    helps: tuple[Guidance, ...]
    hinders: tuple[Guidance, ...]


class Lesson(Named):
    """One text of a topic. Has `sources`, or, in the law, the public pages it was looked up on and when."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    text: Text
    sources: tuple[str, ...] = ()
    pages: tuple[str, ...] = Field(default=(), alias="from")
    looked_up: date | None = None


class Topic(Named):
    """A subject that can be opened from help."""

    title: Label
    intro: Text
    entries: Annotated[tuple[Lesson, ...], Field(min_length=1)]


class FormRow(Named):
    """A row of bijlage 1."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    dimension: Dimension
    text: Text
    note: Text | None = None
    sources: Sources


class FormMark(Entry):
    """A mark of bijlage 1; marks are never summed."""

    mark: Literal[0, 1, 2, 3]
    label: Label
    text: Text
    sources: Sources


class DimensionEntry(Named):
    """A part of the definition: handeling, middel or doel."""

    label: Label
    text: Text
    note: Text | None = None
    sources: Sources


class Form(Entry):
    """Bijlage 1 and the three parts of the definition."""

    rows: tuple[FormRow, ...]
    marks: tuple[FormMark, ...]
    dimensions: tuple[DimensionEntry, ...]


class Option(Named):
    """An answer to a question. `value` is what the fact becomes; the id when it is not given."""

    label: Label
    value: str | None = None
    only_child: bool = False


class Question(Named):
    """A question of the consult. What makes it come up is code (`flows.interview`); its words are content.

    `one` sets `fact` to the chosen option; `many` sets each ticked fact to ja; `steps` fills `steps_done`;
    `list` is a screen that the flow fills itself (signals, clarifying questions).
    """

    stage: str
    kind: Literal["one", "many", "steps", "list"]
    title: Label
    text: Text
    more: Text | None = None
    why: Text
    fact: str | None = None
    options: tuple[Option, ...] = ()
    sources: Sources


class Stage(Named):
    """A part of the consult, for "stap 3 van 7"."""

    label: Label


class Line(Entry):
    """One thing to do, or to leave."""

    text: Text
    sources: Sources


class Situation(Named):
    """What the product says when a rule finds this. The id starts with the rule that finds it (`R1.report-now`)."""

    id: Annotated[str, StringConstraints(pattern=r"^R\d+\.[a-z0-9-]+$")]
    text: Text
    sources: Sources
    do: tuple[Line, ...] = ()
    do_not: tuple[Line, ...] = ()

    @property
    def rule(self) -> str:
        """The rule of decision.md, R0 to R13."""
        return self.id.split(".")[0]


class Phrase(Named):
    """A text of the product itself: a notice, a heading, a button."""

    text: Text


class Wording(Entry):
    """A way of saying that no text of the product may have, with what the cards call it."""

    pattern: str
    because: Text


class ItemList(Entry):
    """Every item of the source documents, and those that no entry names, with the reason."""

    items: tuple[str, ...]
    not_used: dict[str, Text] = {}
