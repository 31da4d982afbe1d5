"""`pkgplan completion`: a script for the shell. Comes in: a shell. Goes out: its script. Never here: installing it."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pkgplan.cli.options import CatalogCommand
from pkgplan.cli.output import result
from pkgplan.cli.root import root


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
    scripts = get_completion_class(shell)
    if scripts is None:
        raise click.UsageError(f"no completion for {shell}")
    made = scripts(root, {}, "pkgplan", "_PKGPLAN_COMPLETE")
    # Not source(): it would start bash to ask for its version.
    result(made.source_template % made.source_vars() + "\n")
    return 0
