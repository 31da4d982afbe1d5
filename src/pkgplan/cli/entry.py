"""The way in, and the one place where faults become an exit code.

Comes in: arguments. Goes out: an exit code, the same for every format. Never here: what a command does.
`--version` is answered before click is imported; nothing heavy is imported for `--help`.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from contextlib import suppress

from pkgplan import __version__
from pkgplan.errors import PkgplanError

INTERRUPTED = 130
# What a shell reports for a program that ended because nobody read its output any more.
NO_READER = 141
USAGE = 2
BUG = 3


def main(argv: list[str] | None = None) -> int:
    """Run one command; gives its exit code and raises nothing."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks must not end a command half-way.
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a test's stream may lack it
    if arguments == ["--version"]:
        return _version()
    # A catalog is many small values that live to the end; looking for garbage among them took a sixth of the time.
    gc.set_threshold(50_000)
    return _guarded(arguments)


def _replace_closed_streams() -> None:
    """Give a process that was started without one of its streams (`>&-`) one that leads nowhere.

    In this order, so that each gets its own number back: otherwise the state log could become number 2, and
    whatever a library complains about would be written into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for the process's life


def _version() -> int:
    try:
        sys.stdout.write(f"pkgplan {__version__}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        return _refused("the output cannot be written", (error.strerror or str(error)).lower(), code=4)
    return 0


def _guarded(arguments: list[str]) -> int:
    import click

    from pkgplan.cli.output import NobodyReads
    from pkgplan.cli.root import root

    try:
        code = root.main(arguments, prog_name="pkgplan", standalone_mode=False)
    except PkgplanError as fault:
        code = _refused(fault.message, fault.hint, code=fault.exit_code)
    except click.ClickException as fault:
        context = fault.ctx if isinstance(fault, click.UsageError) else None
        hint = "" if context is None else f"see `{context.command_path} --help`"
        code = _refused(_sentence(fault.format_message()), hint, code=USAGE)
    except (click.Abort, KeyboardInterrupt):
        code = _refused("interrupted", "", code=INTERRUPTED)
    except NobodyReads:
        code = _nobody_reads()
    except SystemExit as leaving:  # click leaves by itself after completion, and when nobody reads its help
        code = leaving.code
    except Exception as error:  # noqa: BLE001 - the boundary: nobody but us may see a traceback
        code = _crashed(error, arguments)
    return code if isinstance(code, int) else 0


def _refused(message: str, hint: str, *, code: int) -> int:
    _complain(f"error: {_safe(message)}\n" + (f"hint: {_safe(hint)}\n" if hint else ""))
    return code


def _crashed(error: Exception, arguments: list[str]) -> int:
    import traceback

    trace = "".join(traceback.format_exception(error))
    message = f"this is a bug of pkgplan: {type(error).__name__}: {error}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="pkgplan-crash-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"pkgplan {__version__}, Python {sys.version}\n{_public(arguments)!r}\n\n{trace}")
        hint = f"report it, and add {path}"
    except OSError:
        hint = "report it, and add what `-vv` prints"
    if "-vv" in arguments or arguments.count("-v") > 1:
        _complain(trace)
    return _refused(message, hint, code=BUG)


def _public(arguments: list[str]) -> list[str]:
    """Without the token of `serve`: people attach crash files to their reports."""
    hidden = [
        "***" if before == "--token" else each
        for before, each in zip(["", *arguments], arguments, strict=False)
    ]
    return ["--token=***" if each.startswith("--token=") else each for each in hidden]


def _nobody_reads() -> int:
    # Python would complain once more when it flushes at exit.
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NO_READER


def _complain(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _sentence(message: str) -> str:
    """A message of click's as ours are: one line, no capital, no full stop."""
    line = " ".join(message.split()).rstrip(".")
    return line[:1].lower() + line[1:]


def _safe(text: str) -> str:
    if text.isprintable():
        return text
    from pkgplan.report.text.words import visible

    return visible(text)
