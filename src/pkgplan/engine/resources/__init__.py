"""What a contract is made from, and who it is made for: one module for each kind of thing, with its operations.

Comes in: requests whose shape was checked. Goes out: bodies of answers in the API's shapes.
Never here: contracts, HTTP, transactions. Each module has the models of its bodies, its rows, its operations.
"""

from typing import TYPE_CHECKING, Final

from pkgplan.engine.resources import (
    audit,
    billing_configurations,
    custom_fields,
    customers,
    events,
    metrics,
    packages,
    pricing_units,
    products,
    rate_cards,
    rates,
)

if TYPE_CHECKING:
    from pkgplan.engine.operation import Operation

OPERATIONS: Final[tuple["Operation", ...]] = (
    *metrics.OPERATIONS,
    *products.OPERATIONS,
    *pricing_units.OPERATIONS,
    *rate_cards.OPERATIONS,
    *rates.OPERATIONS,
    *packages.OPERATIONS,
    *customers.OPERATIONS,
    *billing_configurations.OPERATIONS,
    *custom_fields.OPERATIONS,
    *events.OPERATIONS,
    *audit.OPERATIONS,
)
