"""The facts as the rules see them. A case remembers which facts were read.

A rule that never read a fact cannot be changed by it, so what was read tells which open questions still matter.
"""

from collections.abc import Mapping

from flows.catalogue import Catalogue
from flows.facts import NO, UNKNOWN, YES, Facts
from flows.weighing import Level, Tally, weigh

MINOR = "minor"
"""The signal "may be a minor": it turns `volwassen` into `twijfel`."""


class Case:
    """One consult, weighed. Derived facts are named as in decision.md."""

    __slots__ = ("_facts", "_tally", "catalogue", "read")

    def __init__(self, catalogue: Catalogue, facts: Facts) -> None:
        self.catalogue = catalogue
        self.read: set[str] = set()
        self._facts = facts
        self._tally = weigh(catalogue, facts.signals)

    def __getattr__(self, name: str) -> str:
        """Return a fact and remember that it was read."""
        value: str = getattr(self._facts, name)
        self.read.add(name)
        return value

    def weighed(self, question: str) -> str:
        """Return the answer to one of the five weighing questions."""
        self.read.add(f"weighing.{question}")
        return self._facts.weighing.get(question, UNKNOWN)

    @property
    def tally(self) -> Tally:
        """What the marked signals weigh."""
        self.read.add("signals")
        return self._tally

    @property
    def marks(self) -> Mapping[str, int]:
        """The marked signals with their marks."""
        self.read.add("signals")
        return self._facts.signals

    @property
    def level(self) -> Level:
        """The level of suspicion."""
        return self.tally.level

    @property
    def counts(self) -> bool:
        """Whether a signal counts."""
        return self.level > Level.geen

    @property
    def child(self) -> bool:
        """In doubt it is a child (eurotrafguid.kind.2)."""
        if self.age != "volwassen":
            return True
        self.read.add("signals")
        return MINOR in self._facts.signals

    @property
    def acute(self) -> bool:
        """The person asks for help or tells, or goes back to the exploiter within hours."""
        return self.disclosure == YES or self.leaves_soon == YES

    @property
    def covered(self) -> bool:
        """Whether the law on domestic violence and child abuse covers it."""
        return self.child or self.relation == "huiselijk" or self.children == YES

    def stated(self, step: int) -> bool:
        """Whether the professional said that a step is done."""
        self.read.add("steps_done")
        return step in self._facts.steps_done

    def done(self, step: int) -> bool:
        """Whether a step of the meldcode is done, also where that follows from another answer."""
        if self.stated(step):
            return True
        if step == 1:
            self.read.add("signals")
            return bool(self._facts.signals)
        if step == 3:
            return self.talk == "gehad" or self.disclosure == YES
        return False

    @property
    def forms(self) -> frozenset[str]:
        """The forms of exploitation: the one given, else those the signals point to."""
        if self.form != UNKNOWN:
            return frozenset((self.form,))
        return self.tally.forms

    @property
    def may_close(self) -> bool:
        """R12: nothing closes in danger or when it is acute; outcome A and level sterk only after step 2."""
        if self.danger != NO or self.acute:
            return False
        weighty = (self.child and self.counts) or self.level == Level.sterk
        return not weighty or self.done(2)
