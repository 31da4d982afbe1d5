"""The offline Metronome as the contract suite sees it: the same engine behind the official SDK, with and without HTTP.

`offline_metronome(flavour)` gives a client and remembers which operations answered and which refused; a test says with
`exercises` what it is about, and fails if it did not do so. `DECLARED` is what all imported tests say.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import metronome
import pytest

from pkgplan.model.canonical import compact
from support.offline import a_package, an_engine
from support.provisioned import START, sizes
from support.sdk_client import in_process, over_http, routed
from support.served import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from metronome import Metronome
    from metronome.resources.v1 import V1Resource
    from metronome.resources.v2 import V2Resource

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject

FLAVOURS = ("in process", "over HTTP")
UNKNOWN = "99999999-0000-4000-8000-000000000009"

# The SDK's own class for each status that the engine refuses with.
REFUSALS: dict[int, type[metronome.APIStatusError]] = {
    400: metronome.BadRequestError,
    404: metronome.NotFoundError,
    409: metronome.ConflictError,
    422: metronome.UnprocessableEntityError,
}


@dataclass(slots=True)
class Offline:
    """A client of an engine, and what became of its requests."""

    client: Metronome
    engine: Engine
    answered: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def v1(self) -> V1Resource:
        return self.client.v1

    @property
    def v2(self) -> V2Resource:
        return self.client.v2

    def name(self, what: str = "thing") -> str:
        """A name that nothing in this engine has."""
        return f"{what} {next(self._numbers)}"

    def customer(self, **body: Any) -> str:
        """A new customer."""
        return self.v1.customers.create(**{"name": self.name("customer"), **body}).data.id

    def package(self, **changes: Any) -> str:
        """The Starter plan with changes, None for what it does without; on no alias if they do not say so."""
        body: JsonObject = {key: value for key, value in a_package(**changes).items() if value is not None}
        # The SDK sends no decimals.
        return self.v1.packages.create(**json.loads(compact(body))).data.id

    def contract(self, customer_id: str, package_id: str, starting_at: str = START, **body: Any) -> str:
        """A contract of a customer on a package, from October 2025 on if nothing else is said."""
        return self.v1.contracts.create(
            customer_id=customer_id, package_id=package_id, starting_at=starting_at, **body
        ).data.id

    def posted(self, path: str, body: Any = None, query: dict[str, object] | None = None) -> Any:
        """What a request answers that the SDK has no method for, or would not send."""
        return self.client.post(
            path, cast_to=httpx.Response, body=body, options={"params": query or {}}
        ).json()

    def refusal(
        self, status: int, call: Callable[..., object], *arguments: Any, **named: Any
    ) -> dict[str, Any]:
        """What a call is refused with: the status as the SDK's own exception, a message; and nothing was written."""
        before = sizes(self.engine)
        with pytest.raises(metronome.APIStatusError) as raised:
            call(*arguments, **named)
        error = raised.value
        assert (type(error), error.status_code) == (REFUSALS[status], status), error
        body: dict[str, Any] = json.loads(error.response.content)
        assert isinstance(body["message"], str)
        assert body["message"].strip()
        assert "Traceback" not in body["message"]
        assert sizes(self.engine) == before, "a refused request stored something"
        return body

    def forget(self) -> None:
        """What happened so far no longer counts."""
        self.answered.clear()
        self.refused.clear()

    def _note(self, response: httpx.Response) -> None:
        operation, _ = routed(response.request)
        if response.status_code == httpx.codes.OK:
            self.answered.add(operation.name)
        elif response.is_client_error:
            self.refused.add(operation.name)


@contextmanager
def offline_metronome(flavour: str) -> Iterator[Offline]:
    """A seeded engine with a client in one of the flavours."""
    with an_engine() as engine, ExitStack() as stack:
        served_at = None if flavour == "in process" else stack.enter_context(served(engine)).url
        client = in_process(engine) if served_at is None else over_http(served_at)
        yield _watched(stack.enter_context(client), engine)


def _watched(client: Metronome, engine: Engine) -> Offline:
    it = Offline(client, engine)
    client._client.event_hooks = {"response": [it._note]}
    return it


@dataclass(slots=True)
class Declared:
    """Which operations the suite says that it exercises."""

    answers: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)


DECLARED = Declared()


def exercises(
    answers: str | Iterable[str] = (), *, refuses: str | Iterable[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare what a test is about; it fails unless these operations answered 200, or refused, while it ran.

    A test that is parametrized by `operation` has to exercise only that one in each of its cases.
    """
    wanted = Declared(_names(answers), _names(refuses))
    DECLARED.answers |= wanted.answers
    DECLARED.refuses |= wanted.refuses

    def declared(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def checked(offline: Offline, **arguments: Any) -> None:
            offline.forget()
            test(offline=offline, **arguments)
            only = {arguments["operation"]} if "operation" in arguments else None
            for names, done in ((wanted.answers, offline.answered), (wanted.refuses, offline.refused)):
                missing = (names if only is None else names & only) - done
                assert not missing, f"declared, but never happened: {sorted(missing)}"

        return checked

    return declared


def _names(operations: str | Iterable[str]) -> set[str]:
    return set(operations.split() if isinstance(operations, str) else operations)
