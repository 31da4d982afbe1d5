"""Guards for every test (no network beyond this machine, a home of its own), and what many of them begin with."""

from __future__ import annotations

import os
import signal
import socket
from collections import Counter
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from support.command import SEPTEMBER, an_example, run
from support.offline import an_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.engine import Engine

# Time limits for single examples fail on busy machines only; in CI the same examples are tried each time, so that
# a red build is the change's doing. `--hypothesis-seed` looks further.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class NetworkBlockedError(AssertionError):
    """A test tried to leave this machine."""


def _is_loopback(host: object) -> bool:
    if host in {"localhost", "", None}:
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _checked(sock: socket.socket, address: Any) -> Any:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
        raise NetworkBlockedError(f"a test tried to connect to {address!r}")
    return address


def _guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_loopback(host.decode() if isinstance(host, bytes) else host):
        raise NetworkBlockedError(f"a test tried to look up {host!r}")
    return _getaddrinfo(host, *args, **kwargs)


def pytest_configure() -> None:
    """Ctrl-C does what it does at a terminal, also where the suite was started with `&` or under `nohup`.

    Both leave it ignored, for every process that a test starts as well; and commands keep ignoring what is ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write the expected files of tests/golden anew."
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many breaks of the example packages were tried (test_broken_specs.py), over all processes."""
    counts: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                counts.update(dict(report.user_properties).get("breaks", {}))
    if counts:
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        terminalreporter.write_line(f"breaks of example packages: {counts.total()} tried, {told}")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written instead of compared; never in CI, where nobody would review them."""
    asked: bool = request.config.getoption("--update-golden")
    if asked and os.environ.get("CI"):
        pytest.fail("--update-golden is refused in CI: write the files at home and have them reviewed")
    return asked


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback addresses can be connected to or looked up."""
    monkeypatch.setattr(
        socket.socket, "connect", lambda sock, address: _connect(sock, _checked(sock, address))
    )
    monkeypatch.setattr(
        socket.socket, "connect_ex", lambda sock, address: _connect_ex(sock, _checked(sock, address))
    )
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_lookup)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whatever reads or writes the home directory gets an empty one, and no credentials."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("METRONOME_BEARER_TOKEN", "METRONOME_WEBHOOK_SECRET", "METRONOME_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A seeded engine in memory."""
    with an_engine() as engine:
        yield engine


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A copy of the small example catalog."""
    return an_example(tmp_path / "catalog")


@pytest.fixture
def applied(catalog: Path) -> Path:
    """The same, applied to its embedded engine in September."""
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    return catalog
