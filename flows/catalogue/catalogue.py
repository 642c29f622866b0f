"""The catalogue: every noun of the content by its id."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flows.catalogue.entries import (
    Card,
    ClosingDay,
    Contact,
    Form,
    Option,
    Question,
    Region,
    Setting,
    Signal,
    Situation,
    Stage,
    Talk,
    Theme,
    Topic,
)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All content. Mappings keep the order of their file; one catalogue is equal to itself alone.

    `version` names exactly this content: the same files give the same version.
    """

    signals: Mapping[str, Signal]
    themes: Mapping[str, Theme]
    cards: Mapping[str, Card]
    settings: Mapping[str, Setting]
    regions: Mapping[str, Region]
    contacts: Mapping[str, Contact]
    closing_days: tuple[ClosingDay, ...]
    talk: Talk
    topics: Mapping[str, Topic]
    form: Form
    stages: Mapping[str, Stage]
    questions: Mapping[str, Question]
    situations: Mapping[str, Situation]
    phrases: Mapping[str, str]
    items: frozenset[str]
    version: str

    @cached_property
    def signal_of_item(self) -> Mapping[str, str]:
        """Which signal a source item stands for; items that only lend a detail (`also`) count for their own signal."""
        return {item: signal.id for signal in self.signals.values() for item in signal.sources}

    @cached_property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """The checklists: every card and theme with the ids of its signals."""
        cards = {
            card.id: tuple(
                signal.id
                for signal in sorted(self.signals.values(), key=lambda signal: self._place(signal, card))
                if any(source.startswith(card.prefix) for source in signal.sources)
            )
            for card in self.cards.values()
        }
        themes = {
            theme.id: tuple(signal.id for signal in self.signals.values() if signal.theme == theme.id)
            for theme in self.themes.values()
        }
        return cards | themes

    def list_label(self, key: str) -> str:
        """The name of a checklist."""
        return (self.cards.get(key) or self.themes[key]).label

    def lists_for(self, setting: str | None) -> tuple[str, ...]:
        """The checklists in the order that suits a setting: its card first, then the themes."""
        known = self.settings.get(setting or "") or self.settings["anders"]
        return ((known.card,) if known.card else ()) + known.themes

    def say(self, phrase: str, **values: object) -> str:
        """Return a text of the product with its blanks filled."""
        text = self.phrases[phrase]
        return text.format(**values) if values else text

    def option(self, question: str, option: str) -> Option | None:
        """Return an option of a question, or None."""
        return self._options.get(question, {}).get(option)

    @cached_property
    def _options(self) -> Mapping[str, Mapping[str, Option]]:
        return {q.id: {option.id: option for option in q.options} for q in self.questions.values()}

    @staticmethod
    def _place(signal: Signal, card: Card) -> tuple[int, int]:
        """Where the signal stands on its card."""
        for order, prefix in enumerate(card.prefix):
            for source in signal.sources:
                if source.startswith(prefix):
                    return order, int(source.rsplit(".", 1)[1])
        return len(card.prefix), 0
