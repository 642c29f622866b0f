"""A person with Telegram in her hand: what she writes and presses, and what is on her screen."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.chats import Chat, Query, Shown, Stored, World, shown
from tests.fakes.botapi.keyboards import Button
from tests.fakes.botapi.texts import find_entities
from tests.fakes.botapi.updates import Delivery

Json = dict[str, Any]
Put = Callable[[str, Json, int], Delivery]


@dataclass(slots=True)
class Deed:
    """Something she did, on its way to the bot.

    Attributes:
        message_id: of her message, or of the one whose button she pressed.
        query: the callback query of a pressed button, with the bot's answer.
        delivery: None for what Telegram does not tell the bot (a copy button, a link).
    """

    message_id: int
    delivery: Delivery | None
    query: Query | None = None

    async def until_accepted(self, timeout: float = 5.0) -> None:
        """Wait until the bot confirmed it. Raises: AssertionError after `timeout` seconds."""
        assert self.delivery is not None, "the bot is not told of this"
        await self.delivery.until_accepted(timeout)

    async def until_answered(self, timeout: float = 5.0) -> Json:
        """Wait until the bot answered the pressed button; the parameters of that answer.

        Raises: AssertionError after `timeout` seconds.
        """
        assert self.query is not None, "no callback button was pressed"
        if self.query.answer is None:
            self.query.waiting = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self.query.waiting, timeout)
            except TimeoutError:
                raise AssertionError(f"no answer to the pressed button within {timeout} s") from None
        assert self.query.answer is not None
        return self.query.answer


class Group:
    """A group chat in which people may write and to which the bot may be added."""

    def __init__(self, chat_id: int, title: str, world: World, put: Put) -> None:
        self.chat = world.chat(chat_id, {"id": chat_id, "type": "supergroup", "title": title})
        self._world = world
        self._put = put

    async def adds_bot(self, by: "Person") -> Delivery:
        """The person adds the bot to the group."""
        self.chat.open = True
        return _bot_status(self._world, self._put, self.chat, by.payload, "left", "member")


class Person:
    """One person, in a private chat with the bot.

    Attributes:
        id: of the person and of the private chat.
        toasts: short texts that the bot showed at a pressed button, oldest first.
        clipboard: what a copy button put there last.
        opened: the address of the last link button she pressed.
    """

    def __init__(
        self,
        user_id: int,
        language_code: str,
        first_name: str,
        world: World,
        put: Put,
    ) -> None:
        self.id = user_id
        self.payload: Json = {
            "id": user_id,
            "is_bot": False,
            "first_name": first_name,
            "language_code": language_code,
        }
        self.chat = world.chat(user_id, {"id": user_id, "type": "private", "first_name": first_name})
        self.clipboard: str | None = None
        self.opened: str | None = None
        self._world = world
        self._put = put
        self._queries: list[Query] = []
        self._acted_at = 0

    # What she does

    async def says(self, text: str, *, group: Group | None = None) -> Deed:
        """Send a text, in her own chat with the bot or in a group."""
        content: Json = {"text": text}
        entities = find_entities(text)
        if entities:
            content["entities"] = entities
        return self._writes(content, group)

    async def starts(self, payload: str = "") -> Deed:
        """Press Start, or follow a deep link with a payload."""
        return await self.says(f"/start {payload}".strip())

    async def edits(self, message: Deed | Shown | int, text: str) -> Deed:
        """Change an earlier message of hers."""
        message_id = message if isinstance(message, int) else message.message_id
        stored = self.chat.messages[message_id]
        body = {key: value for key, value in stored.body.items() if key != "entities"}
        body.update(text=text, edit_date=int(self._world.clock()))
        entities = find_entities(text)
        if entities:
            body["entities"] = entities
        stored.body = body
        self.chat.keep(stored)
        return Deed(message_id, self._act("edited_message", body, self.chat))

    async def deletes(self, message: Deed | Shown | int) -> None:
        """Delete a message for both sides; Telegram does not tell the bot."""
        self.chat.remove(message if isinstance(message, int) else message.message_id)

    async def sends_sticker(self, emoji: str = "👍") -> Deed:
        sticker = {**self._file(), "type": "regular", "width": 512, "height": 512, "emoji": emoji}
        return self._writes({"sticker": {**sticker, "is_animated": False, "is_video": False}})

    async def sends_photo(self, caption: str = "") -> Deed:
        photo = {**self._file(), "width": 90, "height": 51, "file_size": 1101}
        return self._writes({"photo": [photo], **({"caption": caption} if caption else {})})

    async def sends_document(self, name: str = "bestand.pdf", caption: str = "") -> Deed:
        document = {**self._file(), "file_name": name, "mime_type": "application/pdf", "file_size": 1024}
        return self._writes({"document": document, **({"caption": caption} if caption else {})})

    async def sends_voice(self, seconds: int = 3) -> Deed:
        return self._writes({"voice": {**self._file(), "duration": seconds, "mime_type": "audio/ogg"}})

    async def sends_location(self, latitude: float = 52.22, longitude: float = 6.89) -> Deed:
        return self._writes({"location": {"latitude": latitude, "longitude": longitude}})

    async def sends_contact(self, phone_number: str = "+31200000000", first_name: str = "Contact") -> Deed:
        return self._writes({"contact": {"phone_number": phone_number, "first_name": first_name}})

    async def sends(self, content: Json) -> Deed:
        """Send a message of any other kind: `content` is the fields of Message that make it up."""
        return self._writes(content)

    async def forwards(self, text: str, origin: str = "Afzender") -> Deed:
        """Forward somebody's text, who does not show an account."""
        sent = {"type": "hidden_user", "sender_user_name": origin, "date": int(self._world.clock()) - 60}
        return self._writes({"text": text, "forward_origin": sent})

    async def presses(self, button: str, *, message: Deed | Shown | int | None = None, timeout: float = 5.0) -> Deed:
        """Press a button, by its label or its callback data.

        Args:
            button: of the newest message that has it.
            message: of this message only, however old; with callback data the button may be gone from it,
                or the message deleted, as when her screen lags behind.
            timeout: seconds to wait until such a button is there.

        Raises: AssertionError when there is none in time.
        """
        if message is not None:
            return self._press_in(message if isinstance(message, int) else message.message_id, button)
        deadline = time.monotonic() + timeout
        while (found := self._find(button)) is None:
            await self._next_change(deadline, f"no button {button!r} within {timeout} s")
        return self._press(*found)

    async def blocks_bot(self) -> Deed:
        """Block the bot: it can write no more, and is told so."""
        self.chat.blocked = True
        return Deed(0, self._status("member", "kicked"))

    async def unblocks_bot(self) -> Deed:
        self.chat.blocked = False
        return Deed(0, self._status("kicked", "member"))

    # What she sees

    @property
    def screen(self) -> list[Shown]:
        """The messages now in the chat, hers too, in order."""
        return list(self.chat.screen())

    @property
    def toasts(self) -> list[str]:
        return [
            str(query.answer["text"])
            for query in self._queries
            if query.answer is not None and query.answer.get("text")
        ]

    @property
    def last(self) -> Shown:
        """The bot's message that was sent or edited last."""
        messages = [message for message in self.chat.messages.values() if message.by_bot]
        assert messages, f"the bot wrote nothing to {self.id}"
        return shown(max(messages, key=lambda message: message.changed))

    @property
    def commands(self) -> dict[str, str]:
        """The command menu that she gets: of the narrowest scope, in her language if there is one."""
        for scope in (f"chat:{self.id}", "all_private_chats", "default"):
            for language in (str(self.payload["language_code"])[:2], ""):
                menu = self._world.commands.get((scope, language))
                if menu:
                    return {one["command"]: one["description"] for one in menu}
        return {}

    async def sees(self, text: str, timeout: float = 5.0, *, fresh: bool = False) -> Shown:
        """Wait until a message of the bot on her screen has this text in it; the newest such message.

        Args:
            fresh: only what was sent or edited since she last did something.

        Raises: AssertionError with what is on the screen, after `timeout` seconds.
        """
        return await self._sees(lambda message: text in message.text, timeout, fresh, f"text {text!r}")

    async def sees_button(self, label: str, timeout: float = 5.0, *, fresh: bool = False) -> Shown:
        """Wait until a message of the bot on her screen has this button. Raises: AssertionError."""
        return await self._sees(lambda one: label in one.labels, timeout, fresh, f"button {label!r}")

    async def sees_no(self, text: str, timeout: float = 5.0) -> None:
        """Wait until no message on her screen, her own included, has this text. Raises: AssertionError."""
        deadline = time.monotonic() + timeout
        while any(text in message.text for message in self.chat.screen()):
            await self._next_change(deadline, f"text {text!r} still there after {timeout} s")

    async def _sees(self, wanted: Callable[[Shown], bool], timeout: float, fresh: bool, what: str) -> Shown:
        deadline = time.monotonic() + timeout
        while True:
            for stored in reversed(self.chat.messages.values()):
                if stored.by_bot and (not fresh or stored.changed > self._acted_at):
                    message = shown(stored)
                    if wanted(message):
                        return message
            await self._next_change(deadline, f"no {what} within {timeout} s")

    async def _next_change(self, deadline: float, problem: str) -> None:
        left = deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            await asyncio.wait_for(self.chat.changes(), left)
        except TimeoutError:
            raise AssertionError(f"{problem}; the screen of {self.id} shows:\n{self._dump()}") from None

    def _dump(self) -> str:
        lines = [
            f"  {'bot' if message.by_bot else 'her'} {message.message_id}: {message.text!r} {message.labels}"
            for message in self.screen
        ]
        return "\n".join(lines) or "  nothing"

    # How that reaches the bot

    def _status(self, before: str, after: str) -> Delivery:
        return _bot_status(self._world, self._put, self.chat, self.payload, before, after)

    def _act(self, kind: str, content: Json, chat: Chat) -> Delivery:
        if chat is self.chat:
            chat.open = True
            self._acted_at = chat.version
        return self._put(kind, content, chat.id)

    def _writes(self, content: Json, group: Group | None = None) -> Deed:
        chat = self.chat if group is None else group.chat
        if chat.blocked:
            raise ValueError(f"{self.id} blocked the bot; unblock it first")
        message_id = self._world.next_message_id()
        now = self._world.clock()
        body: Json = {
            "message_id": message_id,
            "from": self.payload,
            "chat": chat.payload,
            "date": int(now),
            **content,
        }
        chat.keep(Stored(message_id, now, False, body))
        return Deed(message_id, self._act("message", body, chat))

    def _file(self) -> Json:
        file = self._world.keep_file("bestand", "application/octet-stream", b"")
        return {"file_id": file.file_id, "file_unique_id": f"AgAD{file.file_id[-8:]}"}

    def _find(self, button: str) -> tuple[Stored, Button] | None:
        for stored in reversed(self.chat.messages.values()):
            if stored.by_bot and stored.markup is not None:
                for one in shown(stored).buttons:
                    if button in (one.label, one.data):
                        return stored, one
        return None

    def _press_in(self, message_id: int, button: str) -> Deed:
        stored = self.chat.messages.get(message_id)
        if stored is None:
            gone: Json = {"chat": self.chat.payload, "message_id": message_id, "date": 0}
            return self._query(message_id, gone, button)
        for one in shown(stored).buttons:
            if button in (one.label, one.data):
                return self._press(stored, one)
        return self._query(message_id, stored.body, button)

    def _press(self, stored: Stored, button: Button) -> Deed:
        if button.data is not None:
            return self._query(stored.message_id, stored.body, button.data)
        if button.copies is not None:
            self.clipboard = button.copies
        elif button.url is not None:
            self.opened = button.url
        else:
            return self._writes({"text": button.label})
        return Deed(stored.message_id, None)

    def _query(self, message_id: int, message: Json, data: str) -> Deed:
        query = Query(self._world.next_query_id(), self.id, self._world.clock())
        content: Json = {
            "id": query.query_id,
            "from": self.payload,
            "message": message,
            "chat_instance": str(-self.id * 7919),
            "data": data,
        }
        delivery = self._act("callback_query", content, self.chat)
        self._world.queries[query.query_id] = query
        self._queries.append(query)
        return Deed(message_id, delivery, query)


def _bot_status(world: World, put: Put, chat: Chat, by: Json, before: str, after: str) -> Delivery:
    """Tell the bot that its own place in a chat changed."""

    def member(status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": world.bot, "status": status, **until}

    content = {
        "chat": chat.payload,
        "from": by,
        "date": int(world.clock()),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }
    return put("my_chat_member", content, chat.id)
