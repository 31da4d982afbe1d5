from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from support.example_catalog import CARD, STARTER, Example, checked, example, expect

from pkgplan.model import rules
from pkgplan.model.catalog.catalog import Catalog, Declared
from pkgplan.model.catalog.package import PackageDocument
from pkgplan.model.diagnostics import Severity
from pkgplan.model.units import format_instant
from pkgplan.stages.checks import check

if TYPE_CHECKING:
    from collections.abc import Sequence

NEXT = "packages/package-next.yaml"


def _window(start: str | None = None, end: str | None = None, name: str = "Starter Plan") -> dict[str, Any]:
    return {
        "name": name,
        **({"starting_at": start} if start else {}),
        **({"ending_before": end} if end else {}),
    }


def _two(first: dict[str, Any], then: dict[str, Any]) -> Example:
    catalog = example()
    catalog.spec["aliases"] = [first]
    catalog.add_package("next", then)
    return catalog


def test_an_open_window_ends_where_the_next_begins() -> None:
    assert checked(_two(_window("2025-10-01"), _window("2026-02-01"))) == ()
    assert checked(_two(_window(), _window("2026-02-01"))) == ()


def test_windows_that_touch_are_fine() -> None:
    assert checked(_two(_window("2025-10-01", "2026-02-01"), _window("2026-02-01"))) == ()


def test_overlap() -> None:
    found = expect(
        _two(_window("2025-10-01", "2026-02-02"), _window("2026-02-01")),
        rules.ALIAS_OVERLAP,
        "aliases.0.ending_before",
        'two packages from "2026-02-01"',
        '"starter" (2025-10-01 .. 2026-02-02)',
        '"next" (2026-02-01 ..)',
    )
    assert [(related.at.path, related.at.route[-1]) for related in found.related] == [(NEXT, "starting_at")]


def test_gap() -> None:
    found = expect(
        _two(_window("2025-10-01", "2026-01-31"), _window("2026-02-01")),
        rules.ALIAS_GAP,
        "aliases.0.ending_before",
        "2026-01-31 .. 2026-02-01",
        '"starter"',
        '"next"',
    )
    assert found.severity is Severity.WARNING


def test_a_last_end_is_no_gap() -> None:
    assert checked(_two(_window("2025-10-01"), _window("2026-02-01", "2027-01-01"))) == ()


def test_an_earlier_open_window_does_not_hide_a_gap() -> None:
    catalog = _two(_window("2025-10-01"), _window("2026-02-01", "2026-03-01"))
    catalog.add_package("last", _window("2026-04-01"))
    expect(catalog, rules.ALIAS_GAP, "aliases.0.ending_before", "2026-03-01 .. 2026-04-01", path=NEXT)


def test_equal_starts() -> None:
    found = expect(
        _two(_window("2026-02-01"), _window("2026-02-01T01:00:00+01:00")),
        rules.ALIAS_EQUAL_INSTANTS,
        "aliases.0.starting_at",
        '"next"',
        '"starter"',
        '"2026-02-01"',
    )
    assert found.at.path == STARTER
    assert found.related[0].at.path == NEXT


def test_two_without_a_start() -> None:
    expect(
        _two(_window(), _window()),
        rules.ALIAS_EQUAL_INSTANTS,
        "aliases.0",
        '"next"',
        '"starter"',
        "both without",
    )
    assert checked(_two(_window(), _window(name="Another Plan"))) == ()


def test_an_end_that_is_not_after_the_start() -> None:
    at = "aliases.0.ending_before"
    for end in ("2026-02-01", "2026-01-31"):
        catalog = _two(_window("2026-02-01", end), _window("2026-03-01"))
        expect(catalog, rules.ALIAS_BACKWARDS, at, f'"{end}"', '"2026-02-01"')
    assert checked(_two(_window("2026-02-01", "2026-02-01T01:00:00Z"), _window("2025-03-01"))) == ()


