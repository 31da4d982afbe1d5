"""A real `pkgplan serve` and somebody who wishes it ill: broken HTTP, many clients at once, hostile names and numbers.

Each attack ends with the same question: does it still answer, and did it say anything that it should keep to itself?
"""

from __future__ import annotations

import json
import re
import socket
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest
from support.command import edit, run
from support.contract_commands import a_contract, a_customer, engine_of, printed
from support.offline import NOW, REFERENCES, HandClock, a_credit, a_package, an_alias, an_engine
from support.sdk_client import TOKEN
from support.served import called, connected, heard, served_process

from pkgplan.engine import Engine
from pkgplan.engine.http.bodies import MAX_VALUES
from pkgplan.model.canonical import as_list, as_object, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx
    from support.served import ServedProcess

    from pkgplan.model.canonical import JsonObject

CLIENTS = 16
START = "2025-10-01T00:00:00Z"
HEAD = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
LIST = b"POST /v1/packages/list HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n\r\n"
JSON = {"content-type": "application/json"}

# What the server may ever have needed, whatever came: less than a tenth of what one body took before there were limits.
MEGABYTES = 350

# Five times a million bytes and one more, without an end.
MUCH = (b"f4240\r\n" + b" " * 1_000_000 + b"\r\n") * 5 + b"1\r\n \r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedProcess]:
    """One process for all attacks; whatever they did, it said nothing that it should not have."""
    folder = tmp_path_factory.mktemp("served")
    database = folder / "engine.db"
    with Engine(database, HandClock()) as engine:
        engine.seed(REFERENCES)
    with served_process(folder, "--db", database, "--clock", "2025-09-01T09:30:15Z") as process:
        yield process
        if sys.platform == "linux":
            assert process.peak() < MEGABYTES
        assert process.stop() == 0
    said = process.stderr.read_text()
    assert TOKEN not in said
    assert TOKEN.encode() not in database.read_bytes()
    lines = [json.loads(line) for line in said.splitlines()]
    assert not [line for line in lines if (line["status"] or 0) >= 500]


@pytest.fixture(autouse=True)
def _it_still_answers(server: ServedProcess) -> Iterator[None]:
    yield
    assert called(server, "POST", "/v1/packages/list", json={}).status_code == 200


def sent(server: ServedProcess, request: bytes, *, leaves: bool = False) -> list[int]:
    """The statuses of what comes back until the server closes the connection; a client may leave before that."""
    with connected(server) as connection:
        connection.sendall(request)
        if leaves:
            connection.shutdown(socket.SHUT_WR)
        got = heard(connection)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", got)]


def at_once(count: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(count) as clients:
        return list(clients.map(ask, range(count)))


def made(server: ServedProcess, path: str, body: JsonObject) -> str:
    answer = called(server, "POST", path, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["id"])


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (LIST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", [[400]]),
        (LIST + b"Content-Length: -2\r\n\r\n{}", [[400]]),
        (LIST + b"Content-Length: 99999999999999999999999\r\n\r\n{}", [[400], [413]]),
        (LIST + b"Content-Length: 2\r\n" + CLOSE + b"{}not HTTP at all\r\n\r\n", [[200]]),
        (LIST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}", [[400]]),
        (LIST + b"Content-Length: 5000001\r\n" + CLOSE, [[413]]),
        pytest.param(LIST + b"Transfer-Encoding: chunked\r\n" + CLOSE + MUCH, [[413]], id="much in chunks"),
        (b"GET /health\r\n\r\n", [[400]]),
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(100) + b"\r\n\r\n", [[400]]),
        (b"GET /v1/customers HTTP/1.1\r\n" + HEAD + b"X: a\rb\r\n" + CLOSE, [[400]]),
        (b"GET /v1/customers HTTP/1.1\r\n" + HEAD + b"X: \0\r\n" + CLOSE, [[400]]),
        (b"GET /v1/customers HTTP/1.1\r\nAuthorization: Bearer\r\nHost: localhost\r\n" + CLOSE, [[401]]),
        (b"GET /v1/customers HTTP/1.1\r\nAuthorization: Basic \xff\r\nHost: localhost\r\n" + CLOSE, [[401]]),
        (b"GET //health HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, [[401]]),
        (b"GET /v1/customers/%00 HTTP/1.1\r\n" + HEAD + CLOSE, [[404]]),
        (b"GET /v1/customers/a%2F..%2fb HTTP/1.1\r\n" + HEAD + CLOSE, [[404]]),
        (b"GET /v1/customers/%ED%A0%80 HTTP/1.1\r\n" + HEAD + CLOSE, [[404]]),
        (b"GET /v1/customers?limit=%D9%A1 HTTP/1.1\r\n" + HEAD + CLOSE, [[400]]),
        (b"GET /v1/customers?limit=1&limit=2 HTTP/1.1\r\n" + HEAD + CLOSE, [[400]]),
        (b"DELETE /v1/customers HTTP/1.1\r\n" + HEAD + CLOSE, [[405]]),
        (b"OPTIONS /v1/packages/create HTTP/1.1\r\n" + HEAD + CLOSE, [[405]]),
        (
            b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 4
            + b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
            + CLOSE,
            [[200] * 5],
        ),
    ],
)
def test_broken_http_is_refused_or_left_without_an_answer(
    server: ServedProcess, request_: bytes, statuses: list[list[int]]
) -> None:
    assert sent(server, request_) in statuses


