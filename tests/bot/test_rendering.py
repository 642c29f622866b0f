"""What goes to Telegram fits, is escaped, and edits rather than sends."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.rendering import Rendering
from bot.service import Incoming
from flows.catalogue import Catalogue
from flows.consult import Turn, step
from flows.events import Commanded, Start
from flows.messages import Choice, Line, Notice, Page, Prompt, Section
from flows.presentation import topics
from tests.flows.test_content import turns
from tests.talk import DAY

ALLOWED = {"b", "i", "blockquote"}


class Shape(HTMLParser):
    """Reads marks as Telegram does: known ones, closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        assert tag in ALLOWED
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def check(what: dict[str, object]) -> str:
    text = str(what["text"])
    shape = Shape()
    shape.feed(text)
    shape.close()
    assert shape.open == []
    assert 1 <= len(shape.text) <= 4096
    buttons = [button for row in what["buttons"] for button in row]  # type: ignore[attr-defined]
    assert len(buttons) <= 100
    for button in buttons:
        assert button["text"]
        assert 1 <= len(button.get("action", "x").encode()) <= 64
        assert 1 <= len(button.get("copy", "x")) <= 256
    return shape.text


def incoming(pressed: bool) -> Incoming:
    return Incoming("telegram", "7", Start(), DAY, 1, 5, pressed)


@pytest.mark.parametrize("pressed", [True, False])
def test_everything_that_is_shown_fits_the_bot_api(catalogue: Catalogue, pressed: bool) -> None:
    many = list(turns(catalogue))
    many += [step(catalogue, None, Commanded("help", key), DAY) for key in topics(catalogue)]
    for turn in many:
        found = Rendering()(turn, incoming(pressed), 5 if pressed else None)
        for what in found:
            if what["do"] != "delete":
                check(what)
        assert sum(bool(what.get("screen")) for what in found) == 1
        assert found[-1].get("screen"), "the question stands last"
        assert (found[0]["do"] == "edit") == pressed


def test_nothing_of_a_page_is_lost_when_it_is_split(catalogue: Catalogue) -> None:
    turn = step(catalogue, None, Commanded("help", "contacten"), DAY)
    shown = " ".join(check(what) for what in Rendering()(turn, incoming(False), None))
    for contact in catalogue.contacts.values():
        assert contact.purpose in shown


def test_a_button_pressed_edits_its_message_and_typing_takes_the_old_question_away(catalogue: Catalogue) -> None:
    turn = step(catalogue, None, Start(), DAY)
    assert [what["do"] for what in Rendering()(turn, incoming(True), 5)] == ["edit"]
    assert [what["do"] for what in Rendering()(turn, incoming(False), 4)] == ["delete", "send"]
    assert [what["do"] for what in Rendering()(turn, incoming(True), 4)] == ["delete", "edit"]


def test_numbers_can_be_copied_and_are_no_links(catalogue: Catalogue) -> None:
    turn = step(catalogue, None, Commanded("nood"), DAY)
    found = Rendering()(turn, incoming(False), None)
    assert {"text": "Kopieer 112", "copy": "112"} in [button for row in found[0]["buttons"] for button in row]
    assert "tel:" not in found[0]["text"]


@given(st.text(min_size=1, max_size=3000), st.text(max_size=200))
def test_any_text_is_escaped(text: str, label: str) -> None:
    prompt = Prompt(
        "q", "", 1, 7, label, text, text, "", "", (Choice("q=a", label or "x"),), moves=(Choice("/nood", "112"),)
    )
    page = Page("p", text[:50], (Section("s", text[:50], (Line(text, why=label),) * 5, folded=True),))
    for what in Rendering()(Turn(None, (Notice("n", label), page, prompt)), incoming(False), None):
        shape = Shape()
        shape.feed(str(what["text"]))
        shape.close()
        assert shape.open == []
