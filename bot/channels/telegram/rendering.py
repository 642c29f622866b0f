"""Shows a turn as Telegram messages: what to send, as JSON, within the limits of the Bot API.

The current question is one message that is edited in place, so that a repeat is harmless. Pages are messages of their
own above it. What can be folded stands in an expandable quotation.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from bot.service import Incoming
from flows.consult import Turn
from flows.messages import Choice, Line, Notice, Page, Prompt, Section

LONGEST: Final = 3900
"""Characters of a message, marks included: the API carries 4096 without them."""
BUTTONS: Final = 100
BUTTON: Final = 60
COPIES: Final = 4

What = dict[str, Any]


class Rendering:
    """The renderer of the Telegram channel."""

    def __call__(self, turn: Turn, incoming: Incoming, screen: int | None) -> list[What]:
        """Return what to send for a turn, in order."""
        notices = [reply for reply in turn.replies if isinstance(reply, Notice)]
        pages = [reply for reply in turn.replies if isinstance(reply, Page)]
        prompt = next(reply for reply in turn.replies if isinstance(reply, Prompt))
        question = {"text": _prompt(notices, prompt), "buttons": _keyboard(prompt), "screen": True}
        parts = [part for page in pages for part in _page(page)]
        chat = incoming.address
        target = incoming.message_id if incoming.pressed else None
        found: list[What] = []
        if screen is not None and screen != target:
            found.append(self.delete(chat, screen))
        if target is not None:
            first, rest = (parts[0], [*parts[1:], question]) if parts else (question, [])
            found.append({"do": "edit", "chat": chat, "message": target, **first})
        else:
            rest = [*parts, question]
        return found + [{"do": "send", "chat": chat, **one} for one in rest]

    def delete(self, chat: str, message: int) -> What:
        """Return what deletes a message."""
        return {"do": "delete", "chat": chat, "message": message}


def _prompt(notices: list[Notice], prompt: Prompt) -> str:
    parts = [f"ℹ️ {escape(notice.text)}" for notice in notices]
    if prompt.stage:
        parts.append(f"<i>Stap {prompt.stage} van {prompt.stages} · {escape(prompt.stage_label)}</i>")
    parts.append(f"<b>{escape(prompt.text)}</b>")
    if prompt.more:
        parts.append(escape(prompt.more))
    parts += [f"• {escape(note.text)}" + (f"\n<i>{escape(note.why)}</i>" if note.why else "") for note in prompt.notes]
    if prompt.why:
        parts.append(f"<i>Waarom? {escape(prompt.why)}</i>")
    return "\n\n".join(parts)


def _keyboard(prompt: Prompt) -> list[list[dict[str, str]]]:
    rows = [[_button(choice)] for choice in prompt.choices]
    rows += _pairs(prompt.pages)
    rows += [[_button(choice)] for choice in prompt.finish]
    rows += [[_button(choice)] for choice in prompt.moves[:1]]
    rows += _pairs(prompt.moves[1:])
    return rows


def _pairs(choices: tuple[Choice, ...]) -> list[list[dict[str, str]]]:
    return [[_button(choice) for choice in choices[start : start + 2]] for start in range(0, len(choices), 2)]


def _button(choice: Choice) -> dict[str, str]:
    box = "" if choice.ticked is None else "☑ " if choice.ticked else "☐ "
    return {"text": f"{box}{choice.label}"[:BUTTON], "action": choice.action}


def _page(page: Page) -> list[What]:
    """Return the messages of a page: split between paragraphs, with the numbers of each to copy."""
    messages: list[What] = []
    text, phones = f"<b>{escape(page.title)}</b>", list[str]()
    for section in page.sections:
        for block, numbers in _blocks(section, page.id == "why"):
            if len(text) + len(block) + 2 > LONGEST:
                messages.append(_message(text, phones))
                text, phones = "", []
            text = f"{text}\n\n{block}" if text else block
            phones += numbers
    return [*messages, _message(text, phones)]


def _message(text: str, phones: Iterable[str]) -> What:
    numbers = list(dict.fromkeys(phones))[:COPIES]
    return {"text": text, "buttons": [[{"text": f"Kopieer {number}", "copy": number}] for number in numbers]}


def _blocks(section: Section, behind: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the paragraphs of a section, each short enough for a message, with the numbers in it."""
    title = f"<b>{escape(section.title)}</b>"
    open_mark, close_mark = ("<blockquote expandable>", "</blockquote>") if section.folded else ("", "")
    text, phones = "", list[str]()
    for line in section.lines:
        for piece in _cut(_line(line, behind or section.folded)):
            if text and len(title) + len(text) + len(piece) > LONGEST - 100:
                yield f"{title}\n{open_mark}{text}{close_mark}", phones
                title, text, phones = f"{escape(section.title)} (vervolg)", "", []
            text = f"{text}\n{piece}" if text else piece
        if line.phone:
            phones.append(line.phone)
    yield f"{title}\n{open_mark}{text}{close_mark}", phones


def _line(line: Line, behind: bool) -> str:
    head = " · ".join(part for part in (line.head, line.phone) if part)
    text = (f"<b>{escape(head)}</b>\n" if head else "") + escape(line.text)
    if behind and (line.why or line.sources):
        source = f" [{', '.join(line.sources)}]" if line.sources else ""
        text += f"\n<i>{escape(line.why + source).strip()}</i>"
    return text


def _cut(text: str) -> Iterator[str]:
    """Yield a text in pieces that fit; content is far shorter, so this never parts a mark from its end."""
    if len(text) <= LONGEST - 200:
        yield text
        return
    yield from text.split(". ")
