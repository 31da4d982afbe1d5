"""Every command of the command line, from its own table, so that no test has to be told of a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgplan.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands(group: click.Group = root, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command and each group, groups first."""
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            yield (*path, name)
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))


def leaves() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The words of each command that does something, and the command."""
    for path in commands():
        command = command_at(path)
        if not isinstance(command, click.Group):
            yield path, command


def command_at(path: tuple[str, ...]) -> click.Command:
    """The command of some words."""
    command: click.Command = root
    for word in path:
        assert isinstance(command, click.Group)
        with click.Context(command) as ctx:
            found = command.get_command(ctx, word)
        assert found is not None, path
        command = found
    return command


# A sound value for each parameter that must be given; any other name gets a word.
_SOUND = {
    "what": "starter", "before": "starter", "after": "starter@1", "name": "Starter Plan", "starting_at": "2026-01-01",
    "shell": "bash", "entity": "contract", "values": "a=b",
}  # fmt: skip


def filled(path: tuple[str, ...], given: click.Parameter | None = None, value: str = "") -> list[str]:
    """A sound command line of a command, with a value for one of its parameters."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in command_at(path).params:
        if parameter is not given and not parameter.required:
            continue
        text = value if parameter is given else _SOUND.get(parameter.name or "", "x")
        if isinstance(parameter, click.Argument):
            arguments.append(text)
        else:
            name = max(parameter.opts, key=len)
            options += [f"{name}={text}"] if name.startswith("--") else [name, text]
    return [*path, *options, *(["--", *arguments] if arguments else [])]
