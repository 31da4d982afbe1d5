"""What every end of a command has, whatever it was given: an exit code that is promised, and text that is only text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.cli.options import EXIT_CODES

if TYPE_CHECKING:
    from support.command import Ran

BUG = 3
_WITHOUT_ERROR = frozenset({0, 10})
_FINDINGS = 1


def is_plain(ran: Ran, arguments: object) -> None:
    """No bug of ours, no traceback, one line of error, nothing that a terminal obeys."""
    assert ran.code != BUG, (arguments, ran.err)
    assert ran.code in EXIT_CODES, (arguments, ran)
    assert "Traceback" not in ran.out + ran.err, arguments
    for text in (ran.out, ran.err):
        assert all(each == "\n" or each.isprintable() for each in text), (arguments, text)
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    most, least = (0, 0) if ran.code in _WITHOUT_ERROR else (1, 0 if ran.code == _FINDINGS else 1)
    assert least <= len(errors) <= most, (arguments, ran)
    assert not any(line.endswith(".") for line in errors), (arguments, errors)
