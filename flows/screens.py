"""What is on the screen: the prompt that belongs to a state. A channel only draws it."""

from collections.abc import Iterator
from typing import Final

from flows.case import Case
from flows.catalogue import Catalogue
from flows.catalogue.entries import Question
from flows.clarifying import AT_ONCE, worth_asking
from flows.facts import UNKNOWN, Facts
from flows.interview import NONE, collect, still_open
from flows.messages import Choice, Line, Prompt
from flows.state import Consult

BUTTON: Final = 60
"""Longest text of a button that a flow makes up from an answer."""
ADVICE_FROM: Final = 2
"""From this many answers on an advice can be had at once."""

TO_TICK: Final = 4
"""How many signals of a clarifying question can be ticked beside it; the lists have the others."""


def facts_of(catalogue: Catalogue, state: Consult) -> tuple[Facts, tuple[str, ...]]:
    """Return the facts of a consult and the questions that apply to them."""
    return collect(catalogue, state.answers, {key: mark.value for key, mark in state.marks.items()})


def prompt(catalogue: Catalogue, state: Consult) -> Prompt:
    """Return the question that is on the screen, with everything one can do there."""
    facts, applying = facts_of(catalogue, state)
    question = catalogue.questions[state.asking]
    draw = {"signals": _signals, "mark": _mark, "clarify": _clarify, "review": _review, "advice": _advice}
    if question.kind == "list":
        choices, pages, finish, notes = draw[question.id](catalogue, state, facts, applying)
    else:
        choices, pages, finish, notes = _plain(catalogue, state, facts, question)
    stages = list(catalogue.stages)
    return Prompt(
        question=question.id,
        page=shown_page(catalogue, state),
        stage=stages.index(question.stage) + 1,
        stages=len(stages),
        stage_label=catalogue.stages[question.stage].label,
        title=question.title,
        text=question.text,
        more=question.more or "",
        why=question.why,
        choices=tuple(choices),
        pages=tuple(pages),
        finish=tuple(finish),
        moves=tuple(moves(catalogue, state)),
        notes=tuple(notes),
    )


Drawn = tuple[list[Choice], list[Choice], list[Choice], list[Line]]


def _plain(catalogue: Catalogue, state: Consult, facts: Facts, question: Question) -> Drawn:
    chosen = ticked(catalogue, state, facts, question)
    ticking = question.kind != "one"
    child = Case(catalogue, facts).child
    choices = [
        Choice(f"{question.id}={option.id}", option.label, option.id in chosen if ticking else None)
        for option in question.options
        if child or not option.only_child
    ]
    pages = []
    if question.id == "region":
        pages.append(Choice("region=onthoud", catalogue.say("button.keep-region"), state.keep_region))
    finish = []
    if ticking:
        finish = [Choice(f"{question.id}=klaar", catalogue.say("button.done"))]
        if question.kind == "many":
            finish.append(Choice(f"{question.id}={NONE}", catalogue.say("button.none")))
        finish.append(Choice(f"{question.id}={UNKNOWN}", catalogue.say("button.unknown")))
    return choices, pages, finish, []


def ticked(catalogue: Catalogue, state: Consult, facts: Facts, question: Question) -> tuple[str, ...]:
    """Return what is ticked of a question; of the steps, those that follow from other answers are ticked already."""
    if question.id in state.ticks:
        return state.ticks[question.id]
    if question.kind == "steps":
        case = Case(catalogue, facts)
        return tuple(option.id for option in question.options if case.done(int(option.id)))
    return ()


def shown_page(catalogue: Catalogue, state: Consult) -> str:
    """Return which list is on the screen; the one that comes first for the setting until another is chosen."""
    if state.asking != "signals":
        return state.page
    facts, _ = facts_of(catalogue, state)
    lists = catalogue.lists_for(facts.setting)
    return state.page if state.page in lists else lists[0]


def _signals(catalogue: Catalogue, state: Consult, facts: Facts, _applying: tuple[str, ...]) -> Drawn:
    page = shown_page(catalogue, state)
    choices = [
        Choice(f"signals={key}", catalogue.signals[key].label, key in state.marks, catalogue.signals[key].text)
        for key in catalogue.lists[page]
    ]
    pages = []
    for key in catalogue.lists_for(facts.setting):
        if key != page:
            found = sum(signal in state.marks for signal in catalogue.lists[key])
            label = catalogue.list_label(key)
            pages.append(Choice(f"signals=list:{key}", f"{label} ({found})" if found else label))
    finish = [
        Choice("signals=klaar", catalogue.say("button.done-count", count=len(state.marks))),
        Choice(f"signals={UNKNOWN}", catalogue.say("button.unknown")),
    ]
    if state.marks:
        finish.insert(1, Choice("signals=mark", catalogue.say("button.marks")))
    theme = catalogue.cards.get(page) or catalogue.themes[page]
    return choices, pages, finish, [Line(theme.text)]


