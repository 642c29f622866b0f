"""Draws the consult as a Mermaid diagram, from walking it: nothing in the drawing is written by hand.

Run `python -m flows.diagram > docs/flow.md` after a change of the flow; a test compares the two.
"""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from flows.case import MINOR, Case
from flows.catalogue import Catalogue
from flows.consult import step
from flows.events import Chose, Commanded, Event, Start
from flows.facts import UNKNOWN
from flows.interview import ON_REQUEST
from flows.loading import load
from flows.rules import rule
from flows.screens import facts_of, prompt
from flows.state import Consult, Mark

AT: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""A moment, because a step needs one. Who answers then decides only the order of the contacts."""
FEW: Final = 2
"""Up to this many options stand beside an arrow."""

Edges = Mapping[tuple[str, str], frozenset[str]]
"""From one question to the next, with the options that lead there."""


def edges(catalogue: Catalogue) -> Edges:
    """Return which question can follow which, found by pressing what is on the screen.

    Two consults are taken to go on alike when the same questions are left, the same facts decide, and the same step and
    level are found; only the first of them is walked on.
    """
    found: dict[tuple[str, str], set[str]] = {}
    begun = step(catalogue, None, Start(), AT).state
    todo = [begun] if begun else []
    seen: set[tuple[object, ...]] = set()
    while todo:
        here = todo.pop()
        for before, event in _presses(catalogue, here):
            after = step(catalogue, before, event, AT).state
            if after is None or after.asking == here.asking:
                continue
            option = event.option if isinstance(event, Chose) else ""
            found.setdefault((here.asking, after.asking), set()).add(option)
            alike = _alike(catalogue, after)
            if alike not in seen:
                seen.add(alike)
                todo.append(after)
    return {edge: frozenset(options) for edge, options in found.items()}


def _alike(catalogue: Catalogue, state: Consult) -> tuple[object, ...]:
    if state.asking == "review":
        return (state.asking,)
    facts, applying = facts_of(catalogue, state)
    ruling = rule(Case(catalogue, facts), lambda _contact: True)
    left = tuple(question for question in applying if question not in state.answers)
    return state.asking, left, ruling.decided_by, ruling.findings[0].situation, ruling.level


def _presses(catalogue: Catalogue, state: Consult) -> Iterator[tuple[Consult, Event]]:
    """Yield what can be pressed to answer the question on the screen, each with the state in which it is pressed."""
    screen = prompt(catalogue, state)
    offered = [choice.action.partition("=")[2] for choice in screen.choices]
    if state.asking == "signals":
        for marks in _marked(catalogue):
            yield _with(state, marks), Chose("signals", "klaar")
        yield _with(state, {offered[0]: 1}), Chose("signals", "mark")
    elif state.asking == "clarify":
        yield state, Chose("clarify", "overslaan")
        for key in offered:
            yield state.having(marks={**state.marks, key: Mark(1, "seen")}), Chose("clarify", "klaar")
    elif state.asking == "review":
        yield state, Chose("review", "klaar")
    elif state.asking == "advice":
        yield from ((state, Commanded("verder")) for choice in screen.choices if choice.action == "/verder")
    elif screen.ticking:
        # "Weet ik niet" is ready with nothing ticked; "geen van deze" makes what is not ticked a no.
        ready = [c.action.partition("=")[2] for c in screen.finish if not c.action.endswith(UNKNOWN)]
        for size, option in itertools.product(range(len(offered) + 1), ready):
            for some in itertools.combinations(offered, size):
                yield state.having(ticks={**state.ticks, state.asking: some}), Chose(state.asking, option)
    else:
        yield from ((state, Chose(state.asking, option)) for option in offered)


def _with(state: Consult, marks: Mapping[str, int]) -> Consult:
    return state.having(marks={key: Mark(mark, "seen") for key, mark in marks.items()})


def _marked(catalogue: Catalogue) -> Iterator[Mapping[str, int]]:
    """Yield marked signals of every kind: none, one of each class with each mark, several clear ones, all of them."""
    kinds: dict[tuple[str, bool], str] = {}
    for signal in catalogue.signals.values():
        kinds.setdefault((signal.strength, signal.form is None), signal.id)
    clear = [key for key, signal in catalogue.signals.items() if signal.strength == "clear"]
    every = dict.fromkeys(catalogue.signals, 1)
    yield {}
    yield from ({key: mark} for key in kinds.values() for mark in (1, 2, 3))
    yield from (dict.fromkeys(clear, 1), {MINOR: 1}, {MINOR: 1, clear[0]: 1}, every, {**every, clear[0]: 3})


def mermaid(catalogue: Catalogue, found: Edges) -> str:
    """Return the diagram: stages as frames, questions as boxes, an arrow to each question that can follow."""
    lines = ["flowchart TD"]
    for number, stage in enumerate(catalogue.stages.values(), start=1):
        lines.append(f'  subgraph stage{number}["{number}. {stage.label}"]')
        for question in catalogue.questions.values():
            if question.stage == stage.id:
                left, right = ("([", "])") if question.id in ON_REQUEST else ("[", "]")
                lines.append(f'    {_node(question.id)}{left}"{question.title}"{right}')
        lines.append("  end")
    order = list(catalogue.questions)
    for source, target in sorted(found, key=lambda edge: (order.index(edge[0]), order.index(edge[1]))):
        arrow = "-.->" if target == "review" else "-->"
        label = _label(catalogue, found, source, target)
        lines.append(f"  {_node(source)} {arrow}{f'|{chr(34)}{label}{chr(34)}|' if label else ''} {_node(target)}")
    return "\n".join(lines)


def _node(question: str) -> str:
    return question.replace("-", "_")


def _label(catalogue: Catalogue, found: Edges, source: str, target: str) -> str:
    """The answers that lead there, where they are few and lead nowhere else."""
    options = found[source, target]
    elsewhere = [others for (start, end), others in found.items() if start == source and end != target]
    if not elsewhere or len(options) > FEW or any(options & others for others in elsewhere):
        return ""
    known = (catalogue.option(source, option) for option in sorted(options))
    return " / ".join(option.label for option in known if option)


def page(catalogue: Catalogue, found: Edges) -> str:
    """Return docs/flow.md."""
    return PAGE.format(diagram=mermaid(catalogue, found))


PAGE: Final = """\
# The flow of a consult

Drawn by `flows/diagram.py`, which walks the consult and presses what is on the screen. Do not edit this file:
run `python -m flows.diagram > docs/flow.md`. A test fails when the two differ.

- A frame is a stage ("stap 3 van 7"), a box a question, with the title that users see.
- A rounded box is a screen that is shown on request or at the end.
- An arrow goes to a question that can follow. Where few answers lead there, and only there, they stand beside it.
- A dotted arrow means: no question is left that could change the advice, so the consult goes to the review.

Not drawn, because they are there at every question: danger (112), back, the answers given so far, "geef nu advies"
(from the second answer on), help, pause and erase. In the review every answer can be changed; its question is asked
again, and what depends on it is found out anew.

```mermaid
{diagram}
```
"""


if __name__ == "__main__":
    content = load()
    print(page(content, edges(content)), end="")
