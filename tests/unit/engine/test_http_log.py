"""The access log: one line of JSON about each request, and no secret in any of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from support.offline import a_package
from support.sdk_client import TOKEN
from support.served import called, served

from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.units import parse_instant

if TYPE_CHECKING:
    from pkgplan.engine import Engine

JSON = {"content-type": "application/json"}


def test_a_line_says_what_was_asked_and_answered(engine: Engine) -> None:
    with served(engine) as server:
        answer = called(server, "POST", "/v1/packages/list", json={}, headers={"x-request-id": "mine"})
    (line,) = map(json.loads, server.told)
    assert parse_instant(line.pop("time")).year >= 2026
    assert line.pop("milliseconds") >= 0
    assert line == {
        "request_id": "mine",
        "method": "POST",
        "path": "/v1/packages/list",
        "status": 200,
        "bytes": len(answer.content),
    }


def test_refusals_have_their_lines_too(engine: Engine) -> None:
    with served(engine) as server:
        called(server, "GET", "/nope")
        called(server, "GET", "/v1/packages/list")
        called(server, "GET", "/health", token="other")  # noqa: S106 - not one that anybody uses
        called(server, "POST", "/v1/packages/list", token=None)
        called(server, "POST", "/v1/packages/list", content=b"x" * 6_000_000)
    assert [json.loads(line)["status"] for line in server.told] == [404, 405, 200, 401, 413]


def test_there_is_no_secret_in_the_log(engine: Engine) -> None:
    with served(engine) as server:
        body = a_package(name="secret-body", uniqueness_key="secret-unique")
        headers = {"idempotency-key": "secret-key", "cookie": "secret-cookie", "user-agent": "secret-agent"}
        called(server, "POST", "/v1/packages/create?a=secret-query", json=body, headers=headers)
        called(server, "POST", "/v1/packages/create", json={"name": "secret-body"}, headers=headers)
        called(server, "POST", "/v1/packages/list?next_page=secret-query", json={})
        called(server, "POST", "/v1/packages/list", token="secret-token")  # noqa: S106 - a wrong one
        called(server, "GET", "/", token=None, auth=("secret-user", "secret-password"))
    text = "\n".join((*server.told, *server.complaints))
    assert len(server.told) == 5
    assert "secret" not in text
    assert TOKEN not in text


def test_requests_under_one_key_can_be_recognised(engine: Engine) -> None:
    with served(engine) as server:
        for key in ("a", "a", "b"):
            called(server, "POST", "/v1/packages/create", json=a_package(), headers={"idempotency-key": key})
    one, again, other = (json.loads(line)["idempotency_key"] for line in server.told)
    assert one == again != other


@pytest.mark.parametrize(
    "unseen",
    [
        "\x00",
        "\x1b[31m",
        "\x7f",
        "\x80",
        "\x9b2J",
        "\x9f",
        "\u061c",
        "\u200e",
        "\u200f",
        "\u202a\u202b\u202c\u202d\u202e",
        "\u2066\u2067\u2068\u2069",
        "\u2028",
        "\ufeff",
        "\U000e0001",
    ],
)
def test_what_cannot_be_seen_is_an_escape_and_the_same_to_programs(engine: Engine, unseen: str) -> None:
    hostile = f"a{unseen}b"
    with served(engine) as server:
        answers = [
            called(server, "GET", f"/{quote(hostile)}"),
            called(server, "GET", f"/v1/customers/{quote(hostile)}"),
            called(server, "POST", "/v1/packages/get", json={"package_id": hostile}),
            called(server, "POST", "/v1/packages/archive", json={"package_id": "x", hostile: 1}),
            called(server, "POST", "/v1/customers", json={"name": hostile}),
        ]
        called(server, "GET", f"/v1/customers?limit={quote(hostile)}&{quote(hostile)}=1")
    assert all(line.isprintable() for line in server.told)
    paths = [json.loads(line)["path"] for line in server.told]
    assert paths[:2] == [f"/{hostile}", f"/v1/customers/{hostile}"]
    assert paths[-1] == "/v1/customers"
    for answer in answers:
        assert answer.text.isprintable()
        assert repr(hostile)[1:-1] in str(answer.json())


@pytest.mark.parametrize(
    "name", ["x-request-id", "user-agent", "referer", "idempotency-key", "x-forwarded-for"]
)
def test_headers_bring_nothing_unseen(engine: Engine, name: str) -> None:
    with served(engine) as server:
        for value in ("\x9b2J", "\u202e"):
            called(server, "POST", "/v1/packages/list", json={}, headers={name: value.encode()})
    assert all(line.isprintable() for line in server.told)


def test_half_a_character_is_an_escape_too(engine: Engine) -> None:
    with served(engine) as server:
        answer = called(server, "POST", "/v1/packages/archive", content=b'{"\\ud800": 1}', headers=JSON)
        called(server, "GET", "/%ED%A0%80/%FF")
    assert answer.status_code == 400
    assert all(line.isprintable() for line in (answer.text, *server.told))


def test_what_can_be_seen_stays_as_it_is(engine: Engine) -> None:
    path = quote("/caf\u00e9/\u4ef7\u683c")
    with served(engine) as server:
        called(server, "GET", path)
    assert '"path":"/caf\u00e9/\u4ef7\u683c"' in server.told[0]


def test_a_report_of_a_bug_is_lines_that_can_be_seen(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Any:
        raise RuntimeError("\x9b2J\u202e\r\ud800")

    listed = replace(OPERATIONS["packages.list"], run=fails)
    monkeypatch.setattr("pkgplan.engine.engine.OPERATIONS", {**OPERATIONS, "packages.list": listed})
    with served(engine) as server:
        assert called(server, "POST", "/v1/packages/list", json={}).status_code == 500
    (report,) = server.complaints
    assert all(line.isprintable() for line in report.split("\n"))
    assert "RuntimeError: \\x9b2J\\u202e\\r\\ud800" in report


def test_a_path_cannot_add_a_line(engine: Engine) -> None:
    with served(engine) as server:
        called(server, "GET", "/%0a%7b%22status%22:200%7d")
    (line,) = server.told
    assert "\n" not in line
    assert json.loads(line)["status"] == 404
