"""The ids that names of the catalog stand for in one environment.

Comes in: pinned ids, or the namespace of an embedded environment. Goes out: ids, and a note of which were used.
Never here: looking anything up in an environment; that is what pinning is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from pkgplan.errors import EnvironmentFault
from pkgplan.model.units import CURRENCIES, USD, USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.catalog.catalog import Catalog

# Fixed for ever: the ids of an embedded environment follow from it.
_EMBEDDED = UUID("5f0e3c52-6f0a-5a5e-9d57-0d6a0c1b7a11")


class UnpinnedReference(EnvironmentFault):
    """A name of the catalog has no id in the environment's lock file."""


class Ids:
    """Looks names up, and remembers which it was asked for."""

    def __init__(self, pinned: Mapping[str, str]) -> None:
        self._pinned = pinned
        self._used: dict[str, str] = {}
        self._unpinned: dict[str, None] = {}

    def billable_metric(self, key: str) -> str:
        """The id of a declared metric."""
        return self._id(f"billable-metric/{key}")

    def product(self, key: str) -> str:
        """The id of a declared product."""
        return self._id(f"product/{key}")

    def rate_card(self, key: str) -> str:
        """The id of a declared rate card."""
        return self._id(f"rate-card/{key}")

    def credit_type(self, unit: str) -> str:
        """The id of a currency or pricing unit. Source: "USD (cents)" has one id everywhere."""
        return self._id(f"pricing-unit/{unit}")

    def mention_unit(self, unit: str) -> None:
        """Remember a unit that is not sent, if it has an id: whoever reads the payload needs to know it."""
        name = f"pricing-unit/{unit}"
        if unit == USD or name in self._pinned:
            self._id(name)

    @property
    def unpinned(self) -> tuple[str, ...]:
        """Every name that was looked up in vain."""
        return tuple(self._unpinned)

    @property
    def used(self) -> dict[str, str]:
        """Every name that was looked up, sorted, with its id."""
        return dict(sorted(self._used.items()))

    def _id(self, name: str) -> str:
        id_ = USD_CREDIT_TYPE_ID if name == f"pricing-unit/{USD}" else self._pinned.get(name)
        if id_ is None:
            # Going on finds the others, so that all of them are pinned in one go.
            self._unpinned[name] = None
            return name
        self._used[name] = id_
        return id_


def embedded_ids(catalog: Catalog, namespace: str, environment: str) -> dict[str, str]:
    """The ids of everything declared, for an embedded environment, where they follow from the names."""
    return {
        name: str(uuid5(_EMBEDDED, f"{namespace}/{environment}/{name}"))
        for name in reference_names(catalog)
        if name != f"pricing-unit/{USD}"
    }


def reference_names(catalog: Catalog) -> list[str]:
    """The name of everything that a package can refer to by an id."""
    return [
        *_names("billable-metric", catalog.metrics),
        *_names("product", catalog.products),
        *_names("rate-card", catalog.rate_cards),
        *_names("pricing-unit", catalog.pricing_units),
        *_names("pricing-unit", CURRENCIES),
    ]


def _names(kind: str, keys: Iterable[str]) -> list[str]:
    return [f"{kind}/{key}" for key in keys]
