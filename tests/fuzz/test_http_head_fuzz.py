"""Heads of requests that somebody made up: no 5xx, nothing unseen in what is said, and no way in under another name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.offline import an_engine
from support.served import Served, connected, heard, served

if TYPE_CHECKING:
    from collections.abc import Iterator

# What may name the server: said otherwise than it is asked there.
OURS = re.compile(r"(localhost|127\.0\.0\.1)\.?(:[0-9]*)?|\[::1\](:[0-9]*)?", re.IGNORECASE | re.ASCII)

names = st.sampled_from(["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "evil.example", "0", "[::]", ""])
scraps = st.text(st.sampled_from("@:./%[]\\#?,-_x0 \t\x9b\xe4"), max_size=3)
hosts = st.builds("".join, st.tuples(scraps, names, scraps, st.sampled_from(["", ":80", ":", "."]), scraps))
schemes = st.sampled_from(["", "/", "//", "http://", "https://", "*", "?"])
paths = st.sampled_from(["/health", "", "?"])
targets = st.builds("".join, st.tuples(schemes, st.just("") | hosts, paths))
methods = st.sampled_from(["GET", "HEAD", "OPTIONS", "PUT", "POST", "CONNECT", "TRACE", "get", "G@T", "\x9b"])
fields = [
    "Host",
    "host",
    "Origin",
    "X-Request-Id",
    "Connection",
    "Expect",
    "Upgrade",
    "Idempotency-Key",
    "Accept",
]
values = ["close", "upgrade", "websocket", "100-continue", "null", "http://localhost"]
headers = st.lists(
    st.tuples(st.sampled_from(fields), hosts | st.sampled_from([*values, "\x80" * 50])), max_size=4
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with an_engine() as engine, served(engine, token=None) as server:
        yield server
        assert server.complaints == []
        assert all(line.isprintable() for line in server.told)
        assert not [line for line in server.told if (json.loads(line)["status"] or 0) >= 500]


def said(server: Served, head: str) -> bytes:
    with connected(server) as client:
        client.sendall(head.encode("latin-1"))
        return heard(client)


@settings(max_examples=200, deadline=None)
@given(host=hosts)
@example(host="localhost")
@example(host="[::1]:8000")
def test_a_name_is_ours_or_refused(server: Served, host: str) -> None:
    got = said(server, f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    status = int(got.split()[1])
    assert status == 200 if OURS.fullmatch(host.strip(" \t")) else status in {400, 421}


@settings(max_examples=200, deadline=None)
@given(origin=hosts, scheme=st.sampled_from(["http://", "https://", "HTTP://", "", "file://", "//"]))
@example(origin="localhost", scheme="http://")
def test_a_page_is_ours_or_refused(server: Served, origin: str, scheme: str) -> None:
    text = f"{scheme}{origin}"
    got = said(
        server, f"GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: {text}\r\nConnection: close\r\n\r\n"
    )
    status = int(got.split()[1])
    is_ours = scheme.lower() in {"http://", "https://"} and OURS.fullmatch(origin.rstrip(" \t"))
    assert status == 200 if is_ours else status in {400, 403}


@settings(max_examples=300, deadline=None)
@given(
    method=methods, target=targets, version=st.sampled_from(["1.1", "1.0", "2.0", "0.9", ""]), more=headers
)
def test_no_head_is_answered_with_a_failure(
    server: Served, method: str, target: str, version: str, more: list[tuple[str, str]]
) -> None:
    lines = [
        f"{method} {target} HTTP/{version}",
        *(f"{name}: {value}" for name, value in more),
        "Connection: close",
    ]
    got = said(server, "\r\n".join([*lines, "", ""]))
    for status in re.findall(rb"HTTP/1\.1 (\d+) ", got):
        assert 100 <= int(status) < 500
    body = got.rpartition(b"\r\n\r\n")[2].decode()
    assert all(line.isprintable() for line in body.splitlines())
