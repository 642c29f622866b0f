"""Loads the content and checks what one entry says of another. A fault stops the start, with file, line and problem."""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Protocol, TypeVar

from flows.catalogue import Catalogue
from flows.catalogue.entries import (
    Card,
    ClosingDay,
    Contact,
    Entry,
    Form,
    ItemList,
    Lesson,
    Option,
    Phrase,
    Question,
    Region,
    Setting,
    Signal,
    Situation,
    Stage,
    Talk,
    Theme,
    Topic,
    Wording,
)
from flows.catalogue.reading import Reader, texts_of
from flows.errors import ContentError
from flows.facts import UNKNOWN
from flows.reachability import weekly_hours

BUILT_IN: Final = files("flows") / "content"
LONGEST_SENTENCE: Final = 20
"""Words a sentence may have at language level B1."""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_HasId)


class _Questions(Entry):
    stages: tuple[Stage, ...]
    questions: tuple[Question, ...]


def load(root: Traversable = BUILT_IN) -> Catalogue:
    """Return the catalogue of a content folder.

    Raises: ContentError with one line per fault, `file:line: problem`.
    """
    catalogue, faults = examine(root)
    if catalogue is None or faults:
        raise ContentError(sorted(faults))
    return catalogue


def examine(root: Traversable = BUILT_IN) -> tuple[Catalogue | None, list[str]]:
    """Return the catalogue, if it could be made, and every fault that was found."""
    reader = Reader(root)
    signals = reader.read("signals.yaml", tuple[Signal, ...])
    themes = reader.read("themes.yaml", tuple[Theme, ...])
    cards = reader.read("cards.yaml", tuple[Card, ...])
    settings = reader.read("settings.yaml", tuple[Setting, ...])
    regions = reader.read("regions.yaml", tuple[Region, ...])
    contacts = reader.read("contacts.yaml", tuple[Contact, ...])
    closing = reader.read("closing_days.yaml", tuple[ClosingDay, ...])
    talk = reader.read("talk.yaml", Talk)
    form = reader.read("form.yaml", Form)
    asked = reader.read("questions.yaml", _Questions)
    situations = reader.read("advice.yaml", tuple[Situation, ...])
    phrases = reader.read("texts.yaml", tuple[Phrase, ...])
    wordings = reader.read("wording.yaml", tuple[Wording, ...])
    items = reader.read("items.yaml", ItemList)
    names = sorted(entry.name for entry in (root / "knowledge").iterdir() if entry.name.endswith(".yaml"))
    read_topics = {name: reader.read(f"knowledge/{name}", Topic) for name in names}
    topics = {name: topic for name, topic in read_topics.items() if topic is not None}
    if (
        signals is None or themes is None or cards is None or settings is None or regions is None or contacts is None
        or closing is None or talk is None or form is None or asked is None or situations is None or phrases is None
        or wordings is None or items is None or len(topics) < len(names)
    ):  # fmt: skip
        return None, reader.faults
    catalogue = Catalogue(
        signals=_by_id(reader, "signals.yaml", signals),
        themes=_by_id(reader, "themes.yaml", themes),
        cards=_by_id(reader, "cards.yaml", cards),
        settings=_by_id(reader, "settings.yaml", settings),
        regions=_by_id(reader, "regions.yaml", regions),
        contacts=_by_id(reader, "contacts.yaml", contacts),
        closing_days=closing,
        talk=talk,
        topics=_by_id(reader, "knowledge", topics.values()),
        form=form,
        stages=_by_id(reader, "questions.yaml", asked.stages),
        questions=_by_id(reader, "questions.yaml", _with_options(asked.questions, settings, regions)),
        situations=_by_id(reader, "advice.yaml", situations),
        phrases={key: phrase.text for key, phrase in _by_id(reader, "texts.yaml", phrases).items()},
        items=frozenset(items.items),
        version=reader.digest.hexdigest()[:12],
    )
    for group, entries in (
        ("questions", talk.questions),
        ("tips", talk.tips),
        ("helps", talk.helps),
        ("hinders", talk.hinders),
    ):
        _by_id(reader, "talk.yaml", entries, within=group)
    _by_id(reader, "form.yaml", form.rows)
    files_of: dict[str, Iterable[Entry]] = {
        "signals.yaml": signals, "themes.yaml": themes, "cards.yaml": cards, "settings.yaml": settings,
        "regions.yaml": regions, "contacts.yaml": contacts, "closing_days.yaml": closing,
        "talk.yaml": (*talk.questions, *talk.tips, *talk.helps, *talk.hinders),
        "form.yaml": (*form.rows, *form.marks, *form.dimensions),
        "questions.yaml": (*asked.stages, *asked.questions), "advice.yaml": situations, "texts.yaml": phrases,
        **{f"knowledge/{name}": (topic, *topic.entries) for name, topic in topics.items()},
    }  # fmt: skip
    _references(reader, catalogue)
    _sources(reader, catalogue, files_of, items)
    _hours(reader, contacts)
    _language(reader, files_of, wordings)
    return catalogue, reader.faults


def _by_id(reader: Reader, file: str, entries: Iterable[T], within: str = "") -> Mapping[str, T]:
    found: dict[str, T] = {}
    for entry in entries:
        if entry.id in found:
            reader.fault_in(file, entry.id, f"{within or 'id'} '{entry.id}' stands twice")
        found[entry.id] = entry
    return found


def _with_options(
    questions: Iterable[Question], settings: Iterable[Setting], regions: Iterable[Region]
) -> tuple[Question, ...]:
    """Fill in the options that are content of their own: the settings and the regions."""
    unknown = Option(id=UNKNOWN, label="Weet ik niet")
    own = {
        "setting": (*(Option(id=s.id, label=s.label) for s in settings), unknown),
        "region": (*(Option(id=r.id, label=r.label) for r in regions), unknown),
    }
    return tuple(q.model_copy(update={"options": own[q.id]}) if q.id in own else q for q in questions)


