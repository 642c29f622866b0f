"""What must hold on every path (decision.md), as properties."""

from hypothesis import given
from hypothesis import strategies as st

from flows.advice import decide
from flows.catalogue import Catalogue
from flows.facts import Facts
from flows.loading import load
from flows.rules import Ruling
from tests.strategies import facts
from tests.talk import DAY, NIGHT

CATALOGUE: Catalogue = load()
ANY = facts(CATALOGUE)
WORSE = {"danger": "ja", "disclosure": "ja", "leaves_soon": "ja"}


def _round_the_clock(ruling: Ruling) -> set[str]:
    return {key for key in ruling.contacts if CATALOGUE.contacts[key].round_the_clock}


def _no_less(before: Ruling, after: Ruling) -> None:
    assert after.urgency >= before.urgency
    assert _round_the_clock(after) >= _round_the_clock(before)
    assert before.close or not after.close


@given(ANY, st.sampled_from(sorted(CATALOGUE.signals)))
def test_one_more_signal_never_yields_less(told: Facts, signal: str) -> None:
    if signal in told.signals:
        return
    for mark in (1, 2, 3):
        _no_less(decide(CATALOGUE, told, DAY).ruling, decide(CATALOGUE, told.with_signal(signal, mark), DAY).ruling)


@given(ANY)
def test_a_stronger_mark_never_yields_less(told: Facts) -> None:
    for signal, mark in told.signals.items():
        for more in {3: (1, 2), 1: (2,), 2: ()}[mark]:
            _no_less(decide(CATALOGUE, told, DAY).ruling, decide(CATALOGUE, told.with_signal(signal, more), DAY).ruling)


@given(ANY, st.sampled_from(sorted(WORSE)))
def test_worse_news_never_yields_less(told: Facts, fact: str) -> None:
    _no_less(decide(CATALOGUE, told, NIGHT).ruling, decide(CATALOGUE, told.having(**{fact: "ja"}), NIGHT).ruling)


@given(ANY)
def test_doubt_about_age_never_yields_less(told: Facts) -> None:
    adult = told.having(age="volwassen")
    _no_less(decide(CATALOGUE, adult, DAY).ruling, decide(CATALOGUE, told.having(age="twijfel"), DAY).ruling)


@given(ANY)
def test_exactly_one_step_that_is_not_done_or_a_close(told: Facts) -> None:
    advice = decide(CATALOGUE, told, NIGHT)
    step = advice.ruling.step
    assert step is None or step == 5 or step not in told.steps_done
    assert not (step == 1 and told.signals)
    assert not (step == 3 and (told.talk == "gehad" or told.disclosure == "ja"))
    found = advice.as_json()
    assert (found["next_step"] is None) == found["close"]


@given(ANY)
def test_somebody_answers_and_open_lines_stand_before_closed_ones(told: Facts) -> None:
    for at in (DAY, NIGHT):
        advice = decide(CATALOGUE, told, at)
        ready = [called.reach.open for called in advice.contacts]
        assert ready == sorted(ready, reverse=True)
        assert advice.ruling.close or any(ready)
        assert {"veilig-thuis", "politie"} <= {called.id for called in advice.contacts}
        assert (advice.contacts[0].id == "112") == (told.danger != "nee")


@given(ANY)
def test_a_child_never_waits_for_consent(told: Facts) -> None:
    advice = decide(CATALOGUE, told.having(age="kind"), DAY)
    situations = {found.situation for found in advice.ruling.findings}
    assert not situations & {
        "R5.adult-consent",
        "R3.ask-referral",
        "R3.outcome-b",
        "R3.outcome-c",
        "R2.disclosure-weigh",
    }
    consent = CATALOGUE.say("call.names-need-consent")
    assert not any(consent in called.say for called in advice.contacts)
    assert advice.ruling.step != 3 or advice.ruling.outcome != "A"


@given(ANY)
def test_everything_advised_names_its_source(told: Facts) -> None:
    found = decide(CATALOGUE, told, DAY).as_json()
    known = CATALOGUE.items | {lesson.id for topic in CATALOGUE.topics.values() for lesson in topic.entries}
    for key in ("reasons", "do", "do_not", "questions", "helps", "hinders", "contacts"):
        for entry in found[key]:
            assert entry["sources"], (key, entry)
            assert set(entry["sources"]) <= known


@given(ANY, facts(CATALOGUE))
def test_a_fact_no_rule_read_changes_nothing(told: Facts, other: Facts) -> None:
    """The consult ends early on this: what was not read may be anything, all at once."""
    ruling = decide(CATALOGUE, told, DAY).ruling
    changes = {
        name: getattr(other, name)
        for name in Facts.__dataclass_fields__
        if name not in ruling.decided_by and name != "weighing"
    }
    weighing = {
        key: (told if f"weighing.{key}" in ruling.decided_by else other).weighing.get(key, "weet-niet")
        for key in {*told.weighing, *other.weighing}
    }
    changed = decide(CATALOGUE, told.having(**changes, weighing=weighing), DAY).ruling
    assert (changed.step, changed.outcome, changed.outcome_open, changed.urgency, changed.formal, changed.contacts) == (
        ruling.step, ruling.outcome, ruling.outcome_open, ruling.urgency, ruling.formal, ruling.contacts,
    )  # fmt: skip
