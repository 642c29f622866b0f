"""What happened, in order, and the dialogue with one person as Markdown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.botapi.keyboards import buttons_of
from tests.fakes.botapi.texts import to_markdown

Json = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """One request of the bot with its answer, or one update made for it.

    Attributes:
        at: Unix time of the clock that was passed in.
        kind: "request" or "update".
        name: the method, or the kind of update ("message", "callback_query", ...).
        chat_id: None for what is about no chat.
        content: the parameters as they came, or the Update.
        result: what the method gave; None when refused or dropped.
        refused: description of the refusal.
        fault: name of the fault that was put in, if any.
        markup: for a message of the bot, its markup, reply keyboards included.
    """

    at: float
    kind: Literal["request", "update"]
    name: str
    chat_id: int | None
    content: Json
    result: Any = None
    refused: str | None = None
    fault: str | None = None
    markup: Json | None = None


_MEDIA = {
    "sticker": "een sticker",
    "photo": "een foto",
    "document": "een bestand",
    "voice": "een spraakbericht",
    "video": "een video",
    "location": "een locatie",
    "contact": "een contact",
}


def transcript(entries: Iterable[Entry], chat_id: int) -> str:
    """The dialogue in one chat as Markdown, in Dutch: what the person did and what the bot showed."""
    number: dict[int, int] = {}
    paragraphs: list[str] = []
    for entry in entries:
        if entry.chat_id != chat_id or entry.refused is not None:
            continue
        if entry.kind == "update":
            paragraphs.append(_deed(entry))
        elif entry.result is not None:
            paragraphs += _answer(entry, number)
    return "\n\n".join(paragraphs) + "\n"


def _deed(entry: Entry) -> str:
    content = entry.content[entry.name]
    if entry.name == "callback_query":
        keyboard = content["message"].get("reply_markup")
        labels = [button.label for row in buttons_of(keyboard) for button in row if button.data == content.get("data")]
        return f"**Gebruiker** drukt op **[{labels[0] if labels else content.get('data')}]**"
    if entry.name == "my_chat_member":
        kicked = content["new_chat_member"]["status"] == "kicked"
        return "**Gebruiker** " + ("blokkeert de bot" if kicked else "laat de bot weer toe")
    verb = "wijzigt een bericht" if entry.name == "edited_message" else "schrijft"
    if "forward_origin" in content:
        verb = "stuurt een bericht door"
    if "text" in content:
        return f"**Gebruiker** {verb}:\n\n{_quote(to_markdown(content['text'], []))}"
    what = next((name for key, name in _MEDIA.items() if key in content), "iets anders")
    caption = content.get("caption")
    return f"**Gebruiker** stuurt {what}" + (f":\n\n{_quote(to_markdown(caption, []))}" if caption else "")


def _answer(entry: Entry, number: dict[int, int]) -> list[str]:
    name, result = entry.name, entry.result
    if isinstance(result, dict) and "message_id" in result:
        known = result["message_id"] in number
        count = number.setdefault(result["message_id"], len(number) + 1)
        head = f"**Bot**, bericht {count}" + (", gewijzigd:" if known else ":")
        return [f"{head}\n\n{_quote(_shown(result, entry.markup))}"]
    if name == "answerCallbackQuery" and entry.content.get("text"):
        return [f"**Bot**, even in beeld: {to_markdown(str(entry.content['text']), [])}"]
    if name in ("deleteMessage", "deleteMessages"):
        gone = entry.markup["deleted"] if entry.markup else []
        return [
            f"**Bot** verwijdert bericht {number[one]}"
            if one in number
            else "**Bot** verwijdert een bericht van de gebruiker"
            for one in gone
        ]
    return []


def _shown(message: Json, markup: Json | None) -> str:
    lines = []
    if "text" in message:
        lines.append(to_markdown(message["text"], message.get("entities", [])))
    else:
        name = message.get("document", {}).get("file_name")
        lines.append(f"*({name})*" if name else "*(afbeelding)*")
        if message.get("caption"):
            lines.append(to_markdown(message["caption"], message.get("caption_entities", [])))
    rows = [" ".join(f"`[{button.label}]`" for button in row) for row in buttons_of(markup)]
    return "\n\n".join(lines + rows)


def _quote(text: str) -> str:
    """A block quote in which line breaks stay line breaks."""
    lines = text.split("\n")
    return "\n".join(
        f"> {line}\\" if line and follows else f"> {line}".rstrip()
        for line, follows in zip(lines, [*lines[1:], ""], strict=True)
    )