def test_a_start_or_end_within_an_hour() -> None:
    catalog = _two(_window("2025-10-01T00:30:00Z"), _window("2026-02-01"))
    expect(catalog, rules.ALIAS_UNALIGNED, "aliases.0.starting_at", '"2025-10-01T00:30:00Z"', '"starter"')
    catalog = _two(_window("2025-10-01"), _window("2026-02-01", "2026-03-01T00:00:00.5Z"))
    at = "aliases.0.ending_before"
    expect(catalog, rules.ALIAS_UNALIGNED, at, '"2026-03-01T00:00:00.500000Z"', '"next"', path=NEXT)
    # A full hour of UTC is what counts, not one of the offset that was written.
    catalog = _two(_window("2025-10-01T00:00:00+05:30"), _window("2026-02-01"))
    expect(catalog, rules.ALIAS_UNALIGNED, "aliases.0.starting_at", '"2025-09-30T18:30:00Z"')
    assert checked(_two(_window("2025-10-01T05:30:00+05:30"), _window("2026-02-01"))) == ()


def test_one_package_names_an_alias_once() -> None:
    catalog = example()
    catalog.spec["aliases"].append(_window("2027-01-01"))
    expect(catalog, rules.ALIAS_TWICE, "aliases.1.name", '"starter"', '"Starter Plan"')
    catalog.spec["aliases"][1]["name"] = "Starter"
    assert checked(catalog) == ()


def test_rate_cards_have_aliases_of_their_own() -> None:
    catalog = example()
    catalog.spec["aliases"] = [{"name": "Tokens rate card"}]
    assert checked(catalog) == ()
    path = catalog.add("RateCard", "new", {"name": "New", "aliases": [{"name": "Tokens rate card"}]})
    found = expect(catalog, rules.ALIAS_EQUAL_INSTANTS, "aliases.0", '"new"', '"tokens"', path=CARD)
    catalog.card["aliases"][0]["ending_before"] = "2026-01-02"
    catalog.spec_of(path)["aliases"][0]["starting_at"] = "2026-01-01"
    found = expect(catalog, rules.ALIAS_OVERLAP, "aliases.0.ending_before", '"2026-01-01"', path=CARD)
    assert "rate cards" in found.message


# Against an oracle that looks at every hour.

Bounds = tuple[int | None, int | None]
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_LAST = 12

_instants = st.none() | st.integers(0, _LAST)
_windows = st.lists(st.tuples(_instants, _instants), min_size=1, max_size=5)


def _package(number: int, bounds: Bounds) -> Declared[PackageDocument]:
    alias = {"name": "Plan"} | {
        name: format_instant(_EPOCH + timedelta(hours=hour))
        for name, hour in zip(("starting_at", "ending_before"), bounds, strict=True)
        if hour is not None
    }
    return Declared(
        PackageDocument.model_validate(
            {
                "apiVersion": "pkgplan/v1",
                "kind": "Package",
                "metadata": {"key": f"p{number}"},
                "spec": {"name": "Plan", "aliases": [alias]},
            }
        ),
        f"packages/p{number}.yaml",
    )


def _codes(windows: Sequence[Bounds]) -> set[str]:
    packages = {f"p{number}": _package(number, bounds) for number, bounds in enumerate(windows)}
    return {finding.rule.code for finding in check(Catalog(packages=packages))}


def _oracle(windows: Sequence[Bounds]) -> set[str]:
    codes: set[str] = set()
    if any(start is not None and end is not None and end <= start for start, end in windows):
        codes.add("PKG406")
    sound = [(-1 if start is None else start, end) for start, end in windows]
    sound = [(start, end) for start, end in sound if end is None or start < end]
    starts = [start for start, _ in sound]
    if len(set(starts)) < len(starts):
        codes.add("PKG405")
    for hour in range(-1, _LAST + 1):
        begun = [(start, end) for start, end in sound if start <= hour]
        newest = max((start for start, _ in begun), default=None)
        # An open window counts until another one begins; one with an end insists on its end.
        holding = {start for start, end in begun if (hour < end if end is not None else start == newest)}
        insisting = {start for start, end in begun if end is not None and hour < end}
        if len(insisting | {newest} if insisting and newest is not None else insisting) > 1:
            codes.add("PKG402")
        if begun and not holding and any(start > hour for start in starts):
            codes.add("PKG401")
    return codes


@given(_windows)
def test_windows_against_every_hour(windows: list[Bounds]) -> None:
    assert _codes(windows) == _oracle(windows)


@given(st.lists(st.tuples(st.integers(0, _LAST), st.none()), min_size=1, max_size=5, unique=True))
def test_open_windows_with_different_starts_always_fit(windows: list[Bounds]) -> None:
    assert _codes(windows) == set()
