"""Commits and what is paid for them (PKG220, PKG221, PKG222).

Comes in: the index. Goes out: findings inside `commits`. Never here: dates and segments (`schedules.py`), units
(`money.py`), or what a commit pays for (`applicability.py`).
Source: `CommitTemplateInput` of POST /v1/packages/create; that a commit without an invoice was forgotten is
inferred, so a warning.
"""

from __future__ import annotations

from decimal import localcontext
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.canonical import plain_number
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import CURRENCIES, Money
from pkgplan.stages.checks.schedules import dated_items, dates_of
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.commits import Commit
    from pkgplan.stages.checks.index import Index, Term

# A number of the catalog has at most 40 digits, so the product of two has at most 80.
_EVERY_DIGIT: Final = 80


def check_postpaid(index: Index) -> Iterator[Diagnostic]:
    """PKG220 for a postpaid commit without exactly one segment and one invoice of the same amount."""
    for term in index.terms("commits"):
        if term.value.type == "postpaid":
            yield from _counts(term, term.value) or _amounts(term, term.value)


def _counts(term: Term, commit: Commit) -> tuple[Diagnostic, ...]:
    found = []
    if commit.invoice_schedule is None:
        found.append(
            Diagnostic(
                rules.POSTPAID_SCHEDULE,
                f'{term} is "postpaid", but has no "invoice_schedule"',
                term.at.child("type"),
                'add "invoice_schedule" with one item: the amount, and the date on which what is missing of it '
                "is invoiced",
            )
        )
    segments = len(commit.access_schedule.schedule_items)
    if segments != 1:
        message = f'{term} is "postpaid", but has {quote(segments)} segments in "access_schedule"'
        at = term.at.child("access_schedule", "schedule_items")
        found.append(Diagnostic(rules.POSTPAID_SCHEDULE, message, at, "keep one, with the whole amount"))
    # A repetition that gives no dates is reported as such, and counts as one here.
    count = sum(len(dates_of(item)) or 1 for item, _ in dated_items(term))
    if count > 1:
        message = f'{term} is "postpaid", but is invoiced {quote(count)} times'
        at = term.at.child("invoice_schedule", "schedule_items")
        found.append(Diagnostic(rules.POSTPAID_SCHEDULE, message, at, "keep one item, with the whole amount"))
    return tuple(found)


def _amounts(term: Term, commit: Commit) -> Iterator[Diagnostic]:
    """Both schedules have one item here."""
    (segment,) = commit.access_schedule.schedule_items
    ((item, route),) = dated_items(term)
    with localcontext(prec=_EVERY_DIGIT):
        invoiced = Money(item.unit_price.amount * item.quantity, item.unit_price.unit)
    if segment.amount == invoiced:
        return
    granted = segment.amount if isinstance(segment.amount, Money) else plain_number(segment.amount)
    in_currency = isinstance(segment.amount, Money) and segment.amount.unit in CURRENCIES
    yield Diagnostic(
        rules.POSTPAID_SCHEDULE,
        f"{term} is {quote(granted)}, but {quote(invoiced)} is invoiced for it",
        term.at.child(*route, "unit_price"),
        f'write the amount that is meant in both: "unit_price: {granted}" and "quantity: 1", or "amount: {invoiced}"'
        if in_currency
        else "write both in one currency",
        (Related(term.at.child("access_schedule", "schedule_items", 0, "amount"), "the amount is here"),),
    )


def check_complimentary(index: Index) -> Iterator[Diagnostic]:
    """PKG221 for a prepaid commit that nobody pays for by mistake; PKG222 for a paid one called complimentary."""
    for term in index.terms("commits"):
        commit: Commit = term.value
        if commit.complimentary:
            yield from _not_complimentary(term, commit)
        elif commit.type == "prepaid" and commit.invoice_schedule is None:
            yield Diagnostic(
                rules.FREE_COMMIT,
                f'{term} is "prepaid", but has no "invoice_schedule", so it is free',
                term.at.at_key(),
                'add "invoice_schedule", or "complimentary: true" if that is meant',
            )


def _not_complimentary(term: Term, commit: Commit) -> Iterator[Diagnostic]:
    if commit.type == "postpaid":
        yield Diagnostic(
            rules.COMPLIMENTARY_CHOICE,
            f'{term} is "postpaid", but says "complimentary: true"',
            term.at.child("complimentary"),
            'remove "complimentary", or make it a prepaid commit without "invoice_schedule"',
            (Related(term.at.child("type"), "the type is here"),),
        )
    elif commit.invoice_schedule is not None:
        yield Diagnostic(
            rules.COMPLIMENTARY_CHOICE,
            f'{term} has both "complimentary: true" and "invoice_schedule"',
            term.at.child("complimentary"),
            "keep one of the two",
            (Related(term.at.child("invoice_schedule"), "the invoices are here"),),
        )
