"""What the marked signals weigh together: level of suspicion, the three parts of the definition, bijlage 1.

Marks are never summed and nothing here is a probability (decision.md, "Signals").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from flows.catalogue import Catalogue

DIMENSIONS: Final = ("handeling", "middel", "doel")


class Level(IntEnum):
    """How strong the suspicion is; an order, not a number to show."""

    geen = 0
    zacht = 1
    duidelijk = 2
    sterk = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """The marked signals, weighed.

    Attributes:
        level: geen (nothing counts), zacht, duidelijk or sterk.
        strengths: per marked signal `vulnerability`, `soft`, `clear` or `severe`, as its mark makes it.
        definition: how many marked signals touch each part of the definition.
        form: per row of bijlage 1 its marks, each once, in ascending order; empty is mark 0.
        forms: the forms of exploitation the marked signals point to.
        evidence: whether a severe signal or an injury has mark 2.
    """

    level: Level
    strengths: Mapping[str, str]
    definition: Mapping[str, int]
    form: Mapping[str, tuple[int, ...]]
    forms: frozenset[str]
    evidence: bool

    @property
    def counting(self) -> int:
        """How many signals count: all but those that only make somebody vulnerable."""
        return sum(strength != "vulnerability" for strength in self.strengths.values())


def weigh(catalogue: Catalogue, marks: Mapping[str, int]) -> Tally:
    """Weigh marked signals (signal id -> mark 1, 2 or 3). Raises KeyError for a signal the catalogue does not know."""
    return _weigh(catalogue, tuple(marks.items()))


@lru_cache(maxsize=64)  # within a step and its neighbours; more would only keep answers in memory
def _weigh(catalogue: Catalogue, marks: tuple[tuple[str, int], ...]) -> Tally:
    strengths: dict[str, str] = {}
    definition = dict.fromkeys(DIMENSIONS, 0)
    form: dict[str, set[int]] = {row.id: set() for row in catalogue.form.rows}
    forms: set[str] = set()
    injuries: list[str] = []
    evidence = False
    for key, mark in marks:
        signal = catalogue.signals[key]
        kind: str = signal.strength
        if kind != "vulnerability" and mark == 3:
            kind = "soft"
        elif kind == "soft" and mark == 2:
            kind = "clear"
        elif kind == "injury":
            kind = "severe" if mark == 2 else "clear"
            injuries.append(key)
        strengths[key] = kind
        evidence = evidence or (mark == 2 and signal.strength in ("severe", "injury"))
        for dimension in signal.dimensions:
            definition[dimension] += 1
        for row in signal.rows:
            form[row].add(mark)
        if signal.form:
            forms.add(signal.form)
    for key in injuries:
        if any(other != key and kind in ("clear", "severe") for other, kind in strengths.items()):
            strengths[key] = "severe"
    return Tally(
        level=_level(catalogue, strengths),
        strengths=strengths,
        definition=definition,
        form={row: tuple(sorted(found)) for row, found in form.items()},
        forms=frozenset(forms),
        evidence=evidence,
    )


def _level(catalogue: Catalogue, strengths: Mapping[str, str]) -> Level:
    kinds = strengths.values()
    if "severe" in kinds:
        return Level.sterk
    clear = [key for key, kind in strengths.items() if kind == "clear"]
    if len(clear) >= 3 and len({part for key in clear for part in catalogue.signals[key].dimensions}) >= 2:
        return Level.sterk
    if clear:
        return Level.duidelijk
    return Level.zacht if "soft" in kinds else Level.geen
