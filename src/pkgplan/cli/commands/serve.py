"""`pkgplan serve`: the embedded engine over HTTP, for the official SDK and for tests of whoever uses it.

Comes in: where to listen, which file, what goes wrong on purpose. Goes out: one line with the address on stdout, the
access log on stderr. Never here: answering; `pkgplan.engine.http` does, and is imported only now.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pkgplan.adapters.clocks import HandSetClock, MillisecondClock
from pkgplan.adapters.disk import refuse_dangling
from pkgplan.cli.options import FILE, CatalogCommand, Options, options_of, parsed_instant
from pkgplan.cli.output import json_result, log_line, notice, result, tell
from pkgplan.cli.session import open_catalog
from pkgplan.errors import EnvironmentFault, UsageFault
from pkgplan.model.canonical import compact
from pkgplan.wiring import assumed, served_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.engine import Assumptions
    from pkgplan.engine.http import Server
    from pkgplan.engine.http.faults import Fault
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.wiring import Deployment

INTERRUPTED: Final = 130
TOKEN_VARIABLE: Final = "PKGPLAN_SERVE_TOKEN"  # noqa: S105 - the name of a variable
_MEMORY: Final = ":memory:"
_NEEDED: Final = {"starlette", "uvicorn", "anyio", "h11"}


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan serve",
        "pkgplan serve --port 0 --db metronome.db --seed catalog",
        "pkgplan serve --clock 2026-01-31T00:00:00Z --assume alias_miss_status=404",
        "pkgplan serve --fault 'POST /v1/packages/create: 500 after 1 in 5'",
        "pkgplan serve --fault 'POST /v1/contracts/create: drop after once' --fault '* *: delay 200 ms'",
        "pkgplan serve --host 0.0.0.0 --allow-host metronome.internal",
        "pkgplan serve --assumptions",
    ),
    exit_codes=(0, 1, 2, 4, 130),
)
@click.option("--host", default="127.0.0.1", metavar="HOST", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port; 0 takes one that is free.",
)
@click.option(
    "--db", type=FILE, metavar="FILE", help="The file that keeps everything.  [default: nothing is kept]"
)
@click.option(
    "--token",
    metavar="TOKEN",
    help="What clients must send as bearer token; the list of processes shows it, the variable it does not."
    f"  [default: every request is answered; env: {TOKEN_VARIABLE}]",
)
@click.option(
    "--seed",
    type=FILE,
    metavar="CATALOG",
    help="Make what this catalog refers to exist, under the ids of --env.",
)
@click.option(
    "--fault", "faults", multiple=True, metavar="FAULT", help="Go wrong on purpose; may be repeated."
)
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="Another name of this server; may be repeated.",
)
@click.option("--clock", metavar="INSTANT", help="Stand at this instant until a client sets the time.")
@click.option(
    "--assume", multiple=True, metavar="NAME=VALUE", help="Choose another reading; may be repeated."
)
@click.option("--assumptions", is_flag=True, help="List what the vendor does not document, and leave.")
@click.option("-q", "--quiet", is_flag=True, help="No access log.")
@click.pass_context
def serve(
    ctx: click.Context,
    *,
    host: str,
    port: int,
    db: str | None,
    token: str | None,
    seed: str | None,
    faults: tuple[str, ...],
    names: tuple[str, ...],
    clock: str | None,
    assume: tuple[str, ...],
    assumptions: bool,
    quiet: bool,
) -> int:
    """Serve an offline Metronome that the official SDK can talk to.

    Clients take the printed address as METRONOME_BASE_URL. A browser shows packages, aliases and contracts at /, and
    asks for the token as a password; /openapi.json describes every call, /health answers without a token.
    SIGTERM and Ctrl-C finish the requests under way first.

    A request must ask for localhost, for the address that it reaches, or for a NAME, and must not come from a page of
    another site: 421 or 403 else. Its body holds 5,000,000 bytes and 50,000 values at most. A client that leaves the
    server waiting for 10 seconds is cut off.

    A FAULT is "METHOD PATH: ACTION" with "1 in N" or "once" behind it, or for every request. METHOD and PATH can be *.
    ACTION is "STATUS before" or "STATUS after" the work, "drop before" or "drop after" to close the connection without
    an answer, "delay N ms" or "delay N s". Requests are counted: "1 in 5" is the fifth, the tenth, and so on. An
    Idempotency-Key keeps the true result of the work, never a fault.

    With --clock, GET /pkgplan/clock tells the time, and PUT sets it: {"now": "2026-02-01T00:00:00Z"}.
    """
    options = options_of(ctx)
    seeds = None if seed is None else _seeds(seed, options)
    chosen = assumed(_readings(assume), None if seeds is None else seeds[0].environment)
    if assumptions:
        return _list(chosen, options)
    if db is not None and (not db or "\0" in db):
        raise UsageFault(f'--db "{db}" is no name of a file', hint="leave --db out to keep nothing")
    if db is not None:
        refuse_dangling(Path(db))
    if options.as_of is not None:
        raise UsageFault("serve takes no --as-of", hint="give --clock, which clients can set later")
    with _explained():
        from pkgplan.engine import http
    token = _sound(os.environ.get(TOKEN_VARIABLE) or None if token is None else token)
    hand_set = None if clock is None else HandSetClock(parsed_instant(clock, "--clock"))
    parsed, called = _faults(faults), _names(names, host)
    with served_engine(db or _MEMORY, hand_set or MillisecondClock(), chosen, seeds) as engine:
        said = _silent if quiet else log_line
        settings = http.Settings(token, parsed, hand_set, called, tell=said, complain=tell)
        listener = http.listening(host, port)
        url = http.url_of(listener)
        _warn(db, token, host)
        return _until_stopped(
            http.Server(
                http.facade(engine, settings), listener, lambda: _ready(url, options), complain=notice
            )
        )


def _readings(assume: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in assume]
    for name, equals, _ in pairs:
        if not equals:
            raise UsageFault(f'--assume "{name}" has no value', hint="write NAME=VALUE")
    readings = {name.strip(): value.strip() for name, _, value in pairs}
    if len(readings) < len(pairs):
        raise UsageFault("--assume gives one assumption twice", hint="see `pkgplan serve --assumptions`")
    return readings


def _list(chosen: Assumptions, options: Options) -> int:
    """Every setting with its question."""
    if options.json:
        json_result(
            {
                "assumptions": [
                    {
                        "name": each.name,
                        "value": each.value,
                        "default": each.default,
                        "choices": list(each.choices),
                        "question": each.question,
                    }
                    for each in chosen.settings()
                ]
            }
        )
        return 0
    for each in chosen.settings():
        result(f"{each.name}={each.value}\n    {each.question}\n    can be: {', '.join(each.choices)}\n")
    return 0


@contextmanager
def _explained() -> Iterator[None]:
    """Say what to install if the extra is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _NEEDED:
            raise
        raise EnvironmentFault(
            f"serve needs {library}, which is not installed", hint="run `pip install 'pkgplan[serve]'`"
        ) from None