def test_a_body_that_never_comes_is_not_waited_for_once_the_client_has_left(server: ServedProcess) -> None:
    assert sent(server, LIST + b"Content-Length: 200\r\n\r\n{}", leaves=True) == []


def test_connections_that_say_nothing_or_half_of_it_hold_nobody_up(server: ServedProcess) -> None:
    waiting = [connected(server) for _ in range(200)]
    for connection in waiting[:100]:
        connection.sendall(LIST + b"Content-Length: 100\r\n\r\n{")
    assert called(server, "POST", "/v1/packages/list", json={}).status_code == 200
    for connection in waiting:
        connection.close()


@pytest.mark.parametrize(
    "part",
    [
        *(
            '"wrong",',
            "1,",
            "{},",
            "[],",
            '{"name":1},',
            '{"name":"x"},',
            "1.5,",
            '"",',
            "[[[[[[]]]]]],",
            "x",
            '"',
            ",",
        ),
        *(
            "9" * 4000 + ",",
            '"' + "x" * 100_000 + '",',
            "\\u0041",
            " ",
            '{"a":{"a":{"a":1}}},',
            "\u00e9",
            "\x00",
        ),
    ],
)
def test_five_megabytes_of_anything_are_refused_in_few_words(server: ServedProcess, part: str) -> None:
    start, end = '{"name":"x","aliases":[', "1]}"
    content = (start + part * (4_900_000 // len(part.encode())) + end).encode()

    def ask(_: int) -> httpx.Response:
        return called(server, "POST", "/v1/packages/create", content=content, headers=JSON)

    for answer in at_once(4, ask):
        assert answer.status_code == 400
        assert len(answer.content) < 5_000


@pytest.mark.parametrize(
    ("path", "start", "part", "end"),
    [
        ("/v1/packages/create", '{"name":"x","aliases":[', '{"name":"NUMBER"}', "]}"),
        ("/v1/packages/create", '{"name":"x","aliases":[', "[]", "]}"),
        ("/v1/packages/create", '{"name":"x","recurring_commits":[', "{}", "]}"),
        ("/v1/packages/archive", '{"package_id":"x"', ',"NUMBER":1', "}"),
        ("/v1/customers", '{"name":"x","custom_fields":{"":""', ',"NUMBER":1', "}}"),
        ("/v1/contract-pricing/rate-cards/create", '{"name":"x","aliases":[', '{"name":"NUMBER"}', "]}"),
        ("/v1/contract-pricing/rate-cards/addRates", '{"rate_card_id":"x","rates":[', "{}", "]}"),
        ("/v1/contract-pricing/rate-cards/getRates", '{"rate_card_id":"x","selectors":[', "{}", "]}"),
        ("/v1/ingest", "[", '{"transaction_id":"NUMBER"}', "]"),
        ("/v1/customFields/listKeys", '{"entities":[', '"customer"', "]}"),
    ],
)
def test_as_many_values_as_a_body_may_hold_are_worked_on(
    server: ServedProcess, path: str, start: str, part: str, end: str
) -> None:
    count = (MAX_VALUES - 10) // (1 + part.count(":") * part.startswith("{"))
    parts = (part.replace("NUMBER", f"{path} {number}") for number in range(count))
    content = start + ("" if part.startswith(",") else ",").join(parts) + end

    def ask(_: int) -> httpx.Response:
        return called(server, "POST", path, content=content, headers=JSON)

    answers = at_once(4, ask)
    assert {answer.status_code for answer in answers} <= {200, 400, 404}
    assert all("50,000 values" not in answer.text and len(answer.content) < 5_000 for answer in answers)


@pytest.mark.slow
def test_more_connections_than_it_may_open_files(tmp_path: Path) -> None:
    with served_process(tmp_path, "--quiet", "--db", tmp_path / "x.db", files=64) as server:
        waiting = [connected(server) for _ in range(90)]
        for connection in waiting:
            connection.sendall(b"GET / HTTP/1.1\r\n")
        assert called(server, "POST", "/v1/packages/list", json={}).status_code == 200
        for connection in waiting:
            connection.close()
        assert called(server, "GET", "/health").status_code == 200
        assert server.stop() == 0
        lines = server.stderr.read_text().splitlines()
    assert 1 <= len(lines) < 10
    assert set(lines) == {"32 connections are open; others wait until one of them ends"}


@pytest.mark.parametrize("depth", [100, 400, 900, 990, 100_000])
def test_json_as_deep_as_python_can_read_it_is_no_bug_of_ours(server: ServedProcess, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    event = (
        f'{{"transaction_id":"{depth}","customer_id":"c","event_type":"e","timestamp":"2025-09-01T00:00:00Z"'
    )
    for path, body in (
        ("/v1/ingest", f'[{event},"properties":{{"p":{deep}}}}}]'),
        ("/v1/customers", f'{{"name":"deep","unknown":{deep}}}'),
    ):
        headers = {"content-type": "application/json", "idempotency-key": f"{path}-{depth}"}
        assert called(server, "POST", path, content=body, headers=headers).status_code in {200, 400}


def test_one_idempotency_key_makes_one_thing(server: ServedProcess) -> None:
    def ask(_: int) -> httpx.Response:
        body = {"name": "Once", "ingest_aliases": ["once"]}
        return called(server, "POST", "/v1/customers", json=body, headers={"idempotency-key": "the one"})

    answers = at_once(CLIENTS, ask)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["data"]["id"] for answer in answers if answer.status_code == 200}) == 1
    assert len(called(server, "GET", "/v1/customers?ingest_alias=once").json()["data"]) == 1


def test_one_uniqueness_key_makes_one_thing(server: ServedProcess) -> None:
    customer = made(server, "/v1/customers", {"name": "Unique"})
    package = made(server, "/v1/packages/create", a_package())
    body = {
        "customer_id": customer,
        "package_id": package,
        "starting_at": START,
        "uniqueness_key": "the only one",
    }
    answers = at_once(CLIENTS, lambda _: called(server, "POST", "/v1/contracts/create", json=body))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CLIENTS - 1}
    listed = called(server, "POST", "/v1/contracts/list", json={"customer_id": customer}).json()
    assert len(listed["data"]) == 1


