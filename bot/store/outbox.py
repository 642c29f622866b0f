"""What is committed and still to be sent, in order per conversation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.store.keys import row_name
from bot.store.sealing import Seal
from bot.store.tables import message, outbox

PER_EVENT: Final = 1000
"""Numbers one event may use: the number of a post is the version of its conversation times this, and its place."""


@dataclass(frozen=True, slots=True)
class Post:
    """One thing to send. `what` is the channel's own: method, texts, buttons, where."""

    key: str
    number: int
    channel: str
    what: dict[str, Any]
    made: float
    attempts: int = 0


class Outbox:
    """The stored posts, within the transaction of the caller."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def add(self, connection: Connection, posts: Sequence[Post], due: float) -> None:
        """Store posts that whoever commits them sends at once; `due` is when others may take over."""
        for post in posts:
            name = f"{row_name(outbox, post.key, post.number)}.payload"
            payload = self._seal.close(json.dumps(post.what, separators=(",", ":")).encode(), name)
            connection.execute(
                insert(outbox).values(
                    key=post.key, number=post.number, channel=post.channel, payload=payload, made=post.made, due=due
                )
            )

    def last(self, connection: Connection, key: str) -> int:
        """Return the highest number that waits for this conversation, -1 when nothing does."""
        found = connection.execute(select(func.max(outbox.c.number)).where(outbox.c.key == key)).scalar()
        return -1 if found is None else int(found)

    def older(self, connection: Connection, key: str, number: int) -> bool:
        """Return whether something older of this conversation is still to be sent."""
        here = (outbox.c.key == key) & (outbox.c.number < number) & outbox.c.parked.is_(None)
        return connection.execute(select(outbox.c.number).where(here).limit(1)).first() is not None

    def claim(self, connection: Connection, now: float, lease: float, most: int) -> list[Post]:
        """Take over what nobody sends: all of a conversation whose oldest post is due, in order."""
        first = (
            select(outbox.c.key, func.min(outbox.c.number).label("number"))
            .where(outbox.c.parked.is_(None))
            .group_by(outbox.c.key)
            .subquery()
        )
        query = (
            select(outbox)
            .join(first, (first.c.key == outbox.c.key) & (first.c.number == outbox.c.number))
            .where(outbox.c.due <= now)
            .order_by(outbox.c.due)
            .limit(most)
            .with_for_update(skip_locked=True, of=outbox)
        )
        keys = [row.key for row in connection.execute(query).all()]
        if not keys:
            return []
        # Whoever has the oldest of a conversation has all of them: nobody else may send the later ones first.
        here = outbox.c.key.in_(keys) & outbox.c.parked.is_(None)
        connection.execute(update(outbox).where(here).values(due=now + lease))
        posts = []
        for row in connection.execute(select(outbox).where(here).order_by(outbox.c.key, outbox.c.number)).all():
            what = json.loads(self._seal.open(row.payload, f"{row_name(outbox, row.key, row.number)}.payload"))
            posts.append(Post(row.key, row.number, row.channel, what, row.made, row.attempts))
        return posts

    def sent(self, connection: Connection, post: Post) -> None:
        """Forget what was sent."""
        connection.execute(delete(outbox).where((outbox.c.key == post.key) & (outbox.c.number == post.number)))

    def later(
        self, connection: Connection, post: Post, due: float, parked: str | None = None, counts: bool = True
    ) -> None:
        """Try again at a moment, or never when it is parked with a reason; `counts` as an attempt."""
        here = (outbox.c.key == post.key) & (outbox.c.number == post.number)
        values = {"attempts": outbox.c.attempts + int(counts), "due": due, "parked": parked}
        connection.execute(update(outbox).where(here).values(**values))

    def release(self, connection: Connection, posts: Sequence[Post], due: float) -> None:
        """Leave posts to whoever sends what is before them."""
        for post in posts:
            here = (outbox.c.key == post.key) & (outbox.c.number == post.number)
            connection.execute(update(outbox).where(here).values(due=due))

    def release_all(self, connection: Connection, due: float) -> None:
        """Leave everything to whoever comes first."""
        connection.execute(update(outbox).where(outbox.c.parked.is_(None) & (outbox.c.attempts == 0)).values(due=due))

    def renew(self, connection: Connection, keys: Sequence[str], due: float) -> None:
        """Keep what is on its way from being taken over."""
        connection.execute(update(outbox).where(outbox.c.key.in_(keys) & outbox.c.parked.is_(None)).values(due=due))

    def drop(self, connection: Connection, key: str) -> None:
        """Forget everything for somebody who does not want it any more."""
        connection.execute(delete(outbox).where(outbox.c.key == key))

    def erase_parked(self, connection: Connection, since: float) -> None:
        """Erase what was parked before a moment."""
        connection.execute(delete(outbox).where(outbox.c.parked.is_not(None) & (outbox.c.made < since)))

    def state(self, connection: Connection) -> tuple[int, float | None, int]:
        """Return how many wait, when the oldest of them was made, and how many are parked."""
        waiting = select(func.count(), func.min(outbox.c.made)).where(outbox.c.parked.is_(None))
        count, oldest = connection.execute(waiting).one()
        parked = connection.execute(select(func.count()).where(outbox.c.parked.is_not(None))).scalar_one()
        return count, oldest, parked

    def keep_message(
        self, connection: Connection, key: str, channel: str, address: str, message_id: int, due: float
    ) -> None:
        """Remember a message in a chat, so that it can be deleted there when its time is over."""
        here = (message.c.key == key) & (message.c.message_id == message_id)
        if connection.execute(select(message.c.key).where(here)).first() is None:
            sealed = self._seal.close(address.encode(), f"{row_name(message, key, message_id)}.address")
            connection.execute(
                insert(message).values(key=key, message_id=message_id, channel=channel, address=sealed, due=due)
            )

    def messages(
        self, connection: Connection, due: float, key: str | None = None, most: int = 100
    ) -> list[tuple[str, str, str, int]]:
        """Return messages whose time is over, or all of one conversation: key, channel, address, message id."""
        query = select(message).where(message.c.key == key if key is not None else message.c.due <= due).limit(most)
        return [
            (
                row.key,
                row.channel,
                self._seal.open(row.address, f"{row_name(message, row.key, row.message_id)}.address").decode(),
                row.message_id,
            )
            for row in connection.execute(query).all()
        ]

    def forget_message(self, connection: Connection, key: str, message_id: int) -> None:
        """Forget a message that is deleted, or cannot be."""
        connection.execute(delete(message).where((message.c.key == key) & (message.c.message_id == message_id)))
