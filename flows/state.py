"""The state of a consult: what is stored between two events. It says nothing about who it is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

FORMAT: Final = 1
FIRST: Final = "danger"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked signal: 1 signal, 2 evidence, 3 more information needed; and whether it was seen, heard or read."""

    value: int
    noticed: str


@dataclass(frozen=True, slots=True)
class Consult:
    """One consult.

    Attributes:
        asking: the question that is on the screen.
        page: which list of a question with several is on the screen, or which signal is being marked.
        answers: per question the options chosen; a question that no longer applies keeps its answer.
        ticks: per question what is ticked but not yet sent.
        marks: per signal its mark.
        trail: what back undoes, newest last: the screen left, and the answer it had before.
        notices: which notices stand above the question, so that a page loaded again shows the same.
        over: what stands over the question and is answered first: erase, restart, help.
        keep_region: whether the user wants the region kept for next time.
    """

    asking: str = FIRST
    page: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ticks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    trail: tuple[tuple[str, str, tuple[str, ...] | None], ...] = ()
    notices: tuple[str, ...] = ()
    keep_region: bool = False
    over: str = ""

    def having(self, **changes: object) -> Self:
        """Return this state with some changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_json(self) -> str:
        """Return the state as compact JSON; `from_json` gives back an equal one."""
        return json.dumps(
            {
                "v": FORMAT,
                "q": self.asking,
                "p": self.page,
                "a": {key: list(chosen) for key, chosen in self.answers.items()},
                "t": {key: list(chosen) for key, chosen in self.ticks.items()},
                "m": {key: f"{mark.value}{mark.noticed}" for key, mark in self.marks.items()},
                "b": [[asking, page, None if was is None else list(was)] for asking, page, was in self.trail],
                "n": list(self.notices),
                "k": self.keep_region,
                "x": self.over,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the state from its JSON. Raises: ValueError when it is of a format this version does not know."""
        data = json.loads(text)
        if data["v"] != FORMAT:
            raise ValueError(f"a consult of format {data['v']} cannot be read by this version")
        return cls(
            asking=data["q"],
            page=data["p"],
            answers={key: tuple(chosen) for key, chosen in data["a"].items()},
            ticks={key: tuple(chosen) for key, chosen in data["t"].items()},
            marks={key: Mark(int(mark[0]), mark[1:]) for key, mark in data["m"].items()},
            trail=tuple((asking, page, None if was is None else tuple(was)) for asking, page, was in data["b"]),
            notices=tuple(data["n"]),
            keep_region=data["k"],
            over=data["x"],
        )
