"""One event is one transaction: load, step, save, commit; then the answer may be shown."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from bot.store.conversations import Conversations
from bot.store.sealing import Seal
from flows.catalogue import Catalogue
from flows.consult import Turn, show, step
from flows.events import Event
from flows.state import Consult


class Service:
    """Holds the consults of all channels. Its methods block; call them from one thread per database connection."""

    def __init__(self, catalogue: Catalogue, engine: Engine, seal: Seal, retention: timedelta) -> None:
        self.catalogue = catalogue
        self.seal = seal
        self.retention = retention
        self.engine = engine
        self.conversations = Conversations(seal)

    def handle(self, channel: str, address: str, event: Event, at: datetime) -> Turn:
        """Apply one event and return what to say. When this raises nothing was stored and the sender may try again.

        Args:
            channel: web, terminal, telegram.
            address: who it is on that channel; kept only as a keyed pseudonym.
            at: the moment of the event, aware.
        """
        key = self.seal.pseudonym(channel, address)
        with self.engine.begin() as connection:
            stored = self._load(connection, key, at)
            state, version = stored if stored else (None, 0)
            turn = step(self.catalogue, state, event, at)
            if turn.state is None:
                self.conversations.erase(connection, key)
            elif turn.state != state:
                self.conversations.save(connection, key, turn.state.as_json(), version, at.timestamp())
        return turn

    def _load(self, connection: Connection, key: str, at: datetime, lock: bool = True) -> tuple[Consult, int] | None:
        stored = self.conversations.load(connection, key, (at - self.retention).timestamp(), lock)
        return (Consult.from_json(stored[0]), stored[1]) if stored else None

    def screen(self, channel: str, address: str, at: datetime) -> Turn | None:
        """Return what is on the screen now, None when no consult is open. Changes nothing."""
        with self.engine.connect() as connection:
            stored = self._load(connection, self.seal.pseudonym(channel, address), at, lock=False)
        return show(self.catalogue, stored[0], at) if stored else None

    def erase_old(self, at: datetime) -> int:
        """Erase consults whose last event is longer ago than the retention time; return how many."""
        with self.engine.begin() as connection:
            return self.conversations.erase_untouched(connection, (at - self.retention).timestamp())
