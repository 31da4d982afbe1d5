"""Stage 3: documents of the right shape become one typed catalog.

Comes in: documents that `stages/validate` passed. Goes out: `Catalog`, and what two files say at once.
Never here: wording of shapes, or any rule about what a document means. A document that the schema passes and
pydantic refuses is a fault of ours, but it is reported like one of the catalog, never raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pkgplan.model import rules
from pkgplan.model.catalog.catalog import KINDS, AnyDocument, Catalog, Declared
from pkgplan.model.diagnostics import Diagnostic, Location, Related, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.source import SourceFile

PROJECT_FILE = "pkgplan.yaml"

_FIELDS = {
    "Package": "packages",
    "BillableMetric": "metrics",
    "Product": "products",
    "RateCard": "rate_cards",
    "PricingUnit": "pricing_units",
    "CustomFieldKey": "custom_field_keys",
}


def parse(sources: Iterable[SourceFile], *, complete: bool = True) -> tuple[Catalog, tuple[Diagnostic, ...]]:
    """Build the catalog; of two declarations of one thing, the one in the first file by path counts.

    Args:
        sources: documents that validation passed.
        complete: whether these are all files of the catalog; a missing Project is only reported then, because
            otherwise it may be in a file that has another fault.
    """
    found: list[Diagnostic] = []
    by_kind: dict[str, dict[str, Declared[Any]]] = {kind: {} for kind in KINDS}
    for source in sorted(sources, key=lambda source: source.path):
        document, faults = _parse_one(source)
        found.extend(faults)
        if document is None:
            continue
        declared = Declared(document, source.path)
        earlier = _earlier(by_kind[document.kind], declared)
        if earlier is None:
            by_kind[document.kind][declared.key] = declared
        else:
            found.append(_twice(declared, earlier))
    if complete and not by_kind["Project"]:
        message = 'the catalog has no "kind: Project"'
        found.append(
            Diagnostic(rules.ONE_PROJECT, message, Location(PROJECT_FILE), "write one with `pkgplan init`")
        )
    project = next(iter(by_kind["Project"].values()), None)
    fields = {field: dict(sorted(by_kind[kind].items())) for kind, field in _FIELDS.items()}
    return Catalog(project=project, **fields), tuple(found)


def _parse_one(source: SourceFile) -> tuple[AnyDocument | None, tuple[Diagnostic, ...]]:
    if source.kind not in KINDS:
        return None, (
            Diagnostic(rules.UNKNOWN_KIND, "the document has no kind that is known", source.location),
        )
    try:
        return KINDS[source.kind].model_validate(source.data), ()
    except ValidationError as error:
        return None, tuple(dict.fromkeys(_refusals(source, error)))


def _refusals(source: SourceFile, error: ValidationError) -> Iterator[Diagnostic]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        route = _existing(source.data, detail["loc"])
        message = f"the value is refused: {detail['msg']}"
        hint = "see `pkgplan explain` with the name of the field"
        yield Diagnostic(rules.WRONG_TYPE, message, source.location.child(*route), hint)


def _existing(data: JsonValue, loc: tuple[str | int, ...]) -> Route:
    """The part of pydantic's location that exists in the document; it adds names of types to it."""
    here: Any = data
    for depth, part in enumerate(loc):
        is_index = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if not is_index and not (isinstance(here, dict) and part in here):
            return loc[:depth]
        here = here[part]
    return loc


def _earlier(declared: dict[str, Declared[Any]], new: Declared[Any]) -> Declared[Any] | None:
    if new.document.kind == "Project":
        return next(iter(declared.values()), None)
    return declared.get(new.key)


def _twice(declared: Declared[Any], earlier: Declared[Any]) -> Diagnostic:
    kind = declared.document.kind
    if kind == "Project":
        rule, message, at, first, hint = (
            rules.ONE_PROJECT,
            "the catalog has a second Project",
            declared.at("kind"),
            earlier.at("kind"),
            "keep one of the two",
        )
    else:
        rule, message, at, first, hint = (
            rules.DUPLICATE_DECLARATION,
            f'{kind} "{declared.key}" is declared twice',
            declared.at("metadata", "key"),
            earlier.at("metadata", "key"),
            "give one of the two another key, or remove it",
        )
    return Diagnostic(rule, message, at, hint, (Related(first, "the first one is here"),))
