"""What the Bot API answers when it refuses: a code, a sentence, sometimes how long to wait."""

from typing import Any

OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"


class ApiError(Exception):
    """A refusal as the Bot API words it.

    Attributes:
        code: HTTP status and error_code in one.
        description: the sentence, with its prefix ("Bad Request: ...").
        parameters: ResponseParameters, or None.
    """

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that goes out with the status."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return body


def bad_request(problem: str) -> ApiError:
    return ApiError(400, f"Bad Request: {problem}")


def conflict(problem: str) -> ApiError:
    return ApiError(409, f"Conflict: {problem}")


def blocked() -> ApiError:
    return ApiError(403, "Forbidden: bot was blocked by the user")


def too_many(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})
