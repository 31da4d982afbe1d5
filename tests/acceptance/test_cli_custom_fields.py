"""`pkgplan custom-fields set` and `custom-fields list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.command import SEPTEMBER, edit, run
from support.contract_commands import NOBODY, a_contract, a_customer, printed

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Ran

KEY = """\
apiVersion: pkgplan/v1
kind: CustomFieldKey
metadata:
  key: {entity}-{key}
spec:
  entity: {entity}
  key: {key}
  enforce_uniqueness: false
"""
FEE = "      collection_schedule: advance\n"
KEYS = (("contract", "segment"), ("package_subscription", "item"), ("subscription", "item"))


@pytest.fixture
def tagged(catalog: Path) -> Path:
    """The example, applied, with custom fields on the fee and registered keys."""
    for entity, key in KEYS:
        name = f"{entity}-{key}".replace("_", "-")
        text = KEY.format(entity=entity, key=key).replace(f"key: {entity}-{key}", f"key: {name}")
        (catalog / "references" / f"custom-field-{name}.yaml").write_text(text)
    edit(catalog / "packages" / "starter.yaml", (FEE, f"{FEE}      custom_fields: {{item: F-100}}\n"))
    ran = run("-C", catalog, "apply", "--yes", *SEPTEMBER)
    assert ran.code == 0, ran.err
    return catalog


def fields(catalog: Path, *arguments: str) -> Ran:
    return run("-C", catalog, "custom-fields", *arguments, *SEPTEMBER)


def contract_of(catalog: Path, contract: str, customer: str) -> Any:
    ran = run(
        "-C", catalog, "contracts", "show", contract, "--customer", customer, "--format", "json", *SEPTEMBER
    )
    return printed(ran, "contracts-show")


def test_registered_keys_are_listed(tagged: Path) -> None:
    assert fields(tagged, "list").out.splitlines() == [
        "ENTITY                KEY      UNIQUE",
        "contract              segment  no",
        "package_subscription  item     no",
        "subscription          item     no",
    ]
    value = printed(fields(tagged, "list", "--entity", "contract", "--format", "json"), "custom-fields-list")
    assert value["keys"] == [{"entity": "contract", "key": "segment", "enforce_uniqueness": False}]


def test_what_the_package_gave_can_be_changed_on_the_contract(tagged: Path) -> None:
    customer = a_customer(tagged)
    contract, other = a_contract(tagged, customer), a_contract(tagged, customer)
    fee = contract_of(tagged, contract, customer)["terms"][-1]
    assert fee["custom_fields"] == {"item": "F-100"}
    ran = fields(tagged, "set", "subscription", fee["id"], "item=F-200 = new")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"Set 1 custom field of subscription {fee['id']}: item=F-200 = new\n"
    value = printed(
        fields(tagged, "set", "contract", contract, "segment=", "--format", "json"), "custom-fields-set"
    )
    assert (value["entity_id"], value["custom_fields"]) == (contract, {"segment": ""})
    after = contract_of(tagged, contract, customer)
    assert after["custom_fields"] == {"segment": ""}
    assert after["terms"][-1]["custom_fields"] == {"item": "F-200 = new"}
    assert contract_of(tagged, other, customer)["terms"][-1]["custom_fields"] == {"item": "F-100"}
    text = run("-C", tagged, "contracts", "show", contract, "--customer", customer, *SEPTEMBER).out
    assert "CUSTOM FIELDS" in text
    assert "item=F-200 = new" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("contract", NOBODY, "segment=smb"),
            2,
            ['environment "local" refused', "--customer ID` for ids"],
        ),
        (("contrct", NOBODY, "segment=smb"), 2, ['entity "contrct"', 'did you mean "contract"?']),
        (("contract", NOBODY, "segment"), 2, ['"segment" is not KEY=VALUE']),
        (("contract", NOBODY, "=smb"), 2, ['"=smb" is not KEY=VALUE']),
        (("contract", NOBODY, "a=1", "a=2"), 2, ['"a" is given twice']),
        (("contract", NOBODY), 2, ["KEY=VALUE"]),
        (("contract", "", "segment=smb"), 2, ['environment "local" refused']),
        (("contract", NOBODY, "segment=smb", "-e", "production"), 4, ["cannot reach yet"]),
        (("contract", NOBODY, "segment=smb", "-e", "nowhere"), 2, ['environment "nowhere"']),
    ],
)
def test_what_cannot_be_set(tagged: Path, arguments: tuple[str, ...], code: int, words: list[str]) -> None:
    ran = fields(tagged, "set", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert [word for word in words if word not in ran.err] == []


def test_a_key_that_is_not_registered_sets_nothing(tagged: Path) -> None:
    customer = a_customer(tagged)
    contract = a_contract(tagged, customer)
    ran = fields(tagged, "set", "contract", contract, "segment=smb", "colour=red")
    assert (ran.code, ran.out) == (2, "")
    assert '"colour"' in ran.err
    assert f"`pkgplan custom-fields list -C {tagged} --entity contract`" in ran.err
    assert contract_of(tagged, contract, customer)["custom_fields"] == {}


def test_an_environment_without_keys_has_an_empty_list_and_no_file(catalog: Path) -> None:
    assert fields(catalog, "list").out == "No custom field keys.\n"
    assert not (catalog / ".pkgplan").exists()
    assert fields(catalog, "list", "--entity", "thing").code == 2
    assert fields(catalog, "list", "-e", "production").code == 4
