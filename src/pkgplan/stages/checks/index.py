"""The catalog as the checks look things up in it, built once so that no check is quadratic.

Comes in: a typed catalog. Goes out: its values and terms with their routes, rate cards by alias, rates by what
they price, and hints about names. Never here: findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pkgplan.model.catalog.package import TERMS
from pkgplan.model.names import did_you_mean
from pkgplan.model.units import Money, RelativeDate
from pkgplan.rating.lines import Lines, lines_of
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.catalog import Catalog, Declared
    from pkgplan.model.catalog.package import PackageDocument, PackageSpec
    from pkgplan.model.catalog.rate_cards import Rate, RateCardDocument
    from pkgplan.model.diagnostics import Location, Route

# Comparing names takes long; a catalog with more unknown names than this has another problem.
_MOST_HINTS = 100
_LONGEST_NAME = 100

# Asking a pydantic class by isinstance is ten times slower than this, and there are many values.
_LEAVES: Final = frozenset({str, int, Decimal, Money})
_OPAQUE: Final = frozenset({bool, RelativeDate, datetime})

RateKey = tuple[str, str, str | None]

_NOUNS: Final = {field: field.removesuffix("s").replace("_", " ") for field in TERMS}


@dataclass(frozen=True, slots=True)
class Unsound:
    """A file with faults of its own: what it declares, as far as that can be told."""

    kind: str | None
    key: str | None


class Leaf(NamedTuple):
    """One text, number or amount of a spec; `field` is the model field that holds it, however nested."""

    declared: Declared[Any]
    route: Route
    field: str
    value: str | int | Decimal | Money

    @property
    def at(self) -> Location:
        """Its place in the file."""
        return self.declared.at(*self.route)


class Term(NamedTuple):
    """One term of a package: the mapping that holds it, its key in there, and its model."""

    package: Declared[PackageDocument]
    field: str
    key: str
    value: Any

    @property
    def spec(self) -> PackageSpec:
        """The spec that the term is part of."""
        return self.package.document.spec

    @property
    def at(self) -> Location:
        """Its place in the file."""
        return self.package.at("spec", self.field, self.key)

    def __str__(self) -> str:
        return f"{_NOUNS[self.field]} {quote(self.key)}"


@dataclass(frozen=True, slots=True)
class Index:
    """A catalog and the lookups that more than one check needs."""

    catalog: Catalog
    leaves: tuple[Leaf, ...]
    cards_by_alias: dict[str, tuple[Declared[RateCardDocument], ...]]
    rates: dict[RateKey, tuple[int, ...]]
    unsound: frozenset[Unsound]
    _hints: dict[tuple[str, str], str] = field(default_factory=dict)
    _lines: dict[str, Lines] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, unsound: Iterable[Unsound] = ()) -> Index:
        """Read the whole catalog once."""
        cards_by_alias: dict[str, dict[str, Declared[RateCardDocument]]] = {}
        rates: dict[RateKey, list[int]] = {}
        for card in catalog.rate_cards.values():
            for alias in card.document.spec.aliases:
                cards_by_alias.setdefault(alias.name, {})[card.key] = card
            for position, rate in enumerate(card.document.spec.rates):
                rates.setdefault((card.key, rate.product, rate.billing_frequency), []).append(position)
        leaves: list[Leaf] = []
        for declared in _declarations(catalog):
            _collect(leaves, declared, ("spec",), "spec", declared.document.spec)
        return cls(
            catalog,
            tuple(leaves),
            {alias: tuple(cards.values()) for alias, cards in cards_by_alias.items()},
            {key: tuple(positions) for key, positions in rates.items()},
            frozenset(unsound),
        )

    def may_declare(self, kind: str, key: str | None = None) -> bool:
        """Whether a file that has faults of its own may declare this; without a key, anything of the kind."""
        return bool(kind) and any(
            file.kind in {None, kind} and (key is None or file.key in {None, key}) for file in self.unsound
        )

    @property
    def packages(self) -> Iterable[Declared[PackageDocument]]:
        """Every package, in the order of the keys."""
        return self.catalog.packages.values()

    def terms(self, *fields: str) -> Iterator[Term]:
        """Every term of the given mappings (such as `commits`), package by package; without any, every term."""
        for package in self.packages:
            yield from terms_of(package, *fields)

    def product_type(self, key: str) -> str | None:
        """The type of a declared product."""
        product = self.catalog.products.get(key)
        return None if product is None else product.document.spec.type

    def cards_of(self, package: Declared[PackageDocument]) -> tuple[Declared[RateCardDocument], ...]:
        """Every declared rate card that a contract of the package may get; an alias may name several."""
        spec = package.document.spec
        if spec.rate_card is not None:
            card = self.catalog.rate_cards.get(spec.rate_card)
            return () if card is None else (card,)
        return self.cards_by_alias.get(spec.rate_card_alias or "", ())

    def rates_for(
        self, card: Declared[RateCardDocument], product: str, frequency: str | None
    ) -> Iterator[tuple[int, Rate]]:
        """The rates of a card for one product and frequency, with their positions."""
        for position in self.rates.get((card.key, product, frequency), ()):
            yield position, card.document.spec.rates[position]

    def lines(self, card: Declared[RateCardDocument]) -> Lines:
        """The price lines of a rate card, worked out when they are first asked for."""
        if card.key not in self._lines:
            self._lines[card.key] = Lines.of(lines_of(card, self.catalog.products))
        return self._lines[card.key]

    def hint(self, what: str, name: str, known: Iterable[str]) -> str:
        """Which known name was probably meant; the same question is answered once."""
        question = (what, name)
        if question not in self._hints:
            if len(name) > _LONGEST_NAME or len(self._hints) >= _MOST_HINTS:
                return ""
            self._hints[question] = did_you_mean(name, known)
        return self._hints[question]


def terms_of(package: Declared[PackageDocument], *fields: str) -> Iterator[Term]:
    """The terms of one package, mapping by mapping in the order of `TERMS`."""
    spec = package.document.spec
    for mapping in fields or TERMS:
        for key, value in getattr(spec, mapping).items():
            yield Term(package, mapping, key, value)


def _declarations(catalog: Catalog) -> Iterator[Declared[Any]]:
    if catalog.project is not None:
        yield catalog.project
    yield from chain(
        catalog.packages.values(),
        catalog.metrics.values(),
        catalog.products.values(),
        catalog.rate_cards.values(),
        catalog.pricing_units.values(),
        catalog.custom_field_keys.values(),
    )


def _collect(leaves: list[Leaf], declared: Declared[Any], route: Route, name: str, value: Any) -> None:
    """Add every leaf below a value; walking fields by type means that a new term needs nothing here.

    Nothing, empty text and 0 are left out: no check asks about them.
    """
    kind = type(value)
    if kind in _LEAVES:
        leaves.append(Leaf(declared, route, name, value))
    elif kind is dict:
        for key, child in value.items():
            _collect(leaves, declared, (*route, key), name, child)
    elif kind is tuple or kind is list:
        for position, child in enumerate(value):
            _collect(leaves, declared, (*route, position), name, child)
    elif value is not None and kind not in _OPAQUE:
        for each, child in value.__dict__.items():
            if child and type(child) not in _OPAQUE:
                # `for_` and `from_` are Python's spellings of what a file calls `for` and `from`.
                written = each.removesuffix("_")
                _collect(leaves, declared, (*route, written), written, child)
