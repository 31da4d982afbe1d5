"""Histories of files that were planned wrongly once, and their like; each against the oracle of README's rules.

After each apply every alias is compared at every instant, also between two calls, and a plan says that nothing is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import edit, run
from support.edits import File, Slot, instant
from support.file_history import Applied, Catalog
from support.sequence_run import run_history

if TYPE_CHECKING:
    from pathlib import Path


def a(
    terms: str,
    start: float | None,
    end: float | None = None,
    *,
    key: str = "a",
    alias: str = "X",
    retire: float | None = None,
) -> File:
    return File(key, terms, (Slot(alias, start, end),), retire)


def b(terms: str, start: float | None, end: float | None = None, *, retire: float | None = None) -> File:
    return a(terms, start, end, key="b", retire=retire)


def c(terms: str, start: float | None, end: float | None = None) -> File:
    return a(terms, start, end, key="c")


def at(day: float, *files: File, forgotten: str = "", aliases: str = "") -> Applied:
    now = instant(day)
    assert now is not None
    return Applied(now, Catalog(files, frozenset(forgotten), frozenset(aliases)))


AFTER = a("1", 6, key="d")
PROMO = (at(0, a("1", 0)), at(1, a("1", 0), b("1", 5), AFTER, c("1", 20)))
HISTORIES: dict[str, tuple[Applied, ...]] = {
    # A carried version must not inherit the end of the window that it replaces.
    "a promo is cancelled while new terms are scheduled": (*PROMO, at(3, a("1", 0), AFTER, c("1", 20))),
    "a promo ends sooner": (*PROMO, at(5.5, a("1", 0), b("1", 5), a("1", 5.75, key="d"), c("1", 20))),
    "a promo is put off behind the new terms": (*PROMO, at(3, a("1", 0), AFTER, c("1", 20), b("1", 25))),
    "a promo gets other terms": (*PROMO, at(3, a("1", 0), b("2", 5), AFTER, c("1", 20))),
    "an end is moved, then the terms change": (
        at(0, a("2", -3, 30)),
        at(0.1, a("2", -3, 31)),
        at(0.2, a("3", 1, 31)),
        at(0.3, a("3", 31)),
    ),
    # A retired package leaves no time to anybody, and what other files say counts.
    "a start is moved beside a retired package": (
        at(0, a("1", 0), b("1", 12)),
        at(1, a("1", 0, retire=10), b("1", 12)),
        at(11, a("1", 0, retire=10), b("1", 15)),
    ),
    "a start comes earlier beside a retired package": (
        at(0, a("1", 0), b("1", 12)),
        at(1, a("1", 0, retire=5), b("1", 12)),
        at(6, a("1", 0, retire=5), b("1", 8)),
    ),
    "a file between is removed beside a retired package": (
        at(0, a("1", 0), b("1", 12), c("1", 20)),
        at(6, a("1", 0, retire=5), b("1", 12), c("1", 20)),
        at(7, a("1", 0, retire=5), c("1", 20)),
    ),
    "a retired package with several versions and aliases": (
        at(0, File("a", "1", (Slot("X", 0, None), Slot("Y", 3, None)))),
        at(1, File("a", "2", (Slot("X", 2, None), Slot("Y", 3, None)))),
        at(4, File("a", "2", (Slot("X", 2, None), Slot("Y", 3, None)), 3.5), a("1", 8, key="d", alias="Y")),
    ),
    "the end of a retirement is that of its own next row": (
        at(0, a("2", 1, retire=11)),
        at(1.5, a("2", 1, retire=11), c("2", 12)),
        at(1.75, a("2", 1, retire=3)),
        at(4, a("2", 1, retire=3)),
    ),
    # Time alone changes nothing.
    "nothing is touched for long": (
        *PROMO,
        *(at(day, a("1", 0), b("1", 5), AFTER, c("1", 20)) for day in (4.9, 5, 5.5, 6, 19.99, 20, 40)),
    ),
    "a file without a start does not come back": (
        at(0, a("1", None), b("1", 1)),
        at(2, a("1", None), b("1", 9)),
        at(3, a("1", None), b("1", 9)),
    ),
    "a file without a start comes with new terms": (
        at(0, a("1", None), b("1", 1)),
        at(2, a("2", None), b("1", 9)),
    ),
    "what is forgotten stays": (
        at(0, a("1", 0), b("1", 9)),
        at(1, b("1", 9), forgotten="a"),
        at(2, b("2", 9), forgotten="a"),
    ),
    "an alias that is forgotten stays": (at(0, a("1", 0), b("1", 9)), at(1, b("1", 12), aliases="X")),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_whoever_the_files_say_has_the_alias(name: str, tmp_path: Path) -> None:
    tally = run_history(HISTORIES[name], tmp_path / "catalog")
    assert tally.done["applies"] == len(HISTORIES[name]), tally.refused
    assert tally.done["instants compared"] > 20


NOW = ("--as-of", "2026-01-15")


def refused(catalog: Path, code: str, says: str) -> str:
    ran = run("plan", "-C", catalog, *NOW)
    assert (ran.code, ran.out) == (1, ""), ran.err
    assert f"error {code} " in ran.err
    assert says in ran.err
    return ran.err


def test_what_an_archived_package_sold_is_not_sold_anew(applied: Path) -> None:
    """Its alias is free again, and yet nobody may claim the time in which it was not."""
    starter = applied / "packages" / "starter.yaml"
    text = starter.read_text()
    edit(starter, ("spec:\n", "spec:\n  retire: {at: 2026-01-05}\n"))
    assert run("apply", "-C", applied, "--yes", "--as-of", "2026-01-06").code == 0
    team = applied / "packages" / "team.yaml"
    team.write_text(text.replace("key: starter", "key: team").replace("2025-10-01", "2025-12-01"))
    told = refused(
        applied, "PKG403", 'alias "Starter Plan" would change retroactively from 2025-12-01: starter@1'
    )
    assert "write a starting_at of 2026-01-15T01:00:00Z or later" in told
    edit(team, ("2025-12-01", "2026-01-06"))
    assert run("plan", "-C", applied, *NOW).code == 0


def test_a_forgotten_package_is_not_created_again(applied: Path) -> None:
    starter, team = (applied / "packages" / f"{key}.yaml" for key in ("starter", "team"))
    text = starter.read_text()
    team.write_text(text.replace("key: starter", "key: team").replace("2025-10-01", "2026-02-01"))
    assert run("apply", "-C", applied, "--yes", "--as-of", "2025-12-01").code == 0
    starter.unlink()
    edit(applied / "pkgplan.yaml", ("spec:\n", "spec:\n  forget: {packages: [starter]}\n"))
    assert run("apply", "-C", applied, "--yes", "--as-of", "2025-12-02").code == 0
    edit(team, ("2026-02-01", "2026-03-01"))
    told = refused(
        applied, "PKG507", 'alias "Starter Plan" from 2026-02-01 on would need "starter" once more'
    )
    assert "hint: write `starting_at: 2026-02-01`; or take" in told


def test_an_instant_within_braces_can_be_typed(applied: Path) -> None:
    """A colon in a value within braces would be read as a mapping."""
    starter = applied / "packages" / "starter.yaml"
    edit(starter, ("2025-10-01\n", "2026-02-01T05:00:00Z\n"), ("days: 15", "days: 30"))
    assert run("apply", "-C", applied, "--yes", *NOW).code == 0
    edit(starter, ("  aliases:\n    - name: Starter Plan\n      starting_at: 2026-02-01T05:00:00Z\n", ""))
    told = refused(applied, "PKG404", "is declared nowhere any more")
    assert 'starting_at: "2026-02-01T05:00:00Z"' in told


def test_a_renamed_key_has_a_way_out(applied: Path) -> None:
    starter = applied / "packages" / "starter.yaml"
    edit(starter, ("2025-10-01\n", "2026-02-01\n"), ("days: 15", "days: 30"))
    assert run("apply", "-C", applied, "--yes", "--as-of", "2026-01-02").code == 0
    renamed = starter.read_text().replace("key: starter", "key: begin")
    starter.unlink()
    (applied / "packages" / "begin.yaml").write_text(renamed)
    ran = run("plan", "-C", applied, *NOW)
    assert ran.code == 1
    hints = [line for line in ran.err.splitlines() if line.startswith("  hint: ")]
    assert all("undo the change" in hint or "retire" in hint for hint in hints), hints


def test_a_retirement_that_is_proposed_lies_behind_every_start(applied: Path) -> None:
    starter = applied / "packages" / "starter.yaml"
    edit(starter, ("2025-10-01\n", "2026-02-01\n"), ("days: 15", "days: 30"))
    assert run("apply", "-C", applied, "--yes", "--as-of", "2026-01-02").code == 0
    starter.unlink()
    add = applied / "packages" / "other.yaml"
    add.write_text(
        "apiVersion: pkgplan/v1\nkind: Package\nmetadata: {key: other}\nspec:\n  name: Other\n"
        "  rate_card_alias: Tokens rate card\n"
    )
    told = refused(applied, "PKG502", 'package "starter" has no file any more')
    assert "retire: {at: 2026-02-02}" in told
