"""The JSON Schemas of what the commands print that work on contracts, custom fields and customers.

Comes in: nothing. Goes out: schemas by file name. Never here: validation at run time; as in `schemas.py`, they are
kept by hand, because they are a promise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.report.schema_parts import (
    a_count,
    a_list,
    a_ref,
    a_text,
    an_instant,
    an_object,
    document,
    format_version,
    nullable,
    one_of,
    sides,
)

if TYPE_CHECKING:
    from pkgplan.report.schema_parts import Schema


def contract_schemas() -> dict[str, Schema]:
    """Each schema by its file name."""
    return {
        schema["$id"]: schema
        for schema in (
            provision_schema(),
            contracts_list_schema(),
            contracts_show_schema(),
            custom_fields_set_schema(),
            custom_fields_list_schema(),
            customers_create_schema(),
            customers_list_schema(),
        )
    }


def provision_schema() -> Schema:
    """What `pkgplan provision --format json` prints."""
    return document(
        "provision.schema.json",
        "pkgplan provision",
        "What `pkgplan provision --format json` prints: the contract, and the dated terms that it has.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "contract_id": nullable(a_text("The id of the contract that was made; null with --dry-run.")),
            "customer_id": a_text("The id of the customer."),
            "alias": nullable(a_text("The alias that the package was asked for by.")),
            "ref": a_ref("The version that the contract is made from."),
            "package_id": a_text("The id of that version in the environment."),
            **sides(),
            "uniqueness_key": nullable(a_text("The key that keeps the contract from being made twice.")),
            "settings": {**_settings(), "type": ["object", "null"]},
            "terms": {
                **_list_of(
                    "The terms in the order of the package; null if it is not recorded what was sent for the version.",
                    "One window of a term, or one date of it; grants in a row that come to the same are one.",
                    {
                        "term": a_text("Kind and key, such as `recurring_credits.signup-credit`."),
                        **_dated(),
                        "count": nullable(
                            a_count(
                                "For `grants` and `grants-invoice`, how many there are, each of this amount, in this"
                                " window; null if nothing ends them, and for all else."
                            )
                        ),
                    },
                ),
                "type": ["array", "null"],
            },
        },
    )


def contracts_list_schema() -> Schema:
    """What `pkgplan contracts list --format json` prints."""
    return document(
        "contracts-list.schema.json",
        "pkgplan contracts list",
        "What `pkgplan contracts list --format json` prints: contracts by the version that they were made from.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "covering": nullable(an_instant("The instant at which the contracts run, if one was asked for.")),
            "packages": _list_of(
                "The versions, by key and number.",
                "One version with its contracts.",
                {
                    "ref": a_ref("The version."),
                    "package_id": a_text("Its id in the environment."),
                    "count": a_count("How many contracts there are."),
                    "contracts": _list_of(
                        "The contracts in the order of the environment.",
                        "One contract.",
                        {
                            "customer_id": a_text("The id of the customer."),
                            "contract_id": a_text("The id of the contract."),
                            **sides(),
                            "archived_at": nullable(an_instant("When it was archived.")),
                        },
                    ),
                },
            ),
        },
    )


def contracts_show_schema() -> Schema:
    """What `pkgplan contracts show --format json` prints."""
    return document(
        "contracts-show.schema.json",
        "pkgplan contracts show",
        "What `pkgplan contracts show --format json` prints: a contract as it stands.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "contract_id": a_text("The id of the contract."),
            "customer_id": a_text("The id of the customer."),
            "name": nullable(a_text("The name of the contract.")),
            "ref": nullable(a_ref("The version that it was made from; null if it is none that is recorded.")),
            "package_id": nullable(a_text("The id of the package that it was made from.")),
            **sides(),
            "archived_at": nullable(an_instant("When it was archived.")),
            "custom_fields": _custom_fields("The custom fields of the contract itself."),
            "settings": _settings(),
            "terms": _list_of(
                "The terms by their kind.",
                "One window of a term, or one date of it.",
                {
                    "kind": a_text("Such as `recurring_credits`."),
                    "id": nullable(a_text("The id of the term; it is what custom fields are set on.")),
                    "name": nullable(a_text("The name of the term, or of its product.")),
                    **_dated(),
                    "custom_fields": _custom_fields("The custom fields of the term."),
                },
            ),
        },
    )


def custom_fields_set_schema() -> Schema:
    """What `pkgplan custom-fields set --format json` prints."""
    return document(
        "custom-fields-set.schema.json",
        "pkgplan custom-fields set",
        "What `pkgplan custom-fields set --format json` prints: the values that were set.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "entity": a_text("The kind of thing, such as `contract`."),
            "entity_id": a_text("The id of the thing."),
            "custom_fields": _custom_fields("The values; others that it has stay as they were."),
        },
    )


def custom_fields_list_schema() -> Schema:
    """What `pkgplan custom-fields list --format json` prints."""
    return document(
        "custom-fields-list.schema.json",
        "pkgplan custom-fields list",
        "What `pkgplan custom-fields list --format json` prints: the keys that are registered.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "keys": _list_of(
                "The keys by entity.",
                "One key.",
                {
                    "entity": a_text("The kind of thing that may have it."),
                    "key": a_text("The key."),
                    "enforce_uniqueness": {
                        "type": "boolean",
                        "description": "Whether no two things may have the same value.",
                    },
                },
            ),
        },
    )


def customers_create_schema() -> Schema:
    """What `pkgplan customers create --format json` prints."""
    return document(
        "customers-create.schema.json",
        "pkgplan customers create",
        "What `pkgplan customers create --format json` prints: the customer that was made.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "customer_id": a_text("The id of the customer."),
            "name": a_text("The name of the customer."),
            "ingest_aliases": _aliases(),
        },
    )


def customers_list_schema() -> Schema:
    """What `pkgplan customers list --format json` prints."""
    return document(
        "customers-list.schema.json",
        "pkgplan customers list",
        "What `pkgplan customers list --format json` prints: customers that are not archived.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment."),
            "customers": _list_of(
                "The customers in the order of the environment.",
                "One customer.",
                {
                    "customer_id": a_text("The id of the customer."),
                    "name": a_text("The name of the customer."),
                    "ingest_aliases": _aliases(),
                    "custom_fields": _custom_fields("The custom fields of the customer."),
                },
            ),
        },
    )


def _dated() -> Schema:
    return {
        "role": one_of(
            "What happens then; `term` for the term itself, `uninvoiced` for what is recorded and never invoiced,"
            " `grants-invoice` for what each grant costs.",
            ("term", "access", "grants", "grants-invoice", "invoice", "uninvoiced", "charge"),
        ),
        "at": nullable(an_instant("When it falls due, for what has one date and no window.")),
        **sides(),
        "amount": nullable(a_text("How much, such as `10.00 USD`, or a number of units; null for none.")),
        "says": nullable(
            a_text(
                "What no amount tells: the price of an override, a subscription's fee, a grant for each seat."
            )
        ),
    }


def _settings() -> Schema:
    return {
        "type": "object",
        "description": "What it says besides its dated terms, such as `net_payment_terms_days`, one line each; null if "
        "it is not recorded what was sent for the version.",
        "additionalProperties": {"type": "string"},
    }


def _aliases() -> Schema:
    return a_list("What usage events may call the customer.", a_text("One name."))


def _custom_fields(description: str) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": {"type": "string"}}


def _list_of(description: str, of_each: str, properties: Schema) -> Schema:
    return a_list(description, an_object(of_each, properties))
