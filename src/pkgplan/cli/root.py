"""The table of commands. Their modules are imported when they run, so that `--help` stays quick.

Comes in: the name of a command. Goes out: the command. Never here: options of single commands.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from pkgplan import __version__
from pkgplan.cli.options import EXIT_CODES, shared_options, write_notes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class LazyGroup(click.Group):
    """A group that knows the names and help lines of its commands without importing them.

    `table` maps a name to (`module:attribute`, help line).
    """

    def __init__(
        self, *, table: Mapping[str, tuple[str, str]], examples: Sequence[str] = (), **settings: Any
    ) -> None:
        super().__init__(**{"no_args_is_help": False, **settings})
        self._table = table
        self._examples = examples
        self.params.extend(shared_options())

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table, which is the order of work."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import one command."""
        if cmd_name not in self._table:
            return None
        module, _, attribute = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        if args and not args[0].startswith("-") and args[0] not in self._table and not ctx.resilient_parsing:
            from pkgplan.model.names import did_you_mean

            hint = did_you_mean(args[0], self._table) or f"see `{ctx.command_path} --help`"
            raise_usage(f'there is no command "{args[0]}"', hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The table, from the static help lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._table.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples and exit codes, as they are."""
        write_notes(formatter, self._examples, EXIT_CODES if ctx.parent is None else {})


COMPLETION_VARIABLE = "_PKGPLAN_COMPLETE"


def raise_usage(message: str, hint: str) -> None:
    """Refuse the command line."""
    from pkgplan.errors import UsageFault

    raise UsageFault(message, hint=hint)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value and not ctx.resilient_parsing:
        click.echo(f"pkgplan {__version__}")
        ctx.exit()


@click.pass_context
def _help_if_bare(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


_HERE = "pkgplan.cli.commands"

root = LazyGroup(
    name="pkgplan",
    help="Plan and apply Metronome packages from a YAML catalog.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[
        click.Option(
            ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_version,
            help="Print the version and exit.",
        ),
    ],
    callback=_help_if_bare,
    examples=(
        "pkgplan init catalog",
        "pkgplan validate",
        "pkgplan plan --out plan.json",
        "pkgplan apply plan.json",
    ),
    table={
        "init": (f"{_HERE}.init:init", "Write a catalog to start from."),
        "validate": (f"{_HERE}.validate:validate", "Check the catalog; needs no environment."),
        "fmt": (f"{_HERE}.fmt:fmt", "Write catalog files in canonical order and spelling."),
        "plan": (f"{_HERE}.plan:plan", "Show what an apply would do."),
        "show": (f"{_HERE}.show:show", "Show a package, its prices, a recorded version, or a saved plan."),
        "diff": (f"{_HERE}.diff:diff", "Compare two packages, or versions of one, term by term."),
        "apply": (f"{_HERE}.apply:apply", "Do what a plan says."),
        "provision": (f"{_HERE}.provision:provision", "Make a contract for a customer from a package."),
        "contracts": (f"{_HERE}.contracts:contracts", "See which contracts a package has, and what is in one."),
        "custom-fields": (
            f"{_HERE}.custom_fields:custom_fields",
            "Set custom fields, and see which there may be.",
        ),
        "customers": (f"{_HERE}.customers:customers", "Make and see customers of an embedded environment."),
        "history": (f"{_HERE}.history:history", "List what was recorded, oldest first."),
        "alias": (f"{_HERE}.alias:alias", "See who is behind an alias, and when."),
        "packages": (f"{_HERE}.packages:packages", "See the recorded package versions."),
        "serve": (f"{_HERE}.serve:serve", "Serve an offline Metronome that the official SDK can talk to."),
        "explain": (f"{_HERE}.explain:explain", "Explain a rule or a field."),
        "schema": (f"{_HERE}.schema:schema", "Print, write or check the JSON Schemas."),
        "state": (f"{_HERE}.state:state", "Verify the state log, refresh it, or rebuild a lost one."),
        "completion": (f"{_HERE}.completion:completion", "Print shell completion."),
    },
)  # fmt: skip
