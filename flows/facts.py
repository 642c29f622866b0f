"""The facts of a consult: their names and values are those of an answers file (decision.md, contract.md).

What is missing is `weet-niet`, and neither is ever read as `nee`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self

YES, NO, UNKNOWN = "ja", "nee", "weet-niet"
YES_NO: Final = (YES, NO, UNKNOWN)
WEIGHING: Final = ("vermoeden", "onveilig", "hulp_mogelijk", "hulp_aanvaard", "hulp_werkt")
STEPS: Final = (1, 2, 3, 4, 5)

CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "danger": YES_NO,
        "age": ("kind", "twijfel", "volwassen", UNKNOWN),
        "form": ("seksueel", "arbeid", "crimineel", UNKNOWN),
        "relation": ("huiselijk", "anders", UNKNOWN),
        "children": YES_NO,
        "alone_abroad": YES_NO,
        "others": YES_NO,
        "border_payment": YES_NO,
        "disclosure": YES_NO,
        "leaves_soon": YES_NO,
        "talk": ("gehad", "nog-niet", "kan-niet-veilig", UNKNOWN),
        "referral": (YES, NO, "nog-niet-gevraagd", UNKNOWN),
        "needs_help": YES_NO,
    }
)
"""Facts with a fixed set of values. `setting` and `region` take the ids of the content."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a professional told. `signals` maps a signal id to its mark: 1 signal, 2 evidence, 3 more info needed."""

    danger: str = UNKNOWN
    age: str = UNKNOWN
    setting: str = UNKNOWN
    region: str = UNKNOWN
    signals: Mapping[str, int] = field(default_factory=dict)
    form: str = UNKNOWN
    relation: str = UNKNOWN
    children: str = UNKNOWN
    alone_abroad: str = UNKNOWN
    others: str = UNKNOWN
    border_payment: str = UNKNOWN
    disclosure: str = UNKNOWN
    leaves_soon: str = UNKNOWN
    steps_done: frozenset[int] = frozenset()
    talk: str = UNKNOWN
    referral: str = UNKNOWN
    needs_help: str = UNKNOWN
    weighing: Mapping[str, str] = field(default_factory=dict)

    def having(self, **changes: object) -> Self:
        """Return these facts with some changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def with_signal(self, signal: str, mark: int = 1) -> Self:
        """Return these facts with one more signal, or one with another mark."""
        return self.having(signals={**self.signals, signal: mark})


def stronger(one: int, other: int) -> int:
    """Return the stronger of two marks: 3 (more information needed) < 1 (signal) < 2 (evidence)."""
    order = (3, 1, 2)
    return max(one, other, key=order.index)
