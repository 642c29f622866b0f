"""The rules R0 to R13, one by one."""

import itertools
from collections.abc import Iterator
from datetime import datetime

import pytest

from flows.advice import decide
from flows.catalogue import Catalogue
from flows.facts import WEIGHING, Facts
from flows.rules import SITUATIONS
from tests.talk import DAY, NIGHT

SOFT, CLEAR, SEVERE, VULNERABLE = "gut-feeling", "others-speak", "no-own-papers", "depends-on-others"
SAFE = Facts(danger="nee", age="volwassen")
ALL_WELL = dict.fromkeys(WEIGHING, "ja") | {"onveilig": "nee"}

STEPS: list[tuple[str, Facts, int | None, str]] = [
    ("danger goes first", SAFE.having(danger="ja", steps_done=frozenset({5})), 5, "R0.danger"),
    ("danger with a child", Facts(danger="ja", age="kind"), 5, "R0.danger"),
    ("reported closes", SAFE.having(steps_done=frozenset({5})), None, "R11.reported"),
    ("reported with danger unknown goes on", SAFE.having(danger="weet-niet", steps_done=frozenset({5})), 1, "R2.step-1"),
    ("reported on a child without consulting", Facts(danger="nee", age="kind", signals={SOFT: 1}, steps_done=frozenset({5})), 2, "R1.consult"),
    ("reported, all done, but still acute", SAFE.having(leaves_soon="ja", steps_done=frozenset({1, 2, 3, 4, 5})), 5, "R12.tell-again"),
    ("unsafe", SAFE.having(weighing={"onveilig": "ja"}), 5, "R6.unsafe"),
    ("child, soft signal", Facts(danger="nee", age="kind", signals={SOFT: 1}), 2, "R1.consult"),
    ("child, consulted", Facts(danger="nee", age="kind", signals={SOFT: 1}, steps_done=frozenset({2})), 4, "R1.weigh"),
    ("child, weighed", Facts(danger="nee", age="kind", signals={SOFT: 1}, steps_done=frozenset({2, 4})), 5, "R1.report"),
    ("child tells", Facts(danger="nee", age="kind", disclosure="ja"), 5, "R1.report-now"),
    ("child is fetched", Facts(danger="nee", age="twijfel", leaves_soon="ja"), 5, "R1.report-now"),
    ("child, severe, seen", Facts(danger="nee", age="kind", signals={SEVERE: 2}), 5, "R1.report-now"),
    ("child, severe, not seen", Facts(danger="nee", age="kind", signals={SEVERE: 1}), 2, "R1.consult"),
    ("child, injury seen", Facts(danger="nee", age="kind", signals={"injury": 2}), 5, "R1.report-now"),
    ("child, clear signal seen is no evidence of injury", Facts(danger="nee", age="kind", signals={CLEAR: 2}), 2, "R1.consult"),
    ("child without counting signal follows the order", Facts(danger="nee", age="kind", signals={VULNERABLE: 1}), 2, "R2.step-2"),
    ("unknown age is a child", Facts(danger="nee", signals={SOFT: 1}), 2, "R1.consult"),
    ("the signal minor makes a child", SAFE.having(signals={"minor": 1, SOFT: 1}), 2, "R1.consult"),
    ("adult tells", SAFE.having(disclosure="ja"), 2, "R2.disclosure-call"),
    ("adult tells, covered", SAFE.having(disclosure="ja", relation="huiselijk", steps_done=frozenset({2})), 5, "R2.disclosure-covered"),
    ("adult tells, children", SAFE.having(disclosure="ja", children="ja", steps_done=frozenset({2})), 5, "R2.disclosure-covered"),
    ("adult tells and wants help", SAFE.having(disclosure="ja", referral="ja", steps_done=frozenset({2})), 5, "R2.disclosure-referral"),
    ("adult tells, not covered", SAFE.having(disclosure="ja", steps_done=frozenset({2})), 4, "R2.disclosure-weigh"),
    ("adult tells, weighed", SAFE.having(disclosure="ja", steps_done=frozenset({2, 4})), 5, "R2.disclosure-decide"),
    ("no suspicion left", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2}), weighing={"vermoeden": "nee"}), None, "R6.no-suspicion"),
    ("weighing waits for consulting", SAFE.having(signals={CLEAR: 1}, weighing={"vermoeden": "nee"}), 2, "R2.step-2"),
    ("help falls short", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2}), weighing={"hulp_werkt": "nee"}), 5, "R6.no-help"),
    ("help works", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2}), weighing=ALL_WELL), None, "R6.help-works"),
    ("weighing goes on", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2}), weighing={"vermoeden": "ja"}), 4, "R6.weigh-on"),
    ("weighed with open questions", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2, 4}), weighing={"vermoeden": "ja"}), 3, "R2.step-3"),
    ("no signals after the talk", SAFE.having(talk="gehad"), None, "R4.close"),
    ("no signals, needs help", SAFE.having(talk="gehad", needs_help="ja"), None, "R4.help"),
    ("not without knowing of danger", Facts(age="volwassen", talk="gehad"), 1, "R2.step-1"),
    ("nothing yet", SAFE, 1, "R2.step-1"),
    ("signals", SAFE.having(signals={CLEAR: 1}), 2, "R2.step-2"),
    ("consulted", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2})), 3, "R2.step-3"),
    ("no safe talk", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2}), talk="kan-niet-veilig"), 4, "R2.step-4"),
    ("talked", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2}), talk="gehad"), 4, "R2.step-4"),
    ("weighed, clear", SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({2, 3, 4})), 5, "R2.step-5"),
    ("weighed, soft", SAFE.having(signals={SOFT: 1}, steps_done=frozenset({2, 3, 4})), 5, "R10.watch"),
    ("child without signal, weighed", Facts(danger="nee", age="kind", talk="kan-niet-veilig", steps_done=frozenset({1, 2, 4})), 5, "R2.step-5"),
    ("weighed, soft, but fetched soon", SAFE.having(signals={SOFT: 1}, steps_done=frozenset({2, 3, 4}), leaves_soon="ja"), 5, "R2.step-5"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "step", "situation"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_the_next_step(catalogue: Catalogue, facts: Facts, step: int | None, situation: str) -> None:
    ruling = decide(catalogue, facts, DAY).ruling
    assert (ruling.step, ruling.findings[0].situation) == (step, situation)
    assert ruling.close == (step is None)


@pytest.mark.parametrize(
    "block", [{"danger": "weet-niet"}, {"danger": "ja"}, {"disclosure": "ja"}, {"leaves_soon": "ja"}]
)
def test_r12_nothing_closes_in_danger_or_when_it_is_acute(catalogue: Catalogue, block: dict[str, str]) -> None:
    closing = SAFE.having(signals={CLEAR: 1}, steps_done=frozenset({1, 2, 3, 4, 5}), weighing=ALL_WELL)
    assert decide(catalogue, closing, DAY).ruling.close
    assert decide(catalogue, closing.having(**block), DAY).ruling.step == 5


def test_r12_level_sterk_closes_only_after_consulting(catalogue: Catalogue) -> None:
    reported = SAFE.having(signals={SEVERE: 1}, steps_done=frozenset({5}))
    advice = decide(catalogue, reported, DAY)
    assert advice.ruling.step == 2
    assert "R12.stays-open" in {found.situation for found in advice.ruling.findings}
    assert decide(catalogue, reported.having(steps_done=frozenset({2, 5})), DAY).ruling.close


OUTCOMES: list[tuple[str, Facts, str | None, tuple[str, ...]]] = [
    ("child with a signal", Facts(danger="nee", age="kind", signals={SOFT: 1}), "A", ()),
    ("child in danger", Facts(danger="ja", age="kind"), "A", ()),
    ("child who tells", Facts(danger="nee", age="kind", disclosure="ja"), "A", ()),
    ("child without signal", Facts(danger="nee", age="kind"), None, ("A", "D")),
    ("child without signal, talked", Facts(danger="nee", age="kind", talk="gehad"), "D", ()),
    ("adult without signal", SAFE, None, ("B", "C", "D")),
    ("adult without signal, talked", SAFE.having(talk="gehad"), "D", ()),
    ("adult, soft", SAFE.having(signals={SOFT: 1}, talk="gehad", referral="ja"), None, ("B", "C", "D")),
    ("adult, clear, before the talk", SAFE.having(signals={CLEAR: 1}, referral="ja"), None, ("B", "C")),
    ("adult, clear, not asked", SAFE.having(signals={CLEAR: 1}, talk="gehad"), None, ("B", "C")),
    ("adult, clear, to be asked", SAFE.having(signals={CLEAR: 1}, talk="gehad", referral="nog-niet-gevraagd"), None, ("B", "C")),
    ("adult, clear, yes", SAFE.having(signals={CLEAR: 1}, talk="gehad", referral="ja"), "B", ()),
    ("adult, clear, no", SAFE.having(signals={CLEAR: 1}, talk="gehad", referral="nee"), "C", ()),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "outcome", "still_open"), [r[1:] for r in OUTCOMES], ids=[r[0] for r in OUTCOMES])
