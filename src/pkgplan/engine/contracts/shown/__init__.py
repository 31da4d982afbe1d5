"""What reads show of a contract, as pure functions of its row and of a `View`.

Comes in: a `StoredContract`, and what lies outside of its row at one instant. Goes out: JSON in the API's shapes.
Never here: SQL (`reading.views_of` and `reading.created` gather a `View`), invoices, usage.
Source: SDK types `shared.contract_v2`, `shared.contract`, `v1.contract_create_response`.
"""

from pkgplan.engine.contracts.shown.contract import shown_created, shown_v1, shown_v2
from pkgplan.engine.contracts.shown.view import Transition, View

__all__ = ["Transition", "View", "shown_created", "shown_v1", "shown_v2"]
