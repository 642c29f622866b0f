"""What goes wrong on purpose: requests refused or dropped, updates delivered late, again or out of order."""

import math
import random
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.fakes.botapi.errors import OTHER_POLL, ApiError, blocked, conflict, too_many


class Fault(StrEnum):
    """A way in which one request goes wrong."""

    RETRY_AFTER = "retry_after"
    """429 that says how long to wait; requests for that chat before then are refused too."""
    FLOOD = "flood"
    """429 that does not say how long."""
    FORBIDDEN = "forbidden"
    CONFLICT = "conflict"
    INTERNAL = "internal"
    """500 with a JSON body."""
    BAD_GATEWAY = "bad_gateway"
    """502 with an HTML body."""
    DROPPED_BEFORE = "dropped_before"
    """The connection is cut and nothing was carried out."""
    DROPPED_AFTER = "dropped_after"
    """Carried out, but the connection is cut instead of an answer: a repeat does it twice."""
    SLOW = "slow"
    """Carried out after `delay` seconds."""


BEFORE = frozenset({Fault.RETRY_AFTER, Fault.FLOOD, Fault.FORBIDDEN, Fault.CONFLICT, Fault.INTERNAL, Fault.BAD_GATEWAY})
BAD_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(slots=True)
class Rule:
    """Which requests go wrong, and how. `left` counts down to nothing; None never ends."""

    fraction: float
    kinds: Sequence[Fault]
    methods: frozenset[str]
    chats: frozenset[int]
    left: int | None
    retry_after: int
    delay: float

    def meets(self, method: str, chat_id: int | None) -> bool:
        return (
            self.left != 0
            and (not self.methods or method in self.methods)
            and (not self.chats or chat_id in self.chats)
        )


@dataclass(slots=True)
class DeliveryFaults:
    """Fractions of updates that come late, again or out of order; seconds that they are held."""

    late: float = 0.0
    late_by: float = 0.5
    repeated: float = 0.0
    repeated_within: float = 0.5
    reordered: float = 0.0
    reordered_within: float = 0.05


class Faults:
    """The rules in force, drawn from one seeded source of chance.

    Attributes:
        injected: how often each kind was done, by its name; "late", "repeated" and "reordered" too.
        too_early: by chat, the requests that came before a `retry_after` had passed (and were refused again).
        random: the source of chance.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - chance that repeats, not secrets
        self.injected: Counter[str] = Counter()
        self.too_early: Counter[int] = Counter()
        self.delivery = DeliveryFaults()
        self._rules: list[Rule] = []
        self._until: dict[int, float] = {}

    def fail(
        self,
        fraction: float = 1.0,
        kinds: Sequence[Fault | str] = (Fault.INTERNAL,),
        *,
        methods: Collection[str] = (),
        chats: Collection[int] = (),
        times: int | None = None,
        retry_after: int = 1,
        delay: float = 0.2,
    ) -> None:
        """Make a fraction of requests go wrong from now on, in one of the given ways each time.

        Args:
            fraction: chance for each request, 0 to 1.
            kinds: one is drawn for each request that goes wrong.
            methods: only these; empty for all, getUpdates too.
            chats: only requests for these chats; empty for all.
            times: stop after so many.
            retry_after: seconds that a `retry_after` fault asks for, at least 1 as in Telegram.
            delay: seconds that a `slow` fault waits.
        """
        self._rules.append(
            Rule(
                fraction,
                tuple(Fault(kind) for kind in kinds),
                frozenset(methods),
                frozenset(chats),
                times,
                max(retry_after, 1),
                delay,
            )
        )

    def deliver(
        self,
        *,
        late: float = 0.0,
        late_by: float = 0.5,
        repeated: float = 0.0,
        repeated_within: float = 0.5,
        reordered: float = 0.0,
        reordered_within: float = 0.05,
    ) -> None:
        """Set how deliveries go wrong from now on; without arguments: not at all.

        Updates of one chat stay in order, as Telegram keeps them; only a repeat may come after later ones.

        Args:
            late: fraction held back for `late_by` seconds, with those of the same chat behind it.
            repeated: fraction delivered once more, with the same update_id, within `repeated_within` seconds
                after it was accepted.
            reordered: fraction that lets other chats go first: of a polled batch, or by at most
                `reordered_within` seconds by webhook.
        """
        self.delivery = DeliveryFaults(late, late_by, repeated, repeated_within, reordered, reordered_within)

    def clear(self) -> None:
        """Let everything go well from now on; counts stay."""
        self._rules.clear()
        self._until.clear()
        self.delivery = DeliveryFaults()

    def choose(self, method: str, chat_id: int | None) -> tuple[Fault, Rule] | None:
        """How this request goes wrong, or None. Raises: ApiError while a `retry_after` of its chat lasts."""
        if self._until and chat_id in self._until:
            left = self._until[chat_id] - time.monotonic()
            if left > 0:
                self.too_early[chat_id] += 1
                raise too_many(math.ceil(left))
            del self._until[chat_id]
        for rule in self._rules:
            if rule.meets(method, chat_id) and self.random.random() < rule.fraction:
                fault = rule.kinds[0] if len(rule.kinds) == 1 else self.random.choice(rule.kinds)
                if rule.left is not None:
                    rule.left -= 1
                self.injected[fault] += 1
                if fault is Fault.RETRY_AFTER and chat_id is not None:
                    self._until[chat_id] = time.monotonic() + rule.retry_after
                return fault, rule
        return None

    def happens(self, kind: str, fraction: float) -> bool:
        """Draw whether a delivery goes wrong in this way, and count it."""
        if fraction and self.random.random() < fraction:
            self.injected[kind] += 1
            return True
        return False


def refusal(fault: Fault, rule: Rule) -> ApiError:
    """What a request is answered that is refused without a look at it."""
    if fault is Fault.RETRY_AFTER:
        return too_many(rule.retry_after)
    if fault is Fault.FLOOD:
        return ApiError(429, "Too Many Requests: retry later")
    if fault is Fault.FORBIDDEN:
        return blocked()
    if fault is Fault.CONFLICT:
        return conflict(OTHER_POLL)
    return ApiError(500, "Internal Server Error")
