"""Formatted text: what Telegram makes of HTML, the entities it finds by itself, and Markdown of it.

Offsets and lengths of entities are in UTF-16 code units, as in the Bot API.
"""

import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.errors import bad_request

Entity = dict[str, Any]

_KIND_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_SPECIAL = re.compile("[<&]")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_NAME = re.compile(r"[^\s>]*")
_SPACE = re.compile(r"\s*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>/\"']*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    position: int
    attributes: dict[str, str]


class _HtmlReader:
    """One pass over HTML of the Bot API's kind; `read` gives plain text and entities or raises ApiError."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._out: list[str] = []
        self._units = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        source = self._source
        position = 0
        while (special := _SPECIAL.search(source, position)) is not None:
            start = special.start()
            self._add(source[position:start])
            if source[start] == "&":
                position = self._reference(start)
            elif source.startswith("</", start):
                position = self._end_tag(start)
            else:
                position = self._start_tag(start)
        self._add(source[position:])
        if self._open:
            raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        for entity in self._entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        self._entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self._out), self._entities

    def _add(self, text: str) -> None:
        if text:
            self._out.append(text)
            self._units += units(text)

    def _reference(self, start: int) -> int:
        char, end = _decode_reference(self._source, start)
        self._add(char)
        return end

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode("utf-8", "surrogatepass"))

    def _start_tag(self, start: int) -> int:
        source = self._source
        name = _NAME.match(source, start + 1)
        assert name is not None
        position = name.end()
        if position == len(source):
            raise _cannot_parse(f"Unclosed start tag at byte offset {self._byte(start)}")
        tag = name.group().lower()
        if tag not in _KIND_OF_TAG:
            raise _cannot_parse(f'Unsupported start tag "{tag}" at byte offset {self._byte(start)}')
        attributes: dict[str, str] = {}
        while True:
            position = _skip_space(source, position)
            if source.startswith(">", position):
                break
            position = self._attribute(tag, start, position, attributes)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(start)}')
        self._open.append(_Open(tag, self._units, len(self._out), attributes))
        return position + 1

    def _attribute(self, tag: str, start: int, position: int, into: dict[str, str]) -> int:
        source = self._source
        unclosed = f'Unclosed start tag "{tag}" at byte offset '
        name = _ATTRIBUTE_NAME.match(source, position)
        assert name is not None
        if not name.group():
            raise _cannot_parse(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(start)}')
        position = _skip_space(source, name.end())
        if not source.startswith("=", position):
            if position == len(source):
                raise _cannot_parse(f"{unclosed}{self._byte(start)}")
            into[name.group()] = ""
            return position
        position = _skip_space(source, position + 1)
        if position == len(source):
            raise _cannot_parse(f"{unclosed}{self._byte(start)}")
        quote = source[position]
        if quote in "\"'":
            value, position = _quoted(source, position + 1, quote)
        else:
            token = _NAME_TOKEN.match(source, position)
            assert token is not None
            value = token.group().lower()
            after = source[token.end() : token.end() + 1]
            if after and after != ">" and not after.isspace():
                raise _cannot_parse(f"Unexpected end of name token at byte offset {self._byte(position)}")
            position = token.end()
        if position == len(source):
            raise _cannot_parse(f"Unclosed start tag at byte offset {self._byte(start)}")
        into[name.group()] = value
        return position

    def _end_tag(self, start: int) -> int:
        source = self._source
        if not self._open:
            raise _cannot_parse(f"Unexpected end tag at byte offset {self._byte(start)}")
        name = _NAME.match(source, start + 2)
        assert name is not None
        tag = name.group().lower()
        position = _skip_space(source, name.end())
        if not source.startswith(">", position):
            raise _cannot_parse(f"Unclosed end tag at byte offset {self._byte(start)}")
        opened = self._open[-1]
        if tag and tag != opened.tag:
            raise _cannot_parse(
                f'Unmatched end tag at byte offset {self._byte(start)}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        self._open.pop()
        if self._units > opened.offset:
            self._close(opened)
        return position + 1

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _KIND_OF_TAG[opened.tag],
            "offset": opened.offset,
            "length": self._units - opened.offset,
        }
        attributes = opened.attributes
        if opened.tag == "a":
            url = attributes.get("href") or "".join(self._out[opened.position :])
            if not _looks_like_link(url):
                return
            entity["url"] = url
        elif opened.tag == "tg-emoji":
            if not attributes.get("emoji-id", "").isdecimal():
                raise bad_request("invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = attributes["emoji-id"]
        elif opened.tag == "tg-time":
            entity["unix_time"] = int(attributes.get("unix", "0"))
            if attributes.get("format"):
                entity["date_time_format"] = attributes["format"]
        elif opened.tag == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "pre" and self._entities and self._entities[-1].get("language"):
            entity["language"] = self._entities.pop()["language"]
        elif opened.tag == "code" and attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"].removeprefix("language-")
        self._entities.append(entity)


def _cannot_parse(problem: str) -> Exception:
    return bad_request(f"can't parse entities: {problem}")


def _skip_space(source: str, position: int) -> int:
    space = _SPACE.match(source, position)
    assert space is not None
    return space.end()


def _quoted(source: str, position: int, quote: str) -> tuple[str, int]:
    value: list[str] = []
    while position < len(source) and source[position] != quote:
        if source[position] == "&":
            char, position = _decode_reference(source, position)
        else:
            char, position = source[position], position + 1
        value.append(char)
    return "".join(value), min(position + 1, len(source))


def _decode_reference(source: str, start: int) -> tuple[str, int]:
    """The character of a reference at `start`, or "&" itself where Telegram knows no such reference."""
    found = _REFERENCE.match(source, start)
    if found is None:
        return "&", start + 1
    sixteen, ten, name = found.groups()
    if name is not None:
        return (_NAMED[name], found.end()) if name in _NAMED else ("&", start + 1)
    code = int(sixteen, 16) if sixteen is not None else int(ten)
    if not 0 < code < 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "&", start + 1
    return chr(code), found.end()


def _looks_like_link(url: str) -> bool:
    return re.match(r"(?:https?://|tg://|ton://)\S+$|[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?$", url) is not None


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text and entities of text with parse_mode HTML. Raises: ApiError in Telegram's words."""
    if "<" not in source and "&" not in source:
        return source, []
    return _HtmlReader(source).read()


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space at both ends, as messages are stored; entities move along."""
    stripped = text.strip()
    if len(stripped) == len(text):
        return text, entities
    lead = units(text[: len(text) - len(text.lstrip())])
    end = units(stripped)
    moved = []
    for entity in entities:
        first = max(entity["offset"] - lead, 0)
        last = min(entity["offset"] + entity["length"] - lead, end)
        if last > first:
            moved.append({**entity, "offset": first, "length": last - first})
    return stripped, moved


_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>]))"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<url>(?:https?://\S+|www\.\S+\.\S+))"
    r"|(?P<mention>(?<!\w)@[A-Za-z0-9_]{2,32}\b)"
    r"|(?P<phone_number>\+\d[\d ()-]{7,16}\d)"
)
_HINT = re.compile(r"[/@+.]")


def find_entities(text: str) -> list[Entity]:
    """Entities that Telegram marks by itself in what a person writes: commands, addresses, links, numbers."""
    if _HINT.search(text) is None:
        return []
    return [
        {"type": found.lastgroup, "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in _FOUND.finditer(text)
    ]


_MARKS = {
    "bold": ("**", "**"),
    "italic": ("*", "*"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("~~", "~~"),
    "code": ("`", "`"),
    "pre": ("```\n", "\n```"),
}
_ESCAPED = re.compile(r"([\\`*_\[\]<>])")


def to_markdown(text: str, entities: list[Entity]) -> str:
    """The text as Markdown, with what has no Markdown form left plain."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for entity in entities:
        before, after = _MARKS.get(entity["type"], ("", ""))
        if entity["type"] == "text_link":
            before, after = "[", f"]({entity['url']})"
        opens.setdefault(entity["offset"], []).append(before)
        closes.setdefault(entity["offset"] + entity["length"], []).insert(0, after)
    edges = sorted({0, len(encoded) // 2, *opens, *closes})
    parts: list[str] = []
    for index, edge in enumerate(edges):
        parts += closes.get(edge, ())
        parts += opens.get(edge, ())
        until = edges[index + 1] if index + 1 < len(edges) else edge
        plain = encoded[edge * 2 : until * 2].decode("utf-16-le", "surrogatepass")
        parts.append(_ESCAPED.sub(r"\\\1", plain))
    return "".join(parts)
