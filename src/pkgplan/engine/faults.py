"""What the engine answers when it refuses: an HTTP status and the API's `{message, code?}`.

Comes in: nothing. Goes out: exceptions, which the callers turn into HTTP answers or into `ApiError`.
Never here: faults of opening the database (those are `EnvironmentFault`).
Source: vendor reference "Status codes"; statuses observed on packages: 400, 404, 409, 422.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, cast

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

# The API's own words, for every kind of thing that takes a uniqueness key.
KEY_USED: Final = "This uniqueness key has already been used."


class EngineError(Exception):
    """A call was refused and nothing was done; from 500 upwards, the engine could not answer."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    def to_json(self) -> JsonObject:
        """The body of the HTTP answer."""
        return (
            {"message": self.message} if self.code is None else {"code": self.code, "message": self.message}
        )

    @classmethod
    def from_json(cls, status: int, body: JsonValue) -> Self:
        """The refusal whose answer had this status and body."""
        answer = cast("dict[str, str]", body)
        return cls(status, answer["message"], answer.get("code"))


def refused(message: str) -> EngineError:
    """400: the body is at odds with the schema or with a rule."""
    return EngineError(400, message)


def not_found(message: str) -> EngineError:
    """404: an id in the body stands for nothing."""
    return EngineError(404, message)
