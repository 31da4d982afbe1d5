"""A contract before it is stored: what a package makes of it, or a rate card alone.

Comes in: a body whose fields may stand together. Goes out: a `Draft` with dated terms.
Never here: customers, uniqueness keys, renewals, writing anything.
Source: POST /v1/contracts/create, `package_id`, `package_alias`, `rate_card_alias`: linked "as of the contract's
start date"; statuses that are not documented are asked of `Assumptions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine import packages
from pkgplan.engine.aliases import PACKAGES, owner_behind
from pkgplan.engine.contracts.expansion import Frame, dated, expanded
from pkgplan.engine.contracts.request import StatementSchedule
from pkgplan.engine.contracts.rows import TERMS
from pkgplan.engine.faults import EngineError, not_found, refused
from pkgplan.engine.resources import billing_configurations, rate_cards, rate_rows
from pkgplan.engine.resources.packages import found
from pkgplan.engine.templates import CREATED_BY
from pkgplan.engine.templates.scope import copied
from pkgplan.model.canonical import JsonObject, as_list, as_object, parse_own
from pkgplan.model.units import RelativeDate
from pkgplan.rating.calendar import Anchoring, after, usage_anchor

if TYPE_CHECKING:
    from pkgplan.engine.contracts.request import BillingProviderConfiguration, ContractBlock
    from pkgplan.engine.operation import Transaction
    from pkgplan.engine.packages import StoredPackage
    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.units import Instant

_FROM_PACKAGE: Final = (
    "multiplier_override_prioritization",
    "net_payment_terms_days",
    "prepaid_balance_threshold_configuration",
    "scheduled_charges_on_usage_invoices",
    "spend_threshold_configuration",
    "spend_trackers",
)
_FROM_BODY: Final = ("name", "net_payment_terms_days", "scheduled_charges_on_usage_invoices")


@dataclass(frozen=True, slots=True)
class Draft:
    """What provisioning decided: the `body` of the row, and which of its terms came from which template."""

    ending_before: Instant | None
    body: JsonObject = field(repr=False)
    package_seq: int | None = None
    package: JsonObject = field(default_factory=dict, repr=False)
    """What reads show of the package."""
    term_ids: dict[str, str] = field(default_factory=dict, repr=False)
    """By the id of their template."""


def draft_of(tx: Transaction, customer_id: str, body: ContractBlock) -> Draft:
    """The contract that a customer is about to get.

    Raises:
        EngineError: what the body names does not exist, cannot be used, or reaches beyond the calendar.
    """
    drafted = _from_package if body.is_from_package else _on_rate_card
    try:
        return drafted(tx, customer_id, body)
    except OverflowError as error:
        raise refused(f"the contract cannot start at {dated(body.starting_at)}: {error}") from None


def _from_package(tx: Transaction, customer_id: str, body: ContractBlock) -> Draft:
    stored = _package(tx, body)
    package = as_object(parse_own(stored.body))
    asked = packages.request_of(tx.connection, stored.seq)
    frame = _frame(tx, package, body.starting_at)
    card = _rate_card(tx, body.starting_at, _text(package, "rate_card_id"), _text(asked, "rate_card_alias"))
    row: JsonObject = {
        "created_by": CREATED_BY,
        **copied(package, _FROM_PACKAGE),
        **card,
        **_configuration_of_package(tx, customer_id, package),
        "usage_statement_schedule": _schedule_of_package(package, asked, frame),
        **expanded(package, asked, frame),
    }
    if card:
        _say_units(tx, str(card["rate_card_id"]), as_list(row["subscriptions"]))
    if "contract_name" in package:
        row["name"] = package["contract_name"]
    return Draft(frame.end, row, stored.seq, package, frame.ids)


def _on_rate_card(tx: Transaction, customer_id: str, body: ContractBlock) -> Draft:
    """The contract without terms that the body itself describes."""
    row: JsonObject = {
        "created_by": CREATED_BY,
        "multiplier_override_prioritization": body.multiplier_override_prioritization or "LOWEST_MULTIPLIER",
        **copied(body.to_json(), _FROM_BODY),
        **_rate_card(tx, body.starting_at, body.rate_card_id, body.rate_card_alias),
        **_chosen_configuration(tx, customer_id, body.billing_provider_configuration),
        "usage_statement_schedule": _schedule(tx, body.usage_statement_schedule, body.starting_at),
        **{kind: [] for kind in TERMS},
    }
    return Draft(body.ending_before, row)


def _package(tx: Transaction, body: ContractBlock) -> StoredPackage:
    package_id = body.package_id
    if package_id is None:
        alias = body.package_alias or ""
        package_id = owner_behind(tx.connection, PACKAGES, alias, _alias_instant(tx, body.starting_at))
        if package_id is None:
            raise _nobody_behind(tx, f'package alias "{alias}"', body.starting_at)
    stored = found(tx, package_id)
    if stored.archived_at is not None:
        raise EngineError(
            int(tx.assumptions.archived_package_status),
            f'package "{package_id}" is archived and takes no contracts',
        )
    return stored


def _alias_instant(tx: Transaction, start: Instant) -> Instant:
    return tx.now if tx.assumptions.alias_instant == "now" else start


def _nobody_behind(tx: Transaction, alias: str, start: Instant) -> EngineError:
    at = dated(_alias_instant(tx, start))
    return EngineError(int(tx.assumptions.alias_miss_status), f"{alias} stands for nothing at {at}")


def _frame(tx: Transaction, package: JsonObject, start: Instant) -> Frame:
    duration = RelativeDate.from_api(package.get("duration"))
    end = None if duration is None else after(start, duration)
    if end is not None:
        dated(end)
    schedule = as_object(package["usage_statement_schedule"])
    frequency = str(schedule["frequency"])
    return Frame(
        start,
        end,
        _usage_anchor(tx, start, str(schedule["day"]), frequency),
        frequency,
        tx.assumptions,
        tx.new_id,
    )


def _usage_anchor(tx: Transaction, start: Instant, day: str, frequency: str) -> Instant:
    readings = tx.assumptions
    return usage_anchor(start, day, frequency, Anchoring(readings.weekly_anchor, readings.quarter_anchor))


def _schedule_of_package(package: JsonObject, asked: JsonObject, frame: Frame) -> JsonObject:
    schedule: JsonObject = {
        **as_object(package["usage_statement_schedule"]),
        "billing_anchor_date": dated(frame.usage_anchor),
    }
    offset = as_object(asked.get("usage_statement_schedule", {})).get("invoice_generation_starting_at_offset")
    if offset is not None:
        schedule["invoice_generation_starting_at"] = dated(frame.after_start(offset))
    return schedule


def _schedule(tx: Transaction, given: StatementSchedule | None, start: Instant) -> JsonObject:
    given = given or StatementSchedule(frequency="MONTHLY")
    custom = given.billing_anchor_date if given.day == "CUSTOM_DATE" else None
    schedule: JsonObject = {
        "frequency": given.frequency,
        "day": given.day,
        "billing_anchor_date": dated(custom or _usage_anchor(tx, start, given.day, given.frequency)),
    }
    if given.invoice_generation_starting_at is not None:
        schedule["invoice_generation_starting_at"] = dated(given.invoice_generation_starting_at)
    return schedule


def _rate_card(tx: Transaction, start: Instant, card_id: str | None, alias: str | None) -> JsonObject:
    """`rate_card_id`, or nothing if the contract has none."""
    if alias is not None:
        card_id = rate_cards.card_behind(tx.connection, alias, _alias_instant(tx, start))
        if card_id is None:
            raise _nobody_behind(tx, f'rate card alias "{alias}"', start)
    if card_id is None:
        return {}
    rate_cards.open_card(tx.connection, card_id)  # (assumed: no contract begins on an archived card)
    return {"rate_card_id": card_id}


def _say_units(tx: Transaction, card_id: str, subscriptions: list[JsonValue]) -> None:
    """Add to each subscription in which currency it is billed, and its pricing unit if that is another one."""
    fiat = as_object(rate_cards.found(tx.connection, card_id).body["fiat_credit_type"])["id"]
    for term in map(as_object, subscriptions):
        product = as_object(as_object(term["subscription_rate"])["product"])
        unit = rate_rows.unit_of(tx.connection, card_id, str(product["id"]))
        term["fiat_credit_type_id"] = fiat
        if unit is not None and unit != fiat:
            term["custom_credit_type_id"] = unit


def _configuration_of_package(tx: Transaction, customer_id: str, package: JsonObject) -> JsonObject:
    """The one configuration of the customer that matches what the package names, if it names any."""
    provider = _text(package, "billing_provider")
    return {} if provider is None else _matching(tx, customer_id, provider, _text(package, "delivery_method"))


def _chosen_configuration(
    tx: Transaction, customer_id: str, given: BillingProviderConfiguration | None
) -> JsonObject:
    """The configuration that a body names by its id, or by provider and delivery method."""
    if given is None:
        return {}
    configuration_id = given.billing_provider_configuration_id
    if configuration_id is None:
        return _matching(tx, customer_id, given.billing_provider or "", given.delivery_method)
    stored = billing_configurations.find(tx.connection, customer_id, configuration_id)
    if stored is None:
        raise not_found(f'billing provider configuration "{configuration_id}" not found')
    if stored.archived_at is not None:
        raise refused(f'billing provider configuration "{configuration_id}" is archived')
    return {"billing_configuration_id": stored.id}


def _matching(tx: Transaction, customer_id: str, provider: str, delivery: str | None) -> JsonObject:
    matches = billing_configurations.matching(tx.connection, customer_id, provider, delivery)
    if len(matches) != 1:
        raise EngineError(
            int(tx.assumptions.provider_mismatch_status),
            f"the customer must have exactly one billing provider configuration with {provider}"
            f" and {delivery or 'any delivery method'}, not {len(matches)}",
        )
    return {"billing_configuration_id": matches[0].id}


def _text(given: JsonObject, name: str) -> str | None:
    value = given.get(name)
    return None if value is None else str(value)
