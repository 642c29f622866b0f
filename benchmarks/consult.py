"""What one step of a consult costs, what loading costs, and whether many stored consults slow one down."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.service import Incoming, Service
from bot.store.database import connect, migrate
from bot.store.sealing import Keys, Seal
from flows.advice import decide
from flows.catalogue import Catalogue
from flows.consult import step
from flows.events import Chose, Commanded, Event, Start
from flows.facts import Facts
from flows.interview import _collect
from flows.loading import load
from flows.state import Consult
from flows.weighing import _weigh

AT: Final = datetime.fromisoformat("2026-11-24T10:00:00+01:00")
ROUNDS: Final = 200
TALK: Final[tuple[Event, ...]] = (
    Start(),
    *(Chose(*answer.split("=")) for answer in ("danger=nee", "age=volwassen", "setting=balie", "region=twente", "now=geen")),
    *(Chose("signals", key) for key in ("others-speak", "papers-handed-over", "submissive", "list:papieren", "no-own-papers", "klaar")),
    *(Chose(*answer.split("=")) for answer in ("clarify=overslaan", "around=weet-niet", "relation=weet-niet", "form=weet-niet",
                                                "steps=2", "steps=klaar", "talk=nog-niet")),
    Chose("review", "klaar"),
    Commanded("overzicht"),
    Chose("review", "age"),
    Chose("age", "kind"),
)  # fmt: skip

Row = tuple[str, str, str]


def measure() -> Iterator[Row]:
    """Yield rows of name, value and goal."""
    yield "catalogue loaded", f"{_median(load, 7) * 1000:.0f} ms", "goal 300 ms"
    catalogue = load()
    times = sorted(_steps(catalogue))
    yield "one step, median", f"{statistics.median(times) * 1000:.3f} ms", "goal 0.2 ms"
    yield "one step, p99", f"{times[int(len(times) * 0.99)] * 1000:.3f} ms", "goal 1 ms"
    facts = Facts(danger="nee", age="volwassen", region="twente", signals={"others-speak": 1, "no-own-papers": 1})
    yield "advice from facts, median", f"{_median(lambda: decide(catalogue, facts, AT), 500) * 1000:.3f} ms", ""
    yield "largest stored state", f"{_largest(catalogue)} bytes", "goal 4096"
    yield "sparwijzer consult --json, cold start, median", f"{_median(_cold, 5):.2f} s", "goal 0.6 s"
    for stored in (10, 10_000):
        yield (
            f"one stored event with {stored:,} consults kept, median",
            f"{_stored(catalogue, stored) * 1000:.2f} ms",
            "",
        )


def _median(work: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def _steps(catalogue: Catalogue) -> Iterator[float]:
    for _ in range(ROUNDS):
        state: Consult | None = None
        for event in TALK:
            _collect.cache_clear()  # as after another consult's step
            _weigh.cache_clear()
            start = time.perf_counter()
            state = step(catalogue, state, event, AT).state
            yield time.perf_counter() - start


def _largest(catalogue: Catalogue) -> int:
    """A consult with every signal marked and every answer changed over and over."""
    state: Consult | None = None
    for event in TALK:
        state = step(catalogue, state, event, AT).state
    for _ in range(50):
        for event in (Commanded("overzicht"), Chose("review", "steps"), Chose("steps", "klaar")):
            state = step(catalogue, state, event, AT).state
    state = step(
        catalogue, step(catalogue, state, Commanded("overzicht"), AT).state, Chose("review", "signals"), AT
    ).state
    for page in catalogue.lists_for("balie"):
        state = step(catalogue, state, Chose("signals", f"list:{page}"), AT).state
        for key in catalogue.lists[page]:
            if state is not None and key not in state.marks:
                state = step(catalogue, state, Chose("signals", key), AT).state
    assert state is not None
    assert len(state.marks) == len(catalogue.signals)
    return len(state.as_json().encode())


def _cold() -> None:
    answers = b"danger: nee\nage: volwassen\nsignals: {no-own-papers: 1}\n"
    subprocess.run(
        [sys.executable, "-m", "bot.cli", "consult", "-", "--json"], input=answers, capture_output=True, check=True
    )


def _stored(catalogue: Catalogue, count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(engine)
        service = Service(catalogue, engine, Seal(Keys.fresh()), timedelta(hours=24))
        with engine.begin() as connection:
            for number in range(count):
                key = service.seal.pseudonym("web", str(number))
                service.conversations.save(connection, key, Consult().as_json(), 0, AT.timestamp(), "web", None)
        service.handle(Incoming("web", "me", Start(), AT))
        events: list[Event] = [Chose("danger", "nee"), Commanded("terug")] * 100
        found = []
        for event in events:
            start = time.perf_counter()
            service.handle(Incoming("web", "me", event, AT))
            found.append(time.perf_counter() - start)
        service.close()
        engine.dispose()
        return statistics.median(found)
