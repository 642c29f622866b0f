"""Sends posts through the Bot API and says in the outbox's words what came of it."""

from typing import Any, Final

from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.outbox import SendLater, SendNever, Shown, Unwanted
from bot.store.outbox import Post

UNCHANGED: Final = "message is not modified"
GONE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
UNDELETABLE: Final = ("message to delete not found", "message can't be deleted", "message_id_invalid")
NOBODY: Final = ("chat not found", "user is deactivated", "bot was blocked")
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
REFUSED_WAIT: Final = 60.0
"""Seconds between two attempts while Telegram refuses the token: nothing is lost by it."""


class TelegramSender:
    """The sender of the Telegram channel."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, post: Post) -> Shown | None:
        """Send one post. Raises: SendLater, SendNever, Unwanted."""
        what = post.what
        try:
            match what["do"]:
                case "edit":
                    return await self._edit(what)
                case "delete":
                    await self._delete(int(what["chat"]), int(what["message"]))
                    return None
                case _:
                    return await self._send(what)
        except TelegramError as error:
            raise outcome(error) from None

    async def delete(self, address: str, message_id: int) -> None:
        """Delete a message. Raises: SendLater."""
        try:
            await self._delete(int(address), message_id)
        except (Forbidden, BadRequest):
            return
        except TelegramError as error:
            raise SendLater(type(error).__name__) from None

    async def _send(self, what: dict[str, Any]) -> Shown:
        message = await self._bot.send_message(
            int(what["chat"]),
            what["text"],
            parse_mode=ParseMode.HTML,
            reply_markup=_keyboard(what["buttons"]),
            link_preview_options=NO_PREVIEW,
        )
        return Shown(str(what["chat"]), message.message_id, bool(what.get("screen")))

    async def _edit(self, what: dict[str, Any]) -> Shown:
        """Edit in place; a message that can no longer be edited is sent anew."""
        try:
            await self._bot.edit_message_text(
                what["text"],
                chat_id=int(what["chat"]),
                message_id=int(what["message"]),
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(what["buttons"]),
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            said = error.message.casefold()
            if any(words in said for words in GONE):
                return await self._send(what)
            if UNCHANGED not in said:
                raise
        return Shown(str(what["chat"]), int(what["message"]), bool(what.get("screen")))

    async def _delete(self, chat: int, message: int) -> None:
        try:
            await self._bot.delete_message(chat, message)
        except BadRequest as error:
            if not any(words in error.message.casefold() for words in UNDELETABLE):
                raise


def outcome(error: TelegramError) -> Exception:
    """Return what an error of the Bot API means for the outbox; its text stays here, because it may quote."""
    match error:
        case RetryAfter():
            after = error.retry_after
            seconds = after if isinstance(after, int | float) else after.total_seconds()
            # Asked to wait is no failure of the post, however often.
            return SendLater("asked to wait", float(seconds), counts=False)
        case Forbidden():
            return Unwanted("blocked")
        case InvalidToken():
            return SendLater("token refused", REFUSED_WAIT, counts=False)
        case BadRequest():  # before NetworkError, of which it is a kind
            if any(words in error.message.casefold() for words in NOBODY):
                return Unwanted("chat not found")
            return SendNever("Telegram does not accept it")
        case ChatMigrated():
            return SendNever("chat moved")
        case NetworkError():
            return SendLater("network")
        case _:
            # A 429 without parameters, a 5xx worded anew: patience.
            return SendLater(type(error).__name__)


def _keyboard(rows: list[list[dict[str, str]]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: dict[str, str]) -> InlineKeyboardButton:
    if "copy" in button:
        return InlineKeyboardButton(button["text"], copy_text=CopyTextButton(button["copy"]))
    return InlineKeyboardButton(button["text"], callback_data=button["action"])
