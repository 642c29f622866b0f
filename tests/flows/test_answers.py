"""Answers files: what is wrong is named with the nearest thing that exists."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import read_answers, read_moment
from flows.catalogue import Catalogue
from flows.errors import AnswersError
from flows.loading import load

CATALOGUE = load()


def one(catalogue: Catalogue, text: str) -> object:
    return next(read_answers(catalogue, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dangr: ja", ["'dangr'", "danger"]),
        ("age: kidn", ["age", "'kidn'", "kind"]),
        ("setting: bali", ["'bali'", "balie"]),
        ("region: twente-oost", ["'twente-oost'", "twente"]),
        ("signals: {twente.begeleider.99: 1}", ["twente.begeleider.99", "twente.begeleider.9"[:-1]]),
        ("signals: {no-own-paper: 1}", ["no-own-papers"]),
        ("signals: {no-own-papers: 4}", ["'4'", "mark"]),
        ("signals: {no-own-papers: true}", ["mark"]),
        ("signals: {no-own-papers: 1.0}", ["mark"]),
        ("signals: [no-own-papers]", ["signals"]),
        ("steps_done: [6]", ["'6'", "1 to 5"]),
        ("steps_done: twee", ["steps_done"]),
        ("weighing: {vermoed: ja}", ["vermoeden"]),
        ("weighing: {vermoeden: misschien}", ["vermoeden", "'misschien'"]),
        ("danger: [ja]", ["danger", "a list"]),
        ("danger: ja\ndanger: nee", ["line 2", "twice"]),
        ("at: 2026-11-24T10:00:00", ["offset"]),
        ("at: 2026-11-24", ["offset"]),
        ("at: gisteren", ["'gisteren'"]),
        ("at: 12", ["12"]),
        ("- 1\n- 2", ["a list"]),
        ("danger: [", ["line"]),
        ("\x07: ja", ["YAML"]),
        ("description: 3", ["description"]),
    ],
)
def test_what_is_wrong_is_named_in_one_line(catalogue: Catalogue, text: str, words: list[str]) -> None:
    with pytest.raises(AnswersError) as raised:
        one(catalogue, text)
    assert "\n" not in str(raised.value)
    for word in words:
        assert word in str(raised.value)


def test_an_item_marks_the_signal_it_stands_for_with_the_stronger_mark(catalogue: Catalogue) -> None:
    found = next(
        read_answers(catalogue, "signals: {twente.begeleider.1: 3, eurotrafguid.isoleren.4: 2, others-speak: 1}")
    )
    assert found.facts.signals == {"others-speak": 2}
    lent = next(read_answers(catalogue, "signals: {twente.slachtoffer.5: 1}"))
    assert lent.facts.signals == {"papers-handed-over": 1}


def test_json_several_documents_and_nothing_at_all(catalogue: Catalogue) -> None:
    assert next(read_answers(catalogue, '{"danger": "nee", "steps_done": [1, 2]}')).facts.steps_done == {1, 2}
    assert [found.facts.danger for found in read_answers(catalogue, "danger: ja\n---\ndanger: nee")] == ["ja", "nee"]
    assert next(read_answers(catalogue, "")).facts.danger == "weet-niet"
    assert next(read_answers(catalogue, "danger:")).facts.danger == "weet-niet"
    assert next(read_answers(catalogue, "at: 2026-11-24T10:00:00Z")).at == datetime.fromisoformat(
        "2026-11-24T10:00:00+00:00"
    )


def test_a_moment_no_clock_shows_can_be_given() -> None:
    assert read_moment("2027-03-28T02:30:00+01:00").isoformat() == "2027-03-28T02:30:00+01:00"
    with pytest.raises(AnswersError, match="too far"):
        read_moment("9999-12-31T23:59:59-12:00")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        list(read_answers(CATALOGUE, text))
    except AnswersError as error:
        assert "\n" not in str(error)  # noqa: PT017
