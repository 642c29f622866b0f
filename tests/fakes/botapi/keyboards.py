"""Keyboards under messages: the limits Telegram sets to them, and the buttons a person can press."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.errors import bad_request

MOST_BUTTONS = 100
MOST_CALLBACK_BYTES = 64
MOST_COPIED = 256

_HOST = re.compile(r"(?:https?://)?(?:[^/?#@]*@)?([^/?#:]*)(?::(\d*))?(?:[/?#]|$)", re.IGNORECASE)
_OTHER_ACTIONS = (
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)


@dataclass(frozen=True, slots=True)
class Button:
    """One button as a person sees it; `data`, `url` and `copies` say what pressing it does."""

    label: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None


def read_markup(value: Any) -> dict[str, Any] | None:
    """The markup of a request, checked; None when there is none or it is an inline keyboard without buttons.

    Raises: ApiError in Telegram's words.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if value.get("keyboard"):
        _check_rows(value["keyboard"], 'field "keyboard" must be an Array of Arrays')
        return value
    if "inline_keyboard" in value:
        return _inline(value["inline_keyboard"])
    return value if value.get("remove_keyboard") or value.get("force_reply") else None


def _check_rows(rows: Any, problem: str) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(problem)


def _inline(rows: Any) -> dict[str, Any] | None:
    _check_rows(rows, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    total = 0
    for row in rows:
        for button in row:
            _check_button(button)
        total += len(row)
    if total == 0:
        return None
    if total > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": [row for row in rows if row]}


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if text is None:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if button.get("url"):
        _check_url(button["url"])
    elif button.get("callback_data"):
        if len(button["callback_data"].encode()) > MOST_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "copy_text" in button:
        if not 1 <= len(button["copy_text"].get("text", "")) <= MOST_COPIED:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    elif not any(action in button for action in _OTHER_ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def _check_url(url: str) -> None:
    if url.lower().startswith(("tg://", "ton://", "tonsite://")):
        return
    found = _HOST.match(url)
    problem = None
    if found is None or (found.group(2) is not None and not found.group(2)):
        problem = "Wrong port number specified in the URL"
    elif "." not in found.group(1).strip("."):
        problem = "Wrong HTTP URL"
    if problem is not None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {problem}")


def buttons_of(markup: dict[str, Any] | None) -> tuple[tuple[Button, ...], ...]:
    """The rows of buttons that markup shows, inline or instead of the letters."""
    if markup is None:
        return ()
    if "inline_keyboard" in markup:
        return tuple(
            tuple(
                Button(
                    button["text"],
                    button.get("callback_data"),
                    button.get("url"),
                    (button.get("copy_text") or {}).get("text"),
                )
                for button in row
            )
            for row in markup["inline_keyboard"]
        )
    rows = markup.get("keyboard") or ()
    return tuple(tuple(Button(button if isinstance(button, str) else button["text"]) for button in row) for row in rows)
