"""The advice: what the rules found, in words, with the rule and the source behind every sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from flows.case import Case
from flows.catalogue import Catalogue
from flows.catalogue.entries import Guidance, TalkQuestion
from flows.clarifying import worth_asking
from flows.facts import CHOICES, UNKNOWN, YES, Facts
from flows.reachability import AMSTERDAM, Reach, reach
from flows.rules import Finding, Ruling, Urgency, rule
from flows.weighing import Tally

DAY_ENDS: Final = 17
"""Hour at which a working day ends, where no line closes earlier (an assumption, like the hours of the lines)."""
A_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Called:
    """A contact in the advice, with whether it answers, why to call it and what to say."""

    reach: Reach
    say: str

    @property
    def id(self) -> str:
        """The contact's id."""
        return self.reach.contact.id


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence or two of the advice, with what is behind it."""

    text: str
    rule: str
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """One advice, at one moment. `ruling` decides; the rest puts it into words (contract.md has the JSON)."""

    at: datetime
    facts: Facts
    ruling: Ruling
    tally: Tally
    child: bool
    contacts: tuple[Called, ...]
    organisations: tuple[Called, ...]
    until: datetime | None
    watch_for: tuple[str, ...]
    reasons: tuple[Said, ...]
    do: tuple[Said, ...]
    do_not: tuple[Said, ...]
    questions: tuple[TalkQuestion, ...]
    helps: tuple[Guidance, ...]
    hinders: tuple[Guidance, ...]
    content_version: str
    open_facts: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the advice as in contract.md, ready for `json.dumps`."""
        ruling = self.ruling
        return {
            "urgency": ruling.urgency.label,
            "next_step": ruling.step,
            "close": ruling.close,
            "outcome": ruling.outcome,
            "outcome_open": list(ruling.outcome_open),
            "meldcode": "formeel" if ruling.formal else "analoog",
            "suspicion": ruling.level.name,
            "contacts": [_contact_json(called) for called in self.contacts],
            "organisations": [_contact_json(called) for called in self.organisations],
            "can_wait": {
                "until": self.until.isoformat() if self.until else None,
                "watch_for": list(self.watch_for),
            },
            "definition": dict(self.tally.definition),
            "form": {row: list(marks) for row, marks in self.tally.form.items()},
            "reasons": [
                {
                    "rule": said.rule,
                    "text": said.text,
                    "facts": list(said.facts),
                    "sources": list(said.sources),
                }
                for said in self.reasons
            ],
            "do": [_said_json(said) for said in self.do],
            "do_not": [_said_json(said) for said in self.do_not],
            "questions": [_guidance_json(question, named=True) for question in self.questions],
            "helps": [_guidance_json(entry) for entry in self.helps],
            "hinders": [_guidance_json(entry) for entry in self.hinders],
            "open_facts": list(self.open_facts),
            "content_version": self.content_version,
        }


def _contact_json(called: Called) -> dict[str, Any]:
    contact = called.reach.contact
    opens_at = called.reach.opens_at
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "open": called.reach.open,
        "opens_at": opens_at.isoformat() if opens_at else None,
        "round_the_clock": contact.round_the_clock,
        "why": contact.purpose,
        "say": called.say,
        "sources": list(contact.sources),
        "verified": contact.verified.isoformat() if contact.verified else None,
    }


def _said_json(said: Said) -> dict[str, Any]:
    return {"text": said.text, "rule": said.rule, "sources": list(said.sources)}


def _guidance_json(entry: Guidance, named: bool = False) -> dict[str, Any]:
    return {**({"id": entry.id} if named else {}), "text": entry.text, "sources": list(entry.sources)}


