"""What the engine answers when it refuses: an HTTP status and the API's `{message, code?}`.

Comes in: nothing. Goes out: exceptions, which the callers turn into HTTP answers or into `ApiError`.
Never here: faults of opening the database (those are `EnvironmentFault`).
Source: vendor reference "Status codes"; statuses observed on packages: 400, 404, 409, 422.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue

# The API's own words, for every kind of thing that takes a uniqueness key.
KEY_USED: Final = "This uniqueness key has already been used."


class EngineError(Exception):
    """A call was refused and nothing was done; from 500 upwards, the engine could not answer.

    `details` are further fields of the answer, such as `conflicting_id`.
    """

    def __init__(
        self, status: int, message: str, code: str | None = None, *, details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.details = dict(details or {})

    def to_json(self) -> JsonObject:
        """The body of the HTTP answer."""
        code: JsonObject = {} if self.code is None else {"code": self.code}
        return {**code, "message": self.message, **self.details}

    @classmethod
    def from_json(cls, status: int, body: JsonValue) -> Self:
        """The refusal whose answer had this status and body."""
        answer = dict(cast("dict[str, str]", body))
        return cls(status, answer.pop("message"), answer.pop("code", None), details=answer)


def refused(message: str) -> EngineError:
    """400: the body is at odds with the schema or with a rule."""
    return EngineError(400, message)


def not_found(message: str) -> EngineError:
    """404: an id in the body stands for nothing."""
    return EngineError(404, message)
