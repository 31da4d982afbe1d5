"""The way in, and the one place where faults become an exit code.

Comes in: arguments. Goes out: an exit code, the same for every format. Never here: what a command does.
`--version` is answered before click is imported; nothing heavy is imported for `--help`.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.cli import interrupts
from pkgplan.cli.streams import Guarded, NobodyReads, guarded
from pkgplan.errors import PkgplanError, UsageFault
from pkgplan.model.escapes import visible
from pkgplan.model.system_text import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a shell reports for a program that ended because nobody read its output any more.
NO_READER = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code and raises nothing."""
    _replace_closed_streams()
    arguments = [as_text(each) for each in (sys.argv[1:] if argv is None else argv)]
    # A catalog is many small values that live to the end; looking for garbage among them took a sixth of the time.
    gc.set_threshold(50_000)
    with guarded() as out:
        code, error = 0, None
        try:
            try:
                code = _run(arguments)
            finally:
                interrupts.hold()
        except BaseException as caught:  # noqa: BLE001 - the boundary: nobody but us may see a traceback
            error = caught
        if interrupts.was_interrupted(error):
            return _interrupted(error, out)
        return code if error is None else _failed(error, arguments)


def _replace_closed_streams() -> None:
    """Give a process that was started without one of its streams (`>&-`) one that leads nowhere.

    In this order, so that each gets its own number back: otherwise the state log could become number 2, and
    whatever a library complains about would be written into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for the process's life


def _run(arguments: list[str]) -> int:
    """Run a command. Not by click's `main`, which writes and exits by itself when it is interrupted or nobody reads."""
    if arguments == ["--version"]:
        from pkgplan.cli.output import result

        result(f"pkgplan {__version__}\n")
        return 0
    import click

    from pkgplan.cli.root import COMPLETION_VARIABLE, root

    instruction = os.environ.get(COMPLETION_VARIABLE)
    if instruction:
        from pkgplan.cli.commands.completion import answer

        return answer(instruction)
    try:
        with root.make_context("pkgplan", arguments) as context:
            code = root.invoke(context)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.ClickException as fault:
        of = fault.ctx if isinstance(fault, click.UsageError) else None
        hint = "" if of is None else f"see `{of.command_path} --help`"
        raise UsageFault(_sentence(fault.format_message()), hint=hint) from None
    return code if isinstance(code, int) else 0


def _interrupted(error: BaseException | None, out: Guarded) -> int:
    """Say that a command was told to end, after what it could still find out."""
    # What is kept back for stdout would be waited for once more when the interpreter ends.
    out.drop()
    if isinstance(error, PkgplanError):
        _refused(error)
    words, code = interrupts.farewell(error)
    _complain(words)
    return code


def _failed(error: BaseException, arguments: list[str]) -> int:
    """Say why a command failed."""
    if isinstance(error, NobodyReads):
        return NO_READER
    return _refused(error if isinstance(error, PkgplanError) else _crash(error, arguments))


def _refused(fault: PkgplanError) -> int:
    hint = f"hint: {visible(fault.hint)}\n" if fault.hint else ""
    _complain(f"error: {visible(fault.message)}\n{hint}")
    return fault.exit_code


def _crash(error: BaseException, arguments: list[str]) -> PkgplanError:
    """What is no fault of the world is a bug; leaves a report of it."""
    import tempfile
    import traceback

    trace = "".join(traceback.format_exception(error))
    try:
        descriptor, path = tempfile.mkstemp(prefix="pkgplan-crash-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"pkgplan {__version__}, Python {sys.version}\n{_public(arguments)!r}\n\n{trace}")
        hint = f"report it, and add {path}"
    except OSError:
        hint = "report it, and add what `-vv` prints"
    if "-vv" in arguments or arguments.count("-v") > 1:
        _complain(trace)
    return PkgplanError(f"this is a bug of pkgplan: {type(error).__name__}: {error}", hint=hint)


def _public(arguments: list[str]) -> list[str]:
    """Without the token of `serve`: people attach crash files to their reports."""
    hidden = [
        "***" if before == "--token" else each
        for before, each in zip(["", *arguments], arguments, strict=False)
    ]
    return ["--token=***" if each.startswith("--token=") else each for each in hidden]


def _complain(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _sentence(message: str) -> str:
    """A message of click's as ours are: one line, no capital, no full stop."""
    line = " ".join(message.split()).rstrip(".")
    return line[:1].lower() + line[1:]
