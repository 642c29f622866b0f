"""Who may use the service, and how often."""

import threading
from collections import OrderedDict, deque
from typing import Final

WINDOW: Final = 60.0
REMEMBERED: Final = 100_000
"""People whose last minute is remembered; the longest silent are forgotten first."""


class Limits:
    """Counts events per person and minute, in this process."""

    def __init__(self, per_minute: int, invited_only: bool = False) -> None:
        self.invited_only = invited_only
        self._most = per_minute
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def too_many(self, key: str, at: float) -> bool:
        """Note an event and return whether it is one too many for this minute."""
        with self._lock:
            seen = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            while seen and seen[0] <= at - WINDOW:
                seen.popleft()
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            if len(seen) >= self._most:
                return True
            seen.append(at)
            return False
