"""The application: one route for each path of the table of operations, and the few that are only ours.

Comes in: an engine and settings. Goes out: an ASGI application. Never here: anything about single endpoints.
The engine is synchronous; calls run in threads, and one that has begun is finished even if its client hangs up.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pkgplan.engine.faults import refused
from pkgplan.engine.fields import AnyInstant, ClosedBody
from pkgplan.engine.http.answers import json_answer, refusal
from pkgplan.engine.http.auth import Authorized
from pkgplan.engine.http.bodies import Bodies
from pkgplan.engine.http.description import description
from pkgplan.engine.http.faults import Faults
from pkgplan.engine.http.log import Observed
from pkgplan.engine.http.names import Named
from pkgplan.engine.http.overview import overview
from pkgplan.engine.http.page import page
from pkgplan.engine.http.threads import in_thread
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.length import length
from pkgplan.engine.operation import Origin
from pkgplan.engine.payloads import parse
from pkgplan.engine.registry import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from starlette.types import Receive, Scope, Send

    from pkgplan.engine.engine import Engine
    from pkgplan.engine.http.settings import Settings
    from pkgplan.engine.operation import Operation
    from pkgplan.model.canonical import JsonObject, JsonValue

    Handler = Callable[[Request], Awaitable[Response]]

# What is only read; whoever has written something must be told so.
LONGEST = 50_000_000
# The page has no script and loads nothing, so nothing that a name smuggles in shall run or load either.
_PAGE_HEADERS = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
_NO_CLOCK = "this server runs on the system's clock; start it with --clock to set the time"


class ClockBody(ClosedBody):
    """What time it shall be."""

    now: AnyInstant


class _Path:
    """All that one path answers, by method: an ASGI application, so that Starlette adds no method of its own."""

    def __init__(self, by_method: Mapping[str, Handler]) -> None:
        # Whatever answers GET answers HEAD; uvicorn leaves out the body.
        head = {"HEAD": by_method["GET"]} if "GET" in by_method else {}
        self._by_method = {**by_method, **head}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._by_method.get(scope["method"])
        if handler is None:
            allowed = ", ".join(sorted(self._by_method))
            answer = refusal(405, f"{scope['method']} is not a method of this path", allow=allowed)
        else:
            answer = await handler(Request(scope, receive))
        await answer(scope, receive, send)


def facade(engine: Engine, settings: Settings) -> Starlette:
    """The application that serves an engine."""
    by_path: defaultdict[str, dict[str, Handler]] = defaultdict(dict)
    faults, bodies = Faults(settings.faults), Bodies()
    for operation in OPERATIONS.values():
        by_path[operation.path][operation.method] = _endpoint(engine, operation, faults, bodies)
    for path, method, handler in _ours(engine, settings, bodies):
        by_path[path][method] = handler
    # A path without parameters goes before one that would take its last step for a parameter.
    paths = sorted(by_path, key=lambda path: "{" in path)
    application = Starlette(
        routes=[Route(path, _Path(by_path[path])) for path in paths],
        middleware=[
            Middleware(Observed, tell=settings.tell, complain=settings.complain),
            Middleware(Named, names=settings.names),
            Middleware(Authorized, token=settings.token),
        ],
        exception_handlers={HTTPException: _no_such_path},
    )
    application.router.redirect_slashes = False
    return application


async def _no_such_path(request: Request, _: Exception) -> Response:
    return refusal(404, f"there is no path {request.url.path}")


def _endpoint(engine: Engine, operation: Operation, faults: Faults, bodies: Bodies) -> Handler:
    """What answers the calls of one operation."""

    def call(request: Request, body: JsonValue) -> Response:
        answer = engine.call(
            operation.name, body, query=_query(request), path=request.path_params, origin=_origin(request)
        )
        if not operation.writes and length(answer, LONGEST) > LONGEST:
            raise refused(f"the answer would have more than {LONGEST:,} characters; ask for less at once")
        return json_answer(answer)  # here, since a long one would keep the other clients waiting

    async def handle(request: Request) -> Response:
        due = faults.due(operation)
        async with nullcontext() if operation.body is None else bodies.of(request) as body:
            early = await due.before(request)
            if early is not None:
                return early
            answer = await in_thread(call, request, body)
        return await due.after(request) or answer

    return handle


def _query(request: Request) -> JsonObject:
    """The parameters; one that is given several times as the SDK would give a list."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        values[name].append(value)
    return {name: ",".join(given) for name, given in values.items()}


def _origin(request: Request) -> Origin:
    return Origin(
        request_id=request.state.request_id,
        idempotency_key=request.headers.get("idempotency-key"),
        ip=None if request.client is None else request.client.host,
        user_agent=request.headers.get("user-agent"),
    )


def _ours(engine: Engine, settings: Settings, bodies: Bodies) -> Iterator[tuple[str, str, Handler]]:
    """What the vendor's API does not have."""
    clock = settings.clock

    async def look(_: Request) -> Response:
        def read() -> str:
            with engine.reading() as connection:
                return page(overview(connection))

        return HTMLResponse(await in_thread(read), headers=_PAGE_HEADERS)

    async def health(_: Request) -> Response:
        return json_answer({"status": "ok"})

    # Once, since it takes long to write.
    published = json_answer(description(OPERATIONS.values(), with_token=settings.token is not None)).body

    async def describe(_: Request) -> Response:
        return Response(published, media_type="application/json")

    async def time(_: Request) -> Response:
        return refusal(404, _NO_CLOCK) if clock is None else json_answer({"now": to_api_text(clock.now())})

    async def set_time(request: Request) -> Response:
        if clock is None:
            return refusal(404, _NO_CLOCK)
        async with bodies.of(request) as body:
            clock.set((await in_thread(parse, ClockBody, body)).now)
        return await time(request)

    yield "/", "GET", look
    yield "/health", "GET", health
    yield "/openapi.json", "GET", describe
    yield "/pkgplan/clock", "GET", time
    yield "/pkgplan/clock", "PUT", set_time
