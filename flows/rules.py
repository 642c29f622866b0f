"""The rules R0 to R13 of decision.md: from a case to one next step, an outcome, the law, an urgency and whom to call.

Every rule that fires leaves a finding: the id of a situation whose words are content (`flows/content/advice.yaml`),
and the facts it rests on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from flows.case import Case
from flows.facts import NO, STEPS, UNKNOWN, WEIGHING, YES
from flows.weighing import Level


class Urgency(IntEnum):
    """How long it can wait; the value orders them, `label` is the contract's word."""

    geen_haast = 0
    deze_week = 1
    vandaag = 2
    nu = 3

    @property
    def label(self) -> str:
        """The word of the contract."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule fired: which situation it found and on which facts."""

    situation: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What the first rule that applies says: a step of the meldcode, or None to close."""

    number: int | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class Ruling:
    """What all rules say together. `decided_by` are the facts that could still change any of it."""

    step: int | None
    urgency: Urgency
    outcome: str | None
    outcome_open: tuple[str, ...]
    formal: bool
    level: Level
    contacts: tuple[str, ...]
    findings: tuple[Finding, ...]
    decided_by: frozenset[str]

    @property
    def close(self) -> bool:
        """Whether the code is closed."""
        return self.step is None


def _to(number: int, situation: str, *facts: str) -> Step:
    return Step(number, Finding(situation, facts))


def _close(situation: str, *facts: str) -> Step:
    return Step(None, Finding(situation, facts))


def _danger(case: Case) -> Step | None:
    return _to(5, "R0.danger", "danger") if case.danger == YES else None


def _reported(case: Case) -> Step | None:
    return _close("R11.reported", "steps_done") if case.done(5) else None


def _unsafe(case: Case) -> Step | None:
    return _to(5, "R6.unsafe", "weighing.onveilig") if case.weighed("onveilig") == YES else None


def _child(case: Case) -> Step | None:
    if not case.child or not (case.counts or case.acute):
        return None
    if case.acute or case.tally.evidence:
        return _to(5, "R1.report-now", "age", "disclosure", "leaves_soon", "signals")
    if not case.done(2):
        return _to(2, "R1.consult", "age", "signals", "steps_done")
    if not case.done(4):
        return _to(4, "R1.weigh", "age", "signals", "steps_done")
    return _to(5, "R1.report", "age", "signals", "steps_done")


def _adult_disclosure(case: Case) -> Step | None:
    if case.child or case.disclosure != YES:
        return None
    if not case.done(2):
        return _to(2, "R2.disclosure-call", "disclosure", "steps_done")
    if case.covered:
        return _to(5, "R2.disclosure-covered", "disclosure", "relation", "children")
    if case.referral == YES:
        return _to(5, "R2.disclosure-referral", "disclosure", "referral")
    if not case.done(4):
        return _to(4, "R2.disclosure-weigh", "disclosure", "steps_done")
    return _to(5, "R2.disclosure-decide", "disclosure", "steps_done")


def _weighing(case: Case) -> Step | None:
    if not case.done(2):
        return None
    answers = {question: case.weighed(question) for question in WEIGHING}
    if all(answer == UNKNOWN for answer in answers.values()):
        return None
    if answers["vermoeden"] == NO:
        return _close("R6.no-suspicion", "weighing.vermoeden")
    for question in WEIGHING[2:]:
        if answers[question] == NO:
            return _to(5, "R6.no-help", f"weighing.{question}")
    if UNKNOWN not in answers.values():
        return _close("R6.help-works", *(f"weighing.{question}" for question in WEIGHING))
    if not case.done(4):
        return _to(4, "R6.weigh-on", *(f"weighing.{q}" for q in WEIGHING if answers[q] == UNKNOWN))
    return None


def _no_suspicion(case: Case) -> Step | None:
    if case.done(3) and case.level == Level.geen:
        return _close("R4.help" if case.needs_help == YES else "R4.close", "signals", "steps_done", "needs_help")
    return None


def _sequence(case: Case) -> Step | None:
    for step in STEPS:
        if case.done(step) or (step == 3 and case.talk == "kan-niet-veilig"):
            continue
        # R10 says "keep watching" here of an adult, but not of one who goes back to the exploiter within hours.
        if step == 5 and case.level <= Level.zacht and not case.acute and not case.child:
            return _to(5, "R10.watch", "signals", "steps_done")
        return _to(step, f"R2.step-{step}", "steps_done")
    return None


ORDER: Final[tuple[Callable[[Case], Step | None], ...]] = (
    _danger,
    _reported,
    _unsafe,
    _child,
    _adult_disclosure,
    _weighing,
    _no_suspicion,
    _sequence,
)
"""The next step is the first of these that applies."""


def next_step(case: Case) -> tuple[Step, Finding | None]:
    """Return the next step, and the finding that something could not close (R12) when a rule wanted to."""
    blocked: Finding | None = None
    for rule in ORDER:
        step = rule(case)
        if step is None:
            continue
        if step.number is None and not case.may_close:
            blocked = Finding("R12.stays-open", ("danger", "disclosure", "leaves_soon", "signals", "steps_done"))
            continue
        return step, blocked
    return _to(5, "R12.tell-again", "steps_done"), blocked


def _outcome(case: Case, closes: bool) -> tuple[str | None, tuple[str, ...], Finding]:
    """Outcomes A to D of the card (eurotrafguid.uitkomst.1-4)."""
    if case.child:
        if case.counts or case.danger == YES or case.acute:
            return "A", (), Finding("R1.outcome-a", ("age", "signals", "danger"))
        if closes:
            return "D", (), Finding("R3.outcome-d", ("signals",))
        return None, ("A", "D"), Finding("R1.open", ("age", "signals"))
    if case.level == Level.geen:
        if closes:
            return "D", (), Finding("R3.outcome-d", ("signals",))
        return None, ("B", "C", "D"), Finding("R3.open", ("signals",))
    if case.level == Level.zacht:
        return None, ("B", "C", "D"), Finding("R3.open", ("signals",))
    if case.done(3) and case.referral == YES:
        return "B", (), Finding("R3.outcome-b", ("referral", "signals"))
    if case.done(3) and case.referral == NO:
        return "C", (), Finding("R3.outcome-c", ("referral", "signals"))
    return None, ("B", "C"), Finding("R3.ask-referral", ("referral", "talk", "signals"))


def _urgency(case: Case) -> Finding:
    if case.danger == YES:
        return Finding("R7.nu", ("danger",))
    if case.leaves_soon == YES:
        return Finding("R7.nu-leaves-soon", ("leaves_soon",))
    if case.disclosure == YES:
        return Finding("R7.vandaag", ("disclosure",))
    if case.weighed("onveilig") == YES:
        return Finding("R7.vandaag", ("weighing.onveilig",))
    if case.child and case.counts:
        return Finding("R7.vandaag", ("age", "signals"))
    if case.level == Level.sterk:
        return Finding("R7.vandaag", ("signals",))
    return Finding("R7.deze-week" if case.counts else "R7.geen-haast", ("signals",))


URGENCIES: Final = {
    "R7.nu": Urgency.nu,
    "R7.nu-leaves-soon": Urgency.nu,
    "R7.vandaag": Urgency.vandaag,
    "R7.deze-week": Urgency.deze_week,
    "R7.geen-haast": Urgency.geen_haast,
}


def _law(case: Case) -> tuple[bool, list[Finding]]:
    """R5: does the law on the meldcode bind, and who may be told without consent."""
    facts = ("age", "relation", "children", "setting")
    if not case.covered:
        unknown = [Finding("R5.relation-unknown", ("relation",))] if case.relation == UNKNOWN else []
        return False, [Finding("R5.analoog", facts), Finding("R5.adult-consent", facts), *unknown]
    setting = case.catalogue.settings.get(case.setting)
    formal = setting is not None and setting.sector
    found = [
        Finding("R5.formeel" if formal else "R5.analoog", facts),
        Finding("R5.tell-veilig-thuis", ("age", "relation", "children")),
    ]
    if case.child:
        found.append(Finding("R5.sixteen", ("age",)))
    return formal, found


def coordinator(case: Case) -> str:
    """The contact who coordinates in the region; a region that is not known is `elders`."""
    regions = case.catalogue.regions
    return (regions.get(case.region) or regions["elders"]).coordinator


def _contacts(case: Case, answers: Callable[[str], bool]) -> tuple[str, ...]:
    """R9: whom to call, in order; those that answer now stand before those that are closed."""
    regions = case.catalogue.regions
    region = regions.get(case.region) or regions["elders"]
    if case.covered:
        order = ["veilig-thuis", region.coordinator, "politie"]
    elif answers(region.coordinator):
        order = [region.coordinator, "veilig-thuis", "politie"]
    elif region.by_night == "veilig-thuis":
        order = ["veilig-thuis", "politie", region.coordinator]
    else:
        order = ["politie", "veilig-thuis", region.coordinator]
    forms = case.forms
    if "arbeid" in forms:
        order += ["arbeidsinspectie", "fairwork"]
    if "seksueel" in forms:
        order.append("comensha")
    if case.child and case.alone_abroad == YES:
        order.append("nidos")
    order.append("meld-misdaad-anoniem")
    order = list(dict.fromkeys(order))
    ready = [contact for contact in order if answers(contact)]
    closed = [contact for contact in order if contact not in ready]
    first = ["112"] if case.danger != NO else []
    return tuple(first + ready + closed)


def _besides(case: Case, step: Step) -> list[Finding]:
    """What else is worth saying beside the step: none of it decides."""
    found: list[Finding] = []
    if case.danger == UNKNOWN:
        found.append(Finding("R0.unknown", ("danger",)))
    if not case.child and case.level == Level.zacht and step.number == 2:
        found.append(Finding("R10.collect", ("signals",)))
    if case.talk == "kan-niet-veilig" and not case.done(3):
        found.append(Finding("R2.no-safe-talk", ("talk",)))
    if case.border_payment == YES:
        found.append(Finding("R8.border-payment", ("border_payment",)))
    if case.others == YES:
        found.append(Finding("R13.others", ("others",)))
    return found


def rule(case: Case, answers: Callable[[str], bool]) -> Ruling:
    """Apply all rules.

    Args:
        case: the facts, weighed; its record of what was read is started anew.
        answers: whether a contact answers at the moment of the advice.
    """
    case.read.clear()
    step, blocked = next_step(case)
    outcome, outcome_open, outcome_finding = _outcome(case, step.number is None)
    urgency = _urgency(case)
    formal, law = _law(case)
    contacts = _contacts(case, answers)
    level = case.level
    decided_by = frozenset(case.read)
    findings = [
        step.finding,
        *([blocked] if blocked else []),
        *_besides(case, step),
        outcome_finding,
        urgency,
        *law,
    ]
    findings.append(Finding("R9.contacts", ("region", "form", "danger")))
    return Ruling(
        step=step.number,
        urgency=URGENCIES[urgency.situation],
        outcome=outcome,
        outcome_open=outcome_open,
        formal=formal,
        level=level,
        contacts=contacts,
        findings=tuple(findings),
        decided_by=decided_by,
    )


SITUATIONS: Final = frozenset(
    {
        "R0.danger", "R0.unknown",
        "R1.report-now", "R1.consult", "R1.weigh", "R1.report", "R1.outcome-a", "R1.open",
        "R2.disclosure-call", "R2.disclosure-covered", "R2.disclosure-referral", "R2.disclosure-weigh",
        "R2.disclosure-decide", "R2.step-1", "R2.step-2", "R2.step-3", "R2.step-4", "R2.step-5", "R2.no-safe-talk",
        "R3.open", "R3.ask-referral", "R3.outcome-b", "R3.outcome-c", "R3.outcome-d",
        "R4.close", "R4.help",
        "R5.formeel", "R5.analoog", "R5.tell-veilig-thuis", "R5.sixteen", "R5.adult-consent", "R5.relation-unknown",
        "R6.unsafe", "R6.no-suspicion", "R6.no-help", "R6.help-works", "R6.weigh-on",
        "R7.nu", "R7.nu-leaves-soon", "R7.vandaag", "R7.deze-week", "R7.geen-haast",
        "R8.border-payment", "R9.contacts", "R10.collect", "R10.watch", "R11.reported",
        "R12.stays-open", "R12.tell-again", "R13.others",
    }
)  # fmt: skip
"""Every situation a rule can find; the content has words for each, and no others."""

CONTACTS: Final = frozenset(
    {
        "112",
        "veilig-thuis",
        "politie",
        "comensha",
        "arbeidsinspectie",
        "fairwork",
        "nidos",
        "meld-misdaad-anoniem",
    }
)
"""The contacts that R9 names itself; the coordinators are named by the regions."""
