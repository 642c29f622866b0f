"""Keeps conversations: loads one under a lock, saves it, erases it. Never sees what is in it."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.keys import row_name
from bot.store.sealing import Seal
from bot.store.tables import admitted, conversation, invitation, seen


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation as it was loaded."""

    state: str
    version: int
    screen: int | None


class Conversations:
    """The stored conversations, within the transaction of the caller."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def first_time(self, connection: Connection, channel: str, update_id: int, at: float) -> bool:
        """Note that an update was seen; return whether it was the first time."""
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        new = dialect.insert(seen).values(channel=channel, update_id=update_id, at=at).on_conflict_do_nothing()
        return connection.execute(new.returning(seen.c.update_id)).first() is not None

    def load(self, connection: Connection, key: str, since: float, lock: bool = True) -> Stored | None:
        """Return a conversation; None when there is none, or its last event was before `since`.

        With `lock` nobody else can change it before this transaction ends (a row lock; SQLite has one writer).
        """
        columns = conversation.c.state, conversation.c.version, conversation.c.touched, conversation.c.screen
        query = select(*columns).where(conversation.c.key == key)
        row = connection.execute(query.with_for_update() if lock else query).first()
        if row is not None and row.touched < since:
            # Its time was over though nobody erased it yet.
            if lock:
                self.erase(connection, key)
            return None
        if row is None:
            return None
        state = self._seal.open(row.state, f"{row_name(conversation, key)}.state").decode()
        return Stored(state, row.version, row.screen)

    def save(
        self, connection: Connection, key: str, state: str, version: int, at: float, channel: str, address: str | None
    ) -> None:
        """Store a state that was loaded with `version`; 0 is one that was not there yet."""
        name = row_name(conversation, key)
        values = {
            "state": self._seal.close(state.encode(), f"{name}.state"),
            "version": version + 1,
            "touched": at,
        }
        if version == 0:
            sealed = self._seal.close(address.encode(), f"{name}.address") if address is not None else None
            connection.execute(insert(conversation).values(key=key, channel=channel, address=sealed, **values))
            return
        here = (conversation.c.key == key) & (conversation.c.version == version)
        if connection.execute(update(conversation).where(here).values(**values)).rowcount != 1:
            raise RuntimeError("a conversation was changed by somebody else while it was locked")

    def set_screen(self, connection: Connection, key: str, screen: int) -> None:
        """Remember which message shows the current question."""
        connection.execute(update(conversation).where(conversation.c.key == key).values(screen=screen))

    def erase(self, connection: Connection, key: str) -> None:
        """Erase one conversation."""
        connection.execute(delete(conversation).where(conversation.c.key == key))

    def erase_untouched(self, connection: Connection, since: float) -> int:
        """Erase all conversations without an event since a moment, and what was seen before it; return how many."""
        connection.execute(delete(seen).where(seen.c.at < since))
        return int(connection.execute(delete(conversation).where(conversation.c.touched < since)).rowcount)

    def is_admitted(self, connection: Connection, key: str) -> bool:
        """Return whether somebody was invited."""
        return connection.execute(select(admitted.c.key).where(admitted.c.key == key)).first() is not None

    def admit(self, connection: Connection, key: str, code: str, at: float) -> bool:
        """Use an invitation; return whether it was one that still holds."""
        digest = self._seal.token("invitation", code)
        here = (invitation.c.code == digest) & (invitation.c.ends > at) & (invitation.c.uses > 0)
        if connection.execute(update(invitation).where(here).values(uses=invitation.c.uses - 1)).rowcount != 1:
            return False
        connection.execute(insert(admitted).values(key=key, at=at))
        return True

    def invite(self, connection: Connection, code: str, uses: int, ends: float) -> None:
        """Make an invitation that admits so many people until a moment."""
        digest = self._seal.token("invitation", code)
        connection.execute(insert(invitation).values(code=digest, uses=uses, ends=ends))
