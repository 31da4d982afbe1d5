"""The options that every command takes, before its name and after it alike; after wins. What every command is made of.

Comes in: click's parameters. Goes out: `Options`. Never here: opening anything.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from pkgplan.cli import interrupts
from pkgplan.cli.place import told_from_here
from pkgplan.cli.streams import takes_colour
from pkgplan.model.system_text import as_path, as_text, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pkgplan.model.units import Instant

DEFAULT_CATALOG: Final = "catalog"
FORMATS: Final = ("text", "json")
_META = "pkgplan"

EXIT_CODES: Final[Mapping[int, str]] = {
    0: "it went well",
    1: "the catalog has errors, or a --check found what it looks for",
    2: "the command line asks for something that cannot be",
    3: "a bug of pkgplan",
    4: "the environment: files, credentials, network",
    5: "the plan is stale or altered, environment and record differ, or somebody else wrote the log",
    6: "an apply stopped part-way; running it again is safe",
    10: "changes are pending, or packages differ (plan, diff --detailed-exitcode)",
    130: "interrupted",
    143: "told to end by SIGTERM",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for, wherever it stood on the command line. `catalog` is as it was written."""

    catalog: str
    environment: str | None
    format: str
    verbosity: int
    as_of: Instant | None
    no_color: bool

    @property
    def json(self) -> bool:
        """Whether the result is for programs."""
        return self.format == "json"

    def has_colour(self, stream: TextIO) -> bool:
        """Whether text for a stream is coloured; --no-color refuses as NO_COLOR does."""
        return not self.no_color and takes_colour(stream)


class FileName(click.ParamType):  # type: ignore[type-arg] # it has an argument in newer versions only
    """A file or folder that the command line names; what is not text stays the bytes that it is."""

    name = "file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """The path as the system takes it."""
        return as_path(value)


FILE: Final = FileName()


def shared_options(formats: Sequence[str] = FORMATS) -> list[click.Parameter]:
    """Fresh click options, for the root and for each command."""

    def keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
        # The contexts of a command line share one meta; the command's options are parsed after the group's.
        def remember(ctx: click.Context, _: click.Parameter, value: Any) -> None:
            kept = kept_options(ctx)
            if name == "verbosity":
                kept[name] = kept.get(name, 0) + value
            elif value is not None and value is not False:
                kept[name] = value

        return remember

    return [
        click.Option(
            ["-C", "--catalog"], metavar="DIR", type=FILE, expose_value=False, callback=keep("catalog"),
            help="The catalog folder.  [default: ./catalog; env: PKGPLAN_CATALOG]",
        ),
        click.Option(
            ["-e", "--env"], metavar="NAME", expose_value=False, callback=keep("environment"),
            help="The environment.  [default: the Project's; env: PKGPLAN_ENV]",
        ),
        click.Option(
            ["--format"], type=click.Choice(formats), expose_value=False, callback=keep("format"),
            help="The form of the result.  [default: text]",
        ),
        click.Option(
            ["--as-of"], metavar="INSTANT", expose_value=False, callback=keep("as_of"),
            help="What counts as now, such as 2026-02-01 or 2026-02-01T10:00:00Z.",
        ),
        click.Option(
            ["-v", "--verbose"], count=True, expose_value=False, callback=keep("verbosity"),
            help="Show more.",
        ),
        click.Option(
            ["--no-color"], is_flag=True, expose_value=False, callback=keep("no_color"),
            help="No colour.  [env: NO_COLOR]",
        ),
    ]  # fmt: skip


def options_of(ctx: click.Context) -> Options:
    """The options of this command line; raises UsageFault for an instant that is none."""
    kept = kept_options(ctx)
    return Options(
        catalog=_given(kept.get("catalog"), "PKGPLAN_CATALOG", "--catalog") or DEFAULT_CATALOG,
        environment=_environment(kept.get("environment")),
        format=kept.get("format", "text"),
        verbosity=kept.get("verbosity", 0),
        as_of=None if "as_of" not in kept else parsed_instant(kept["as_of"], "--as-of"),
        no_color=kept.get("no_color", False),
    )


def kept_options(ctx: click.Context) -> dict[str, Any]:
    """What this command line says about the shared options, by their names in `Options`."""
    kept: dict[str, Any] = ctx.meta.setdefault(_META, {})
    return kept


def work_on(options: Options) -> None:
    """Let the commands that hints suggest be about this catalog and environment from now on.

    A saved plan chooses its environment, and what a server is seeded with its catalog.
    """
    ctx = click.get_current_context(silent=True)
    if ctx is not None:
        kept_options(ctx).update(catalog=options.catalog, environment=options.environment)


def _given(asked: str | None, variable: str, option: str) -> str | None:
    """What the command line says, or else the environment variable; an empty one says nothing."""
    if asked is None:
        return os.environ.get(variable) or None
    if not asked or "\0" in asked:
        raise _refused(f'{option} "{asked}" is no name', f"give {option} a value, or leave it out")
    return asked


def _environment(asked: str | None) -> str | None:
    name = _given(asked, "PKGPLAN_ENV", "--env")
    return None if name is None else _text(as_text(name), "PKGPLAN_ENV" if asked is None else "--env")


def _text(value: str, said: str) -> str:
    """The value, if it is text; raises UsageFault."""
    if not is_text(value):
        raise _refused(f'{said} is not text in UTF-8: "{value}"', f"write {said} in UTF-8")
    return value


def _refused(message: str, hint: str) -> Exception:
    from pkgplan.errors import UsageFault

    return UsageFault(message, hint=hint)


def parsed_instant(text: str, option: str) -> Instant:
    """An instant of the command line; raises UsageFault."""
    from pkgplan.model.units import parse_instant

    try:
        return parse_instant(text)
    except ValueError as error:
        raise _refused(f"{option}: {error}", "write a date, or date and time with an offset") from None


class CatalogCommand(click.Command):
    """A command with the shared options, examples and exit codes; `formats` if it has others than most."""

    def __init__(
        self,
        *args: Any,
        examples: Sequence[str] = (),
        exit_codes: Sequence[int] = (0, 2),
        formats: Sequence[str] = FORMATS,
        **settings: Any,
    ) -> None:
        super().__init__(*args, **settings)
        self._examples = examples
        self._exit_codes = exit_codes
        self.params.extend(shared_options(formats))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; raises UsageFault for a value that is not text, unless it names a file."""
        rest = super().parse_args(ctx, args)
        for param in self.params:
            value = ctx.params.get(param.name or "")
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, str) and not isinstance(param.type, FileName):
                    _text(each, _label(param))
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run it: from here on there may be something to put right, and hints know which catalog they are about."""
        interrupts.unwind()
        with told_from_here():
            return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Examples and exit codes, as they are."""
        write_notes(formatter, self._examples, {code: EXIT_CODES[code] for code in self._exit_codes})


def _label(param: click.Parameter) -> str:
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def write_notes(
    formatter: click.HelpFormatter, examples: Sequence[str], exit_codes: Mapping[int, str]
) -> None:
    """The end of a help page."""
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{' ' * formatter.current_indent}{example}\n")
    if exit_codes:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in exit_codes.items()])


def is_interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()
