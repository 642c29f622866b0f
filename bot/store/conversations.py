"""Keeps conversations: loads one under a lock, saves it, erases it. Never sees what is in it."""

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.sealing import Seal
from bot.store.tables import conversation


class Conversations:
    """The stored conversations, within the transaction of the caller."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def load(self, connection: Connection, key: str, since: float, lock: bool = True) -> tuple[str, int] | None:
        """Return the state and its version; None when there is none, or its last event was before `since`.

        With `lock` nobody else can change it before this transaction ends (a row lock; SQLite has one writer).
        """
        query = select(conversation.c.state, conversation.c.version, conversation.c.touched).where(
            conversation.c.key == key
        )
        row = connection.execute(query.with_for_update() if lock else query).first()
        if row is not None and row.touched < since:
            # Its time was over though nobody erased it yet.
            if lock:
                self.erase(connection, key)
            return None
        return (self._seal.open(row.state, key).decode(), row.version) if row else None

    def save(self, connection: Connection, key: str, state: str, version: int, at: float) -> None:
        """Store a state that was loaded with `version`; 0 is one that was not there yet."""
        values = {"state": self._seal.close(state.encode(), key), "version": version + 1, "touched": at}
        if version == 0:
            connection.execute(insert(conversation).values(key=key, **values))
            return
        here = (conversation.c.key == key) & (conversation.c.version == version)
        if connection.execute(update(conversation).where(here).values(**values)).rowcount != 1:
            raise RuntimeError("a conversation was changed by somebody else while it was locked")

    def erase(self, connection: Connection, key: str) -> None:
        """Erase one conversation."""
        connection.execute(delete(conversation).where(conversation.c.key == key))

    def erase_untouched(self, connection: Connection, since: float) -> int:
        """Erase all conversations without an event since a moment; return how many."""
        return int(connection.execute(delete(conversation).where(conversation.c.touched < since)).rowcount)
