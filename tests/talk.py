"""A test client that talks like a person: it sees prompts and presses buttons, and counts its taps.

Before every step the state goes through JSON, as it does when it is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from flows.advice import Advice
from flows.catalogue import Catalogue
from flows.consult import Turn, step
from flows.events import Event, Start, Typed, read_action
from flows.facts import WEIGHING, YES, Facts
from flows.interview import NONE
from flows.messages import Notice, Page, Prompt
from flows.state import Consult

DAY = datetime.fromisoformat("2026-11-24T10:00:00+01:00")
NIGHT = datetime.fromisoformat("2026-11-22T03:00:00+01:00")


@dataclass
class Talk:
    """One person in one consult."""

    catalogue: Catalogue
    at: datetime = DAY
    state: Consult | None = None
    turn: Turn = field(init=False)
    taps: int = 0

    def __post_init__(self) -> None:
        self.send(Start())
        self.taps = 1

    def send(self, event: Event) -> "Talk":
        """Let an event happen."""
        before = None if self.state is None else Consult.from_json(self.state.as_json())
        assert before == self.state
        self.turn = step(self.catalogue, before, event, self.at)
        self.state = self.turn.state
        return self

    def press(self, action: str) -> "Talk":
        """Press the button with this action; it has to be on the screen."""
        assert action in {choice.action for choice in self.prompt.actions}, (action, self.prompt)
        event = read_action(action)
        assert event is not None
        self.taps += 1
        return self.send(event)

    def choose(self, question: str, option: str) -> "Talk":
        """Answer the question on the screen."""
        return self.press(f"{question}={option}")

    def type(self, text: str) -> "Talk":
        """Type something."""
        return self.send(Typed(text))

    def mark(self, *signals: str) -> "Talk":
        """Tick signals, opening the list that has most of those still to tick."""
        wanted = list(signals)
        while wanted:
            here = {choice.action for choice in self.prompt.choices}
            found = [key for key in wanted if f"signals={key}" in here]
            for key in found:
                self.press(f"signals={key}")
                wanted.remove(key)
            if wanted:
                lists = [c.action.partition(":")[2] for c in self.prompt.pages]
                best = max(lists, key=lambda name: len(set(self.catalogue.lists[name]) & set(wanted)))
                self.press(f"signals=list:{best}")
        return self

    @property
    def prompt(self) -> Prompt:
        """The question on the screen."""
        prompts = [reply for reply in self.turn.replies if isinstance(reply, Prompt)]
        assert len(prompts) == 1
        return prompts[0]

    @property
    def notices(self) -> tuple[str, ...]:
        """The notices shown."""
        return tuple(reply.id for reply in self.turn.replies if isinstance(reply, Notice))

    @property
    def pages(self) -> tuple[Page, ...]:
        """What is shown to read."""
        return tuple(reply for reply in self.turn.replies if isinstance(reply, Page))

    @property
    def advice(self) -> Advice:
        """The advice on the screen."""
        assert self.turn.advice is not None, self.prompt
        return self.turn.advice

    def tell(self, facts: Facts) -> "Talk":
        """Answer every question truthfully by these facts, up to the advice."""
        for _ in range(60):
            question = self.prompt.question
            if question == "advice":
                if facts.danger == YES and any(c.action == "/verder" for c in self.prompt.choices):
                    self.press("/verder")
                    continue
                return self
            if question == "review":
                self.press("review=klaar")
                if facts.danger == YES:
                    return self
                continue
            self._answer(question, facts)
        raise AssertionError("the consult does not end")

    def tell_up_to(self, question: str, facts: Facts) -> "Talk":
        """Answer by these facts until a question is on the screen."""
        while self.prompt.question != question:
            self._answer(self.prompt.question, facts)
        return self

    def _answer(self, question: str, facts: Facts) -> None:
        if question == "signals":
            self.mark(*(key for key in facts.signals if not self.state or key not in self.state.marks))
            assert self.state is not None
            others = {key: mark for key, mark in facts.signals.items() if mark != 1}
            if others:
                self.press("signals=mark")
                for key, mark in others.items():
                    self.press(f"mark={key}").press(f"mark={mark}").press("mark=klaar")
                self.press("mark=klaar")
            self.press("signals=klaar")
        elif question == "clarify":
            self.press("clarify=overslaan")
        elif question == "steps":
            wanted = {str(number) for number in facts.steps_done}
            for choice in self.prompt.choices:
                if choice.ticked != (choice.action.partition("=")[2] in wanted):
                    self.press(choice.action)
            self.press("steps=klaar")
        elif self.catalogue.questions[question].kind == "many":
            offered = [choice.action.partition("=")[2] for choice in self.prompt.choices]
            for option in offered:
                if getattr(facts, option) == YES:
                    self.press(f"{question}={option}")
            unknown = any(getattr(facts, option) == "weet-niet" for option in offered)
            self.press(f"{question}={'klaar' if unknown else NONE}")
        else:
            self.press(f"{question}={self._option(question, facts)}")

    def _option(self, question: str, facts: Facts) -> str:
        asked = self.catalogue.questions[question]
        name = str(asked.fact)
        value = facts.weighing.get(name, "weet-niet") if name in WEIGHING else getattr(facts, name)
        return next(option.id for option in asked.options if (option.value or option.id) == value)


def texts(turn: Turn) -> Iterator[str]:
    """Yield every text of a turn."""
    for reply in turn.replies:
        match reply:
            case Notice():
                yield reply.text
            case Page():
                yield reply.title
                for section in reply.sections:
                    yield section.title
                    for line in section.lines:
                        yield from (line.head, line.text, line.why)
            case Prompt():
                yield from (reply.title, reply.text, reply.more, reply.why, reply.stage_label)
                for note in reply.notes:
                    yield from (note.text, note.why)
                for choice in reply.actions:
                    yield from (choice.label, choice.hint)
