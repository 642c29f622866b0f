"""Marks make signals stronger or weaker, and never a sum."""

import pytest

from flows.catalogue import Catalogue
from flows.facts import stronger
from flows.weighing import Level, weigh

SOFT, CLEAR, SEVERE, VULNERABLE, INJURY = "gut-feeling", "others-speak", "no-own-papers", "depends-on-others", "injury"


@pytest.mark.parametrize(
    ("marks", "level"),
    [
        ({}, Level.geen),
        ({VULNERABLE: 2}, Level.geen),
        ({"minor": 1}, Level.geen),
        ({SOFT: 1}, Level.zacht),
        ({SOFT: 3}, Level.zacht),
        ({SOFT: 2}, Level.duidelijk),
        ({CLEAR: 1}, Level.duidelijk),
        ({CLEAR: 3}, Level.zacht),
        ({SEVERE: 1}, Level.sterk),
        ({SEVERE: 3}, Level.zacht),
        ({INJURY: 1}, Level.duidelijk),
        ({INJURY: 2}, Level.sterk),
        ({INJURY: 3}, Level.zacht),
        ({INJURY: 1, SOFT: 1}, Level.duidelijk),
        ({INJURY: 1, SOFT: 2}, Level.sterk),
        ({INJURY: 1, CLEAR: 1}, Level.sterk),
        ({INJURY: 1, CLEAR: 3}, Level.duidelijk),
        # three clear ones of one dimension are not strong, of two they are
        ({CLEAR: 1, "papers-handed-over": 1, "kept-from-contact": 1}, Level.duidelijk),
        ({CLEAR: 1, "papers-handed-over": 1, "work-unknown": 1}, Level.sterk),
    ],
)
def test_the_level_of_suspicion(catalogue: Catalogue, marks: dict[str, int], level: Level) -> None:
    assert weigh(catalogue, marks).level == level


def test_a_row_of_the_form_holds_each_mark_once_and_three_beside_the_others(catalogue: Catalogue) -> None:
    form = weigh(catalogue, {SEVERE: 2, "papers-handed-over": 2, "forged-papers": 3}).form
    assert form["documenten"] == (2, 3)
    assert form["werving"] == ()
    assert len(form) == 15


def test_the_definition_counts_signals_per_part(catalogue: Catalogue) -> None:
    tally = weigh(catalogue, {"hands-over-earnings": 1, CLEAR: 1, "work-unknown": 1})
    assert tally.definition == {"handeling": 1, "middel": 2, "doel": 1}
    assert tally.forms == {"seksueel"}


def test_the_order_of_marks_is_three_one_two() -> None:
    assert [stronger(3, 1), stronger(1, 2), stronger(3, 2), stronger(2, 3)] == [1, 2, 2, 2]
