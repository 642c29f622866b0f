"""The conversation: what is asked, what a button does, and what nothing can break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.advice import decide
from flows.catalogue import Catalogue
from flows.consult import step
from flows.events import Chose, Commanded, Event, Filled, Start, Typed
from flows.facts import CHOICES, WEIGHING, Facts
from flows.interview import APPLIES, FACTS, NONE
from flows.loading import load
from flows.messages import Notice, Prompt
from flows.screens import facts_of
from flows.state import Consult, Mark
from tests.strategies import events, facts
from tests.talk import DAY, NIGHT, Talk

CATALOGUE: Catalogue = load()
KNOWN = {*CATALOGUE.questions, "erase", "erased", "restart", "help"}


def test_a_desk_clerk_who_consulted_nobody_is_sent_to_a_colleague_first(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).choose("danger", "nee").choose("age", "volwassen")
    talk.choose("setting", "balie").choose("region", "twente").choose("now", NONE)
    talk.mark("papers-handed-over", "others-speak").choose("signals", "klaar").choose("clarify", "overslaan")
    talk.choose("around", "weet-niet").choose("relation", "weet-niet").choose("form", "weet-niet")
    talk.choose("steps", "klaar").choose("talk", "nog-niet").choose("review", "klaar")
    assert talk.advice.ruling.step == 2
    assert talk.advice.contacts[0].id == "kenniscentrum-twente"


def test_danger_leads_to_the_advice_in_one_answer_and_the_consult_goes_on_from_there(catalogue: Catalogue) -> None:
    talk = Talk(catalogue, NIGHT).choose("danger", "ja")
    assert talk.advice.ruling.step == 5
    assert talk.advice.contacts[0].id == "112"
    assert talk.press("/verder").prompt.question == "age"


@pytest.mark.parametrize(("option", "danger"), [("threat", "ja"), ("hurt", "ja"), ("tonight", "ja"), ("safe", "nee")])
def test_unknown_danger_is_looked_at_with_three_checks(catalogue: Catalogue, option: str, danger: str) -> None:
    talk = Talk(catalogue).choose("danger", "weet-niet").choose("danger-checks", option)
    assert talk.state is not None
    assert facts_of(catalogue, talk.state)[0].danger == danger
    assert (talk.prompt.question == "advice") == (danger == "ja")


def test_a_stale_button_changes_nothing_and_says_so(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).choose("danger", "nee")
    before = talk.state
    talk.send(Chose("danger", "ja"))
    assert talk.notices == ("stale-button",)
    assert before is not None
    assert talk.state == before.having(notices=("stale-button",))
    assert talk.prompt.question == "age"


def test_pressing_twice_answers_once(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).choose("danger", "nee").send(Chose("danger", "nee"))
    assert talk.prompt.question == "age"


@pytest.mark.parametrize(
    ("typed", "asked_next"),
    [("nee", "age"), ("Nee.", "age"), ("2", "age"), ("ja", "advice"), ("weet niet", "danger-checks"), ("ik weet het niet", "danger-checks"),
     ("geen gevaar", "age"), ("3", "danger-checks"), ("  NEE  ", "age"), ("j", "advice")],
)  # fmt: skip
def test_typed_answers_work_as_well_as_buttons(catalogue: Catalogue, typed: str, asked_next: str) -> None:
    assert Talk(catalogue).type(typed).prompt.question == asked_next


def test_numbers_tick_a_list(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).type("nee").type("volwassen").type("gemeentebalie").type("twente").type("1,2")
    assert talk.state is not None
    told, _ = facts_of(catalogue, talk.state)
    assert (told.disclosure, told.leaves_soon) == ("ja", "ja")
    talk.type("1 en 7")
    assert set(talk.state.marks) == set() if talk.state is None else len(talk.state.marks) == 2
    assert talk.type("7").state is not None
    assert talk.state is not None
    assert set(talk.state.marks) == {"gut-feeling"}
    assert talk.type("klaar").prompt.question == "clarify"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "blabla",
        "🙃" * 50,
        "\x00\x1b[31m",
        "\u202eabc",
        "x" * 10_000,
        "<b>hoi</b>",
        "99",
        "1,99",
        "ja nee",
        "/onzin",
        "/",
    ],
)
def test_nonsense_gets_a_clear_sentence_and_loses_nothing(catalogue: Catalogue, text: str) -> None:
    talk = Talk(catalogue).choose("danger", "nee")
    before = talk.state
    talk.type(text)
    assert len(talk.notices) == 1
    assert before is not None
    assert talk.state is not None
    assert talk.state.having(notices=()) == before
    assert talk.prompt.question == "age"
    assert text not in talk.state.as_json() or text.strip() in ("", "/")


@pytest.mark.parametrize("typed", ["112", "nood", "/nood", "gevaar"])
def test_112_is_one_tap_or_word_away(catalogue: Catalogue, typed: str) -> None:
    talk = Talk(catalogue).choose("danger", "nee").type(typed)
    assert talk.pages[0].id == "emergency"
    assert talk.pages[0].sections[0].lines[0].phone == "112"
    assert talk.prompt.question == "age"


def test_any_answer_can_be_changed_and_nothing_else_is_lost(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).tell(
        Facts(
            danger="nee",
            age="volwassen",
            region="twente",
            signals={"others-speak": 1},
            talk="gehad",
            referral="ja",
            steps_done=frozenset({2, 3}),
        )
    )
    before = talk.state
    talk.press("/overzicht").choose("review", "age").choose("age", "kind").press("/advies")
    assert talk.advice.ruling.outcome == "A"
    talk.press("/overzicht").choose("review", "age").choose("age", "volwassen").press("/advies")
    assert talk.advice.ruling.outcome == "B"
    assert before is not None
    assert talk.state is not None
    assert talk.state.answers == before.answers


def test_a_step_that_is_done_leads_to_the_next(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).tell(Facts(danger="nee", age="volwassen", signals={"others-speak": 1}))
    assert talk.advice.ruling.step == 2
    assert talk.press("advice=gedaan").advice.ruling.step == 3


def test_evidence_is_what_was_seen_and_a_mark_can_be_taken_back(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).choose("danger", "nee").choose("age", "volwassen").choose("setting", "anders")
    talk.choose("region", "twente").choose("now", NONE).mark("others-speak").press("signals=mark")
    talk.press("mark=others-speak").press("mark=heard").press("mark=2")
    assert talk.state is not None
    assert talk.state.marks["others-speak"] == Mark(2, "seen")
    assert talk.press("mark=heard").state is not None
    assert talk.state is not None
    assert talk.state.marks["others-speak"] == Mark(1, "heard")
    assert talk.press("mark=weg").state is not None
    assert talk.state is not None
    assert not talk.state.marks


def test_the_region_is_kept_for_next_time_when_wished(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).choose("danger", "nee").choose("age", "volwassen").choose("setting", "zorg")
    talk.press("region=onthoud").choose("region", "ijsselland")
    assert talk.state is not None
    again = step(catalogue, None, Start("ijsselland"), DAY).state
    assert again is not None
    assert again.keep_region
    assert facts_of(catalogue, again)[0].region == "ijsselland"
    fresh = talk.send(Commanded("opnieuw")).state
    assert fresh is not None
    assert set(fresh.answers) == {"region"}


def test_beginning_again_asks_first_and_erasing_too(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).choose("danger", "nee")
    assert talk.send(Start()).prompt.question == "restart"
    assert talk.press("/hier").prompt.question == "age"
    assert talk.press("/wis").prompt.question == "erase"
    assert talk.press("/hier").prompt.question == "age"
    assert talk.press("/wis").press("/wis ja").state is None
    assert talk.notices == ("erased",)
    assert talk.press("/start").prompt.question == "danger"


@pytest.mark.parametrize(("command", "question"), [("wis", "erase"), ("start", "restart"), ("help", "help")])
def test_what_is_typed_answers_what_is_on_the_screen(catalogue: Catalogue, command: str, question: str) -> None:
    """Not the question underneath: "1" at "wil je alles wissen?" is no danger."""
    talk = Talk(catalogue).choose("danger", "nee").send(Commanded(command))
    assert talk.prompt.question == question
    talk = Talk(catalogue).choose("danger", "nee").send(Commanded(command)).type("1")
    if command == "wis":
        assert talk.state is None
        assert talk.type("1").prompt.question == "danger"
        assert talk.state is not None
        assert not talk.state.answers
    else:
        assert talk.state is not None
        assert talk.state.answers == {"danger": ("nee",)}
        assert talk.prompt.question == "age"


def test_the_first_thing_typed_is_no_answer_to_a_question_not_seen(catalogue: Catalogue) -> None:
    turn = step(catalogue, None, Typed("1"), DAY)
    assert turn.state is not None
    assert not turn.state.answers
    assert step(catalogue, None, Typed("112"), DAY).replies[0].id == "emergency"  # type: ignore[union-attr]


def test_a_button_of_an_erased_consult_begins_anew(catalogue: Catalogue) -> None:
    talk = Talk(catalogue)
    talk.state = None
    assert talk.send(Chose("age", "kind")).notices == ("nothing-open",)


def test_clarifying_asks_three_at_most_with_the_reason_and_can_show_others(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).tell_up_to("clarify", Facts(danger="nee", age="volwassen", signals={"gut-feeling": 1}))
    first = [note.text for note in talk.prompt.notes]
    assert 1 <= len(first) <= 3
    assert all(note.why for note in talk.prompt.notes)
    second = [note.text for note in talk.press("clarify=meer").prompt.notes]
    assert second
    assert not set(first) & set(second)


def test_where_i_am_is_said(catalogue: Catalogue) -> None:
    prompt = Talk(catalogue).prompt
    assert (prompt.stage, prompt.stages, prompt.stage_label) == (1, 7, "Veiligheid")


def test_every_fact_is_asked_by_some_question() -> None:
    asked = frozenset().union(*FACTS.values())
    assert asked >= {*CHOICES, "setting", "region", "signals", "steps_done", *(f"weighing.{key}" for key in WEIGHING)}


@given(st.lists(events(CATALOGUE), max_size=30))
def test_any_events_leave_a_known_question_with_a_reply_and_112_in_reach(happened: list[Event]) -> None:
    state: Consult | None = None
    for event in happened:
        turn = step(CATALOGUE, state, event, NIGHT)
        state = turn.state
        prompts = [reply for reply in turn.replies if isinstance(reply, Prompt)]
        assert len(prompts) == 1
        assert turn.replies[-1] is prompts[0]
        assert prompts[0].question in KNOWN
        assert prompts[0].text
        assert "/nood" in {choice.action for choice in prompts[0].moves}
        assert prompts[0].choices or prompts[0].finish
        assert all(len(choice.action.encode()) <= 64 for choice in prompts[0].actions)
        assert len({choice.action for choice in prompts[0].actions}) == len(prompts[0].actions)
        if state is not None:
            assert Consult.from_json(state.as_json()) == state
            assert len(state.as_json().encode()) < 4096


@given(st.lists(events(CATALOGUE), max_size=25), st.data())
def test_back_undoes_an_answer_exactly(happened: list[Event], data: st.DataObject) -> None:
    state: Consult | None = step(CATALOGUE, None, Start(), DAY).state
    for event in happened:
        turn = step(CATALOGUE, state, event, DAY)
        state = turn.state or state
    assert state is not None
    prompt = next(r for r in step(CATALOGUE, state, Commanded("hier"), DAY).replies if isinstance(r, Prompt))
    state = state.having(notices=(), over="")
    answering = [
        c.action
        for c in (*prompt.choices, *prompt.finish)
        if c.ticked is None and c.action.startswith(f"{prompt.question}=")
    ]
    if not answering or prompt.question in ("mark", "advice"):
        return
    option = data.draw(st.sampled_from(answering)).partition("=")[2]
    after = step(CATALOGUE, state, Chose(prompt.question, option), DAY).state
    assert after is not None
    if len(after.trail) == len(state.trail):
        return
    back = step(CATALOGUE, after, Commanded("terug"), DAY).state
    assert back == state


@given(facts(CATALOGUE, weighed=False))
def test_the_conversation_gives_the_advice_of_the_file(told: Facts) -> None:
    """Also when it ends early: what it did not ask could not change the advice."""
    talk = Talk(CATALOGUE).tell(told)
    assert talk.state is not None
    asked = {name for question in talk.state.answers for name in FACTS[question]}
    # The conversation derives these where a file would state them.
    same = told.having(
        form=told.form if "form" in asked else "weet-niet",
        talk=told.talk if "talk" in asked else "weet-niet",
        alone_abroad=told.alone_abroad if told.age != "volwassen" or "minor" in told.signals else "weet-niet",
    )
    expected, found = decide(CATALOGUE, same, DAY).ruling, talk.advice.ruling
    assert (found.step, found.outcome, found.outcome_open, found.urgency, found.formal, found.contacts) == (
        expected.step, expected.outcome, expected.outcome_open, expected.urgency, expected.formal, expected.contacts,
    )  # fmt: skip


def test_every_question_and_option_is_reached() -> None:
    reached: set[str] = set()
    base = Facts(danger="nee", age="volwassen", signals={"others-speak": 1}, steps_done=frozenset({2, 3}), talk="gehad")
    many = [Facts(danger="weet-niet"), base, base.having(weighing=dict.fromkeys(WEIGHING, "ja") | {"onveilig": "nee"}),
            Facts(danger="nee", age="kind", alone_abroad="ja"), Facts(danger="nee", age="volwassen", talk="nog-niet"),
            Facts(danger="nee", age="volwassen", talk="gehad", steps_done=frozenset({3}), needs_help="ja")]  # fmt: skip
    for told in many:
        talk = Talk(CATALOGUE)
        for _ in range(60):
            reached |= {choice.action for choice in talk.prompt.actions if "=" in choice.action}
            if talk.prompt.question == "advice":
                break
            if talk.prompt.question == "review":
                talk.press("review=klaar")
            else:
                talk._answer(talk.prompt.question, told)
    for question in APPLIES:
        for option in CATALOGUE.questions[question].options:
            assert f"{question}={option.id}" in reached, (question, option.id)
    assert {action.partition("=")[0] for action in reached} >= {*APPLIES, "review", "advice"}


def test_a_consult_of_older_content_goes_on(catalogue: Catalogue) -> None:
    stored = Consult(
        asking="gone", marks={"gone": Mark(1, "seen"), "injury": Mark(1, "seen")}, answers={"danger": ("nee",)}
    )
    turn = step(catalogue, stored, Typed("1"), DAY)
    assert turn.state is not None
    assert set(turn.state.marks) == {"injury"}
    assert isinstance(turn.replies[-1], Prompt)


def test_a_list_sent_for_another_page_changes_nothing(catalogue: Catalogue) -> None:
    talk = Talk(catalogue).tell_up_to("signals", Facts(danger="nee", age="volwassen", setting="balie"))
    talk.send(Filled("signals", "papieren", frozenset({"no-own-papers"}), "klaar"))
    assert talk.notices == ("stale-button",)
    assert isinstance(talk.turn.replies[0], Notice)
