"""The guards of conftest.py do guard."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

OUTSIDE = ("192.0.2.1", 80)  # TEST-NET-1 of RFC 5737: nobody is there, so a guard that fails does no harm


def test_connecting_beyond_this_machine_is_refused() -> None:
    with socket.socket() as sock:
        sock.settimeout(0.05)
        with pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
            sock.connect(OUTSIDE)
        with pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
            sock.connect_ex(OUTSIDE)


def test_connecting_by_name_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"metronome\.example"):
        socket.create_connection(("metronome.example", 443), timeout=0.05)


def test_connecting_to_this_machine_is_fine() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client,
    ):
        client.sendall(b"hello")
        peer, _ = server.accept()
        with peer:
            assert peer.recv(5) == b"hello"


def test_home_is_empty_and_nobody_is_logged_in() -> None:
    assert list(Path.home().iterdir()) == []
    assert "METRONOME_BEARER_TOKEN" not in os.environ
