"""The price lines of a rate card as a package sees them, and the overrides that touch each.

Comes in: a rate card, its products, and the spec of a package. Goes out: `lines_of(card, products)` with one
`Line` for each price, and `Overrides.of(spec).touching(line)` with the `Touch`es of one line in the order in
which they are sent. `choice.py` says what comes of them: which one wins, the entitlement, the kind of price.
Never here: money, dates, or findings. Both indices are by product, tag and pricing group value, and the narrowest
of these is looked up, so that no caller multiplies lines by overrides.
Source: rates and overrides of the API; the vendor's guides "Edit or override a contract", "Create a rate card".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from pkgplan.rating.moments import Between

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import Override, OverrideSpecifier
    from pkgplan.model.catalog.package import PackageSpec
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.model.catalog.references import ProductDocument, ProductType

Held = Literal["always", "sometimes", "never"]
"""Over a time, for every start of a contract: surely all of it, surely none of it, or anything else."""


@dataclass(frozen=True, slots=True)
class Line:
    """One price of a rate card: all rates for one product, frequency and set of pricing group values."""

    card: str
    product: str
    type: ProductType
    billing_frequency: str | None
    pricing_group_values: frozenset[tuple[str, str]]
    presentation_group_keys: frozenset[str]
    tags: frozenset[str]
    positions: tuple[int, ...]
    """Where in `spec.rates` its rates are; there are several when the price changes over the years."""
    entitled: Held
    """By the rate card alone."""


class Drawn(NamedTuple):
    """A term of the package that pays for usage: `commits`, `credits`, `recurring_...`, and its term key."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Touch:
    """An override that touches a line, through the specifiers that match it."""

    key: str
    override: Override
    window: Between
    specifiers: tuple[int, ...]
    """Positions in `override_specifiers`."""

    @property
    def is_partial(self) -> bool:
        """Whether it only touches usage with certain presentation group values, or that a commit pays for."""
        return bool(self.override.is_commit_specific) or self.is_for_some_groups

    @property
    def is_for_some_groups(self) -> bool:
        """Whether it only touches usage with certain presentation group values."""
        return all(
            self.override.override_specifiers[position].presentation_group_values
            for position in self.specifiers
        )

    def holds_while(self, drawn: Drawn | None) -> bool:
        """Whether it counts for usage that this term pays for, or that nothing pays for yet."""
        if not self.override.is_commit_specific:
            return True
        return drawn is not None and any(
            _names(self.override.override_specifiers[position], drawn) for position in self.specifiers
        )


def _names(specifier: OverrideSpecifier, drawn: Drawn) -> bool:
    """A specifier without commits means all of them; `credits` have no id that it could name."""
    if specifier.any_commits_or_credits:
        return drawn.kind != "credits" and drawn.key in specifier.any_commits_or_credits
    if specifier.commits or specifier.recurring_commits:
        named = {"commits": specifier.commits, "recurring_commits": specifier.recurring_commits}
        return drawn.key in named.get(drawn.kind, ())
    return True


def lines_of(
    card: Declared[RateCardDocument], products: Mapping[str, Declared[ProductDocument]]
) -> tuple[Line, ...]:
    """Every line of a card whose product is declared, in the order of the card."""
    positions: dict[tuple[str, str | None, frozenset[tuple[str, str]]], list[int]] = {}
    rates = card.document.spec.rates
    for position, rate in enumerate(rates):
        values = frozenset(rate.pricing_group_values.items())
        positions.setdefault((rate.product, rate.billing_frequency, values), []).append(position)
    lines = []
    for (product, frequency, values), where in positions.items():
        if product not in products:
            continue
        spec = products[product].document.spec
        entitled = {rates[position].entitled for position in where}
        lines.append(
            Line(
                card=card.key,
                product=product,
                type=spec.type,
                billing_frequency=frequency,
                pricing_group_values=values,
                presentation_group_keys=frozenset(spec.presentation_group_key),
                tags=frozenset(spec.tags),
                positions=tuple(where),
                entitled="sometimes" if len(entitled) > 1 else "always" if True in entitled else "never",
            )
        )
    return tuple(lines)


class Filter(Protocol):
    """A specifier of an override, of a package or of a contract."""

    @property
    def product(self) -> str | None:
        """The one product that is selected."""

    @property
    def product_tags(self) -> Collection[str]:
        """Tags that a product must all have."""

    @property
    def pricing_group_values(self) -> Mapping[str, str]:
        """Values that a line must all have."""

    @property
    def presentation_group_values(self) -> Mapping[str, str | None]:
        """Values that usage must all have."""

    @property
    def billing_frequency(self) -> str | None:
        """The one frequency that is selected."""


