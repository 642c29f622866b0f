"""Which question comes next. Routing only: the words are content, what an answer means for the advice is `flows.rules`.

A question is asked when it applies to the facts before it, is not answered, and its answer could still change the
advice: the next step, outcome, urgency, law or contacts. What can no longer change them is known from the facts that
the rules read.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from flows.advice import worth_asking
from flows.case import Case
from flows.catalogue import Catalogue
from flows.catalogue.entries import Question
from flows.facts import NO, UNKNOWN, WEIGHING, YES, Facts
from flows.rules import next_step, rule
from flows.weighing import Level

NONE: Final = "geen"
"""What a list answers when nothing of it was ticked on purpose."""

BESIDES: Final = frozenset({"setting", "signals", "around"})
"""Asked as long as anything else is: the setting says which lists come first, and part of the circumstances changes
only the words of the advice (R8, R13)."""

ON_REQUEST: Final = frozenset({"mark", "review", "advice"})
"""Screens of the consult that are never asked by themselves."""

Applies = Callable[[Catalogue, Facts], bool]


def _weighs(catalogue: Catalogue, facts: Facts) -> bool:
    """The five questions are asked when step 4 is theirs."""
    return next_step(Case(catalogue, facts))[0].number == 4


def _after_suspicion(catalogue: Catalogue, facts: Facts) -> bool:
    return facts.weighing.get("vermoeden") != NO and _weighs(catalogue, facts)


def _talked(catalogue: Catalogue, facts: Facts) -> bool:
    case = Case(catalogue, facts)
    return not case.child and case.done(3) and (case.level > Level.zacht or case.disclosure == YES)


def _closing_without_suspicion(catalogue: Catalogue, facts: Facts) -> bool:
    return next_step(Case(catalogue, facts))[0].finding.situation.startswith("R4.")


APPLIES: Final[Mapping[str, Applies]] = {
    "danger": lambda _c, _f: True,
    "danger-checks": lambda _c, f: f.danger == UNKNOWN,
    "age": lambda _c, _f: True,
    "setting": lambda _c, _f: True,
    "region": lambda _c, _f: True,
    "now": lambda _c, _f: True,
    "signals": lambda _c, _f: True,
    "clarify": lambda c, f: bool(worth_asking(c, Case(c, f).tally, f)),
    "around": lambda _c, _f: True,
    "relation": lambda c, f: not Case(c, f).child and f.children != YES,
    "form": lambda c, f: not Case(c, f).tally.forms,
    "steps": lambda _c, _f: True,
    "talk": lambda _c, f: 3 not in f.steps_done and f.disclosure != YES,
    "referral": _talked,
    "vermoeden": _weighs,
    "onveilig": _after_suspicion,
    "hulp_mogelijk": _after_suspicion,
    "hulp_aanvaard": _after_suspicion,
    "hulp_werkt": _after_suspicion,
    "needs_help": _closing_without_suspicion,
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
    facts = Facts()
    applying: list[str] = []
    for question, applies in APPLIES.items():
        if question == "signals" and marks:
            facts = facts.having(signals=dict(marks))
        if not applies(catalogue, facts) and not (question == "clarify" and "clarify" in answers):
            continue
        applying.append(question)
        if question in answers:
            facts = _with(catalogue, facts, catalogue.questions[question], answers[question])
    return facts, tuple(applying)


def _with(catalogue: Catalogue, facts: Facts, question: Question, chosen: tuple[str, ...]) -> Facts:
    match question.kind:
        case "one":
            option = catalogue.option(question.id, chosen[0])
            value = (option.value or option.id) if option else UNKNOWN
            if question.fact in WEIGHING:
                return facts.having(weighing={**facts.weighing, question.fact: value})
            return facts.having(**{str(question.fact): value})
        case "many":
            rest = NO if NONE in chosen else UNKNOWN
            ticked = {option.id: YES if option.id in chosen else rest for option in question.options}
            return facts.having(**ticked)
        case "steps":
            return facts.having(steps_done=frozenset(int(step) for step in chosen if step.isdigit()))
        case _:
            return facts


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
