"""Packages that promise fixed prices say so and keep the promise (PKG104, PKG243).

Comes in: the index. Goes out: one finding for a package, at its label `price: pinned`.
Never here: amounts. Other values of the label are free text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.appearance import taken_for, told_apart
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.names import misspells
from pkgplan.rating.choice import follows_commit_rate, price
from pkgplan.rating.grants import drawing_at_commit_rate, payers_of
from pkgplan.rating.prices import is_charged, line_name
from pkgplan.stages.checks.sales import sales
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.rating.lines import Line
    from pkgplan.stages.checks.index import Index
    from pkgplan.stages.checks.sales import PricedCard, Sale

LABEL: Final = "price"
PINNED: Final = "pinned"
_MOST_NAMED: Final = 3


def check_price_labels(index: Index) -> Iterator[Diagnostic]:
    """PKG104 for a label that was meant to pin prices; spelt otherwise it would pin nothing, without a word."""
    for package in index.packages:
        labels = package.document.metadata.labels
        for name, text in labels.items():
            if name != LABEL and taken_for(name) == LABEL and misspells(text, PINNED):
                yield Diagnostic(
                    rules.UNKNOWN_VALUE,
                    f"label {told_apart(name, LABEL)[0]} of package {quote(package.key)} is not the label "
                    f'"{LABEL}", so it pins nothing',
                    package.at("metadata", "labels", name).at_key(),
                    f'write "{LABEL}", or give the label a name of its own',
                )
        value = labels.get(LABEL, PINNED)
        if value != PINNED and misspells(value, PINNED):
            yield Diagnostic(
                rules.UNKNOWN_VALUE,
                f'label "price" of package {quote(package.key)} is {quote(value)}, which pins nothing',
                package.at("metadata", "labels", LABEL),
                f'write "{PINNED}"',
            )


def check_pinned_prices(index: Index) -> Iterator[Diagnostic]:
    """PKG243 for a package whose label pins its prices, where one of them can change with the rate card."""
    for sale in sales(index):
        if sale.package.document.metadata.labels.get(LABEL) != PINNED:
            continue
        loose = list(dict.fromkeys(_loose(sale)))
        if not loose:
            continue
        named = ", ".join(quote(name) for name in loose[:_MOST_NAMED])
        more = f" and {len(loose) - _MOST_NAMED} more" if len(loose) > _MOST_NAMED else ""
        verb = "follows" if len(loose) == 1 else "follow"
        yield Diagnostic(
            rules.FLOATING_PRICE,
            f"package {quote(sale.package.key)} pins its prices, but {named}{more} {verb} {_what(sale)}",
            sale.package.at("metadata", "labels", LABEL),
            f"overwrite the {'price' if len(loose) == 1 else 'prices'} for as long as contracts last, or remove "
            f"the label; `pkgplan show {sale.package.key} --prices` shows all",
            tuple(
                Related(card.card.at("spec"), f"rate card {quote(card.card.key)} is here")
                for card in sale.cards
            ),
        )


def _loose(sale: Sale) -> Iterator[str]:
    grants = [*payers_of(sale.spec)]
    for card in sale.cards:
        for line in card.lines.all:
            if not is_charged(line, sale.spec) or sale.entitled(line, sale.life) == "never":
                continue
            touches = sale.touching(line)
            decided = price(touches, sale.life, explicit=sale.explicit)
            drawing = drawing_at_commit_rate(grants, line) if _has_commit_rate(card, line) else ()
            if decided.kind != "pinned" or follows_commit_rate(touches, drawing, sale.life):
                yield line_name(line)


def _has_commit_rate(card: PricedCard, line: Line) -> bool:
    return any(rate.commit_rate is not None for rate in card.rates(line))


def _what(sale: Sale) -> str:
    if sale.spec.rate_card is not None:
        return f"rate card {quote(sale.spec.rate_card)}"
    return f"the rate card behind alias {quote(sale.spec.rate_card_alias)}"