def test_racing_for_an_alias_ends_as_if_it_had_been_one_after_the_other(server: ServedProcess) -> None:
    def body(number: int) -> JsonObject:
        start = None if number % 7 == 3 else f"2026-{1 + number * 5 % 12:02}-01T00:00:00Z"
        end = f"2027-{1 + number % 9:02}-01T00:00:00Z" if number % 3 == 0 else None
        return a_package(name=str(number), aliases=[an_alias("Race", start, end)])

    answers = at_once(
        CLIENTS, lambda number: called(server, "POST", "/v1/packages/create", json=body(number))
    )
    assert {answer.status_code for answer in answers} == {200}
    ids = {answer.json()["data"]["id"] for answer in answers}
    listed = called(server, "POST", "/v1/packages/list?limit=100", json={}).json()["data"]
    raced = [each for each in listed if each["id"] in ids]
    alone = an_engine(clock=HandClock(NOW.replace(microsecond=0)))
    for each in raced:
        alone.call("packages.create", body(int(each["name"])))
    expected = as_list(alone.call("packages.list", {}, query={"limit": "100"})["data"])
    assert [each["aliases"] for each in raced] == [as_object(each)["aliases"] for each in expected]


def test_a_package_is_archived_before_or_after_a_contract_is_made_of_it(server: ServedProcess) -> None:
    customer = made(server, "/v1/customers", {"name": "Racer"})
    package = made(server, "/v1/packages/create", a_package())
    body = {"customer_id": customer, "package_id": package, "starting_at": START}

    def ask(number: int) -> httpx.Response:
        if number == 3:
            return called(server, "POST", "/v1/packages/archive", json={"package_id": package})
        return called(server, "POST", "/v1/contracts/create", json=body)

    answers = at_once(8, ask)
    provisioned = [answer for number, answer in enumerate(answers) if number != 3]
    assert answers[3].status_code == 200
    assert {answer.status_code for answer in provisioned} <= {200, 400}
    listed = called(server, "POST", "/v1/contracts/list", json={"customer_id": customer}).json()["data"]
    assert {each["id"] for each in listed} == {
        answer.json()["data"]["id"] for answer in provisioned if answer.status_code == 200
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("12345678901234567890", "12345678901234567890"),
        ("0.12345678901234567891", "0.12345678901234567891"),
        ("99999999999999999999.99999999999999999999", "99999999999999999999.99999999999999999999"),
        ("1E+20", "100000000000000000000"),
        ("1.10", "1.1"),
        ("-0.0", "0"),
    ],
)
def test_amounts_come_back_digit_for_digit(server: ServedProcess, written: str, shown: str) -> None:
    text = json.dumps(
        a_package(recurring_credits=[a_credit(access_amount={"unit_price": "UNIT", "quantity": 1})])
    )
    content, headers = text.replace('"UNIT"', written), {"content-type": "application/json"}
    created = called(server, "POST", "/v1/packages/create", content=content, headers=headers).json()
    package = created["data"]["id"]
    got = called(server, "POST", "/v1/packages/get", json={"package_id": package}).text
    assert f'"unit_price":{shown}' in {part.rstrip("}") for part in got.split(",")}
    body = {"customer_id": made(server, "/v1/customers", {"name": "Exact"}), "package_id": package}
    contract = made(server, "/v1/contracts/create", {**body, "starting_at": "2025-09-01T00:00:00Z"})
    asked = {**body, "contract_id": contract, "include_balance": True}
    terms = parse_json(called(server, "POST", "/v2/contracts/get", json=asked).text)
    credit: Any = as_object(as_object(terms)["data"])["credits"]
    assert credit[0]["access_schedule"]["schedule_items"][0]["amount"] == Decimal(shown)
    assert credit[0]["balance"] == Decimal(shown)


