"""`pkgplan customers create` and `customers list`, which embedded environments have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import SEPTEMBER, run
from support.contract_commands import printed

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Ran


def customers(catalog: Path, *arguments: str) -> Ran:
    return run("-C", catalog, "customers", *arguments, *SEPTEMBER)


def test_customers_are_made_and_listed(applied: Path) -> None:
    made = customers(
        applied, "create", "--name", "Gnome GmbH", "--ingest-alias", "a@x", "--ingest-alias", "b@x"
    )
    assert (made.code, made.err) == (0, "")
    value = printed(customers(applied, "create", "--name", "Zoë", "--format", "json"), "customers-create")
    assert (value["name"], value["ingest_aliases"]) == ("Zoë", [])
    listed = customers(applied, "list")
    assert listed.out.splitlines() == [
        "NAME        INGEST ALIASES  ID",
        f"Gnome GmbH  a@x, b@x        {made.out.strip()}",
        f"Zoë                         {value['customer_id']}",
    ]
    shown = printed(customers(applied, "list", "--format", "json"), "customers-list")
    assert [each["ingest_aliases"] for each in shown["customers"]] == [["a@x", "b@x"], []]


def test_programs_get_the_customer_as_it_was_stored(applied: Path) -> None:
    asked = ("create", "--name", "x" * 200, "--ingest-alias", "a", "--ingest-alias", "a", "--format", "json")
    made = printed(customers(applied, *asked), "customers-create")
    (listed,) = printed(customers(applied, "list", "--format", "json"), "customers-list")["customers"]
    assert (made["name"], made["ingest_aliases"]) == ("x" * 160, ["a"])
    assert (listed["name"], listed["ingest_aliases"]) == (made["name"], made["ingest_aliases"])


def test_a_customer_can_be_there_before_anything_was_applied(catalog: Path) -> None:
    assert customers(catalog, "list").out == "No customers.\n"
    assert not (catalog / ".pkgplan").exists()
    assert customers(catalog, "create", "--name", "Early").code == 0
    assert (catalog / ".pkgplan" / ".gitignore").read_text() == "*\n"
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    assert "Early" in customers(catalog, "list").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create",), ["--name"]),
        (("create", "--name", " "), ["--name is empty"]),
        (("create", "--name", "B", "--ingest-alias", "taken@x"), ['environment "local" refused']),
        (("create", "--name", "B", "--ingest-alias", "x" * 129), ['environment "local" refused']),
        (("create", "--name", "B", "-e", "production"), ["not embedded", "`engine: embedded`"]),
        (("list", "-e", "production"), ["not embedded", "`engine: embedded`"]),
        (("list", "-e", "nowhere"), ['environment "nowhere"']),
    ],
)
def test_what_cannot_be_is_refused(applied: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    assert customers(applied, "create", "--name", "A", "--ingest-alias", "taken@x").code == 0
    ran = customers(applied, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert [word for word in words if word not in ran.err] == []
    assert customers(applied, "list").out.count("\n") == 2
