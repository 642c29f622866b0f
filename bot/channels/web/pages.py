"""Draws replies as HTML; the words come from the content, only the frame stands here."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.messages import Notice, Page, Prompt, Reply

HERE = Path(str(files("bot.channels.web")))


def dialable(phone: str) -> str:
    """Return a number as a tel: link takes it."""
    return "".join(c for c in phone if c.isdigit() or c == "+")


def environment() -> Environment:
    """Return the templates, escaping everything."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    env.filters["dialable"] = dialable
    return env


class Pages:
    """The pages of the web chat."""

    def __init__(self, env: Environment) -> None:
        self._env = env

    def start(self, open_consult: bool, csrf: str) -> str:
        """The first page."""
        return self._draw("start.html", open_consult=open_consult, csrf=csrf)

    def consult(self, replies: Sequence[Reply], csrf: str) -> str:
        """The screen of a consult."""
        prompt = next(reply for reply in reversed(replies) if isinstance(reply, Prompt))
        return self._draw(
            "consult.html",
            notices=[reply for reply in replies if isinstance(reply, Notice)],
            pages=[reply for reply in replies if isinstance(reply, Page)],
            prompt=prompt,
            csrf=csrf,
        )

    def topics(self, titles: dict[str, str], texts: Sequence[str]) -> str:
        """The list of subjects one can read about."""
        return self._draw("topics.html", titles=titles, texts=texts)

    def page(self, page: Page) -> str:
        """Something to read."""
        return self._draw("page.html", page=page)

    def message(self, title: str, text: str) -> str:
        """A short message, such as that a page does not exist."""
        return self._draw("message.html", title=title, text=text)

    def _draw(self, template: str, **values: Any) -> str:
        return self._env.get_template(template).render(**values)
