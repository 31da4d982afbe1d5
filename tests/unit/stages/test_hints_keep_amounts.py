"""Whoever follows a hint to the letter gets what was meant: one thing is only suggested if nothing else can be meant.

Each row is a wrong value, where it stands, and everything that its author can have meant by it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.example_catalog import CARD, STARTER, checked, example, found_in

from pkgplan.model.diagnostics import Severity
from pkgplan.model.schemas import schema_for
from pkgplan.model.units import Money, RelativeDate, parse_instant, short_instant
from pkgplan.stages.validate.numbers import PAID_SHARES

if TYPE_CHECKING:
    from support.example_catalog import Example

    from pkgplan.model.diagnostics import Diagnostic

PRICE: Final = "recurring_credits.signup-credit.access_amount.unit_price"
LENGTH: Final = "duration"
KEPT: Final = "recurring_credits.signup-credit.commit_duration"
FROM: Final = "aliases.0.starting_at"
DAYS: Final = "net_payment_terms_days"
SHARE: Final = "recurring_credits.signup-credit.rollover_fraction"
SCALED: Final = "overrides.cheaper.multiplier"
PAID: Final = "spend_threshold_configuration.discount_configuration.payment_fraction"
REPEATED: Final = "scheduled_charges.support.schedule.schedule_items.0.every"
FREQUENCY: Final = "recurring_credits.signup-credit.recurrence_frequency"

CENTS_OR_DOLLARS: Final = {"20.00 USD", "2000.00 USD"}
ANY_SPAN: Final = {"12 days", "12 weeks", "12 months", "12 years"}

MONEY: list[tuple[str, Any, set[str]]] = [
    (PRICE, 2000, CENTS_OR_DOLLARS), (PRICE, "2000", CENTS_OR_DOLLARS), (PRICE, Decimal("2000.00"), CENTS_OR_DOLLARS),
    (PRICE, 20, {"0.20 USD", "20.00 USD"}), (PRICE, Decimal("0.5"), {"0.005 USD", "0.50 USD"}),
    (PRICE, 0, {"0.00 USD"}),
    (PRICE, "49,00 USD", {"49.00 USD"}), (PRICE, "1.234,56 EUR", {"1234.56 EUR"}),
    (PRICE, "1,234.56 USD", {"1234.56 USD"}), (PRICE, "1,234 USD", {"1234.00 USD", "1.234 USD"}),
    (PRICE, "1.234\u20ac", {"1234.00 EUR", "1.234 EUR"}), (PRICE, "1.234.567 USD", {"1234567.00 USD"}),
    (PRICE, "$49", {"49.00 USD"}), (PRICE, "49$", {"49.00 USD"}), (PRICE, "USD 49", {"49.00 USD"}),
    (PRICE, "49 usd", {"49.00 USD"}), (PRICE, "49usd", {"49.00 USD"}), (PRICE, "49 US$", {"49.00 USD"}),
    (PRICE, "49 cents", {"0.49 USD", "0.49 EUR"}), (PRICE, "4900 cents", {"49.00 USD", "49.00 EUR"}),
    (PRICE, "49\u00a2", {"0.49 USD", "0.49 EUR"}), (PRICE, "49 dollars", {"49.00 USD", "49.00 CAD"}),
    (PRICE, "1'234.56 CHF", {"1234.56 CHF"}), (PRICE, "1 234,56 EUR", {"1234.56 EUR"}),
    (PRICE, "1\u00a0234,56\u00a0EUR", {"1234.56 EUR"}), (PRICE, "\u20ac49", {"49.00 EUR"}),
    (PRICE, "49,- EUR", {"49.00 EUR"}), (PRICE, "1e3 USD", {"1000.00 USD"}), (PRICE, ".5 USD", {"0.50 USD"}),
    (PRICE, "5. USD", {"5.00 USD"}), (PRICE, "1_000 USD", {"1000.00 USD"}), (PRICE, "+49 USD", {"49.00 USD"}),
    (PRICE, "49 kr", {"49.00 DKK", "49.00 NOK", "49.00 SEK"}), (PRICE, "\u00a549", {"49.00 CNY"}),
    (PRICE, "2k USD", {"2000.00 USD"}), (PRICE, "49 USD each", {"49.00 USD"}), (PRICE, "-49 USD", set()),
    (PRICE, "49 JPY", set()), (PRICE, "15%", set()), (PRICE, "free", {"0.00 USD"}), (PRICE, True, set()),
    (PRICE, "12345678901234567890123 USD", set()), (PRICE, int("1" * 30), set()),
]  # fmt: skip
TIME: list[tuple[str, Any, set[str]]] = [
    (LENGTH, 12, ANY_SPAN), (LENGTH, "12", ANY_SPAN), (LENGTH, "12 mo", {"12 months"}), (LENGTH, "1 y", {"1 year"}),
    (LENGTH, "12 Months", {"12 months"}), (LENGTH, "12\u00a0months", {"12 months"}), (LENGTH, "1yr", {"1 year"}),
    (LENGTH, "P1Y6M", {"18 months"}), (LENGTH, "P2W", {"2 weeks"}), (LENGTH, "1.5 years", {"18 months"}),
    (LENGTH, "1.200 months", {"1200 months"}), (LENGTH, "0.5 months", set()),
    (LENGTH, "2 quarters", {"6 months"}), (LENGTH, "P1M15D", set()),
    (LENGTH, "12-months", {"12 months"}), (LENGTH, {"value": 12, "unit": "Months"}, {"12 months"}),
    (LENGTH, {"value": 12, "unit": "PERIODS"}, set()), (LENGTH, "1 period", {"1 month", "1 year"}),
    (LENGTH, "P200Y", set()), (LENGTH, "forever", set()), (LENGTH, 0, set()),
    (KEPT, 2, {"2 periods"}), (KEPT, "1 month", {"1 period", "3 periods"}), (KEPT, "2 Periods", {"2 periods"}),
    (DAYS, "1 month", {"28", "29", "30", "31"}), (DAYS, "15 days", {"15"}), (DAYS, "2 weeks", {"14"}),
    (DAYS, "15", {"15"}), (DAYS, "NET 30", {"30"}), (DAYS, Decimal("15.0"), {"15"}), (DAYS, Decimal("1.5"), set()),
    (FROM, "01/02/2026", {"2026-02-01", "2026-01-02"}), (FROM, "1.2.2026", {"2026-02-01", "2026-01-02"}),
    (FROM, "13/02/2026", {"2026-02-13"}), (FROM, "02/13/2026", {"2026-02-13"}), (FROM, "2/2/2026", {"2026-02-02"}),
    (FROM, "2026-2-1", {"2026-02-01"}), (FROM, "2026/02/01", {"2026-02-01"}), (FROM, 20260201, {"2026-02-01"}),
    (FROM, "Feb 1, 2026", {"2026-02-01"}), (FROM, "1st February 2026", {"2026-02-01"}),
    (FROM, "2026\u201102\u201101", {"2026-02-01"}), (FROM, "2026-02-01 ", {"2026-02-01"}),
    (FROM, "2026-02-01T09:00:00", {"2026-02-01T09:00:00Z", "2026-02-01T08:00:00Z"}),
    (FROM, "2026-02-01 09:00", {"2026-02-01T09:00:00Z", "2026-02-01T08:00:00Z"}),
    (FROM, "2026-02", {"2026-02-01", "2026-03-01"}), (FROM, "01/02/26", {"2026-02-01", "2026-01-02", "2001-02-26"}),
    (FROM, "2026-02-30", {"2026-02-28", "2026-03-01"}), (FROM, "1769904000", set()), (FROM, 1769904000, set()),
    (FROM, "2026-02-01T09:30:00Z", {"2026-02-01T09:00:00Z", "2026-02-01T10:00:00Z"}),
    (REPEATED, "3 months", {"quarter"}), (REPEATED, "6 months", set()), (REPEATED, "monthly", {"month"}),
    (REPEATED, "bimonthly", set()), (REPEATED, "12 months", {"year"}), (REPEATED, "Month", {"month"}),
    (FREQUENCY, "biweekly", set()), (FREQUENCY, "semi-annual", set()), (FREQUENCY, "semiannual", set()),
    (FREQUENCY, "MONTHLY", {"monthly"}), (FREQUENCY, "montly", {"monthly"}), (FREQUENCY, "yearly", {"annual"}),
]  # fmt: skip
SHARES: list[tuple[str, Any, set[str]]] = [
    (SCALED, "15%", {"0.15", "0.85"}), (SCALED, "20 %", {"0.2", "0.8"}), (SCALED, "0,8", {"0.8"}),
    (SCALED, "15 percent", {"0.15", "0.85"}), (SCALED, "half", {"0.5"}), (SCALED, "1,500", {"1.5", "1500"}),
    (PAID, "15%", {"0.15", "0.85"}), (PAID, 85, {"0.85", "0.15"}), (PAID, "0,85", {"0.85"}),
    (SHARE, "20%", {"0.2"}), (SHARE, 20, {"0.2"}), (SHARE, "12,5 %", {"0.125"}), (SHARE, "150%", set()),
    (SHARE, 2000, set()),
]  # fmt: skip
KEYS: list[tuple[str, Any, set[str]]] = [
    ("rate_card_alias", "Tokens Rate Card", {"Tokens rate card"}),
    ("rate_card_alias", "7c2095b1-3128-40eb-9762-161d98ae86b2", set()),
    ("subscriptions.starter-fee.proration.is_prorated", "yes", {"true"}),
    ("subscriptions.starter-fee.proration.is_prorated", "Off", {"false"}),
    ("subscriptions.starter-fee.proration.is_prorated", "maybe", {"true", "false"}),
    ("subscriptions.starter-fee.collection_schedule", "in advance", {"advance"}),
    ("recurring_credits.signup-credit.product", "7c2095b1-3128-40eb-9762-161d98ae86b2", set()),
    ("recurring_credits.signup-credit.product", "7C2095B1-3128-40EB-9762-161D98AE86B2", set()),
    ("recurring_credits.signup-credit.product", "Signup Credit", {"signup-credit"}),
    ("recurring_credits.signup-credit.product", 7, set()),
]  # fmt: skip


@pytest.mark.parametrize(("route", "value", "meant"), [*MONEY, *TIME, *SHARES, *KEYS])
def test_a_hint_that_is_followed_gives_what_was_meant(route: str, value: Any, meant: set[str]) -> None:
    found = _at(route, _with(route, value))
    assert found, "the value must be wrong"
    for finding in found:
        for suggestion, is_certain in _suggestions(finding.hint):
            shown = _canonical(route, suggestion)
            assert shown in {_canonical(route, each) for each in meant}, finding.hint
            assert not is_certain or len(meant) == 1, finding.hint
            again = [
                each for each in _at(route, _with(route, _as_data(suggestion))) if each.rule == finding.rule
            ]
            assert again == [], finding.hint


@pytest.mark.parametrize(("route", "value", "meant"), [*MONEY, *TIME, *SHARES])
def test_a_choice_names_all_that_can_be_meant(route: str, value: Any, meant: set[str]) -> None:
    hints = " ".join(finding.hint for finding in _at(route, _with(route, value)))
    named = {_canonical(route, suggestion) for suggestion, _ in _suggestions(hints)}
    assert not named or named == {_canonical(route, each) for each in meant} or " if " in hints


def test_fields_whose_share_is_paid_or_taken_off_are_known() -> None:
    """A new field that says "percent off" has to be read both ways, too."""
    told = {
        name
        for name, description in _number_fields(schema_for("Package"))
        if "percent off" in description or "multiplied" in description
    }
    assert told == PAID_SHARES


def test_what_the_api_takes_is_not_what_a_rate_card_without_a_period_means() -> None:
    catalog = example()
    del catalog.card["rates"][2]["billing_frequency"]
    hints = [each.hint for each in checked(catalog) if each.at.path == CARD]
    assert hints
    assert not any("`" in hint or ": monthly" in hint for hint in hints)


def _with(route: str, value: Any) -> Example:
    catalog = example()
    spec = catalog.spec
    spec["overrides"] = {
        "cheaper": {
            "override_specifiers": [{"product": "input-tokens"}],
            "starting_at_offset": "0 months",
            "type": "multiplier",
            "multiplier": 1,
        },
    }
    spec["scheduled_charges"] = {
        "support": {
            "product": "signup-credit",
            "schedule": {
                "schedule_items": [
                    {
                        "unit_price": "1.00 USD",
                        "quantity": 1,
                        "date_offset": "0 months",
                        "every": "month",
                        "for": "12 months",
                    },
                ],
            },
        },
    }
    spec["spend_threshold_configuration"] = {
        "is_enabled": True,
        "threshold_amount": "10.00 USD",
        "commit": {"product": "signup-credit"},
        "payment_gate_config": {"payment_gate_type": "none"},
        "discount_configuration": {"payment_fraction": 1},
    }
    *parents, last = (int(part) if part.isdecimal() else part for part in route.split("."))
    place: Any = spec
    for part in parents:
        place = place[part]
    place[last] = value
    return catalog


def _at(route: str, catalog: Example) -> list[Diagnostic]:
    parts = tuple(int(part) if part.isdecimal() else part for part in route.split("."))
    return [
        finding
        for finding in found_in(catalog)
        if (finding.at.path, finding.at.route) == (STARTER, ("spec", *parts))
        and finding.severity is Severity.ERROR
    ]


# A value to write: in quotes, or a bare number or truth value that no other words belong to.
_QUOTED: Final = re.compile(
    r'(?:write|mean|meant:|,|or) "([^"]+)"|(?:write|meant:|or) ([0-9.]+|true|false)(?![0-9.]| with| in| or less)'
)


def _suggestions(hint: str) -> list[tuple[str, bool]]:
    """What a hint says to write, and whether it says so without a condition or a choice."""
    said = re.sub(r"; what stands there is .*|It is written .*", "", hint)
    quoted = re.findall(_QUOTED, said)
    texts = [one or other for one, other in quoted]
    is_form = re.search(r"as in|such as|like|Otherwise", said) is not None
    certain = len(texts) == 1 and not is_form and " if " not in said and " or " not in said
    return [] if re.search(r"as in|such as", said) else [(text, certain) for text in texts]


def _as_data(text: str) -> Any:
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[0-9.]+", text):
        return Decimal(text)
    return {"true": True, "false": False}.get(text, text)


def _canonical(route: str, text: str) -> str:
    for read in (Money.parse, RelativeDate.parse, lambda text: short_instant(parse_instant(text))):
        try:
            return str(read(text))
        except ValueError:
            continue
    return text


def _number_fields(node: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, child in node.get("properties", {}).items():
        if child.get("type") == "number":
            found.append((name, child["description"]))
        found += _number_fields(child)
    for inner in (node.get("items"), node.get("additionalProperties")):
        found += _number_fields(inner) if isinstance(inner, dict) else []
    return found
