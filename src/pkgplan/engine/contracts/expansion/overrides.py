"""Overrides of a contract.

Comes in: templates of a stored package. Goes out: terms with a window, and references to the contract's own terms.
Never here: which override wins, and the flat fields of older reads. Run last: it needs the ids of the other terms.
Source: SDK 4.12 `shared.ContractV2` (`Override`, `OverrideOverrideSpecifier`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.contracts.expansion.frame import Frame

_REFERENCES: Final = {
    "any_commit_or_credit_template_ids": "any_commit_or_credit_ids",
    "commit_template_ids": "commit_ids",
    "recurring_commit_template_ids": "recurring_commit_ids",
}


def override(template: JsonObject, frame: Frame) -> JsonObject | None:
    """`Override`; None if it would begin after the contract, or is only about terms that would."""
    dates = frame.dates(template)
    given = [as_object(each) for each in as_list(template["override_specifiers"])]
    specifiers = list(_rewired(given, frame.ids))
    if dates is None or len(specifiers) < min(len(given), 1):
        return None
    return {**frame.begun(template), **dates, "override_specifiers": specifiers}


def _rewired(specifiers: list[JsonObject], ids: dict[str, str]) -> Iterator[JsonValue]:
    """A specifier whose terms the contract does not get is left out: without ids it would match every term."""
    for specifier in specifiers:
        rewired: JsonObject = {}
        for name, value in specifier.items():
            if name in _REFERENCES:
                rewired[_REFERENCES[name]] = [ids[str(each)] for each in as_list(value) if each in ids]
            else:
                rewired[name] = value
        if all(rewired[name] for name in _REFERENCES.values() if name in rewired):
            yield rewired
