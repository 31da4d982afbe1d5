"""`pkgplan completion`: a script for the shell, and the answers to what that script asks.

Comes in: a shell; what was typed so far. Goes out: its script, or what can follow. Never here: installing it.
"""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from pkgplan.cli.options import CatalogCommand
from pkgplan.cli.output import exact_result
from pkgplan.cli.root import COMPLETION_VARIABLE, root

UNKNOWN = 1


@click.command(
    cls=CatalogCommand,
    examples=(
        'eval "$(pkgplan completion bash)"',
        'eval "$(pkgplan completion zsh)"',
        "pkgplan completion fish > ~/.config/fish/completions/pkgplan.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> int:
    """Print the completion script of a shell."""
    made = _of_shell(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}")
    # Not source(): it would start bash to ask for its version.
    exact_result(made.source_template % made.source_vars() + "\n")
    return 0


def answer(instruction: str) -> int:
    """What the script of a shell asks for, such as `bash_complete`; 1 if nobody knows what it means."""
    shell, _, what = instruction.partition("_")
    made = _of_shell(shell)
    if made is None or what not in {"complete", "source"}:
        return UNKNOWN
    try:
        said = made.complete() if what == "complete" else made.source()
    except (KeyError, ValueError):  # the variables that the script sets are not there, or say nothing
        return UNKNOWN
    exact_result(f"{said}\n")
    return 0


def _of_shell(shell: str) -> ShellComplete | None:
    scripts = get_completion_class(shell)
    return None if scripts is None else scripts(root, {}, "pkgplan", COMPLETION_VARIABLE)
