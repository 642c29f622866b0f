"""The consult as a state machine: a state and an event in, the next state and what to say out.

Everything that changes a consult is in this file. A button of an earlier question changes nothing: the user is told so
and asked the current question again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flows.advice import Advice, decide
from flows.catalogue import Catalogue
from flows.events import Chose, Commanded, Event, Filled, Sent, Start, Typed
from flows.facts import UNKNOWN
from flows.interview import NONE, next_question, still_open
from flows.messages import Choice, Notice, Page, Prompt, Reply
from flows.presentation import (
    advice_page,
    contacts_page,
    emergency_page,
    help_menu,
    privacy_page,
    topic_page,
    topics,
    why_page,
)
from flows.screens import ADVICE_FROM, facts_of, prompt, questions_for, shown_page, ticked
from flows.state import Consult, Mark
from flows.typed import LONGEST, read_typed

TRAIL: Final = 40
"""How many screens back goes back; older ones are forgotten so that a stored consult stays small."""

SENT: Final = ("media", "edited", "forwarded", "location")

WAYS: Final = ("seen", "heard", "read")


@dataclass(frozen=True, slots=True)
class Turn:
    """What an event led to. `advice` is there when the replies show one; `erased` when nothing may be kept any more."""

    state: Consult | None
    replies: tuple[Reply, ...]
    advice: Advice | None = None
    erased: bool = False


def step(catalogue: Catalogue, state: Consult | None, event: Event, at: datetime) -> Turn:
    """Return the next state and the replies to one event.

    Args:
        state: the stored state, or None when there is none yet.
        event: any event, also one that is stale, repeated or made up.
        at: when it happens, an aware moment: it decides who answers now.

    Raises: ValueError if `at` is naive. Nothing a user can do raises.
    """
    if state is None:
        state = Consult(notices=("welcome",))
        if isinstance(event, Start):
            return show(catalogue, _begin(catalogue, event), at)
        if isinstance(event, Chose | Filled):
            return show(catalogue, state.having(notices=("nothing-open",)), at)
        if isinstance(event, Typed):
            # Typed before the first question was seen: it is no answer to it.
            event = read_typed(_alone(catalogue, "erased"), event.text) or Start()
            return step(catalogue, None, event, at)
    over = state.over
    state = fit(catalogue, state).having(notices=(), over="")
    if isinstance(event, Typed):
        return _typed(catalogue, state, over, event.text, at)
    match event:
        case Start():
            return _command(catalogue, state, Commanded("start"), at)
        case Commanded():
            return _command(catalogue, state, event, at)
        case Sent(kind):
            return _notice(catalogue, state, f"sent-{kind}" if kind in SENT else "sent-media", at)
        case Chose(question, _) | Filled(question) if question != state.asking:
            return _notice(catalogue, state, "stale-button", at)
        case Chose():
            return _chose(catalogue, state, event.option, at)
        case Filled():
            return _filled(catalogue, state, event, at)


def slow_down(catalogue: Catalogue, state: Consult | None, at: datetime) -> Turn:
    """Answer an event that was one too many: it is not taken, and the user is told."""
    turn = show(catalogue, state or Consult(), at)
    return Turn(state, (Notice("too-fast", catalogue.say("notice.too-fast")), turn.replies[-1]))


def ask_invitation(catalogue: Catalogue, wrong: bool) -> Turn:
    """Answer somebody who was not invited yet: 112 is in reach, the consult is not."""
    notices = (Notice("wrong-code", catalogue.say("notice.wrong-code")),) if wrong else ()
    return Turn(None, (*notices, _alone(catalogue, "invite")))


def show(catalogue: Catalogue, state: Consult, at: datetime) -> Turn:
    """Return the screen of a state: its notices, the advice when that is what is shown, and its question."""
    replies: list[Reply] = [Notice(key, catalogue.say(f"notice.{key}")) for key in state.notices]
    if state.over:
        return Turn(state, (*replies, _over(catalogue, state.over)))
    advice = None
    if state.asking == "advice":
        facts, _ = facts_of(catalogue, state)
        advice = decide(catalogue, facts, at)
        replies.append(_advice_page(catalogue, state, advice))
    return Turn(state, (*replies, prompt(catalogue, state)), advice)


def _advice_page(catalogue: Catalogue, state: Consult, advice: Advice) -> Page:
    facts, applying = facts_of(catalogue, state)
    return advice_page(catalogue, advice, list(still_open(catalogue, facts, applying, state.answers)))


def fit(catalogue: Catalogue, state: Consult) -> Consult:
    """Return a stored state as this content can read it: what the content no longer has is left out."""
    if state.asking in catalogue.questions and all(key in catalogue.signals for key in state.marks):
        return state
    marks = {key: mark for key, mark in state.marks.items() if key in catalogue.signals}
    if state.asking in catalogue.questions:
        return state.having(marks=marks)
    return _next(catalogue, state.having(marks=marks, asking="danger"))


def _begin(catalogue: Catalogue, event: Start) -> Consult:
    fresh = Consult(notices=("welcome",))
    if event.region in catalogue.regions:
        return fresh.having(answers={"region": (event.region,)}, keep_region=True)
    return fresh


def _notice(catalogue: Catalogue, state: Consult, key: str, at: datetime) -> Turn:
    return show(catalogue, state.having(notices=(key,)), at)


def _typed(catalogue: Catalogue, state: Consult, over: str, text: str, at: datetime) -> Turn:
    """Read what is typed at what is on the screen: the question, or what stands over it."""
    if not text.strip():
        return _notice(catalogue, state, "empty", at)
    event = read_typed(_over(catalogue, over) if over else prompt(catalogue, state), text)
    if event is None or isinstance(event, Typed):
        return _notice(catalogue, state, "too-long" if len(text) > LONGEST else "use-buttons", at)
    return step(catalogue, state, event, at)


def _command(catalogue: Catalogue, state: Consult, event: Commanded, at: datetime) -> Turn:
    match event.name, event.argument:
        case "start", _ if state.answers or state.marks:
            return show(catalogue, state.having(over="restart"), at)
        case (("start" | "opnieuw"), _):
            facts, _applying = facts_of(catalogue, state)
            return show(catalogue, _begin(catalogue, Start(facts.region if state.keep_region else None)), at)
        case (("nood" | "112"), _):
            return _beside(catalogue, state, emergency_page(catalogue, at))
        case "terug", _:
            if not state.trail:
                return _notice(catalogue, state, "nothing-before", at)
            return show(catalogue, _back(state), at)
        case "overzicht", _:
            return show(catalogue, _go(state, "review"), at)
        case "advies", _:
            if len(state.answers) < ADVICE_FROM and "danger" not in state.answers:
                return _notice(catalogue, state, "advice-too-early", at)
            return show(catalogue, _go(state, "advice"), at)
        case "verder", _:
            return show(catalogue, _go_on(catalogue, state), at)
        case "hier", _:
            return show(catalogue, state, at)
        case "help", topic if topic in topics(catalogue):
            return _beside(catalogue, state, topic_page(catalogue, topic))
        case "help", _:
            return show(catalogue, state.having(over="help"), at)
        case "contact", _:
            facts, _applying = facts_of(catalogue, state)
            return _beside(catalogue, state, contacts_page(catalogue, decide(catalogue, facts, at)))
        case "privacy", _:
            return _beside(catalogue, state, privacy_page(catalogue))
        case "waarom", _:
            facts, _applying = facts_of(catalogue, state)
            return _beside(catalogue, state, why_page(_advice_page(catalogue, state, decide(catalogue, facts, at))))
        case (("pauze" | "stop"), _):
            return _notice(catalogue, state, "paused", at)
        case "wis", "ja":
            notice = Notice("erased", catalogue.say("notice.erased"))
            return Turn(None, (notice, _alone(catalogue, "erased")), erased=True)
        case "wis", _:
            return show(catalogue, state.having(over="erase"), at)
        case _:
            return _notice(catalogue, state, "unknown-command", at)


def _beside(catalogue: Catalogue, state: Consult, page: Page) -> Turn:
    """Something to read beside the question, which is asked again."""
    return Turn(state, (page, prompt(catalogue, state)))


def _over(catalogue: Catalogue, over: str) -> Prompt:
    return help_menu(catalogue) if over == "help" else _alone(catalogue, over)


def _alone(catalogue: Catalogue, question: str) -> Prompt:
    """A question that is no part of the consult: whether to erase or begin again, and what after that."""
    actions: tuple[str, ...] = {
        "erase": ("/wis ja", "/hier"),
        "erased": ("/start",),
        "restart": ("/hier", "/opnieuw"),
        "invite": (),
    }[question]
    return Prompt(
        question=question,
        page="",
        stage=0,
        stages=len(catalogue.stages),
        stage_label="",
        title=catalogue.say(f"{question}.title"),
        text=catalogue.say(f"{question}.text"),
        more="",
        why="",
        choices=tuple(Choice(action, catalogue.say(f"{question}.{number}")) for number, action in enumerate(actions)),
        moves=(Choice("/nood", catalogue.say("button.danger")),),
    )


def _chose(catalogue: Catalogue, state: Consult, option: str, at: datetime) -> Turn:
    question = catalogue.questions[state.asking]
    after: Consult | None
    match question.id:
        case "signals":
            after = _on_signals(catalogue, state, option)
        case "clarify":
            after = _on_clarify(catalogue, state, option)
        case "mark":
            after = _on_mark(catalogue, state, option)
        case "review":
            after = _on_review(catalogue, state, option)
        case "advice":
            after = _on_advice(catalogue, state, option, at)
        case _:
            after = _on_plain(catalogue, state, option)
    return show(catalogue, after, at) if after else _notice(catalogue, state, "stale-button", at)


def _on_plain(catalogue: Catalogue, state: Consult, option: str) -> Consult | None:
    """One option answers; of a list each option ticks, and a button below it answers."""
    question = catalogue.questions[state.asking]
    known = catalogue.option(question.id, option) is not None
    if question.kind == "one":
        if question.id == "region" and option == "onthoud":
            return state.having(keep_region=not state.keep_region)
        return _answer(catalogue, state, (option,)) if known else None
    facts, _ = facts_of(catalogue, state)
    now = ticked(catalogue, state, facts, question)
    if known:
        return _tick(state, question.id, set(now) ^ {option})
    if option == "klaar":
        return _answer(catalogue, state, now)
    if option == NONE and question.kind == "many":
        return _answer(catalogue, state, (*now, NONE))
    if option == UNKNOWN:
        return _answer(catalogue, state, ())
    return None


def _tick(state: Consult, question: str, ticks: set[str]) -> Consult:
    return state.having(ticks={**state.ticks, question: tuple(sorted(ticks))})


def _answer(catalogue: Catalogue, state: Consult, chosen: tuple[str, ...]) -> Consult:
    """Keep an answer and go to the next question; with danger, to the advice at once."""
    answered = _leave(state).having(answers={**state.answers, state.asking: chosen})
    if state.asking in ("danger", "danger-checks") and facts_of(catalogue, answered)[0].danger == "ja":
        return answered.having(asking="advice", page="")
    return _next(catalogue, answered)


def _next(catalogue: Catalogue, state: Consult) -> Consult:
    facts, applying = facts_of(catalogue, state)
    asking = next_question(catalogue, facts, applying, state.answers) or "review"
    return _at(catalogue, state, asking)


def _at(catalogue: Catalogue, state: Consult, question: str) -> Consult:
    arrived = state.having(asking=question, page="")
    return arrived.having(page=questions_for(catalogue, arrived)) if question == "clarify" else arrived


def _leave(state: Consult) -> Consult:
    """Remember the screen that is left, and what its question had as an answer."""
    left = (state.asking, state.page, state.answers.get(state.asking))
    return state.having(trail=(*state.trail, left)[-TRAIL:])


def _go(state: Consult, question: str) -> Consult:
    return state if state.asking == question else _leave(state).having(asking=question, page="")


def _go_on(catalogue: Catalogue, state: Consult) -> Consult:
    """From the advice to the next open question; anywhere else nothing changes."""
    return _next(catalogue, _leave(state)) if state.asking in ("advice", "review") else state


def _back(state: Consult) -> Consult:
    """Undo the last answer: the question stands there again as it was before it."""
    asking, page, was = state.trail[-1]
    answers = {key: chosen for key, chosen in state.answers.items() if key != asking}
    if was is not None:
        answers[asking] = was
    return state.having(asking=asking, page=page, answers=answers, trail=state.trail[:-1])


def _marked(catalogue: Catalogue, state: Consult, key: str, on: bool) -> Consult:
    marks = {other: mark for other, mark in state.marks.items() if other != key}
    if on:
        marks[key] = state.marks.get(key) or Mark(1, catalogue.signals[key].noticed_by[0])
    return state.having(marks=marks)


def _on_signals(catalogue: Catalogue, state: Consult, option: str) -> Consult | None:
    facts, _ = facts_of(catalogue, state)
    if option in catalogue.signals:
        return _marked(catalogue, state, option, option not in state.marks)
    kind, _, page = option.partition(":")
    if kind == "list" and page in catalogue.lists_for(facts.setting):
        return state.having(page=page)
    if option == "mark" and state.marks:
        return _go(state, "mark")
    return _answer(catalogue, state, (option,)) if option in ("klaar", UNKNOWN) else None


def _on_clarify(catalogue: Catalogue, state: Consult, option: str) -> Consult | None:
    if option in catalogue.signals:
        return _marked(catalogue, state, option, option not in state.marks)
    if option == "meer":
        shown = state.page.split(",")
        return state.having(page=questions_for(catalogue, state, skip=len(shown)))
    return _answer(catalogue, state, (option,)) if option in ("klaar", "overslaan", UNKNOWN) else None


def _on_mark(_catalogue: Catalogue, state: Consult, option: str) -> Consult | None:
    if option == "klaar":
        return state.having(page="") if state.page in state.marks else _back(state) if state.trail else None
    if option in state.marks:
        return state.having(page=option)
    mark = state.marks.get(state.page)
    if mark is None:
        return None
    if option == "weg":
        return state.having(page="", marks={key: m for key, m in state.marks.items() if key != state.page})
    if option in ("1", "2", "3"):
        # Evidence is only what was seen or read on paper, never what somebody told.
        noticed = "seen" if option == "2" and mark.noticed == "heard" else mark.noticed
        changed = Mark(int(option), noticed)
    elif option in WAYS:
        changed = Mark(1 if option == "heard" and mark.value == 2 else mark.value, option)
    else:
        return None
    return state.having(marks={**state.marks, state.page: changed})


def _on_review(catalogue: Catalogue, state: Consult, option: str) -> Consult | None:
    if option == "klaar":
        return _go(state, "advice")
    _, applying = facts_of(catalogue, state)
    return _at(catalogue, _leave(state), option) if option in applying else None


def _on_advice(catalogue: Catalogue, state: Consult, option: str, at: datetime) -> Consult | None:
    """The step of the advice is done: it is ticked, and the advice is that on the next one."""
    if option != "gedaan":
        return None
    facts, _ = facts_of(catalogue, state)
    done = decide(catalogue, facts, at).ruling.step
    if done is None:
        return state
    steps = tuple(sorted({*(str(step) for step in facts.steps_done), str(done)}))
    after = _tick(state, "steps", set(steps))
    return after.having(answers={**after.answers, "steps": steps}, notices=("step-done",))


def _filled(catalogue: Catalogue, state: Consult, event: Filled, at: datetime) -> Turn:
    """A list came in whole: what is ticked on it is taken over, then the button that sent it is pressed."""
    question = catalogue.questions[state.asking]
    if question.id in ("signals", "clarify"):
        if event.page != shown_page(catalogue, state):
            return _notice(catalogue, state, "stale-button", at)
        offered = [c.action.partition("=")[2] for c in prompt(catalogue, state).choices]
        for key in offered:
            state = _marked(catalogue, state, key, key in event.ticked)
    elif question.kind in ("many", "steps"):
        state = _tick(state, question.id, {key for key in event.ticked if catalogue.option(question.id, key)})
    if not event.then:
        return show(catalogue, state, at)
    if event.then.startswith("/"):
        name, _, argument = event.then[1:].partition(" ")
        return _command(catalogue, state, Commanded(name, argument), at)
    return _chose(catalogue, state, event.then, at)
