"""Faults on demand: what a server does wrong on purpose, so that clients can be tested against it.

Comes in: lines like `POST /v1/packages/create: 500 after 1 in 5`. Goes out: what is to happen to a request.
Never here: chance. Requests are counted, so that a test sees the same faults each time.

    fault     = method " " path ": " action [" " how-often]
    method    = "GET" | "POST" | "PUT" | "*"
    path      = a path of the API as it is published, with its {parameters} | "*"
    action    = status " " moment | "drop " moment | "delay " number (" ms" | " s")
    moment    = "before" | "after"        the work: after it, the work is done and only the answer is lost
    how-often = "1 in " number | "once"   every Nth request, or the first alone; left out: every request

Under an idempotency key the engine keeps the true result of the work, never the fault: asked again, it gives that.
The vendor repeats a 500 that it has stored; a fault on every request is how to meet that.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from pkgplan.engine.http.answers import refusal
from pkgplan.engine.http.log import HangUp
from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from pkgplan.engine.operation import Operation

_LINE: Final = re.compile(
    r"(?P<method>GET|POST|PUT|\*) +(?P<path>\*|/\S*) *: +"
    r"(?:(?:(?P<status>[45]\d\d)|(?P<drop>drop)) +(?P<moment>before|after)"
    r"|delay +(?P<delay>\d{1,7}) *(?P<unit>ms|s))"
    r"(?: +(?:1 +in +(?P<every>[1-9]\d{0,6})|(?P<once>once)))?",
    re.ASCII,
)
_EXPECTED: Final = (
    'expected METHOD PATH: ACTION [1 in N | once], where ACTION is "STATUS before" or "STATUS after" with a status '
    'from 400 to 599, "drop before", "drop after", "delay N ms" or "delay N s"'
)
_LONGEST_DELAY: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One line: which requests, how many of them, and what happens.

    Args:
        method: of the requests, or `*`.
        path: of the operations, or `*`.
        status: answered instead of the truth; None if there is no answer, or a late one.
        moment: whether it happens instead of the work or behind it.
        seconds: how late a request is worked on; 0 for one that goes wrong otherwise.
        every: the Nth request of each N; 0 for the first alone.
    """

    method: str
    path: str
    status: int | None = None
    moment: Literal["before", "after"] = "before"
    seconds: float = 0
    every: int = 1

    def concerns(self, operation: Operation) -> bool:
        """Whether it is about the calls of an operation."""
        return self.method in {"*", operation.method} and self.path in {"*", operation.path}

    def strikes(self, count: int) -> bool:
        """Whether it happens to the request with this number, counted from 1."""
        return count % self.every == 0 if self.every else count == 1

    async def happen(self, request: Request) -> Response | None:
        """Be late, hang up, or give the answer that is sent instead of the true one."""
        if self.seconds:
            await asyncio.sleep(self.seconds)
            return None
        if self.status is not None:
            return refusal(self.status, f"this server was asked to answer {self.status} here")
        request.state.hang_up()
        # Only when the connection is known to be gone may nothing be answered.
        while (await request.receive())["type"] != "http.disconnect":
            pass
        raise HangUp


def parse_fault(text: str) -> Fault:
    """A fault from its line; raises ValueError that says what is expected."""
    found = _LINE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no fault: {_EXPECTED}')
    parts = found.groupdict()
    seconds = _seconds(parts)
    if seconds > _LONGEST_DELAY:
        raise ValueError(f'"{text}" is no fault: a delay can be an hour at most')
    if parts["delay"] is not None and not seconds:
        raise ValueError(f'"{text}" is no fault: a delay of nothing is none')
    fault = Fault(
        method=parts["method"],
        path=parts["path"],
        status=None if parts["status"] is None else int(parts["status"]),
        moment="after" if parts["moment"] == "after" else "before",
        seconds=seconds,
        every=0 if parts["once"] else int(parts["every"] or 1),
    )
    if not any(fault.concerns(operation) for operation in OPERATIONS.values()):
        raise ValueError(_nothing_there(fault))
    return fault


def _seconds(parts: dict[str, Any]) -> float:
    return int(parts["delay"] or 0) / (1000 if parts["unit"] == "ms" else 1)


def _nothing_there(fault: Fault) -> str:
    paths = {operation.path for operation in OPERATIONS.values()}
    if fault.path in paths | {"*"}:
        return f"there is no {fault.method} {fault.path}"
    return f'there is no path "{fault.path}"; {did_you_mean(fault.path, paths)}'.rstrip("; ")


class Due(NamedTuple):
    """The faults that happen to one request."""

    faults: tuple[Fault, ...]

    async def before(self, request: Request) -> Response | None:
        """What happens instead of the work."""
        return await self._first("before", request)

    async def after(self, request: Request) -> Response | None:
        """What happens when the work is done."""
        return await self._first("after", request)

    async def _first(self, moment: str, request: Request) -> Response | None:
        for fault in self.faults:
            if fault.moment == moment:
                answer = await fault.happen(request)
                if answer is not None:
                    return answer
        return None


class Faults:
    """Counts the requests that each fault is about. Used by one event loop only, so without a lock."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)
        self._counts = [0] * len(self._faults)

    def due(self, operation: Operation) -> Due:
        """Count one request of an operation; gives what happens to it."""
        due = []
        for number, fault in enumerate(self._faults):
            if fault.concerns(operation):
                self._counts[number] += 1
                if fault.strikes(self._counts[number]):
                    due.append(fault)
        return Due(tuple(due))
