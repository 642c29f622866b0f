"""Turns an update of Telegram into an event of the consult. What is not text or a button is answered and not kept."""

from datetime import datetime
from typing import Final

from telegram import Message, Update
from telegram.constants import ChatType

from bot.service import Incoming
from flows.events import Chose, Commanded, Event, Sent, Start, Typed, read_action

CHANNEL: Final = "telegram"
WANTED: Final = ("message", "edited_message", "callback_query")
"""The kinds of update that are asked for."""


def read_update(update: Update, at: datetime) -> Incoming | None:
    """Return the event of an update, None for one that is not for us (a group, a channel, an unknown kind)."""
    if update.callback_query is not None:
        query = update.callback_query
        event = read_action(query.data or "") or Chose("?", "?")
        message = query.message
        return Incoming(
            CHANNEL, str(query.from_user.id), event, at, update.update_id,
            message.message_id if message is not None else None, pressed=message is not None and message.is_accessible,
        )  # fmt: skip
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE or message.from_user is None:
        return None
    event = Sent("edited") if update.edited_message is not None else _said(message)
    return Incoming(CHANNEL, str(message.chat.id), event, at, update.update_id, message.message_id)


def _said(message: Message) -> Event:
    if message.forward_origin is not None:
        return Sent("forwarded")
    if message.location is not None or message.venue is not None:
        return Sent("location")
    if message.text is None:
        return Sent("media")
    if not message.text.startswith("/"):
        return Typed(message.text)
    name, _, argument = message.text[1:].partition(" ")
    name = name.partition("@")[0].casefold()
    if name == "start":
        return Start(argument.strip() or None)
    return Commanded(name, argument.strip())
