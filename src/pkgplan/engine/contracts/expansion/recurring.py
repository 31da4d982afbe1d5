"""Recurring commits and recurring credits of a contract.

Comes in: templates of a stored package. Goes out: terms with a window and an anchor.
Never here: the commits and credits that they create; reads compute those.
Source: SDK 4.12 `shared.ContractV2` (`RecurringCommit`, `RecurringCredit`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import JsonObject, as_object

if TYPE_CHECKING:
    from pkgplan.engine.contracts.expansion.frame import Frame


def recurring(template: JsonObject, frame: Frame) -> JsonObject | None:
    """`RecurringCommit` or `RecurringCredit`.

    Its grants follow its own start if it has a frequency of its own, else the usage statements. None if it would
    begin after the contract, or its subscription would: nothing is ever granted for that.
    """
    dates = frame.dates(template)
    link = template.get("subscription_config")
    subscription = None if link is None else as_object(link)["subscription_template_id"]
    if dates is None or (subscription is not None and subscription not in frame.ids):
        return None
    own = "recurrence_frequency" in template
    term = frame.begun(template, "subscription_config")
    term |= dates | {"anchor_date": dates["starting_at"] if own else to_api_text(frame.usage_anchor)}
    if link is not None:
        kept = {name: as_object(link)[name] for name in ("allocation", "apply_seat_increase_config")}
        term["subscription_config"] = {**kept, "subscription_id": frame.ids[str(subscription)]}
    return term