@pytest.mark.parametrize(
    "number", ["1E400", "-1E400", "1E-400", "1E999999999", "NaN", "Infinity", "9" * 5000]
)
def test_numbers_that_no_client_could_read_are_refused(server: ServedProcess, number: str) -> None:
    content = f'{{"name":"x","net_payment_terms_days":{number}}}'
    headers = {"content-type": "application/json"}
    assert called(server, "POST", "/v1/packages/create", content=content, headers=headers).status_code == 400


def test_names_cannot_reach_out_of_the_page(server: ServedProcess) -> None:
    hostile = "</td></table><script>alert(1)</script>\"'&\x1b[31m\x00"
    customer = made(server, "/v1/customers", {"name": hostile})
    package = made(server, "/v1/packages/create", a_package(name=hostile, aliases=[an_alias(hostile, START)]))
    made(
        server,
        "/v1/contracts/create",
        {"customer_id": customer, "package_id": package, "starting_at": START},
    )
    page = called(server, "GET", "/").text
    assert page.count("&lt;script&gt;") >= 3
    assert "<script" not in page
    assert TOKEN not in page


def test_the_contract_of_somebody_else_is_as_if_it_were_none(server: ServedProcess) -> None:
    owner, other = (made(server, "/v1/customers", {"name": name}) for name in ("Owner", "Other"))
    package = made(server, "/v1/packages/create", a_package())
    theirs = made(
        server, "/v1/contracts/create", {"customer_id": owner, "package_id": package, "starting_at": START}
    )
    nobodys = "00000000-0000-4000-8000-00000000dead"
    for path, more in (
        ("/v1/contracts/get", {}),
        ("/v2/contracts/get", {}),
        ("/v1/contracts/getContractRateSchedule", {}),
        ("/v1/contracts/updateEndDate", {"ending_before": "2026-01-01T00:00:00Z"}),
        ("/v1/contracts/archive", {"void_invoices": True}),
    ):
        answers = [
            called(server, "POST", path, json={"customer_id": other, "contract_id": contract, **more})
            for contract in (theirs, nobodys)
        ]
        assert answers[0].status_code in {400, 404}
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].text.replace(theirs, nobodys) == answers[1].text
    renewal = {"customer_id": other, "package_id": package, "starting_at": "2026-03-01T00:00:00Z"}
    transition = {"type": "RENEWAL", "from_contract_id": theirs}
    taken = called(server, "POST", "/v1/contracts/create", json={**renewal, "transition": transition})
    assert taken.status_code in {400, 404}


def test_a_crash_report_does_not_hold_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("pkgplan.cli.commands.serve._seeds", None)
    for token in (("--token", "a-secret"), ("--token=a-secret",)):
        assert run("serve", "--seed", "x", *token).code == 3
    reports = [each.read_text() for each in tmp_path.glob("pkgplan-crash-*.txt")]
    assert len(reports) == 2
    assert all("serve" in report and "a-secret" not in report for report in reports)