def test_the_outcome(catalogue: Catalogue, facts: Facts, outcome: str | None, still_open: tuple[str, ...]) -> None:
    ruling = decide(catalogue, facts, DAY).ruling
    assert (ruling.outcome, ruling.outcome_open) == (outcome, still_open)


@pytest.mark.parametrize(
    ("changes", "urgency"),
    [
        ({"danger": "ja"}, "nu"),
        ({"leaves_soon": "ja"}, "nu"),
        ({"disclosure": "ja"}, "vandaag"),
        ({"weighing": {"onveilig": "ja"}}, "vandaag"),
        ({"age": "kind", "signals": {SOFT: 1}}, "vandaag"),
        ({"age": "kind", "signals": {VULNERABLE: 1}}, "geen-haast"),
        ({"signals": {SEVERE: 1}}, "vandaag"),
        ({"signals": {CLEAR: 1}}, "deze-week"),
        ({"signals": {SOFT: 1}}, "deze-week"),
        ({"signals": {VULNERABLE: 1}}, "geen-haast"),
        ({}, "geen-haast"),
    ],
)
def test_r7_urgency(catalogue: Catalogue, changes: dict[str, object], urgency: str) -> None:
    assert decide(catalogue, SAFE.having(**changes), DAY).ruling.urgency.label == urgency


