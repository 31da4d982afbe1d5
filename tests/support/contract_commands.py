"""The commands about contracts on the example catalog: a customer, a contract, and results held against schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from pkgplan.adapters.clocks import FixedClock
from pkgplan.engine import Engine
from pkgplan.model.units import parse_instant
from support.command import REPOSITORY, SEPTEMBER, change_of_february, run

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Ran

JANUARY = ("--as-of", "2026-01-15")
NOBODY = "00000000-0000-4000-8000-00000000dead"


def a_customer(catalog: Path, name: str = "Gnome GmbH") -> str:
    """The id of a new customer."""
    return _done(run("-C", catalog, "customers", "create", "--name", name, *SEPTEMBER))


def a_contract(catalog: Path, customer: str, *package: str, starting_at: str = "2025-10-01") -> str:
    """The id of a new contract; of the newest Starter Plan unless another package is named."""
    named = package or ("--package", "starter")
    start = ("--starting-at", starting_at)
    return _done(run("-C", catalog, "provision", "--customer", customer, *named, *start, "--yes", *SEPTEMBER))


def two_versions(applied: Path) -> None:
    """The change of February is applied, too: starter@2 is behind the alias from then on."""
    change_of_february(applied)
    assert run("-C", applied, "apply", "--yes", *JANUARY).code == 0


def cohorts(catalog: Path, *asked: str) -> dict[str, list[str]]:
    """The ids of contracts by version."""
    packages: Any = printed(
        run("-C", catalog, "contracts", "list", *asked, "--format", "json"), "contracts-list"
    )
    return {each["ref"]: [c["contract_id"] for c in each["contracts"]] for each in packages["packages"]}


def printed(ran: Ran, schema: str) -> Any:
    """What a command printed for programs, which is as its committed schema says."""
    assert (ran.code, ran.out[:1]) == (0, "{"), ran.err
    value = json.loads(ran.out)
    text = (REPOSITORY / "schemas" / f"{schema}.schema.json").read_text()
    Draft202012Validator(json.loads(text)).validate(value)
    return value


def engine_of(catalog: Path, at: str = "2025-09-16") -> Engine:
    """The engine behind the embedded environment, for what happens behind pkgplan's back."""
    return Engine(catalog / ".pkgplan" / "local.db", FixedClock(parse_instant(at)))


def _done(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    assert ran.out.count("\n") == 1
    return ran.out.strip()