def _references(reader: Reader, catalogue: Catalogue) -> None:
    """Every id that an entry names exists."""

    def check(file: str, entry: str, what: str, names: Iterable[str], known: Iterable[str]) -> None:
        have = set(known)
        for name in names:
            if name not in have:
                reader.fault_in(file, entry, f"{what} '{name}' does not exist", name)

    owner: dict[str, str] = {}
    for signal in catalogue.signals.values():
        for item in signal.sources:
            if owner.setdefault(item, signal.id) != signal.id:
                problem = f"item '{item}' stands for signal '{owner[item]}' already"
                reader.fault_in("signals.yaml", signal.id, problem, item)
    rows = [row.id for row in catalogue.form.rows]
    for signal in catalogue.signals.values():
        check("signals.yaml", signal.id, "theme", [signal.theme], catalogue.themes)
        check("signals.yaml", signal.id, "form row", signal.rows, rows)
    for setting in catalogue.settings.values():
        check("settings.yaml", setting.id, "theme", setting.themes, catalogue.themes)
        check("settings.yaml", setting.id, "card", [setting.card] if setting.card else [], catalogue.cards)
    for region in catalogue.regions.values():
        check("regions.yaml", region.id, "contact", [region.coordinator], catalogue.contacts)
    for contact in catalogue.contacts.values():
        check("contacts.yaml", contact.id, "region", contact.regions, catalogue.regions)
        check(
            "contacts.yaml",
            contact.id,
            "contact",
            [contact.replaced_by] if contact.replaced_by else [],
            catalogue.contacts,
        )
    for question in catalogue.talk.questions:
        check("talk.yaml", question.id, "signal", question.clears, catalogue.signals)
    for asked in catalogue.questions.values():
        check("questions.yaml", asked.id, "stage", [asked.stage], catalogue.stages)


def _sources(reader: Reader, catalogue: Catalogue, files_of: Mapping[str, Iterable[Entry]], items: ItemList) -> None:
    """Every source exists, and every item of the source documents is named somewhere or has a reason not to be."""
    law = {lesson.id for topic in catalogue.topics.values() for lesson in topic.entries if lesson.id.startswith("law.")}
    known = law | catalogue.items
    named: set[str] = set()
    for file, entries in files_of.items():
        for entry in entries:
            for key, sources in _sources_of(entry):
                named.update(sources)
                for source in sources:
                    if source not in known:
                        reader.fault_in(file, key, f"source '{source}' does not exist", source)
            if isinstance(entry, Lesson) and not entry.sources and not entry.pages:
                reader.fault_in(file, entry.id, "names no source")
    for item in items.items:
        if item not in named and item not in items.not_used:
            line = reader.line_of("items.yaml", "", item)
            reader.fault("items.yaml", line, f"item '{item}' is named by no entry and not under not_used")
    for item in items.not_used:
        line = reader.line_of("items.yaml", "", item)
        if item not in catalogue.items:
            reader.fault("items.yaml", line, f"item '{item}' does not exist")
        elif item in named:
            reader.fault("items.yaml", line, f"item '{item}' stands under not_used but is named by an entry")


def _sources_of(entry: Entry, key: str = "") -> Iterable[tuple[str, tuple[str, ...]]]:
    own = str(getattr(entry, "id", getattr(entry, "mark", key)))
    yield own, (*getattr(entry, "sources", ()), *getattr(entry, "also", ()))
    for line in (*getattr(entry, "do", ()), *getattr(entry, "do_not", ())):
        yield own, line.sources


def _hours(reader: Reader, contacts: Iterable[Contact]) -> None:
    """Every line that can be called has hours that can be."""
    for contact in contacts:
        if contact.hours is None:
            if contact.status != "ended":
                reader.fault_in("contacts.yaml", contact.id, f"contact '{contact.id}' has no hours")
            continue
        if contact.hours_from is None:
            reader.fault_in(
                "contacts.yaml", contact.id, f"contact '{contact.id}' does not say where its hours come from"
            )
        try:
            weekly_hours(contact)
        except ValueError:
            reader.fault_in(
                "contacts.yaml", contact.id, f"contact '{contact.id}' has hours on a day that does not exist"
            )


def _language(reader: Reader, files_of: Mapping[str, Iterable[Entry]], wordings: tuple[Wording, ...]) -> None:
    """Language level B1, and no wording that judges, blames, hurries or threatens."""
    patterns = []
    for wording in wordings:
        try:
            patterns.append((re.compile(wording.pattern, re.IGNORECASE), wording.because))
        except re.error as error:
            reader.fault_in("wording.yaml", wording.pattern, f"pattern '{wording.pattern}': {error}", wording.pattern)
    for file, entries in files_of.items():
        for entry in entries:
            key = str(getattr(entry, "id", getattr(entry, "mark", "")))
            for name, text in texts_of(entry):
                for sentence in sentences(text):
                    if len(sentence.split()) > LONGEST_SENTENCE:
                        first = sentence.split()[0]
                        reader.fault_in(
                            file,
                            key,
                            f"{name}: a sentence of more than {LONGEST_SENTENCE} words: {sentence}",
                            first,
                        )
                for pattern, because in patterns:
                    found = pattern.search(text)
                    if found:
                        reader.fault_in(file, key, f"{name}: '{found.group()}' {because}", found.group())


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [sentence for sentence in re.split(r"(?<=[.!?:])\s+", text) if sentence]
