"""Turns a form of the web chat into an event."""

from collections.abc import Iterable

from flows.events import Commanded, Event, Filled, Typed, read_action


def read_form(question: str, page: str, ticking: bool, ticked: Iterable[str], action: str, text: str) -> Event:
    """Return the event of a sent form; anything that makes no sense is an unknown command, which is answered."""
    if not action:
        return Typed(text)
    if ticking:
        prefix = f"{question}="
        then = action.removeprefix(prefix)
        if action.startswith("/") or action.startswith(prefix):
            return Filled(question, page, frozenset(ticked), then)
    return read_action(action) or Commanded("?")
