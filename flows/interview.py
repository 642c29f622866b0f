"""Which question comes next. Routing only: the words are content, what an answer means for the advice is `flows.rules`.

A question is asked when it applies to the facts before it, is not answered, and its answer could still change the
advice: the next step, outcome, urgency, law or contacts. What can no longer change them is known from the facts that
the rules read.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from flows.case import Case
from flows.catalogue import Catalogue
from flows.catalogue.entries import Question
from flows.clarifying import worth_asking
from flows.facts import NO, UNKNOWN, WEIGHING, YES, Facts
from flows.rules import Step, next_step, rule
from flows.weighing import Level

NONE: Final = "geen"
"""What a list answers when nothing of it was ticked on purpose."""

BESIDES: Final = frozenset({"setting", "signals", "around"})
"""Asked as long as anything else is: the setting says which lists come first, and part of the circumstances changes
only the words of the advice (R8, R13)."""

ON_REQUEST: Final = frozenset({"mark", "review", "advice"})
"""Screens of the consult that are never asked by themselves."""


class Asked(Case):
    """A case while it is found out which questions apply to it."""

    __slots__ = ("_first",)

    @property
    def first_step(self) -> Step:
        """The next step on what is known so far."""
        try:
            return self._first
        except AttributeError:
            self._first: Step = next_step(self)[0]
            return self._first


Applies = Callable[[Asked], bool]


def _always(_case: Asked) -> bool:
    return True


def _weighs(case: Asked) -> bool:
    """The five questions are asked when step 4 is theirs."""
    return case.first_step.number == 4


def _after_suspicion(case: Asked) -> bool:
    return case.weighed("vermoeden") != NO and _weighs(case)


def _talked(case: Asked) -> bool:
    return not case.child and case.done(3) and (case.level > Level.zacht or case.disclosure == YES)


APPLIES: Final[Mapping[str, Applies]] = {
    "danger": _always,
    "danger-checks": lambda case: case.danger == UNKNOWN,
    "age": _always,
    "setting": _always,
    "region": _always,
    "now": _always,
    "signals": _always,
    "clarify": lambda case: bool(worth_asking(case)),
    "around": _always,
    "relation": lambda case: not case.child and case.children != YES,
    "form": lambda case: not case.tally.forms,
    "steps": _always,
    "talk": lambda case: not case.stated(3) and case.disclosure != YES,
    "referral": _talked,
    "vermoeden": _weighs,
    "onveilig": _after_suspicion,
    "hulp_mogelijk": _after_suspicion,
    "hulp_aanvaard": _after_suspicion,
    "hulp_werkt": _after_suspicion,
    "needs_help": lambda case: case.first_step.finding.situation.startswith("R4."),
}
"""When each question applies, given the facts that the questions before it established."""

FACTS: Final[Mapping[str, frozenset[str]]] = {
    **{question: frozenset({question}) for question in APPLIES},
    **{question: frozenset({f"weighing.{question}"}) for question in WEIGHING},
    "danger-checks": frozenset({"danger"}),
    "now": frozenset({"disclosure", "leaves_soon"}),
    "around": frozenset({"children", "others", "border_payment", "alone_abroad"}),
    "steps": frozenset({"steps_done"}),
    "clarify": frozenset({"signals"}),
}
"""Which facts each question asks for."""


def asked_by(fact: str) -> str:
    """Return the question that asks for a fact."""
    return next(question for question, facts in FACTS.items() if fact in facts)


def collect(
    catalogue: Catalogue, answers: Mapping[str, tuple[str, ...]], marks: Mapping[str, int]
) -> tuple[Facts, tuple[str, ...]]:
    """Return the facts that the answers establish, and the questions that apply, in order.

    An answer to a question that no longer applies is kept by the consult but establishes nothing.
    """
    return _collect(catalogue, tuple(answers.items()), tuple(marks.items()))


@lru_cache(maxsize=64)  # within a step and its neighbours; more would only keep answers in memory
def _collect(
    catalogue: Catalogue, answered: tuple[tuple[str, tuple[str, ...]], ...], marked: tuple[tuple[str, int], ...]
) -> tuple[Facts, tuple[str, ...]]:
    answers = dict(answered)
    told: dict[str, Any] = {}
    applying: list[str] = []
    case: Asked | None = None
    for question, applies in APPLIES.items():
        if question == "signals" and marked:
            told["signals"] = dict(marked)
            case = None
        if applies is not _always and not (question == "clarify" and "clarify" in answers):
            if case is None:
                case = Asked(catalogue, Facts(**told))
            if not applies(case):
                continue
        applying.append(question)
        if question in answers:
            told |= _established(catalogue, told, catalogue.questions[question], answers[question])
            case = None
    return Facts(**told), tuple(applying)


def _established(
    catalogue: Catalogue, told: Mapping[str, Any], question: Question, chosen: tuple[str, ...]
) -> dict[str, Any]:
    """The facts that an answer establishes."""
    match question.kind:
        case "one":
            option = catalogue.option(question.id, chosen[0])
            value = (option.value or option.id) if option else UNKNOWN
            if question.fact in WEIGHING:
                return {"weighing": {**told.get("weighing", {}), str(question.fact): value}}
            return {str(question.fact): value}
        case "many":
            rest = NO if NONE in chosen else UNKNOWN
            return {option.id: YES if option.id in chosen else rest for option in question.options}
        case "steps":
            return {"steps_done": frozenset(int(step) for step in chosen if step.isdigit())}
        case _:
            return {}


def still_open(
    catalogue: Catalogue, facts: Facts, applying: tuple[str, ...], answers: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """Yield the unanswered questions worth asking, in order; nothing when none can change the advice."""
    case = Case(catalogue, facts)
    # Who answers at this moment decides only an order: take nobody to be closed, so that every fact is read.
    decided_by = rule(case, lambda _contact: True).decided_by
    unanswered = [question for question in applying if question not in answers]
    matters = {question for question in unanswered if FACTS[question] & decided_by}
    if matters:
        yield from (question for question in unanswered if question in matters | BESIDES)


def next_question(
    catalogue: Catalogue, facts: Facts, applying: tuple[str, ...], answers: Mapping[str, tuple[str, ...]]
) -> str | None:
    """Return the question to ask now, or None when no answer could change the advice."""
    return next(still_open(catalogue, facts, applying, answers), None)
