"""Names and values are what they look like, and no two references of a kind look like one (PKG113, PKG263).

Comes in: the index. Goes out: findings at the name. Never here: names that are typed otherwise than they look
(`stages/validate` refuses them), aliases (`aliases.py`), or text that nothing is matched with.
Linear in the catalog: names are grouped by what they are taken for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pkgplan.model import rules
from pkgplan.model.appearance import apart, foreign_letters, is_tidy, seen, taken_for, tidied, told_apart
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import CURRENCIES
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index, Leaf

# Text that is only read, or that belongs to somebody else: rates that were agreed, names that are to be forgotten.
ONLY_READ: Final = frozenset({"description", "sql", "custom_rate", "aliases"})
MATCHED: Final = frozenset({
    "in_values", "not_in_values", "pricing_group_values", "presentation_group_values", "invoice_metadata",
})  # fmt: skip
"""Fields with values of usage events or of another system, which may be anything; hardly ever is it meant."""
# What Metronome calls its own units.
_CURRENCY_NAMES: Final = {taken_for(name): name for name in (*CURRENCIES, "USD (cents)")}


class _Named(NamedTuple):
    """A name of a reference and where it stands; `group` is what a name has to be unique in."""

    group: str
    name: str
    key: str
    at: Location


def check_look_alike_text(index: Index) -> Iterator[Diagnostic]:
    """PKG113 for a letter of another alphabet in a Latin word, and for a value that is not what it looks like."""
    for leaf in index.leaves:
        text = leaf.value
        if isinstance(text, str) and leaf.field not in ONLY_READ:
            if not text.isascii() and (letters := foreign_letters(text)):
                yield _foreign(leaf, text, letters)
            elif leaf.field in MATCHED and not is_tidy(text):
                yield _untidy(leaf, text)


def _foreign(leaf: Leaf, text: str, letters: tuple[str, ...]) -> Diagnostic:
    meant = "".join(seen(letter) if letter in letters else letter for letter in text)
    unseen, _ = told_apart(text, meant)
    return Diagnostic(
        rules.LOOK_ALIKE_TEXT,
        f'"{leaf.field}" is {unseen}, with letters that look like Latin ones beside them',
        leaf.at,
        f"write {quote(meant)}, unless another alphabet is meant",
    )


def _untidy(leaf: Leaf, text: str) -> Diagnostic:
    meant = tidied(text)
    unseen, _ = apart(text, meant)
    return Diagnostic(
        rules.LOOK_ALIKE_TEXT,
        f'"{leaf.field}" is {unseen}, which looks like {quote(meant)} and does not match it',
        leaf.at,
        f"write {quote(meant)}, unless usage really has the other text",
    )


def check_names_taken(index: Index) -> Iterator[Diagnostic]:
    """PKG263 for a reference whose name looks like that of another one of its kind, or like a currency."""
    first: dict[tuple[str, str], _Named] = {}
    for named in _names(index):
        other = first.setdefault((named.group, taken_for(named.name)), named)
        if other is not named:
            yield _taken(named, other)
    for unit in index.catalog.pricing_units.values():
        for name, at in ((unit.document.spec.name, ("spec", "name")), (unit.key, ("metadata", "key"))):
            currency = _CURRENCY_NAMES.get(taken_for(name))
            if currency is not None:
                yield Diagnostic(
                    rules.NAME_TAKEN,
                    f"pricing unit {quote(unit.key)} is called {quote(name)}, like the currency {quote(currency)}",
                    unit.at(*at),
                    "give it a name and a key of its own",
                )


def _names(index: Index) -> Iterator[_Named]:
    catalog = index.catalog
    kinds: tuple[tuple[str, Iterable[Declared[Any]]], ...] = (
        ("metric", catalog.metrics.values()),
        ("product", catalog.products.values()),
        ("rate card", catalog.rate_cards.values()),
        ("pricing unit", catalog.pricing_units.values()),
    )
    for kind, declared in kinds:
        for each in declared:
            yield _Named(kind, each.document.spec.name, each.key, each.at("spec", "name"))
    for field in catalog.custom_field_keys.values():
        spec = field.document.spec
        yield _Named(f"custom field of {spec.entity}", spec.key, field.key, field.at("spec", "key"))


def _taken(named: _Named, other: _Named) -> Diagnostic:
    name, other_name = told_apart(named.name, other.name)
    like = (
        f"as {quote(other.key)} is"
        if named.name == other.name
        else f"which looks like {other_name}, the name of {quote(other.key)}"
    )
    return Diagnostic(
        rules.NAME_TAKEN,
        f"{named.group} {quote(named.key)} is called {name}, {like}",
        named.at,
        "give each the name of what it stands for in Metronome, or remove one of the two",
        (Related(other.at, "the other name is here"),),
    )
