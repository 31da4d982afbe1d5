"""The access log: one line of JSON about each request, and no secret in any of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.offline import a_package
from support.sdk_client import TOKEN
from support.served import called, served

from pkgplan.model.units import parse_instant

if TYPE_CHECKING:
    from pkgplan.engine import Engine


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


def test_a_path_cannot_add_a_line(engine: Engine) -> None:
    with served(engine) as server:
        called(server, "GET", "/%0a%7b%22status%22:200%7d")
    (line,) = server.told
    assert "\n" not in line
    assert json.loads(line)["status"] == 404