# Starts on the last days of months and in leap years; 30.00 USD each month for 100 days, the 11th day being the first.
# (start, its frequency) -> the first days of the grants and their amounts in cents, calculated by hand.
GRANTS: dict[tuple[str, str], list[tuple[str, int | Decimal]]] = {
    ("2024-01-31T00:00:00Z", "monthly"): [
        ("2024-02-10", 3000),
        ("2024-03-10", 3000),
        ("2024-04-10", 3000),
        ("2024-05-10", Decimal(3000) * 10 / 31),
    ],
    ("2024-02-29T00:00:00Z", ""): [
        ("2024-03-10", Decimal(3000) * 22 / 31),
        ("2024-04-01", 3000),
        ("2024-05-01", 3000),
        ("2024-06-01", Decimal(3000) * 17 / 30),
    ],
    ("2023-10-31T00:00:00Z", "annual"): [("2023-11-10", Decimal(3000) * 100 / 366)],
    # To the 19th of July.
    ("2023-03-31T00:00:00Z", ""): [
        ("2023-04-10", Decimal(3000) * 21 / 30),
        ("2023-05-01", 3000),
        ("2023-06-01", 3000),
        ("2023-07-01", Decimal(3000) * 18 / 31),
    ],
    # 9 of the 28 days of February; to the 31st of May.
    ("2023-02-10T00:00:00Z", ""): [
        ("2023-02-20", Decimal(3000) * 9 / 28),
        ("2023-03-01", 3000),
        ("2023-04-01", 3000),
        ("2023-05-01", Decimal(3000) * 30 / 31),
    ],
    ("2024-12-31T00:00:00Z", "quarterly"): [
        ("2025-01-10", 3000),
        ("2025-04-10", Decimal(3000) * 10 / 91),
    ],
}


@pytest.mark.parametrize(("start", "frequency"), GRANTS)
def test_every_reading_of_a_contract_agrees_with_the_calculation_by_hand(
    catalog: Path, start: str, frequency: str
) -> None:
    rhythm = f"recurrence_frequency: {frequency}\n      " if frequency else ""
    edit(
        catalog / "packages" / "starter.yaml",
        ("unit_price: 10.00 USD", "unit_price: 30.00 USD"),
        (
            "starting_at_offset: 0 months\n      duration: 3 months",
            f"{rhythm}starting_at_offset: 10 days\n      duration: 100 days",
        ),
    )
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2023-09-15").code == 0
    customer = a_customer(catalog)
    dry = run(
        "-C", catalog, "provision", "--customer", customer, "--package", "starter",
        "--starting-at", start, "--dry-run", "--format", "json",
    )  # fmt: skip
    announced = [
        (each["starting_at"], each["ending_before"], each["count"], _cents(each["amount"]))
        for each in printed(dry, "provision")["terms"]
        if each["term"].startswith("recurring")
    ]
    contract = a_contract(catalog, customer, starting_at=start)
    expected = [(day, round(Decimal(amount), 6)) for day, amount in GRANTS[start, frequency]]
    asked: JsonObject = {"customer_id": customer, "contract_id": contract}
    with engine_of(catalog, "2026-01-01") as engine:
        newest = _granted(as_object(engine.call("contracts_v2.get", asked)["data"]))
        oldest: Any = as_object(engine.call("contracts.get", asked)["data"])
    assert [(begins[:10], round(amount, 6)) for begins, _, amount in newest] == expected
    assert _granted(oldest["current"]) == newest
    shown = printed(
        run("-C", catalog, "contracts", "show", "--customer", customer, contract, "--format", "json",
            "--as-of", "2026-01-01"),
        "contracts-show",
    )  # fmt: skip
    assert newest == [
        (each["starting_at"], each["ending_before"], _cents(each["amount"]))
        for each in shown["terms"]
        if each["kind"] == "credits"
    ]
    in_a_row = [[*equal] for _, equal in groupby(newest, itemgetter(2))]
    assert announced == [(each[0][0], each[-1][1], len(each), each[0][2]) for each in in_a_row]


def _granted(contract: Any) -> list[tuple[str, str, Decimal]]:
    """From when, until when, how much, with every digit."""
    return [
        (*(item[side].replace(".000Z", "Z") for side in ("starting_at", "ending_before")), item["amount"])
        for credit in contract["credits"]
        for item in credit["access_schedule"]["schedule_items"]
    ]


def _cents(amount: str) -> Decimal:
    return Decimal(amount.removesuffix(" USD")) * 100
