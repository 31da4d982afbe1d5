"""`pkgplan serve`: a real process with a real port, what it says, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.command import REPOSITORY, edit, process_environment, run, run_process
from support.offline import a_package
from support.sdk_client import TOKEN, over_http
from support.served import called, served_process, under_way, until_it_takes_no_more
from support.work import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_made_is_there_after_a_restart_and_after_a_kill(tmp_path: Path, catalog: Path) -> None:
    arguments = ("--db", tmp_path / "kept" / "metronome.db", "--seed", catalog, "--clock", "2025-09-15")
    with served_process(tmp_path, *arguments) as server:
        body: dict[str, Any] = a_package(recurring_credits=[], subscriptions=[])
        created = over_http(server.url).v1.packages.create(**body).data.id
        assert server.stop() == 0
    with served_process(tmp_path, *arguments) as server:
        assert over_http(server.url).v1.packages.retrieve(package_id=created).data.id == created
        server.kill()
    with served_process(tmp_path, *arguments) as server:
        assert [each.id for each in over_http(server.url).v1.packages.list()] == [created]


def test_a_seeded_server_has_what_the_catalog_refers_to(tmp_path: Path, catalog: Path) -> None:
    with served_process(tmp_path, "--seed", catalog) as server:
        client = over_http(server.url).v1.contracts
        assert {each.current.name for each in client.products.list()} >= {"Sign-up credit"}
        assert list(client.rate_cards.list(body={}))


def test_the_clock_is_set_over_http(tmp_path: Path) -> None:
    with served_process(tmp_path, "--clock", "2026-01-31T10:00:00+01:00", "--quiet") as server:
        assert called(server, "GET", "/pkgplan/clock").json() == {"now": "2026-01-31T09:00:00.000Z"}
        called(server, "PUT", "/pkgplan/clock", json={"now": "2026-02-01T00:00:00Z"})
        assert called(server, "GET", "/pkgplan/clock").json() == {"now": "2026-02-01T00:00:00.000Z"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_when_what_is_under_way_is_done(tmp_path: Path, number: int, code: int) -> None:
    with served_process(tmp_path) as server:
        with under_way(server, "/v1/customers", b'{"name": "Ada"}') as finish:
            server.process.send_signal(number)
            until_it_takes_no_more(server)
            assert finish() == 200
        assert server.process.wait(PATIENCE) == code
        assert "Traceback" not in server.stderr.read_text()


def test_it_logs_requests_and_never_the_token(tmp_path: Path) -> None:
    with served_process(tmp_path) as server:
        called(server, "POST", "/v1/packages/list", json={})
        called(server, "POST", "/v1/packages/list", json={}, token=None)
        assert server.stop() == 0
        note, *lines = server.stderr.read_text().splitlines()
    assert note.startswith("note: nothing is kept")
    assert [json.loads(line)["status"] for line in lines] == [200, 401]
    assert TOKEN not in "".join(lines)


def test_a_quiet_one_logs_nothing(tmp_path: Path) -> None:
    with served_process(tmp_path, "--quiet", "--db", tmp_path / "x.db") as server:
        called(server, "GET", "/health")
        server.stop()
        assert server.stderr.read_text() == ""


def test_faults_and_assumptions_reach_the_server(tmp_path: Path) -> None:
    fault = ("--fault", "POST /v1/packages/list: 429 before 1 in 2")
    with served_process(tmp_path, *fault, "--assume", "alias_miss_status=404") as server:
        answers = [called(server, "POST", "/v1/packages/list", json={}).status_code for _ in range(4)]
        assert answers == [200, 429, 200, 429]
        customer = called(server, "POST", "/v1/customers", json={"name": "Acme"}).json()["data"]["id"]
        body = {"customer_id": customer, "package_alias": "Nobody", "starting_at": "2026-01-01T00:00:00Z"}
        assert called(server, "POST", "/v1/contracts/create", json=body).status_code == 404


def test_a_port_that_is_taken_is_the_environments_fault(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ran = run("serve", "--port", str(port), "--db", tmp_path / "x.db", "--token", "x")
    assert ran.code == 4
    assert ran.out == ""
    assert f"port {port}: address already in use" in ran.err
    assert "hint: name another port" in ran.err


def test_a_file_of_another_program_is_the_environments_fault(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database")
    ran = run("serve", "--db", file)
    assert (ran.code, ran.out) == (4, "")
    assert str(file) in ran.err
    assert file.read_text() == "not a database"


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_it_says_what_to_install(missing: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None;"
        "from pkgplan.cli.entry import main; sys.exit(main(['serve']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=process_environment()
    )
    assert (ran.returncode, ran.stdout) == (4, "")
    assert f"serve needs {missing}, which is not installed" in ran.stderr
    assert "pip install 'pkgplan[serve]'" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "nonsense"], '"nonsense" is no fault'),
        (["--fault", "POST /v1/packages/made: 500 after"], "there is no path"),
        (["--assume", "alias_miss_status"], "has no value"),
        (["--assume", "alias_miss_status=500"], "400 or 404"),
        (["--assume", "alias_mis_status=400"], 'did you mean "alias_miss_status"'),
        (["--clock", "yesterday"], "--clock"),
        (["--as-of", "2026-01-01"], "--clock"),
        (["--db", ""], "no name of a file"),
        (["--token", ""], "the token is empty"),
        (["--token", "two words"], "a header cannot carry"),
        (["--port", "65536"], "65536"),
        (["--seed", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--allow-host", "http://a"], '--allow-host "http://a" is no name of a host'),
        (["--allow-host", "a:8000"], "without scheme, port and path"),
        (["--allow-host", "*"], "is no name of a host"),
        (["--allow-host", ""], "is no name of a host"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_before_anything_is_served(arguments: list[str], said: str) -> None:
    ran = run("serve", "--port", "0", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_catalog_with_errors_is_not_served(catalog: Path) -> None:
    edit(catalog / "packages" / "starter.yaml", ("10.00 USD", "10.00"))
    ran = run("serve", "--seed", catalog)
    assert (ran.code, ran.out) == (1, "")
    assert "PKG" in ran.err


def test_only_its_names_reach_it_and_more_can_be_given(tmp_path: Path) -> None:
    arguments = ("--clock", "2026-01-01T00:00:00Z", "--allow-host", "Metronome.test", "--allow-host", "::5")
    with served_process(tmp_path, *arguments) as server:
        for host, status in (
            ("127.0.0.1", 200),
            ("localhost:1", 200),
            ("metronome.test:8000", 200),
            ("[::5]", 200),
            ("evil.example", 421),
        ):
            assert called(server, "GET", "/health", headers={"host": host}).status_code == status
        headers = {"origin": "http://evil.example"}
        moved = called(server, "PUT", "/pkgplan/clock", headers=headers, json={"now": "2030-01-01T00:00:00Z"})
        assert moved.status_code == 403
        assert called(server, "GET", "/pkgplan/clock").json() == {"now": "2026-01-01T00:00:00.000Z"}
        assert over_http(server.url.replace("127.0.0.1", "localhost")).v1.customers.create(name="Ada").data.id


def test_where_it_listens_on_all_addresses_each_is_its_name(tmp_path: Path) -> None:
    with served_process(tmp_path, "--host", "0.0.0.0") as everywhere:  # noqa: S104 - a test of that
        assert everywhere.url.startswith("http://0.0.0.0:")
        for address in ("127.0.0.1", "127.0.0.2"):
            server = replace(everywhere, url=everywhere.url.replace("0.0.0.0", address))  # noqa: S104
            for host, status in ((address, 200), ("0.0.0.0", 200), ("127.0.0.3", 421)):  # noqa: S104
                assert called(server, "GET", "/health", headers={"host": host}).status_code == status


def test_assumptions_are_listed_with_questions_and_choices() -> None:
    plain = run("serve", "--assumptions", "--assume", "alias_miss_status=404")
    assert plain.code == 0
    assert "alias_miss_status=404\n" in plain.out
    assert "later_windows=removed\n" in plain.out
    listed = run("serve", "--assumptions", "--format", "json").json
    assert isinstance(listed, dict)
    settings = listed["assumptions"]
    assert isinstance(settings, list)
    for each in settings:
        assert isinstance(each, dict)
        assert str(each["question"]).endswith("?")
        assert isinstance(each["choices"], list)
        assert each["value"] in each["choices"]


def test_the_readings_of_the_environment_count_and_can_be_changed(catalog: Path) -> None:
    edit(
        catalog / "pkgplan.yaml",
        ("engine: embedded", "engine: embedded\n      takeover:\n        later_windows: kept"),
    )
    arguments = ("serve", "--assumptions", "--seed", catalog)
    assert "later_windows=kept\n" in run(*arguments).out
    assert "later_windows=removed\n" in run(*arguments, "--assume", "later_windows=removed").out


def test_help_shows_faults() -> None:
    ran = run_process("serve", "--help", cwd=REPOSITORY)
    assert ran.returncode == 0
    assert "500 after 1 in 5" in ran.stdout
    assert "PKGPLAN_SERVE_TOKEN" in ran.stdout


def test_the_address_for_programs(tmp_path: Path) -> None:
    with served_process(tmp_path, "--format", "json") as server:
        assert called(server, "GET", "/health").status_code == 200
