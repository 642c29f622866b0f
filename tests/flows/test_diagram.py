"""The drawing of the flow is the flow: up to date, and no consult takes a way that is not drawn."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.consult import step
from flows.diagram import Edges, edges, page
from flows.events import Chose, Commanded, Start
from flows.loading import load
from flows.screens import prompt
from flows.state import Mark
from tests.talk import DAY

FILE = Path(__file__).parents[2] / "docs" / "flow.md"
CATALOGUE = load()


@pytest.fixture(scope="module")
def drawn() -> Edges:
    return edges(CATALOGUE)


def test_docs_flow_is_up_to_date(drawn: Edges) -> None:
    assert FILE.read_text(encoding="utf-8") == page(CATALOGUE, drawn), "run: python -m flows.diagram > docs/flow.md"


def test_every_question_is_drawn_and_reached(drawn: Edges) -> None:
    assert {target for _, target in drawn} | {"danger"} == set(CATALOGUE.questions)
    assert {source for source, _ in drawn} == set(CATALOGUE.questions)


def test_danger_leads_straight_to_the_advice(drawn: Edges) -> None:
    assert drawn["danger", "advice"] == {"ja"}
    assert drawn["danger-checks", "advice"] == {"threat", "hurt", "tonight"}


@given(st.data())
def test_no_consult_takes_a_way_that_is_not_drawn(drawn: Edges, data: st.DataObject) -> None:
    """Any answers and any marks, unlike the chosen ones that the drawing was made with."""
    marks = st.dictionaries(st.sampled_from(sorted(CATALOGUE.signals)), st.sampled_from((1, 2, 3)), max_size=8)
    state = step(CATALOGUE, None, Start(), DAY).state
    for _ in range(30):
        assert state is not None
        screen = prompt(CATALOGUE, state)
        if state.asking == "review":
            return
        event: Chose | Commanded = Commanded("verder")
        if state.asking != "advice":
            options = [choice.action.partition("=")[2] for choice in screen.finish or screen.choices]
            event = Chose(state.asking, data.draw(st.sampled_from(options)))
        if state.asking in ("signals", "clarify"):
            told = data.draw(marks)
            state = state.having(marks={**state.marks, **{key: Mark(mark, "seen") for key, mark in told.items()}})
        elif screen.ticking:
            offered = [choice.action.partition("=")[2] for choice in screen.choices]
            some = data.draw(st.sets(st.sampled_from(offered)))
            state = state.having(ticks={**state.ticks, state.asking: tuple(sorted(some))})
        after = step(CATALOGUE, state, event, DAY).state
        assert after is not None
        if after.asking != state.asking:
            assert (state.asking, after.asking) in drawn
        state = after