@pytest.mark.parametrize(
    ("changes", "meldcode"),
    [
        ({"age": "kind", "setting": "jeugd"}, "formeel"),
        ({"age": "kind", "setting": "balie"}, "analoog"),
        ({"relation": "huiselijk", "setting": "zorg"}, "formeel"),
        ({"children": "ja", "setting": "opvang"}, "formeel"),
        ({"relation": "anders", "setting": "zorg"}, "analoog"),
        ({"setting": "zorg"}, "analoog"),
        ({"relation": "huiselijk", "setting": "toezicht"}, "analoog"),
        ({"relation": "huiselijk"}, "analoog"),
    ],
)
def test_r5_law_or_analogy(catalogue: Catalogue, changes: dict[str, str], meldcode: str) -> None:
    advice = decide(catalogue, SAFE.having(**changes), DAY).as_json()
    assert advice["meldcode"] == meldcode


def test_r5_an_unknown_relation_is_the_first_open_question(catalogue: Catalogue) -> None:
    advice = decide(catalogue, SAFE.having(signals={SOFT: 1}), DAY)
    assert advice.questions[0].sources == ("twente.vraag.7",)
    known = decide(catalogue, SAFE.having(signals={SOFT: 1}, relation="anders"), DAY)
    assert "R5.relation-unknown" not in {found.situation for found in known.ruling.findings}


