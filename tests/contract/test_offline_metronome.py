"""The contract of the offline Metronome: every operation answers and refuses through the official SDK, in process and
over HTTP, and what is sent twice is done once.

The cases are in the `test_offline_metronome_*` modules; each says with `exercises` what it has made the engine do.
Facts: vendor reference "Idempotency".
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.offline_metronome import DECLARED, FLAVOURS, Offline, exercises, offline_metronome
from support.provisioned import sizes

from pkgplan.engine.registry import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module", params=FLAVOURS)
def offline(request: pytest.FixtureRequest) -> Iterator[Offline]:
    with offline_metronome(request.param) as it:
        yield it


def test_every_operation_has_a_case_that_answers_and_one_that_refuses() -> None:
    for module in sorted(Path(__file__).parent.glob(f"{Path(__file__).stem}_*.py")):
        import_module(module.stem)
    assert set(OPERATIONS) - DECLARED.answers == set()
    assert set(OPERATIONS) - DECLARED.refuses == set()
    assert DECLARED.answers | DECLARED.refuses == set(OPERATIONS), "a case is about an operation that is none"


def test_a_case_that_does_not_do_what_it_says_fails() -> None:
    @exercises("packages.list", refuses="packages.get")
    def idle(offline: Offline) -> None:
        offline.v1.packages.list()

    @exercises("packages.list")
    def other(offline: Offline) -> None:
        offline.v1.billable_metrics.list()

    with offline_metronome(FLAVOURS[0]) as offline:
        for test, missing in ((idle, "packages.get"), (other, "packages.list")):
            with pytest.raises(AssertionError, match=missing):
                test(offline=offline)


def _keyed(key: str) -> dict[str, Any]:
    return {"extra_headers": {"Idempotency-Key": key}}


@exercises("packages.create customers.create products.create", refuses="packages.create customers.create")
def test_a_request_that_is_sent_twice_is_done_once(offline: Offline) -> None:
    v1 = offline.v1
    calls: dict[str, Callable[[str, str], Any]] = {
        "packages": lambda name, key: v1.packages.create(name=name, **_keyed(key)),
        "customers": lambda name, key: v1.customers.create(name=name, **_keyed(key)),
        "products": lambda name, key: v1.contracts.products.create(name=name, type="FIXED", **_keyed(key)),
    }
    for table, call in calls.items():
        key = offline.name(table)
        first = call("first", key).data.id
        before = sizes(offline.engine)
        assert call("first", key).data.id == first
        offline.refusal(409, call, "second", key)
        assert sizes(offline.engine) == before
        again = call("first", offline.name(table)).data.id
        assert again != first, "another key is another request"
        assert sizes(offline.engine)[table] == before[table] + 1


@exercises("contracts.create contracts.archive", refuses="contracts.create")
def test_a_contract_that_is_asked_for_twice_is_one(offline: Offline) -> None:
    package, customer, key = offline.package(), offline.customer(), offline.name("key")
    first = offline.contract(customer, package, uniqueness_key=key, **_keyed(key))
    assert offline.contract(customer, package, uniqueness_key=key, **_keyed(key)) == first, (
        "the stored result goes before the conflict"
    )
    offline.refusal(409, lambda: offline.contract(customer, package, "2025-11-01T00:00:00Z", **_keyed(key)))
    offline.v1.contracts.archive(
        customer_id=customer, contract_id=first, void_invoices=True, **_keyed(f"archive {key}")
    )
    offline.v1.contracts.archive(
        customer_id=customer, contract_id=first, void_invoices=True, **_keyed(f"archive {key}")
    )
    assert [each.id for each in offline.v2.contracts.list(customer_id=customer)] == []


@exercises("contracts.create", refuses="contracts.create")
def test_a_body_that_was_refused_for_its_shape_leaves_the_key_free(offline: Offline) -> None:
    package, customer, key = offline.package(), offline.customer(), offline.name("key")
    offline.refusal(400, lambda: offline.contract(customer, package, "never", **_keyed(key)))
    assert offline.contract(customer, package, **_keyed(key))
