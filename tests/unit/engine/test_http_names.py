"""Who is asked, and by whose page: a request that names another host, or comes from another site, does nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import a_package, an_engine
from support.sdk_client import TOKEN, over_http
from support.served import Served, called, connected, heard, served

from pkgplan.adapters.clocks import HandSetClock
from pkgplan.engine.http import host_name
from pkgplan.model.canonical import compact
from pkgplan.model.units import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine import Engine

NOW = "2026-01-01T00:00:00.000Z"
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "evil.example.",
    "evil-localhost",
    "localhost@evil.example",
    "user@localhost",
    "localhost:80@evil.example",
    "localhost/evil",
    "localhost evil.example",
    "localhost,evil.example",
    "http://localhost",
    "localhost:port",
    "localhost:80:80",
    "localhost..",
    "10.0.0.1",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0.0.0.0",  # noqa: S104 - a name
    "[::]",
    "[::2]:80",
    "[::1",
    "::1",
    "[::1]evil.example",
    "[localhost]",
    ":80",
    "",
    "*",
    "\xe4",
    "xn--lcalhost-6fg",
]
OURS = [
    "localhost",
    "LocalHost",
    "localhost.",
    "localhost:1",
    "localhost.:65535",
    "localhost:",
    "127.0.0.1",
    "127.0.0.1:9",
    "[::1]:80",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
]


@pytest.fixture(scope="module")
def empty() -> Iterator[Engine]:
    """An engine in which nothing that is refused may leave anything."""
    with an_engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def server(empty: Engine) -> Iterator[Served]:
    clock = HandSetClock(parse_instant(NOW))
    with served(empty, token=None, clock=clock, names=("metronome.test", "10.1.2.3")) as server:
        yield server
        assert server.complaints == []
        assert called(server, "GET", "/pkgplan/clock").json() == {"now": NOW}
        assert called(server, "GET", "/v1/customers").json()["data"] == []
        assert called(server, "POST", "/v1/packages/list", json={}).json()["data"] == []


def asked(
    server: Served, target: str, *headers: str, method: str = "GET", body: Any = None, version: str = "1.1"
) -> tuple[int, str]:
    """Status and message of the answer to a request as it is."""
    content = "" if body is None else compact(body)
    lines = [f"{method} {target} HTTP/{version}", *headers, "Connection: close"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"] if content else []
    with connected(server) as client:
        client.sendall("\r\n".join([*lines, "", content]).encode("latin-1"))
        head, _, got = heard(client).partition(b"\r\n\r\n")
    assert b"Traceback" not in got
    message = json.loads(got).get("message", "") if got.startswith(b"{") else ""
    return int(head.split()[1]), message


@pytest.mark.parametrize("host", FOREIGN)
def test_another_host_is_refused(server: Served, host: str) -> None:
    body = {"now": "2030-01-01T00:00:00Z"}
    status, message = asked(server, "/pkgplan/clock", f"Host: {host}", method="PUT", body=body)
    # Some of them are refused as no HTTP at all.
    assert status in {400, 421}
    assert message.startswith("this server is not called" if status == 421 else "Invalid HTTP")


@pytest.mark.parametrize("host", OURS)
def test_localhost_and_its_addresses_are_it_with_any_port(server: Served, host: str) -> None:
    assert asked(server, "/health", f"Host: {host}") == (200, "")
    if not host.endswith(":"):
        assert asked(server, "/health", "Host: localhost", f"Origin: http://{host}") == (200, "")


@pytest.mark.parametrize("host", ["metronome.test", "METRONOME.test.:443", "10.1.2.3:80"])
def test_what_else_it_is_called_is_said_when_it_starts(server: Served, host: str) -> None:
    assert asked(server, "/health", f"Host: {host}", f"Origin: https://{host}") == (200, "")


@pytest.mark.parametrize(
    "origin",
    [
        *(f"http://{host}" for host in FOREIGN if host not in {"http://localhost", "localhost/evil"}),
        "null",
        "NULL",
        "",
        "localhost",
        "//localhost",
        "file://localhost",
        "file://",
        "chrome-extension://localhost",
        "http://localhost/",
        "http://localhost http://evil.example",
        "https://evil.example",
    ],
)
def test_a_page_of_another_site_is_refused(server: Served, origin: str) -> None:
    body: Any = {"now": "2030-01-01T00:00:00Z"}
    status, message = asked(
        server, "/pkgplan/clock", "Host: localhost", f"Origin: {origin}", method="PUT", body=body
    )
    assert status == 403
    assert message.startswith("a page of ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/health"),
        ("GET", "/openapi.json"),
        ("GET", "/pkgplan/clock"),
        ("GET", "/v1/customers"),
        ("POST", "/v1/packages/create"),
        ("POST", "/v1/customers"),
        ("OPTIONS", "/v1/customers"),
        ("DELETE", "/v1/customers"),
        ("GET", "/nowhere"),
        ("OPTIONS", "*"),
    ],
)
def test_that_holds_on_every_path(server: Served, method: str, path: str) -> None:
    body: Any = a_package() if path.endswith("create") else {"name": "Evil"} if method == "POST" else None
    for headers, status in (
        (("Host: evil.example",), 421),
        (("Host: evil.example", "Origin: http://evil.example"), 421),
        (("Host: localhost", "Origin: http://evil.example"), 403),
        (("Host: localhost", "Origin: http://localhost", "Origin: http://evil.example"), 403),
    ):
        assert asked(server, path, *headers, method=method, body=body)[0] == status


@pytest.mark.parametrize(
    ("target", "headers", "version", "status"),
    [
        # Two hosts, or none: HTTP/1.1 allows neither, and nobody who needs HTTP/1.0 leaves it out.
        ("/health", ("Host: localhost", "Host: evil.example"), "1.1", 400),
        ("/health", ("Host: localhost", "Host: localhost"), "1.1", 400),
        ("/health", (), "1.1", 400),
        ("/health", (), "1.0", 421),
        ("/health", ("Host: evil.example",), "1.0", 421),
        ("/health", ("Host: localhost",), "1.0", 200),
        ("/health", ("Host: localhost", "Host: evil.example"), "1.0", 400),
        # What the target names counts as well.
        ("http://evil.example/health", ("Host: localhost",), "1.1", 421),
        ("HTTP://evil.example/health", ("Host: localhost",), "1.1", 421),
        ("http://localhost@evil.example/health", ("Host: localhost",), "1.1", 421),
        ("http://localhost/health", ("Host: evil.example",), "1.1", 421),
        ("http://localhost/health", ("Host: localhost",), "1.1", 404),
        ("http:///health", ("Host: localhost",), "1.1", 421),
        ("//evil.example/health", ("Host: localhost",), "1.1", 404),
        # A browser may say more, or a proxy: it counts for nothing.
        (
            "/health",
            ("Host: evil.example", "X-Forwarded-Host: localhost", "Forwarded: host=localhost"),
            "1.1",
            421,
        ),
        ("/health", ("Host: localhost", "X-Forwarded-Host: evil.example"), "1.1", 200),
    ],
)
def test_hosts_where_they_are_not_expected(
    server: Served, target: str, headers: tuple[str, ...], version: str, status: int
) -> None:
    assert asked(server, target, *headers, version=version)[0] == status


def test_a_refusal_says_what_to_do_only_if_that_helps(server: Served) -> None:
    way_out = "; if that is meant, start it with --allow-host evil.example"
    refusal = f'this server is not called "Evil.example.:1"{way_out}'
    assert asked(server, "/", "Host: Evil.example.:1")[1] == refusal
    assert asked(server, "/", "Host: user@localhost")[1] == 'this server is not called "user@localhost"'
    refusal = f'a page of "http://evil.example:1" may not use this server{way_out}'
    assert asked(server, "/", "Host: localhost", "Origin: http://evil.example:1")[1] == refusal
    assert "--allow-host" not in asked(server, "/", "Host: localhost", "Origin: null")[1]


def test_it_is_refused_before_the_token_is_looked_at(engine: Engine) -> None:
    with served(engine) as server:
        assert asked(server, "/", "Host: evil.example", f"Authorization: Bearer {TOKEN}")[0] == 421
        assert asked(server, "/", "Host: localhost")[0] == 401
    assert [json.loads(line)["status"] for line in server.told] == [421, 401]


def test_another_address_is_called_by_that_address(engine: Engine) -> None:
    try:
        with served(engine, host="::1") as server:
            assert over_http(server.url).v1.customers.create(name="Ada").data.id
            assert asked(server, "/health", "Host: [::1]:80") == (200, "")
            assert asked(server, "/health", "Host: [::2]")[0] == 421
        with served(engine, host="127.0.0.2") as server:
            assert asked(server, "/health", "Host: 127.0.0.2") == (200, "")
    except OSError as error:  # pragma: no cover - a machine without them
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Metronome", "metronome"),
        ("metronome.internal.", "metronome.internal"),
        ("my_service", "my_service"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("[0::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        *(
            (text, None)
            for text in ("", ".", "a:1", "http://a", "a/b", "u@a", "a b", "*", "*.a", "[", "[a", "x" * 64)
        ),
    ],
)
def test_names_of_hosts(text: str, name: str | None) -> None:
    assert host_name(text) == name