CONTACTS: list[tuple[str, dict[str, object], datetime, list[str]]] = [
    ("unknown danger puts 112 on top", {"danger": "weet-niet"}, DAY, ["112", "comensha", "veilig-thuis", "politie"]),
    ("covered", {"relation": "huiselijk", "region": "twente"}, DAY, ["veilig-thuis", "kenniscentrum-twente", "politie"]),
    ("covered at night", {"relation": "huiselijk", "region": "twente"}, NIGHT, ["veilig-thuis", "politie", "kenniscentrum-twente"]),
    ("adult by day", {"region": "ijsselland"}, DAY, ["zorgcoordinator-ijsselland", "veilig-thuis", "politie"]),
    ("adult in ijsselland at night", {"region": "ijsselland"}, NIGHT, ["veilig-thuis", "politie", "zorgcoordinator-ijsselland"]),
    ("adult in midden-brabant at night", {"region": "midden-brabant"}, NIGHT, ["veilig-thuis", "politie"]),
    ("adult in twente at night", {"region": "twente"}, NIGHT, ["politie", "veilig-thuis", "kenniscentrum-twente"]),
    ("adult in midden-nederland", {"region": "midden-nederland"}, DAY, ["comensha", "veilig-thuis", "politie"]),
    ("no region is elders", {}, NIGHT, ["politie", "veilig-thuis", "comensha"]),
    ("labour", {"form": "arbeid"}, DAY, ["comensha", "veilig-thuis", "politie", "arbeidsinspectie", "fairwork", "meld-misdaad-anoniem"]),
    ("labour by a signal", {"signals": {"paid-late": 1}}, DAY, ["comensha", "veilig-thuis", "politie", "arbeidsinspectie", "fairwork"]),
    ("sex in twente", {"form": "seksueel", "region": "twente"}, DAY, ["kenniscentrum-twente", "veilig-thuis", "politie", "comensha"]),
    ("child alone", {"age": "kind", "alone_abroad": "ja"}, DAY, ["veilig-thuis", "comensha", "politie", "nidos", "meld-misdaad-anoniem"]),
    ("adult alone is no matter of nidos", {"alone_abroad": "ja"}, DAY, ["comensha", "veilig-thuis", "politie", "meld-misdaad-anoniem"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "at", "first"), [r[1:] for r in CONTACTS], ids=[r[0] for r in CONTACTS])
def test_r9_contacts(catalogue: Catalogue, changes: dict[str, object], at: datetime, first: list[str]) -> None:
    found = [called.id for called in decide(catalogue, SAFE.having(**changes), at).contacts]
    assert found[: len(first)] == first
    assert len(found) == len(set(found))


def test_r8_a_paid_border_is_a_check_and_no_dead_end(catalogue: Catalogue) -> None:
    before = decide(catalogue, SAFE.having(signals={CLEAR: 1}), DAY)
    after = decide(catalogue, SAFE.having(signals={CLEAR: 1}, border_payment="ja"), DAY)
    assert after.ruling.step == before.ruling.step
    assert {said.rule for said in after.reasons} - {said.rule for said in before.reasons} == {"R8"}


def test_r13_others_are_named_first_in_what_to_say(catalogue: Catalogue) -> None:
    advice = decide(catalogue, SAFE.having(others="ja"), DAY)
    assert all(called.say.startswith(catalogue.say("call.others-first")) for called in advice.contacts)


@pytest.mark.parametrize(
    ("changes", "at", "until"),
    [
        ({"signals": {SEVERE: 1}, "region": "twente"}, DAY, "2026-11-24T17:00:00+01:00"),
        ({"signals": {SEVERE: 1}}, NIGHT, "2026-11-22T17:00:00+01:00"),
        ({"signals": {SEVERE: 1}}, DAY.replace(hour=18), "2026-11-25T00:00:00+01:00"),
        ({"signals": {SOFT: 1}}, DAY, "2026-12-01T17:00:00+01:00"),
        ({"leaves_soon": "ja"}, DAY, None),
        ({}, DAY, None),
    ],
)
def test_until_when_it_can_wait(
    catalogue: Catalogue, changes: dict[str, object], at: datetime, until: str | None
) -> None:
    assert decide(catalogue, SAFE.having(**changes), at).as_json()["can_wait"]["until"] == until


def test_of_an_adult_names_need_consent_but_for_veilig_thuis_when_the_law_covers_it(catalogue: Catalogue) -> None:
    consent = catalogue.say("call.names-need-consent")
    covered = decide(catalogue, SAFE.having(relation="huiselijk"), DAY)
    assert {called.id for called in covered.contacts if consent in called.say} == {
        "comensha",
        "politie",
        "meld-misdaad-anoniem",
    }
    child = decide(catalogue, SAFE.having(age="kind"), DAY)
    assert not any(consent in called.say for called in child.contacts)


def test_outcome_c_hands_over_organisations_and_d_only_when_help_is_needed(catalogue: Catalogue) -> None:
    refused = SAFE.having(signals={CLEAR: 1}, talk="gehad", referral="nee", form="seksueel")
    assert {"fier", "soa-hiv-centrum-ggd"} <= {called.id for called in decide(catalogue, refused, DAY).organisations}
    assert not decide(catalogue, SAFE.having(talk="gehad"), DAY).organisations
    helped = decide(catalogue, SAFE.having(talk="gehad", needs_help="ja"), DAY).organisations
    assert helped
    assert "bureau-jeugdzorg" not in {called.id for called in helped}


def grid() -> Iterator[Facts]:
    """Facts that together reach every situation."""
    signals: tuple[dict[str, int], ...] = ({}, {SOFT: 1}, {CLEAR: 1}, {SEVERE: 2})
    done = ((), (2,), (2, 4), (2, 3, 4), (5,), (1, 2, 3, 4, 5))
    weighing: tuple[dict[str, str], ...] = (
        {},
        {"vermoeden": "ja"},
        {"vermoeden": "nee"},
        {"onveilig": "ja"},
        {"hulp_werkt": "nee"},
        ALL_WELL,
    )
    for danger, age, marks, steps, weighed, tells in itertools.product(
        ("ja", "nee", "weet-niet"), ("kind", "volwassen"), signals, done, weighing, ("ja", "nee")
    ):
        yield Facts(
            danger=danger, age=age, signals=marks, steps_done=frozenset(steps), weighing=weighed, disclosure=tells
        )
    base = Facts(danger="nee", age="volwassen", signals={CLEAR: 1}, steps_done=frozenset({2}))
    for field, values in {
        "leaves_soon": ("ja",), "relation": ("huiselijk", "anders"), "talk": ("gehad", "kan-niet-veilig"),
        "referral": ("ja", "nee"), "others": ("ja",), "border_payment": ("ja",), "setting": ("zorg",),
    }.items():  # fmt: skip
        for value in values:
            yield base.having(**{field: value})
            yield base.having(**{field: value, "disclosure": "ja", "referral": "ja"})
            yield base.having(**{field: value, "relation": "huiselijk", "setting": "zorg", "talk": "gehad"})
            yield base.having(**{field: value, "talk": "gehad"})
    yield Facts(danger="nee", age="volwassen", talk="gehad", needs_help="ja")


def test_every_situation_is_found_by_some_facts_and_said_in_words(catalogue: Catalogue) -> None:
    found: set[str] = set()
    for facts in grid():
        advice = decide(catalogue, facts, DAY)
        found |= {finding.situation for finding in advice.ruling.findings}
        assert all(said.text and said.sources for said in (*advice.reasons, *advice.do, *advice.do_not))
    assert found == SITUATIONS
