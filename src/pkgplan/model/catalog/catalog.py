"""A whole catalog: every declaration with the file that it came from.

Comes in: parsed documents. Goes out: `Catalog`, which the checks and the compiler read.
Never here: parsing, or rules. Mappings are keyed by `metadata.key` and iterate in the order of their keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pkgplan.model.catalog.document import Document
from pkgplan.model.catalog.fragment import FRAGMENT, PackageFragmentDocument
from pkgplan.model.catalog.package import PackageDocument
from pkgplan.model.catalog.project import ProjectDocument
from pkgplan.model.catalog.rate_cards import RateCardDocument
from pkgplan.model.catalog.references import (
    BillableMetricDocument,
    CustomFieldKeyDocument,
    PricingUnitDocument,
    ProductDocument,
)
from pkgplan.model.diagnostics import Location

AnyDocument = Document[Any]
D_co = TypeVar("D_co", bound=AnyDocument, covariant=True)

KINDS: dict[str, type[AnyDocument]] = {
    "Project": ProjectDocument,
    "Package": PackageDocument,
    FRAGMENT: PackageFragmentDocument,
    "BillableMetric": BillableMetricDocument,
    "Product": ProductDocument,
    "RateCard": RateCardDocument,
    "PricingUnit": PricingUnitDocument,
    "CustomFieldKey": CustomFieldKeyDocument,
}


@dataclass(frozen=True, slots=True)
class Declared(Generic[D_co]):
    """A document and the file that declares it; `path` is relative to the catalog folder."""

    document: D_co
    path: str

    @property
    def key(self) -> str:
        """The name of the declaration."""
        return self.document.metadata.key

    def at(self, *route: str | int) -> Location:
        """A place in the file, such as `at("spec", "aliases", 0)`."""
        return Location(self.path, route)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that a catalog declares. Fragments are in the packages that start from them."""

    project: Declared[ProjectDocument] | None = None
    packages: dict[str, Declared[PackageDocument]] = field(default_factory=dict)
    metrics: dict[str, Declared[BillableMetricDocument]] = field(default_factory=dict)
    products: dict[str, Declared[ProductDocument]] = field(default_factory=dict)
    rate_cards: dict[str, Declared[RateCardDocument]] = field(default_factory=dict)
    pricing_units: dict[str, Declared[PricingUnitDocument]] = field(default_factory=dict)
    custom_field_keys: dict[str, Declared[CustomFieldKeyDocument]] = field(default_factory=dict)
