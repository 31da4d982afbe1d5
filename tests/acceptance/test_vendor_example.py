"""What the two applies of the vendor's example send is, field by field, what the vendor's guide sends.

The guide: "Starter plan" of the packages overview, and its new version of "make a pricing change". The guide's
sample leaves the credit's quantity out, which the API demands. Ids, the uniqueness key, and the temporary ids by
which terms are told apart are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from metronome.types.v1.package_create_params import PackageCreateParams
from support.command import an_example, change_of_february, run
from support.processes import LOG
from support.sdk_types import refuse_foreign, unknown_keys

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.engine import EmbeddedPackages
from pkgplan.pipeline import check_catalog, embedded_ids

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

# The credit type id of US dollars, counted in cents; the same in every Metronome account.
USD_CENTS = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"


@dataclass
class Sent:
    """The payloads of both applies: as recorded in the state log, and as they reached the API."""

    recorded: list[JsonObject] = field(default_factory=list)
    received: list[JsonObject] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    catalog = an_example(tmp_path_factory.mktemp("vendor") / "catalog")
    both = Sent()
    real = EmbeddedPackages.create

    def recording(api: EmbeddedPackages, payload: JsonObject) -> str:
        both.received.append(payload)
        return real(api, payload)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmbeddedPackages, "create", recording)
        both.ids = embedded_ids(check_catalog(catalog).catalog, "gnome-ai", "local")
        assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
        change_of_february(catalog)
        assert run("-C", catalog, "apply", "--yes", "--as-of", "2026-01-15").code == 0
    for entry in FileStateLog(catalog / LOG).read():
        if entry.kind == "created":
            payload = entry.body["payload"]
            assert isinstance(payload, dict)
            both.recorded.append(payload)
    return both


def subscription(ids: dict[str, str]) -> JsonObject:
    return {
        "temporary_id": "starter-fee",
        "subscription_rate": {"product_id": ids["product/starter-fee"], "billing_frequency": "MONTHLY"},
        "collection_schedule": "ADVANCE",
        "initial_quantity": 1,
        "proration": {"is_prorated": True, "invoice_behavior": "BILL_IMMEDIATELY"},
    }


def october(ids: dict[str, str]) -> JsonObject:
    return {
        "name": "Starter Plan - October 2025",
        "aliases": [{"name": "Starter Plan", "starting_at": "2025-10-01T00:00:00Z"}],
        "rate_card_alias": "Tokens rate card",
        "net_payment_terms_days": 15,
        "duration": {"value": 12, "unit": "MONTHS"},
        "recurring_credits": [
            {
                "temporary_id": "signup-credit",
                "product_id": ids["product/signup-credit"],
                "access_amount": {"unit_price": 1000, "quantity": 1, "credit_type_id": USD_CENTS},
                "priority": 1,
                "commit_duration": {"value": 1, "unit": "PERIODS"},
                "starting_at_offset": {"value": 0, "unit": "MONTHS"},
                "duration": {"value": 3, "unit": "MONTHS"},
                "applicable_product_ids": [ids["product/input-tokens"], ids["product/output-tokens"]],
            }
        ],
        "subscriptions": [subscription(ids)],
    }


def february(ids: dict[str, str]) -> JsonObject:
    return {
        "name": "Starter Plan - February 2026",
        "aliases": [{"name": "Starter Plan", "starting_at": "2026-02-01T00:00:00Z"}],
        "rate_card_alias": "Tokens rate card",
        "net_payment_terms_days": 15,
        "duration": {"value": 12, "unit": "MONTHS"},
        "subscriptions": [subscription(ids)],
    }


def without_key(payload: JsonObject) -> JsonObject:
    return {name: value for name, value in payload.items() if name != "uniqueness_key"}


def test_two_packages_are_sent_and_the_log_has_them_as_they_were_sent(sent: Sent) -> None:
    assert len(sent.received) == 2
    assert sent.recorded == sent.received


def test_october_is_what_the_guide_sends(sent: Sent) -> None:
    assert without_key(sent.received[0]) == october(sent.ids)


def test_february_is_what_the_guide_sends(sent: Sent) -> None:
    assert without_key(sent.received[1]) == february(sent.ids)


def test_the_uniqueness_keys_name_catalog_environment_and_version(sent: Sent) -> None:
    keys = [str(payload["uniqueness_key"]) for payload in sent.received]
    assert [key.rpartition(":")[0] for key in keys] == [
        "pkgplan:gnome-ai:local:starter@1",
        "pkgplan:gnome-ai:local:starter@2",
    ]
    assert all(len(key) <= 128 for key in keys)


def test_numbers_are_whole_and_not_text(sent: Sent) -> None:
    """Python finds 1 == 1.0 == True; the API does not."""
    credit: Any = sent.received[0]["recurring_credits"]
    amount = credit[0]["access_amount"]
    assert [type(amount[name]) for name in ("unit_price", "quantity")] == [int, int]
    assert type(sent.received[0]["net_payment_terms_days"]) is int


@pytest.mark.parametrize("which", [0, 1])
def test_the_payload_satisfies_the_types_of_the_sdk(sent: Sent, which: int) -> None:
    refuse_foreign(sent.received[which])


def test_the_walk_finds_keys_that_the_sdk_does_not_know(sent: Sent) -> None:
    payload: Any = {**sent.received[0], "surprise": 1}
    payload["subscriptions"] = [{**payload["subscriptions"][0], "quantity": 1}]
    payload["duration"] = {"value": 1, "unit": "MONTHS", "units": "MONTHS"}
    found = sorted(unknown_keys(PackageCreateParams, payload))
    assert found == ["duration.units", "subscriptions.0.quantity", "surprise"]
