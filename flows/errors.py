"""The errors of the flows: each says who is wrong, where, and what to do."""


class SparwijzerError(Exception):
    """Something is wrong that a person can put right; its text is one clear line."""


class ContentError(SparwijzerError):
    """Content is wrong. Raised at start-up and in CI, never during a conversation.

    Attributes:
        faults: one line per fault, `file:line: problem`.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class AnswersError(SparwijzerError):
    """An answers file has a key, value, id or moment that does not exist; names it and the nearest known one."""
