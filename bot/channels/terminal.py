"""The consult in a terminal: prints what the consult says, reads a line, and keeps what was asked to be kept."""

import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from flows.consult import Turn
from flows.events import Event, Start, Typed
from flows.messages import Choice, Line, Notice, Page, Prompt, Reply

WIDTH: Final = 78
LEAVE: Final = frozenset({"/stop", "stop", "/einde", "exit", "quit"})


def chat(handle: Callable[[Event], Turn], read: Callable[[], str | None], write: Callable[[str], None]) -> None:
    """Hold one consult until the user leaves; what was answered is kept by whoever handles the events.

    Args:
        handle: applies an event and says what to show.
        read: the next line, None at the end of input.
        write: shows text.
    """
    event: Event = Start()
    while True:
        for reply in handle(event).replies:
            write("\n".join(render(reply)) + "\n")
        line = read()
        if line is None or line.strip().casefold() in LEAVE:
            return
        event = Typed(line)


def render(reply: Reply, sources: bool = False) -> Iterator[str]:
    """Yield the lines of a reply as plain text; with `sources`, what stands behind each sentence."""
    match reply:
        case Notice():
            yield from _wrap(f"» {reply.text}")
        case Page():
            yield from _page(reply, sources or reply.id == "why")
        case Prompt():
            yield from _prompt(reply)


def _page(page: Page, sources: bool) -> Iterator[str]:
    yield ""
    yield page.title.upper()
    for section in page.sections:
        yield ""
        yield section.title
        yield "-" * len(section.title)
        for line in section.lines:
            yield from _line(line, sources)


def _line(line: Line, sources: bool) -> Iterator[str]:
    if line.head:
        yield from _wrap(" · ".join(part for part in (line.head, line.phone) if part))
    yield from _wrap(line.text)
    if sources and (line.why or line.sources):
        behind = " ".join(part for part in (line.why, f"[{', '.join(line.sources)}]" if line.sources else "") if part)
        yield from _wrap(behind, indent="    ")


def _prompt(prompt: Prompt) -> Iterator[str]:
    yield ""
    if prompt.stage:
        yield f"Stap {prompt.stage} van {prompt.stages} · {prompt.stage_label}"
    yield from _wrap(f"{prompt.text} {prompt.more}".strip())
    for note in prompt.notes:
        yield from _wrap(f"- {note.text}")
        if note.why:
            yield from _wrap(note.why, indent="    ")
    if prompt.why:
        yield from _wrap(f"Waarom? {prompt.why}", indent="  ")
    listed = prompt.choices + prompt.pages + prompt.finish
    for number, choice in enumerate(listed, start=1):
        yield f"{number:>4}. {_box(choice)}{choice.label}"
    commands = " · ".join(f"{choice.action} ({choice.label})" for choice in prompt.moves)
    yield from _wrap(commands, indent="  ")


def _box(choice: Choice) -> str:
    return "" if choice.ticked is None else "[x] " if choice.ticked else "[ ] "


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]
