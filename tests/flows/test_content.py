"""The content: complete, every text is shown, and every fault is named with file and line."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.advice import decide
from flows.catalogue import Catalogue
from flows.catalogue.entries import Entry
from flows.catalogue.reading import texts_of
from flows.checks import check
from flows.consult import SENT, Turn, ask_invitation, slow_down, step
from flows.events import Chose, Commanded, Sent, Start
from flows.facts import Facts
from flows.interview import APPLIES, ON_REQUEST
from flows.loading import BUILT_IN, load
from flows.messages import Prompt
from flows.phrases import PHRASES
from flows.presentation import advice_page, hours, topic_page, topics
from flows.state import Consult, Mark
from tests.flows.test_rules import grid
from tests.talk import DAY, NIGHT, Talk, texts

SHARED = Path(__file__).parents[3] / "shared"


def test_the_built_in_content_has_no_fault() -> None:
    assert check() == []


def test_the_63_signals_are_those_of_the_source_documents(catalogue: Catalogue) -> None:
    assert len(catalogue.signals) == 63
    assert len(catalogue.items) == 278
    listed = {
        item
        for item in catalogue.items
        if re.match(r"(ijsselland|brabant)\.signaal|twente\.(slachtoffer|begeleider)", item)
    }
    assert listed - {"twente.slachtoffer.5"} <= set(catalogue.signal_of_item)


@pytest.mark.skipif(not SHARED.exists(), reason="the source documents are not beside the project")
def test_signals_and_items_are_those_of_the_shared_lists(catalogue: Catalogue) -> None:
    rows = [row.split("\t") for row in (SHARED / "signals.tsv").read_text().splitlines()[1:]]
    for key, strength, dimensions, form_rows, form, items, also in (row + [""] * (7 - len(row)) for row in rows):
        signal = catalogue.signals[key]
        assert signal.strength == strength
        assert set(signal.dimensions) == set(filter(None, dimensions.split(",")))
        assert set(signal.rows) == set(filter(None, form_rows.split(",")))
        assert (signal.form or "") == form
        assert set(signal.sources) == set(items.split(","))
        assert set(signal.also) == set(filter(None, also.split(",")))
    items_file = (SHARED / "sources" / "items.tsv").read_text().splitlines()[1:]
    assert catalogue.items == {row.split("\t")[0] for row in items_file}


def turns(catalogue: Catalogue) -> Iterator[Turn]:
    """Turns that together show every text."""
    told = Facts(
        danger="nee", age="volwassen", setting="balie", region="twente", signals={"gut-feeling": 3, "injury": 2}
    )
    for facts in (
        told,
        Facts(danger="weet-niet", age="kind", signals={"begs": 1}),
        told.having(talk="gehad", signals={}, needs_help="ja"),
    ):
        talk = Talk(catalogue)
        yield talk.turn
        while talk.prompt.question not in ("review", "advice"):
            talk._answer(talk.prompt.question, facts)
            yield talk.turn
        yield talk.send(Commanded("overzicht")).turn
        yield talk.send(Commanded("advies")).turn
        yield talk.press("advice=gedaan").turn if talk.advice.ruling.step else talk.turn
    marks = {"injury": Mark(2, "seen"), "begs": Mark(1, "heard"), "gut-feeling": Mark(3, "read")}
    yield step(catalogue, Consult(asking="mark", page="", marks=marks), Commanded("hier"), DAY)
    for way in ("pauze", "wis", "wis ja", "help", "nood", "terug", "onzin", "start", "advies"):
        name, _, argument = way.partition(" ")
        for asking in (Consult(), Consult(answers={"age": ("kind",)})):
            yield step(catalogue, asking, Commanded(name, argument), DAY)
    for question in (*APPLIES, *ON_REQUEST):
        yield step(
            catalogue,
            Consult(asking=question, page="injury" if question == "mark" else "", marks=marks),
            Commanded("hier"),
            NIGHT,
        )
    for card in catalogue.lists:
        yield step(
            catalogue,
            Consult(asking="signals", page=card, answers={"setting": ("balie",) if "balie" in card else ("jeugd",)}),
            Commanded("hier"),
            DAY,
        )
    for setting in ("balie", "jeugd"):
        yield step(
            catalogue, Consult(asking="signals", page="werk", answers={"setting": (setting,)}), Commanded("hier"), DAY
        )
    yield step(catalogue, Consult(), Chose("age", "kind"), DAY)
    for setting in catalogue.settings:
        state = Consult(asking="advice", answers={"danger": ("nee",), "age": ("volwassen",), "setting": (setting,)})
        yield step(catalogue, state, Commanded("hier"), DAY)
    yield step(catalogue, None, Start(), DAY)
    for kind in SENT:
        yield step(catalogue, Consult(), Sent(kind), DAY)
    for name in ("privacy", "contact", "waarom"):
        yield step(catalogue, Consult(), Commanded(name), DAY)
    yield slow_down(catalogue, None, DAY)
    yield ask_invitation(catalogue, wrong=True)


def test_every_text_that_exists_is_shown(catalogue: Catalogue) -> None:
    shown = " ".join(text for turn in turns(catalogue) for text in texts(turn))
    for key in topics(catalogue):
        shown += " ".join(texts(Turn(None, (topic_page(catalogue, key),))))
    for facts in grid():
        shown += " ".join(texts(Turn(None, (advice_page(catalogue, decide(catalogue, facts, DAY), list(APPLIES)),))))
    shown += " ".join(texts(Turn(None, (advice_page(catalogue, decide(catalogue, Facts(), NIGHT), []),))))
    groups = (
        catalogue.signals, catalogue.themes, catalogue.cards, catalogue.settings, catalogue.regions, catalogue.contacts,
        catalogue.topics, catalogue.stages, catalogue.questions, catalogue.situations,
    )  # fmt: skip
    entries: list[Entry] = [entry for group in groups for entry in group.values()]
    entries += [*catalogue.closing_days, catalogue.talk, catalogue.form]
    for entry in entries:
        for name, text in texts_of(entry):
            assert text in shown, (entry, name)


def test_every_phrase_is_said_and_every_one_said_exists(catalogue: Catalogue) -> None:
    said: set[str] = set()

    class Heard(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            said.add(key)
            return super().__getitem__(key)

    object.__setattr__(catalogue, "phrases", Heard(catalogue.phrases))
    try:
        list(turns(catalogue))
        for key in topics(catalogue):
            topic_page(catalogue, key)
        for facts in grid():
            advice_page(catalogue, decide(catalogue, facts, NIGHT), [])
        for facts in (
            Facts(age="volwassen", others="ja"),
            Facts(danger="nee", age="volwassen", talk="gehad", signals={"others-speak": 1}, referral="nee"),
        ):
            advice_page(catalogue, decide(catalogue, facts, DAY), list(APPLIES))
        for contact in catalogue.contacts.values():
            hours(catalogue, contact)
        talk = Talk(catalogue, DAY.replace(month=12, day=25))
        talk.tell(Facts(danger="nee", age="volwassen"))
        Talk(catalogue).choose("danger", "nee").type("").type("onzin").type("x" * 300).send(Commanded("onzin"))
        Talk(catalogue).choose("danger", "nee").press("/terug").send(Commanded("terug")).send(Commanded("advies"))
        broken = Talk(catalogue)
        broken.state = None
        broken.press("danger=nee").press("/pauze").press("/wis").press("/wis ja")
    finally:
        object.__setattr__(catalogue, "phrases", dict(catalogue.phrases))
    web = {key for key in PHRASES if key.startswith("web.")}  # said by the web chat alone; its own tests read them
    assert said | web == PHRASES


BREAKS: list[tuple[str, str, Callable[[str], str], str]] = [
    ("signals.yaml", "unknown theme", lambda s: s.replace("theme: papieren", "theme: papiren", 1), "theme 'papiren' does not exist"),
    ("signals.yaml", "unknown source", lambda s: s.replace("twente.slachtoffer.1]", "twente.slachtoffer.111]", 1), "source 'twente.slachtoffer.111' does not exist"),
    ("signals.yaml", "item not accounted for", lambda s: s.replace("twente.slachtoffer.1]", "twente.slachtoffer.2]", 1), "item 'twente.slachtoffer.1' is named by no entry"),
    ("signals.yaml", "item stands for two", lambda s: s.replace("twente.begeleider.2]", "twente.begeleider.2, twente.begeleider.3]", 1), "item 'twente.begeleider.3' stands for signal"),
    ("settings.yaml", "no setting for others", lambda s: s.replace("id: anders", "id: iets", 1), "'anders' is missing"),
    ("signals.yaml", "missing text", lambda s: re.sub(r"  text: De persoon is steeds meer alleen[^\n]*\n", "", s, count=1), "text: is missing"),
    ("signals.yaml", "duplicate id", lambda s: s.replace("id: begs", "id: withdraws", 1), "'withdraws' stands twice"),
    ("signals.yaml", "long label", lambda s: s.replace("label: Trekt zich steeds meer terug", f"label: {'a' * 41}", 1), "label: is longer than 40 characters (41)"),
    ("signals.yaml", "unknown field", lambda s: s.replace("  theme: papieren", "  theem: papieren", 1), "theem: is not a field"),
    ("signals.yaml", "unknown class", lambda s: s.replace("class: severe", "class: sever", 1), "class"),
    ("signals.yaml", "broken YAML", lambda s: s.replace("- id: begs", "- id: [begs", 1), "is not YAML"),
    ("signals.yaml", "empty", lambda _: "", "the file is empty"),
    ("signals.yaml", "key twice", lambda s: s.replace("  theme: papieren", "  theme: papieren\n  theme: papieren", 1), "'theme' stands twice"),
    ("contacts.yaml", "no hours", lambda s: s.replace("  hours: always\n", "", 1), "'112' has no hours"),
    ("contacts.yaml", "wrong day", lambda s: s.replace("ma-vr", "ma-vrij", 1), "a day that does not exist"),
    ("contacts.yaml", "impossible hour", lambda s: s.replace("09:00-17:00", "09:00-25:00", 1), "hours"),
    ("contacts.yaml", "missing contact", lambda s: s.replace("id: fairwork", "id: fairwerk", 1), "contact 'fairwork' is missing"),
    ("regions.yaml", "unknown coordinator", lambda s: s.replace("kenniscentrum-twente", "kenniscentrum", 1), "contact 'kenniscentrum' does not exist"),
    ("talk.yaml", "unknown signal", lambda s: s.replace("clears: [anxious,", "clears: [anxiuos,", 1), "signal 'anxiuos' does not exist"),
    ("advice.yaml", "missing situation", lambda s: s.replace("id: R4.help", "id: R4.helped", 1), "situation 'R4.help' is missing"),
    ("advice.yaml", "judging", lambda s: s.replace("Er is nu gevaar.", "Zij is een slachtoffer.", 1), "is een oordeel"),
    ("advice.yaml", "a chance", lambda s: s.replace("Er is nu gevaar.", "Het gevaar is 80 %.", 1), "is een kans"),
    ("advice.yaml", "long sentence", lambda s: s.replace("Er is nu gevaar.", "En " + "dit is lang " * 8 + "hoor.", 1), "more than 20 words"),
    ("texts.yaml", "missing phrase", lambda s: s.replace("id: notice.empty", "id: notice.leeg", 1), "text 'notice.empty' is missing"),
    ("questions.yaml", "dead end", lambda s: re.sub(r"  fact: relation\n  options:\n(  - .*\n)+", "  fact: relation\n", s, count=1), "dead end"),
    ("questions.yaml", "unknown value", lambda s: s.replace("{id: huiselijk,", "{id: huiselik,", 1), "no fact becomes 'huiselik'"),
    ("questions.yaml", "a question nobody reaches", lambda s: s.replace("- id: form\n", "- id: vorm\n", 1), "question 'vorm' is reached by nothing"),
    ("settings.yaml", "a signal no list reaches", lambda s: s.replace("[papieren, begeleider,", "[begeleider,", 1), "reaches signal 'forged-papers'"),
    ("items.yaml", "unused twice", lambda s: s.replace("not_used: {}", "not_used: {twente.vraag.1: overbodig}"), "stands under not_used but is named"),
    ("wording.yaml", "bad pattern", lambda s: s.replace('pattern: "\\\\beigen', 'pattern: "(\\\\beigen', 1), "pattern"),
    ("knowledge/rechten.yaml", "no source", lambda s: re.sub(r"  sources: \[[^\]]*\]\n", "", s, count=1), "names no source"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "change", "problem"), [(b[0], b[2], b[3]) for b in BREAKS], ids=[f"{b[0]}: {b[1]}" for b in BREAKS]
)
def test_a_fault_is_named_with_file_and_line(
    tmp_path: Path, file: str, change: Callable[[str], str], problem: str
) -> None:
    root = tmp_path / "content"
    shutil.copytree(str(BUILT_IN), root)
    before = (root / file).read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    (root / file).write_text(after, encoding="utf-8")
    faults = check(root)
    assert any(problem in fault for fault in faults), faults
    assert all(re.match(r"[\w/]+\.yaml:\d+: .", fault) for fault in faults), faults


def test_a_line_number_points_at_the_fault(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(str(BUILT_IN), root)
    path = root / "regions.yaml"
    text = path.read_text(encoding="utf-8").replace("kenniscentrum-twente", "kenniscentrum", 1)
    path.write_text(text, encoding="utf-8")
    line = text[: text.index("coordinator: kenniscentrum\n")].count("\n") + 1
    assert check(root) == [f"regions.yaml:{line}: contact 'kenniscentrum' does not exist"]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(str(BUILT_IN), root)
    (root / "talk.yaml").unlink()
    assert any(fault.startswith("talk.yaml:1: cannot be read") for fault in check(root))


def test_the_version_names_the_content(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(str(BUILT_IN), root)
    assert load(root).version == load().version
    path = root / "texts.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    assert load(root).version != load().version


def test_no_message_is_longer_than_a_channel_carries(catalogue: Catalogue) -> None:
    for turn in turns(catalogue):
        for reply in turn.replies:
            if isinstance(reply, Prompt):
                assert len(reply.text) + len(reply.more) + sum(len(n.text) + len(n.why) for n in reply.notes) < 4096
                assert len(reply.actions) <= 100
