"""The small change of random packages: amounts, spans, names, and the keys of what `world` declares.

Comes in: a source of randomness. Goes out: values. Never here: terms, or what goes together with what.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

T = TypeVar("T")

PRICING_UNIT: Final = "ai-credits"
FREQUENCIES: Final = ("weekly", "monthly", "quarterly", "annual")
USAGE: Final = ("plain", "grouped", "in-credits")
FEES: Final = ("fee", "seat")
SHARES: Final = ("share", "stepped-share")
GROUPS: Final = {"model": ("large", "small"), "region": ("eu", "us")}
TAGS: Final = {"plain": ["basic"], "grouped": ["premium"], "in-credits": ["basic", "premium"]}
CUSTOM_FIELD: Final = "erp_item"

_KEYS: Final = ("a", "b-2", "main", "z9")
_UNITS: Final = ("day", "week", "month", "year")
# What YAML, JSON or people could stumble over.
_LETTERS: Final = "abcXYZ0189 _-.,:;#'\"\\/|>&*!%@`~?[]{}()=+$éßЖ漢🙂"


class Chance:
    """Choices, of a seeded source, or of hypothesis, which then shrinks them."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def pick(self, *choices: T) -> T:
        """One of the choices."""
        return choices[self.whole(0, len(choices) - 1)]

    def whole(self, least: int, most: int) -> int:
        """A whole number; both ends included."""
        return self._random.randint(least, most)

    def flip(self) -> bool:
        """Heads or tails."""
        return self.whole(0, 1) == 1

    def some(self, choices: Sequence[T], least: int = 0, most: int = 2) -> list[T]:
        """Several of the choices, each once."""
        left = list(choices)
        return [
            left.pop(self.whole(0, len(left) - 1)) for _ in range(self.whole(least, min(most, len(left))))
        ]

    def keys(self, least: int = 0, most: int = 2) -> list[str]:
        """Keys of terms."""
        return self.some(_KEYS, least, most)

    def text(self) -> str:
        """Text that says something."""
        made = "".join(self.pick(*_LETTERS) for _ in range(self.whole(1, 9)))
        return made if made.strip() else "x"

    def name(self) -> str:
        """Text that is what it looks like."""
        return " ".join(self.text().split())

    def money(self, unit: str) -> str:
        """From nothing to 100 000."""
        return f"{self._cents(0, 10**7)} {unit}"

    def span(self, least: int, most: int) -> Any:
        """Calendar time in either spelling; at most 3 years, so that a package can outlast it."""
        unit = self.pick(*_UNITS)
        count = min(self.whole(least, most), 3) if unit == "year" else self.whole(least, most)
        return {"value": count, "unit": f"{unit}s".upper()} if self.flip() else f"{count} {unit}s"

    def number(self, node: dict[str, Any]) -> int | Decimal:
        """A number within the limits of a schema, often a whole one."""
        most = node.get("maximum", 1000)
        least = node.get("minimum", node.get("exclusiveMinimum", 0))
        if self.flip():
            return self.whole(least + ("exclusiveMinimum" in node), most)
        return self._cents(least * 100 + 1, most * 100)

    def multiplier(self) -> Decimal:
        """From free to three times as much."""
        return self._cents(0, 300)

    def _cents(self, least: int, most: int) -> Decimal:
        return Decimal(self.whole(least, most)) / 100


BY_FIELD: Final[dict[str, Callable[[Chance], Any]]] = {
    "applicable_products": lambda chance: chance.some([*USAGE, *FEES, "share"]),
    "applicable_product_tags": lambda chance: chance.some(["basic", "premium"]),
    "custom_fields": lambda chance: {key: chance.name() for key in chance.some([CUSTOM_FIELD], most=1)},
    "pricing_group_values": lambda chance: {key: chance.pick(*GROUPS[key]) for key in chance.some([*GROUPS])},
    "presentation_group_values": lambda chance: {
        key: chance.text() for key in chance.some(["project"], most=1)
    },
    "product_tags": lambda chance: chance.some(["basic", "premium"]),
    "duration": lambda chance: chance.span(1, 18),
    "seat_group_key": lambda _: "user_id",
    "net_payment_terms_days": lambda chance: chance.whole(0, 90),
}
"""Fields whose values must be names of something, or must stay within what the other random terms allow."""
