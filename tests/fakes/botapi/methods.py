"""The methods of the Bot API that a chat bot uses, carried out on what Telegram keeps."""

import functools
import mimetypes
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.fakes.botapi.arguments import Arguments
from tests.fakes.botapi.chats import DELETABLE_SECONDS, Chat, SentFile, Stored, World, finish
from tests.fakes.botapi.errors import ApiError, bad_request, blocked
from tests.fakes.botapi.keyboards import read_markup
from tests.fakes.botapi.texts import Entity, parse_html, trim

Json = dict[str, Any]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_SOURCE_BYTES = 32768
LONGEST_TOAST = 200
MOST_COMMANDS = 100
MOST_DELETED = 100

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_QUERY_GONE = "query is too old and response timeout expired or query ID is invalid"
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_DESCRIPTIONS = {"Description": ("description", 512), "ShortDescription": ("short_description", 120)}


class Methods:
    """Each method by its name in `table`; it takes the arguments and gives the result or raises ApiError.

    Attributes:
        sent: by chat, how often the bot sent each text anew (edits do not count).
        deleted: the messages that the last deletion took away.
    """

    def __init__(self, world: World, query_seconds: float) -> None:
        self._world = world
        self._query_seconds = query_seconds
        self.sent: dict[int, Counter[str]] = {}
        self.deleted: list[int] = []
        self.table: dict[str, Callable[[Arguments], Any]] = {
            "getMe": lambda _: self._world.bot,
            "sendMessage": self._send_message,
            "sendDocument": lambda arguments: self._send_file(arguments, "document"),
            "sendPhoto": lambda arguments: self._send_file(arguments, "photo"),
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_query,
            "deleteMessage": self._delete_message,
            "deleteMessages": self._delete_messages,
            "getChat": self._get_chat,
            "leaveChat": self._leave_chat,
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda arguments: self._world.commands.get(self._scope(arguments), []),
            "deleteMyCommands": self._delete_commands,
        }
        for what in _DESCRIPTIONS:
            self.table[f"setMy{what}"] = functools.partial(self._describe, what)
            self.table[f"getMy{what}"] = functools.partial(self._described, what)

    def _chat(self, arguments: Arguments, *, write: bool) -> Chat:
        if not arguments.text("chat_id"):
            raise bad_request("chat_id is empty")
        chat = self._world.chats.get(arguments.integer("chat_id"))
        if chat is None or (chat.private and not chat.open):
            raise bad_request("chat not found")
        if write and chat.blocked:
            raise blocked()
        if write and not chat.open:
            raise ApiError(403, "Forbidden: bot is not a member of the group chat")
        return chat

    def _send_message(self, arguments: Arguments) -> Json:
        source = arguments.text("text")
        if not source:
            raise bad_request("message text is empty")
        text, entities = _formatted(arguments, source, "entities")
        if not text:
            raise bad_request("text must be non-empty")
        if len(text) > LONGEST_TEXT:
            raise bad_request("message is too long")
        content: Json = {"text": text}
        if entities:
            content["entities"] = entities
        preview = arguments.structure("link_preview_options", "can't parse link preview options JSON object")
        if preview:
            content["link_preview_options"] = preview
        markup = read_markup(arguments.values.get("reply_markup"))
        chat = self._chat(arguments, write=True)
        body = self._keep(arguments, chat, content, markup, None)
        self.sent.setdefault(chat.id, Counter())[text] += 1
        return body

    def _send_file(self, arguments: Arguments, kind: str) -> Json:
        file = self._file(arguments, kind)
        content: Json = {}
        caption, entities = _formatted(arguments, arguments.text("caption"), "caption_entities")
        if len(caption) > LONGEST_CAPTION:
            raise bad_request("message caption is too long")
        known: Json = {"file_id": file.file_id, "file_unique_id": f"AgAD{file.file_id[-8:]}"}
        size = {"file_size": len(file.content)} if file.content else {}
        if kind == "document":
            content["document"] = {**known, "file_name": file.name, "mime_type": file.mime_type, **size}
        else:
            content["photo"] = [{**known, "width": 1280, "height": 720, **size}]
        if caption:
            content["caption"] = caption
        if entities:
            content["caption_entities"] = entities
        markup = read_markup(arguments.values.get("reply_markup"))
        return self._keep(arguments, self._chat(arguments, write=True), content, markup, file)

    def _file(self, arguments: Arguments, kind: str) -> SentFile:
        given = arguments.text(kind)
        upload = arguments.uploads.get(given.removeprefix("attach://") if given else kind)
        if upload is not None:
            if not upload.content:
                raise bad_request("file must be non-empty")
            return self._world.keep_file(upload.name, upload.mime_type, upload.content)
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        if given in self._world.files:
            return self._world.files[given]
        if not given.startswith(("http://", "https://")):
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        name = given.rpartition("/")[2]
        return self._world.keep_file(name, mimetypes.guess_type(name)[0] or "application/octet-stream", b"")

    def _keep(
        self, arguments: Arguments, chat: Chat, content: Json, markup: Json | None, file: SentFile | None
    ) -> Json:
        world = self._world
        now = world.clock()
        body: Json = {"message_id": 0, "from": world.bot, "chat": chat.payload, "date": int(now), **content}
        reply = arguments.structure("reply_parameters", "can't parse reply parameters JSON object")
        if reply:
            original = chat.messages.get(int(reply.get("message_id", 0)))
            if original is not None:
                body["reply_to_message"] = {
                    key: value for key, value in original.body.items() if key != "reply_to_message"
                }
            elif not reply.get("allow_sending_without_reply"):
                raise bad_request("message to be replied not found")
        if arguments.truth("protect_content"):
            body["has_protected_content"] = True
        if markup is not None and "inline_keyboard" in markup:
            body["reply_markup"] = markup
        body["message_id"] = world.next_message_id()
        chat.keep(Stored(body["message_id"], now, True, body, markup, file))
        return body

    def _send_chat_action(self, arguments: Arguments) -> bool:
        if arguments.text("action") not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._chat(arguments, write=True)
        return True

    def _to_edit(self, arguments: Arguments) -> tuple[Chat, Stored]:
        message_id = arguments.integer("message_id")
        if not arguments.text("chat_id") and not message_id:
            raise bad_request("message identifier is not specified")
        chat = self._chat(arguments, write=True)
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request("message to edit not found")
        if not message.by_bot or (message.markup is not None and "inline_keyboard" not in message.markup):
            raise bad_request("message can't be edited")
        return chat, message

    def _edit_text(self, arguments: Arguments) -> Json:
        source = arguments.text("text")
        if not source:
            raise bad_request("message text is empty")
        text, entities = _formatted(arguments, source, "entities")
        markup = read_markup(arguments.values.get("reply_markup"))
        chat, message = self._to_edit(arguments)
        if "text" not in message.body:
            raise bad_request("there is no text in the message to edit")
        if not text:
            raise bad_request("text must be non-empty")
        if len(text) > LONGEST_TEXT:
            raise bad_request("message is too long")
        if text == message.body["text"] and entities == message.body.get("entities", []) and markup == message.markup:
            raise bad_request(_NOT_MODIFIED)
        body = {key: value for key, value in message.body.items() if key not in ("entities", "reply_markup")}
        body["text"] = text
        if entities:
            body["entities"] = entities
        return self._keep_edit(chat, message, body, markup)

    def _edit_markup(self, arguments: Arguments) -> Json:
        markup = read_markup(arguments.values.get("reply_markup"))
        chat, message = self._to_edit(arguments)
        if markup == message.markup:
            raise bad_request(_NOT_MODIFIED)
        body = {key: value for key, value in message.body.items() if key != "reply_markup"}
        return self._keep_edit(chat, message, body, markup)

    def _keep_edit(self, chat: Chat, message: Stored, body: Json, markup: Json | None) -> Json:
        if markup is not None:
            if "inline_keyboard" not in markup:
                raise bad_request("inline keyboard expected")
            body["reply_markup"] = markup
        body["edit_date"] = int(self._world.clock())
        message.body = body
        message.markup = markup
        chat.keep(message)
        return body

    def _answer_query(self, arguments: Arguments) -> bool:
        query = self._world.queries.get(arguments.text("callback_query_id"))
        if query is None or query.answer is not None or self._world.clock() - query.at > self._query_seconds:
            raise bad_request(_QUERY_GONE)
        if len(arguments.text("text")) > LONGEST_TOAST:
            raise bad_request("MESSAGE_TOO_LONG")
        query.answer = arguments.values
        finish(query.waiting)
        return True

    def _delete_message(self, arguments: Arguments) -> bool:
        if not arguments.text("chat_id"):
            raise bad_request("chat identifier is not specified")
        message_id = arguments.integer("message_id")
        if not message_id:
            raise bad_request("message identifier is not specified")
        chat = self._chat(arguments, write=False)
        if message_id not in chat.messages:
            raise bad_request("message to delete not found")
        return self._delete(chat, [message_id])

    def _delete_messages(self, arguments: Arguments) -> bool:
        given = arguments.structure("message_ids", "can't parse message identifiers JSON object")
        if not isinstance(given, list) or not given:
            raise bad_request("message identifiers are not specified")
        if len(given) > MOST_DELETED:
            raise bad_request("too many message identifiers specified")
        chat = self._chat(arguments, write=False)
        return self._delete(chat, [int(one) for one in given if int(one) in chat.messages])

    def _delete(self, chat: Chat, message_ids: list[int]) -> bool:
        now = self._world.clock()
        for message_id in message_ids:
            message = chat.messages[message_id]
            if not chat.private and not message.by_bot:
                raise bad_request("message can't be deleted")
            if now - message.date > DELETABLE_SECONDS:
                raise bad_request("message can't be deleted for everyone")
        for message_id in message_ids:
            chat.remove(message_id)
        self.deleted = message_ids
        return True

    def _get_chat(self, arguments: Arguments) -> Json:
        gifts = (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        )
        return {
            **self._chat(arguments, write=False).payload,
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def _leave_chat(self, arguments: Arguments) -> bool:
        chat = self._chat(arguments, write=True)
        if chat.private:
            raise bad_request("method is available for group, supergroup and channel chats only")
        chat.open = False
        return True

    def _scope(self, arguments: Arguments) -> tuple[str, str]:
        scope = arguments.structure("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
        if not isinstance(scope, dict) or "type" not in scope:
            raise bad_request("can't parse BotCommandScope: Can't find field \"type\"")
        key = ":".join(str(scope[name]) for name in ("type", "chat_id", "user_id") if name in scope)
        return key, _language(arguments)

    def _set_commands(self, arguments: Arguments) -> bool:
        given = arguments.structure("commands", "can't parse commands JSON object") or []
        if not isinstance(given, list):
            raise bad_request("expected an Array of BotCommand")
        if len(given) > MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        commands = [_command(one) for one in given]
        scope = self._scope(arguments)
        if commands:
            self._world.commands[scope] = commands
        else:
            self._world.commands.pop(scope, None)
        return True

    def _delete_commands(self, arguments: Arguments) -> bool:
        self._world.commands.pop(self._scope(arguments), None)
        return True

    def _describe(self, what: str, arguments: Arguments) -> bool:
        name, longest = _DESCRIPTIONS[what]
        text = arguments.text(name)
        if len(text) > longest:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        self._world.described[name, _language(arguments)] = text
        return True

    def _described(self, what: str, arguments: Arguments) -> Json:
        name, _ = _DESCRIPTIONS[what]
        described = self._world.described
        return {name: described.get((name, _language(arguments)), described.get((name, ""), ""))}


def _language(arguments: Arguments) -> str:
    code = arguments.text("language_code")
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _command(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command = str(given.get("command", "")).strip().removeprefix("/")
    description = str(given.get("description", "")).strip()
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > 32:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def _formatted(arguments: Arguments, source: str, entities_name: str) -> tuple[str, list[Entity]]:
    """Plain text and entities of a text or caption. Raises: ApiError."""
    if len(source) * 4 > LONGEST_SOURCE_BYTES and len(source.encode()) > LONGEST_SOURCE_BYTES:
        raise bad_request("text is too long")
    mode = arguments.text("parse_mode").lower()
    if mode == "html":
        return trim(*parse_html(source))
    if mode in ("markdown", "markdownv2"):
        raise ApiError(501, "Not Implemented: this server reads HTML only")
    if mode and mode != "none":
        raise bad_request("unsupported parse_mode")
    entities = arguments.structure(entities_name, "can't parse entities JSON object")
    return trim(source, entities if isinstance(entities, list) else [])
