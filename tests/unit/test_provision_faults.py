"""Making a contract: what is said when the environment does something else, or says nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pkgplan.apply import provision
from pkgplan.errors import (
    ApiConflict,
    ApiError,
    ApiRejected,
    ApiUnavailable,
    EnvironmentFault,
    PkgplanError,
    UsageFault,
)
from pkgplan.model.names import PackageRef
from pkgplan.pipeline.promising import Asked, Promise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant
    from pkgplan.ports import CohortContract

OCTOBER = datetime(2025, 10, 1, tzinfo=UTC)
MADE: JsonObject = {
    "id": "k-1",
    "customer_id": "c-1",
    "package_id": "p-1",
    "starting_at": "2025-10-01T00:00:00.000Z",
    "ending_before": "2026-10-01T00:00:00.000Z",
}


@dataclass
class Contracts:
    """An environment that answers as it is told to."""

    answer: JsonObject = field(default_factory=lambda: {**MADE})
    at_create: ApiError | None = None
    at_get: ApiError | None = None
    requests: list[JsonObject] = field(default_factory=list)

    def provision(self, request: JsonObject) -> str:
        self.requests.append(request)
        if self.at_create is not None:
            raise self.at_create
        return "k-1"

    def get(self, customer_id: str, contract_id: str) -> JsonObject:
        assert (customer_id, contract_id) == ("c-1", "k-1")
        if self.at_get is not None:
            raise self.at_get
        return self.answer

    def of_package(
        self, package_id: str, *, covering: Instant | None = None, include_archived: bool = False
    ) -> Iterator[CohortContract]:
        raise AssertionError("whoever makes a contract has no business with cohorts")


def promised(key: str | None = None) -> Promise:
    asked = Asked("c-1", OCTOBER, "Starter Plan", key)
    return Promise(asked, PackageRef("starter", 1), "p-1", OCTOBER.replace(year=2026), ())


def fault_of(contracts: Contracts, key: str | None = None) -> PkgplanError:
    with pytest.raises(PkgplanError) as raised:
        provision(promised(key), contracts)
    assert len(contracts.requests) == 1
    return raised.value


def test_a_contract_as_promised() -> None:
    contracts = Contracts()
    assert provision(promised(), contracts) == "k-1"
    assert contracts.requests == [promised().request()]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"package_id": "p-2"}, ['its package is "p-2" instead of "p-1"']),
        ({"package_id": None}, ['its package is "unknown" instead of "p-1"']),
        (
            {"ending_before": "2026-10-02T00:00:00Z"},
            [
                "its window is 2025-10-01T00:00:00Z .. 2026-10-02T00:00:00Z instead of 2025-10-01T00:00:00Z .. 2026-"
            ],
        ),
        ({"ending_before": None}, ["its window is 2025-10-01T00:00:00Z .. instead of"]),
        (
            {"package_id": "p-2", "starting_at": "2025-10-01T01:00:00Z"},
            ['its package is "p-2"', "its window is 2025-10-01T01:00:00Z"],
        ),
    ],
)
def test_a_contract_that_is_something_else_is_told_loudly(changes: JsonObject, words: list[str]) -> None:
    fault = fault_of(Contracts(MADE | changes))
    assert type(fault) is EnvironmentFault
    assert 'contract "k-1" of customer "c-1" was made, but is not what was promised' in fault.message
    assert [word for word in words if word not in fault.message] == []
    assert "nothing was undone" in fault.hint


def test_a_contract_that_cannot_be_read_back_is_named() -> None:
    fault = fault_of(Contracts(at_get=ApiUnavailable("no answer")))
    assert (fault.exit_code, fault.message) == (
        4,
        'contract "k-1" was made, but cannot be read back: no answer',
    )
    assert "`pkgplan contracts show k-1 --customer c-1`" in fault.hint


def test_nobody_knows_whether_it_was_made() -> None:
    fault = fault_of(Contracts(at_create=ApiUnavailable("no answer")))
    assert (type(fault), fault.exit_code) == (ApiUnavailable, 4)
    assert "may or may not have been made" in fault.message
    assert "before you try again" in fault.hint
    with_key = fault_of(Contracts(at_create=ApiUnavailable("no answer")), key="order-17")
    assert "cannot make a second one" in with_key.hint


def test_a_used_key_is_the_command_lines_fault() -> None:
    fault = fault_of(Contracts(at_create=ApiConflict("used", status=409)), key="order-17")
    assert type(fault) is UsageFault
    assert "`pkgplan contracts list --package starter@1`" in fault.hint


def test_a_refusal_is_passed_on() -> None:
    refused = ApiRejected("no such customer", status=404)
    assert fault_of(Contracts(at_create=refused)) is refused
