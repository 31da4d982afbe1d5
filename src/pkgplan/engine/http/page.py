"""The page at `/`: packages, who is behind each alias when, contracts.

Comes in: an overview of the store. Goes out: one HTML document, without scripts or anything to be fetched.
Never here: the store. Every text that comes from a client goes through `_text`, so that it can neither become HTML
nor turn round or hide what stands next to it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from pkgplan.engine.http.overview import SHOWN, SHOWN_WINDOWS
from pkgplan.engine.instants import to_api_text
from pkgplan.model.escapes import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.engine.http.overview import ContractLine, Named, Overview, PackageLine, WindowLine
    from pkgplan.model.units import Instant

_STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 0 auto; padding: 1rem; }
section { overflow-x: auto; margin-block: 2rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-weight: 600; font-size: 1.25rem; padding-block: .5rem; }
th, td { text-align: start; vertical-align: top; padding: .35rem .75rem .35rem 0; }
tr { border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); }
code, .note { color: color-mix(in srgb, CanvasText 70%, Canvas); font-size: .875rem; }
time { white-space: nowrap; }
dl { display: flex; flex-wrap: wrap; gap: 1.5rem; margin: 0; }
dt { font-size: .875rem; } dd { margin: 0; font-size: 1.5rem; font-weight: 600; }
"""


def page(seen: Overview) -> str:
    """The document."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>pkgplan: an offline Metronome</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<header><h1>An offline Metronome</h1>\n"
        '<p>Served by pkgplan. <a href="/openapi.json">What it answers</a>, as OpenAPI.</p></header>\n'
        f"<main>\n{_counts(seen.counts)}{_packages(seen)}{_windows(seen)}{_contracts(seen)}</main>\n"
        "</body>\n</html>\n"
    )


def _counts(counts: dict[str, int]) -> str:
    parts = (
        f"<div><dt>{_text(name.replace('_', ' '))}</dt><dd>{count:,}</dd></div>"
        for name, count in counts.items()
    )
    return f"<dl>{''.join(parts)}</dl>\n"


def _packages(seen: Overview) -> str:
    return _table(
        "Packages, newest first",
        ("Package", "Created", "Archived"),
        map(_package, seen.packages),
        _cut(len(seen.packages), seen.counts["packages"]),
    )


def _package(line: PackageLine) -> Sequence[str]:
    archived = "" if line.archived_at is None else _time(line.archived_at)
    return _named(line.package), _time(line.created_at), archived


def _windows(seen: Overview) -> str:
    note = f"The first {SHOWN_WINDOWS} windows are shown." if len(seen.windows) == SHOWN_WINDOWS else ""
    return _table(
        "Aliases: who is behind each, and when",
        ("Alias", "From", "Until", "Package"),
        map(_window, seen.windows),
        note,
    )


def _window(line: WindowLine) -> Sequence[str]:
    start = "always" if line.starting_at is None else _instant(line.starting_at)
    return _text(line.alias), start, _end(line.ending_before), _named(line.package)


def _contracts(seen: Overview) -> str:
    return _table(
        "Contracts, newest first",
        ("Contract", "Customer", "Package", "From", "Until", "State"),
        map(_contract, seen.contracts),
        _cut(len(seen.contracts), seen.counts["contracts"]),
    )


def _contract(line: ContractLine) -> Sequence[str]:
    return (
        _named(line.contract),
        _named(line.customer),
        "none: a rate card alone" if line.package is None else _named(line.package),
        _instant(line.starting_at),
        _end(line.ending_before),
        "archived" if line.is_archived else "",
    )


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], note: str) -> str:
    """A table of cells that are HTML already; the first cell of a row says what the row is about."""
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>\n'
        for first, *others in rows
    )
    head = "".join(f'<th scope="col">{_text(each)}</th>' for each in heads)
    empty = f'<tr><td colspan="{len(heads)}">There are none yet.</td></tr>\n'
    said = f'<p class="note">{_text(note)}</p>' if note else ""
    return (
        f"<section>\n<table>\n<caption>{_text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body or empty}</tbody>\n</table>\n{said}</section>\n"
    )


def _cut(shown: int, count: int) -> str:
    return f"The newest {SHOWN} of {count:,} are shown." if shown < count else ""


def _named(thing: Named) -> str:
    name = "" if thing.name is None else f"{_text(thing.name)}<br>"
    return f"{name}<code>{_text(thing.id)}</code>"


def _instant(instant: Instant) -> str:
    return _time(to_api_text(instant))


def _end(instant: Instant | None) -> str:
    return "open" if instant is None else _instant(instant)


def _time(text: str) -> str:
    return f'<time datetime="{_text(text)}">{_text(text)}</time>'


def _text(text: str) -> str:
    return escape(visible_lines(text))