def _mark(catalogue: Catalogue, state: Consult, _facts: Facts, _applying: tuple[str, ...]) -> Drawn:
    back = Choice("mark=klaar", catalogue.say("button.back-to-lists"))
    if state.page not in state.marks:
        choices = [
            Choice(f"mark={key}", _short(f"{catalogue.signals[key].label}: {_mark_words(catalogue, state, key)}"))
            for key in state.marks
        ]
        return [*choices, back], [], [], []
    signal = catalogue.signals[state.page]
    choices = [Choice(f"mark={mark.mark}", mark.label, hint=mark.text) for mark in catalogue.form.marks if mark.mark]
    choices += [Choice(f"mark={way}", catalogue.say(f"noticed.{way}")) for way in ("seen", "heard", "read")]
    choices += [Choice("mark=weg", catalogue.say("button.remove")), back]
    now = catalogue.say("mark.now", label=signal.label, how=_mark_words(catalogue, state, signal.id))
    return choices, [], [], [Line(signal.text, sources=signal.sources), Line(now)]


def _mark_words(catalogue: Catalogue, state: Consult, key: str) -> str:
    mark = state.marks[key]
    label = next(entry.label for entry in catalogue.form.marks if entry.mark == mark.value)
    return f"{label}, {catalogue.say(f'noticed.{mark.noticed}')}".lower()


def questions_for(catalogue: Catalogue, state: Consult, skip: int = 0) -> str:
    """Return the page of the clarifying questions: three ids, chosen by what is missing now."""
    facts, _ = facts_of(catalogue, state)
    asked = worth_asking(Case(catalogue, facts), most=skip + AT_ONCE)
    return ",".join(question.id for question in asked[skip:] or asked[:AT_ONCE])


def _clarify(catalogue: Catalogue, state: Consult, _facts: Facts, _applying: tuple[str, ...]) -> Drawn:
    shown = state.page.split(",")
    questions = [question for question in catalogue.talk.questions if question.id in shown]
    questions.sort(key=lambda question: shown.index(question.id))
    notes = [Line(question.text, why=question.why, sources=question.sources) for question in questions]
    keys = dict.fromkeys(key for question in questions for key in question.clears[:TO_TICK])
    choices = [
        Choice(f"clarify={key}", catalogue.signals[key].label, key in state.marks, catalogue.signals[key].text)
        for key in keys
    ]
    finish = [
        Choice("clarify=klaar", catalogue.say("button.done")),
        Choice("clarify=overslaan", catalogue.say("button.skip")),
        Choice(f"clarify={UNKNOWN}", catalogue.say("button.unknown")),
    ]
    more = [Choice("clarify=meer", catalogue.say("button.other-questions"))]
    return choices, more, finish, notes


def _review(catalogue: Catalogue, state: Consult, _facts: Facts, applying: tuple[str, ...]) -> Drawn:
    choices = [
        Choice(f"review={key}", _short(f"{catalogue.questions[key].title}: {_told(catalogue, state, key)}"))
        for key in applying
        if (key in state.answers or (key == "signals" and state.marks)) and key != "clarify"
    ]
    choices += [
        Choice(f"review={key}", catalogue.say("button.still-open", title=catalogue.questions[key].title))
        for key in applying
        if key not in state.answers and not (key == "signals" and state.marks) and key != "clarify"
    ]
    return [Choice("review=klaar", catalogue.say("button.give-advice")), *choices], [], [], []


def _told(catalogue: Catalogue, state: Consult, key: str) -> str:
    """The answer to a question in the words it was chosen with."""
    if key == "signals":
        return catalogue.say("review.signals", count=len(state.marks))
    labels = [option.label for option in catalogue.questions[key].options if option.id in state.answers[key]]
    if NONE in state.answers[key] and not labels:
        return catalogue.say("button.none").lower()
    return ", ".join(labels) or catalogue.say("button.unknown").lower()


def _short(text: str) -> str:
    return text if len(text) <= BUTTON else text[: BUTTON - 1].rstrip(" ,:") + "…"


def _advice(catalogue: Catalogue, state: Consult, facts: Facts, applying: tuple[str, ...]) -> Drawn:
    choices = []
    if next(still_open(catalogue, facts, applying, state.answers), None):
        choices.append(Choice("/verder", catalogue.say("button.go-on")))
    choices.append(Choice("/overzicht", catalogue.say("button.review")))
    choices.append(Choice("/waarom", catalogue.say("button.why")))
    choices.append(Choice("advice=gedaan", catalogue.say("button.step-done")))
    return choices, [], [], []


def moves(catalogue: Catalogue, state: Consult) -> Iterator[Choice]:
    """Yield what can be done at every question; danger is always first."""
    yield Choice("/nood", catalogue.say("button.danger"))
    if state.trail:
        yield Choice("/terug", catalogue.say("button.back"))
    if state.asking not in ("review", "advice") and state.answers:
        yield Choice("/overzicht", catalogue.say("button.review"))
    if state.asking != "advice" and len(state.answers) >= ADVICE_FROM:
        yield Choice("/advies", catalogue.say("button.advise-now"))
    yield Choice("/help", catalogue.say("button.help"))
    yield Choice("/pauze", catalogue.say("button.pause"))
    yield Choice("/wis", catalogue.say("button.erase"))
