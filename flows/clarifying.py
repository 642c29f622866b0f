"""Which questions for a talk would clear up most: chosen by what is missing, offered as a menu."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flows.case import Case
from flows.catalogue import Catalogue
from flows.catalogue.entries import TalkQuestion
from flows.facts import UNKNOWN, YES
from flows.weighing import Level

AT_ONCE: Final = 3
"""How many questions are offered at a time."""
WHO_IS_IT: Final = "twente.vraag.7"
"""The question about the companion: for an adult the first that is open (R5)."""


@dataclass(frozen=True, slots=True)
class _Clears:
    """What a question can bring to light."""

    question: TalkQuestion
    signals: tuple[tuple[str, frozenset[str], frozenset[str]], ...]


@lru_cache(maxsize=8)
def _questions(catalogue: Catalogue) -> tuple[_Clears, ...]:
    def of(key: str) -> tuple[str, frozenset[str], frozenset[str]]:
        signal = catalogue.signals[key]
        return key, frozenset(signal.dimensions), frozenset(signal.rows)

    return tuple(_Clears(question, tuple(map(of, question.clears))) for question in catalogue.talk.questions)


def worth_asking(case: Case, most: int = AT_ONCE) -> tuple[TalkQuestion, ...]:
    """Return the questions that would clear up most, best first; nothing missing, nothing asked.

    Marks 3 weigh most, then parts of the definition without a signal, then what lies beside a sole soft signal.
    """
    tally, marks = case.tally, case.marks
    missing = {part for part, count in tally.definition.items() if not count}
    unclear = {key for key, mark in marks.items() if mark == 3}
    sole = tally.level == Level.zacht and tally.counting == 1
    if not (missing or unclear or sole):
        return ()
    rows = {row for key in marks for row in case.catalogue.signals[key].rows} if sole else set()
    whose = not case.child and case.relation == UNKNOWN and case.children != YES
    scored: list[tuple[int, int, TalkQuestion]] = []
    for order, clears in enumerate(_questions(case.catalogue)):
        parts: set[str] = set()
        score = 20 if whose and WHO_IS_IT in clears.question.sources else 0
        for key, dimensions, beside in clears.signals:
            if key not in marks:
                parts |= dimensions & missing
                score += not rows.isdisjoint(beside)
            elif key in unclear:
                score += 8
        score += 2 * len(parts)
        if score:
            scored.append((-score, order, clears.question))
    return tuple(question for _, _, question in sorted(scored, key=lambda entry: entry[:2])[:most])