class Filtered(Protocol):
    """What a specifier selects, or not."""

    @property
    def product(self) -> str:
        """What is priced."""

    @property
    def tags(self) -> frozenset[str]:
        """Of the product."""

    @property
    def pricing_group_values(self) -> frozenset[tuple[str, str]]:
        """For which it is priced."""

    @property
    def presentation_group_keys(self) -> frozenset[str]:
        """Of the product."""

    @property
    def billing_frequency(self) -> str | None:
        """How often it is charged, if it is a subscription."""


def matches(specifier: Filter, line: Filtered) -> bool:
    """Whether a specifier selects a line, or usage of it; all of its fields must match.

    A part of the pricing group values selects every line that has them. Presentation group values select usage
    of a line, if its product has such keys. What pays for the usage is not asked; see `Touch.holds_while`.
    """
    return (
        specifier.product in {None, line.product}
        and specifier.billing_frequency in {None, line.billing_frequency}
        and line.tags.issuperset(specifier.product_tags)
        and line.pricing_group_values.issuperset(specifier.pricing_group_values.items())
        and line.presentation_group_keys.issuperset(specifier.presentation_group_values)
    )


_Handle = tuple[str, ...]
"""A product, a tag or a pricing group value, with which lines are found."""

_ANY: Final[_Handle] = ("any",)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as specifiers look them up."""

    all: tuple[Line, ...]
    _by: dict[_Handle, tuple[Line, ...]]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Lines:
        """Index lines once."""
        every = tuple(lines)
        by: dict[_Handle, list[Line]] = {}
        for line in every:
            for handle in _handles(line):
                by.setdefault(handle, []).append(line)
        return cls(every, {handle: tuple(found) for handle, found in by.items()})

    def matching(self, specifier: OverrideSpecifier) -> Iterator[Line]:
        """The lines that a specifier selects, in the order of the card."""
        candidates = min((self._by.get(handle, ()) for handle in _handles_of(specifier)), key=len)
        return (line for line in candidates if matches(specifier, line))

    def named(self, *, product: str = "", tag: str = "") -> tuple[Line, ...]:
        """The lines of a product, or of the products with a tag."""
        return self._by.get(("product", product) if product else ("tag", tag), ())


@dataclass(frozen=True, slots=True)
class Overrides:
    """The overrides of a package as lines look them up; `life` is that of its contracts."""

    life: Between
    _all: tuple[tuple[str, Override, Between], ...]
    _by: dict[_Handle, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, spec: PackageSpec) -> Overrides:
        """Index the overrides of a package once."""
        life = Between.life(spec.duration)
        every = tuple(
            (key, each, Between.of(each.starting_at_offset, each.duration, within=life))
            for key, each in sorted(spec.overrides.items())
        )
        specifiers = [
            (index, position, _handles_of(specifier))
            for index, (_, override, _) in enumerate(every)
            for position, specifier in enumerate(override.override_specifiers)
        ]
        common = Counter(handle for _, _, handles in specifiers for handle in handles)
        by: dict[_Handle, list[tuple[int, int]]] = {}
        for index, position, handles in specifiers:
            by.setdefault(min(handles, key=common.__getitem__), []).append((index, position))
        return cls(life, every, {handle: tuple(found) for handle, found in by.items()})

    def touching(self, line: Line) -> tuple[Touch, ...]:
        """Every override that selects a line at some time, in the order in which they are sent."""
        found: dict[int, list[int]] = {}
        for handle in _handles(line):
            for index, position in self._by.get(handle, ()):
                if matches(self._all[index][1].override_specifiers[position], line):
                    found.setdefault(index, []).append(position)
        return tuple(
            Touch(*self._all[index], specifiers=tuple(sorted(positions)))
            for index, positions in sorted(found.items())
        )


def _handles_of(specifier: OverrideSpecifier) -> list[_Handle]:
    """Under which handles all lines that a specifier selects are found; each alone would do."""
    product = specifier.product or ""
    handles: list[_Handle] = [("product", product)] if product else []
    handles += [("tag", tag) for tag in specifier.product_tags]
    handles += [("value", product, *value) for value in specifier.pricing_group_values.items()]
    return handles or [_ANY]


def _handles(line: Line) -> Iterator[_Handle]:
    yield "product", line.product
    for tag in line.tags:
        yield "tag", tag
    for value in line.pricing_group_values:
        yield "value", line.product, *value
        yield "value", "", *value
    yield _ANY