def decide(catalogue: Catalogue, facts: Facts, at: datetime) -> Advice:
    """Return the advice on these facts at this moment.

    Args:
        facts: what is known; signals by id of the catalogue.
        at: an aware moment; hours are read in Europe/Amsterdam.

    Raises: ValueError if `at` is naive, KeyError for a signal the catalogue does not know.
    """
    case = Case(catalogue, facts)
    reached: dict[str, Reach] = {}

    def answers(contact: str) -> bool:
        if contact not in reached:
            reached[contact] = reach(catalogue, catalogue.contacts[contact], at)
        return reached[contact].open

    ruling = rule(case, answers)
    for contact in ruling.contacts:
        answers(contact)
    talking = not ruling.close and facts.danger != YES and facts.talk != "kan-niet-veilig"
    do, do_not = _lines(catalogue, ruling.findings)
    return Advice(
        at=at,
        facts=facts,
        ruling=ruling,
        tally=case.tally,
        child=case.child,
        contacts=tuple(_called(catalogue, case, reached[key]) for key in ruling.contacts),
        organisations=tuple(
            _called(catalogue, case, reach(catalogue, catalogue.contacts[key], at))
            for key in _organisations(catalogue, case, ruling)
        ),
        until=_until(ruling, reached, at),
        watch_for=_watch_for(catalogue, facts, ruling),
        reasons=tuple(
            Said(
                catalogue.situations[found.situation].text,
                catalogue.situations[found.situation].rule,
                catalogue.situations[found.situation].sources,
                found.facts,
            )
            for found in ruling.findings
        ),
        do=do,
        do_not=do_not,
        questions=worth_asking(case) if talking else (),
        helps=catalogue.talk.helps if not ruling.close else (),
        hinders=catalogue.talk.hinders if not ruling.close else (),
        content_version=catalogue.version,
        open_facts=tuple(sorted(ruling.decided_by - _known(facts))),
    )


def _called(catalogue: Catalogue, case: Case, reached: Reach) -> Called:
    contact = reached.contact
    say = [contact.say]
    if case.others == YES and contact.id != "112":
        say.insert(0, catalogue.say("call.others-first"))
    # A child never waits for consent. Of an adult whom the law covers only Veilig Thuis may be told without it.
    if contact.names_need_consent and not case.child:
        say.append(catalogue.say("call.names-need-consent"))
    return Called(reached, " ".join(say))


def _lines(catalogue: Catalogue, findings: Sequence[Finding]) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """Everything to do and not to do, each sentence once, in the order of the findings."""
    do: dict[str, Said] = {}
    do_not: dict[str, Said] = {}
    for found in findings:
        situation = catalogue.situations[found.situation]
        for line in situation.do:
            do.setdefault(line.text, Said(line.text, situation.rule, line.sources))
        for line in situation.do_not:
            do_not.setdefault(line.text, Said(line.text, situation.rule, line.sources))
    return tuple(do.values()), tuple(do_not.values())


def _organisations(catalogue: Catalogue, case: Case, ruling: Ruling) -> list[str]:
    """Organisations to hand over: at outcome C, and at D when help is needed (eurotrafguid.uitkomst.3-4)."""
    if ruling.outcome != "C" and not (ruling.outcome == "D" and case.needs_help == YES):
        return []
    forms = case.forms
    return [
        contact.id
        for contact in catalogue.contacts.values()
        if contact.status != "ended"
        and contact.id not in ruling.contacts
        and contact.id != "112"
        and (not contact.regions or case.region in contact.regions)
        and (not contact.forms or not forms or forms & set(contact.forms))
        and contact.ages != ("volwassen" if case.child else "kind")
    ]


def _until(ruling: Ruling, reached: dict[str, Reach], at: datetime) -> datetime | None:
    """Until when it can wait; None when it cannot wait, or need not be done.

    vandaag: until the line that comes first closes; never closing, until the working day ends, or else the day.
    deze-week: seven days, until the working day ends.
    """
    local = at.astimezone(AMSTERDAM)
    if ruling.close or ruling.urgency in (Urgency.nu, Urgency.geen_haast):
        return None
    if ruling.urgency == Urgency.deze_week:
        return (local + A_WEEK).replace(hour=DAY_ENDS, minute=0, second=0, microsecond=0)
    first = next((reached[key] for key in ruling.contacts if reached[key].open and key != "112"), None)
    if first is not None and first.until is not None:
        return first.until
    ends = local.replace(hour=DAY_ENDS, minute=0, second=0, microsecond=0)
    if ends <= local:
        ends = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return ends


def _watch_for(catalogue: Catalogue, facts: Facts, ruling: Ruling) -> tuple[str, ...]:
    """What makes it urgent meanwhile: the observable danger checks, then what belongs to the setting."""
    if ruling.urgency == Urgency.nu and not ruling.close:
        return ()
    checks = tuple(
        catalogue.say(f"watch.{option.id}")
        for option in catalogue.questions["danger-checks"].options
        if (option.value or option.id) == YES
    )
    setting = catalogue.settings.get(facts.setting)
    return checks + (setting.watch_for if setting else ())


def _known(facts: Facts) -> frozenset[str]:
    known = {name for name in (*CHOICES, "setting", "region") if getattr(facts, name) != UNKNOWN}
    known |= {f"weighing.{key}" for key, value in facts.weighing.items() if value != UNKNOWN}
    known |= {name for name in ("signals", "steps_done") if getattr(facts, name)}
    return frozenset(known)
