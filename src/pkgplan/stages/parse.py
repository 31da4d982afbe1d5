"""Stage 3: documents of the right shape become one typed catalog.

Comes in: documents that `stages/validate` passed. Goes out: `Catalog`, and what two files say at once. Fragments
are only looked at for their keys: what they say is in the packages that start from them.
Never here: wording of shapes, or any rule about what a document means. A document that the schema passes and
pydantic refuses is a fault of ours, but it is reported like one of the catalog, never raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pkgplan.model import rules
from pkgplan.model.catalog.catalog import KINDS, AnyDocument, Catalog, Declared
from pkgplan.model.catalog.fragment import FRAGMENT
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
    seen: dict[tuple[str, str | None], SourceFile] = {}
    for source in sorted(sources, key=lambda source: source.path):
        if source.kind not in KINDS:
            message = "the document has no kind that is known"
            found.append(Diagnostic(rules.UNKNOWN_KIND, message, source.location))
            continue
        earlier = seen.setdefault(_name_of(source), source)
        if earlier is not source:
            found.append(_twice(source, earlier))
        elif source.kind != FRAGMENT:
            document, faults = _parse_one(source, source.kind)
            found.extend(faults)
            if document is not None:
                by_kind[source.kind][document.metadata.key] = Declared(document, source.path)
    if complete and not by_kind["Project"]:
        message = 'the catalog has no "kind: Project"'
        hint = f"write {PROJECT_FILE}; `pkgplan explain Project` says what is in it"
        found.append(Diagnostic(rules.ONE_PROJECT, message, Location(PROJECT_FILE), hint))
    project = next(iter(by_kind["Project"].values()), None)
    fields = {field: dict(sorted(by_kind[kind].items())) for kind, field in _FIELDS.items()}
    return Catalog(project=project, **fields), tuple(found)


def _name_of(source: SourceFile) -> tuple[str, str | None]:
    """What no two files may declare: packages and fragments share their keys, and there is one Project."""
    if source.kind == "Project":
        return "Project", None
    return "Package" if source.kind == FRAGMENT else str(source.kind), source.key


def _parse_one(source: SourceFile, kind: str) -> tuple[AnyDocument | None, tuple[Diagnostic, ...]]:
    try:
        return KINDS[kind].model_validate(source.data), ()
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


def _twice(source: SourceFile, earlier: SourceFile) -> Diagnostic:
    if source.kind == "Project":
        at, first = (each.location.child("kind") for each in (source, earlier))
        message, hint = "the catalog has a second Project", "keep one of the two"
        return Diagnostic(rules.ONE_PROJECT, message, at, hint, (Related(first, "the first one is here"),))
    at, first = (each.location.child("metadata", "key") for each in (source, earlier))
    message = f'{source.kind} "{source.key}" is declared twice'
    if source.kind != earlier.kind:
        message = f'{source.kind} "{source.key}" has the key of a {earlier.kind}'
    hint = "give one of the two another key, or remove it"
    return Diagnostic(
        rules.DUPLICATE_DECLARATION, message, at, hint, (Related(first, "the first one is here"),)
    )
