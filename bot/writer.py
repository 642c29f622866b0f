"""The threads that write: all that waits is one transaction, so that one commit serves many events.

Work for one conversation keeps its order; SQLite has one writer, PostgreSQL a few. Work is a function of a connection
and is done again, alone, when the transaction it shared fails: it must have no effect but on the database.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

T = TypeVar("T")
MOST: Final = 64
"""Most pieces of work in one transaction."""
THREADS: Final = 4
"""Writers on a database with row locks."""


class WriterClosedError(RuntimeError):
    """The service is stopping: nothing was done."""


@dataclass(slots=True)
class _Work:
    key: str
    do: Callable[[Connection], Any]
    done: "Future[Any]" = field(default_factory=Future)
    again: bool = False


class Writer:
    """Writes for all channels. `submit` returns at once; what it returns is done when its transaction is committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        count = 1 if engine.dialect.name == "sqlite" else THREADS
        self._queues: list[queue.SimpleQueue[_Work | None]] = [queue.SimpleQueue() for _ in range(count)]
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, args=(q,), name="writer", daemon=True) for q in self._queues
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, key: str, do: Callable[[Connection], T]) -> "Future[T]":
        """Do work within a transaction; work with the same key is done in the order it was submitted."""
        work = _Work(key, do)
        if self._closed:
            work.done.set_exception(WriterClosedError("the service is stopping"))
        else:
            self._queues[hash(key) % len(self._queues)].put(work)
        return work.done

    def close(self) -> None:
        """Finish what was submitted and stop."""
        self._closed = True
        for waiting in self._queues:
            waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self, waiting: "queue.SimpleQueue[_Work | None]") -> None:
        while True:
            first = waiting.get()
            if first is None:
                return
            batch = [first]
            stop = False
            while len(batch) < MOST:
                try:
                    more = waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stop = True
                    break
                batch.append(more)
            # Who no longer waits is not acknowledged, so nothing is done for them; from here on nobody can leave.
            batch = [work for work in batch if work.done.set_running_or_notify_cancel()]
            # The same order of keys everywhere: two processes never wait for each other's rows.
            batch.sort(key=lambda work: work.key)
            if batch:
                self._together(batch)
            if stop:
                return

    def _together(self, batch: list[_Work]) -> None:
        try:
            with self._engine.begin() as connection:
                results = [work.do(connection) for work in batch]
        except Exception as error:
            # Alone, what another process did meanwhile (the same first event) is there to be seen.
            again = len(batch) > 1 or (isinstance(error, IntegrityError) and not batch[0].again)
            for work in batch:
                if again:
                    work.again = len(batch) == 1
                    self._together([work])
                else:
                    work.done.set_exception(error)
            return
        for work, result in zip(batch, results, strict=True):
            work.done.set_result(result)