def _sound(token: str | None) -> str | None:
    """The token, if a header can carry it."""
    if token is not None and not (token and token.isascii() and token.isprintable() and " " not in token):
        raise UsageFault(
            "the token is empty, or has characters that a header cannot carry",
            hint="use letters, digits and punctuation of ASCII",
        )
    return token


def _faults(lines: Sequence[str]) -> tuple[Fault, ...]:
    from pkgplan.engine.http import parse_fault

    try:
        return tuple(map(parse_fault, lines))
    except ValueError as error:
        raise UsageFault(f"--fault: {error}", hint="see `pkgplan serve --help`") from None


def _names(names: Sequence[str], host: str) -> tuple[str, ...]:
    """What clients may call this server: that, and the name with which it was told where to listen."""
    from pkgplan.engine.http import host_name

    called = [host_name(host)]
    for name in names:
        called.append(host_name(name))
        if called[-1] is None:
            raise UsageFault(
                f'--allow-host "{name}" is no name of a host',
                hint="write the name or the address alone, without scheme, port and path",
            )
    return tuple(name for name in called if name is not None)


def _seeds(folder: str, options: Options) -> tuple[Deployment, Catalog]:
    if not folder:
        raise UsageFault('--seed "" is no name of a folder', hint="give the folder of a catalog")
    session = open_catalog(replace(options, catalog=folder), json_on_stdout=False)
    return session.deployment, session.checked.catalog


def _warn(db: str | None, token: str | None, host: str) -> None:
    if db is None:
        notice("note: nothing is kept when the server ends; --db names a file that keeps it")
    if token is None:
        notice(f"note: every request to {host} is answered; --token or {TOKEN_VARIABLE} asks for a token")


def _ready(url: str, options: Options) -> None:
    result(f"{compact({'url': url})}\n" if options.json else f"Serving on {url}\n")


def _until_stopped(server: Server) -> int:
    """Serve until a signal comes; a second one no longer waits for requests under way."""
    received = []

    def stop(number: int, _: object) -> None:
        received.append(number)
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return INTERRUPTED if signal.SIGINT in received else 0


def _silent(_: str) -> None:
    pass
