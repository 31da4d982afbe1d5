"""A document as careless people write it: any key order, quotes, braces and spelling, comments everywhere.

Each comment says where it was put: `above:<key>` on a line of its own above that key, `behind:<key>` at the end
of its line, and `loose` where it belongs to no single key.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pkgplan.model.canonical import plain_number

if TYPE_CHECKING:
    from random import Random

    from pkgplan.model.catalog.layout import Layout

_MONEY = re.compile(r"([0-9]+)\.([0-9]{2}) ([A-Z]{3})")
_SPAN = re.compile(r"([0-9]+) (day|week|month|year|period)s?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _/.-]*[A-Za-z0-9]|[0-9]+(\.[0-9]+)? [A-Za-z-]+|" + _DATE.pattern)


class Scribbler:
    """Writes one document. Without a random source it would always write the same; so it takes one."""

    def __init__(self, random: Random, layout: Layout) -> None:
        self.random = random
        self.layout = layout
        self.comments: list[str] = []

    def write(self, document: dict[str, Any]) -> str:
        """The text of a document; what its comments were is in `comments`."""
        lines = [*self._loose(""), *self._mapping(document, self.layout, ""), *self._loose("")]
        ending = self.random.choice(["\n", "\n", "\r\n"])
        return ending.join(lines) + self.random.choice([ending, "", ending * 3])

    # Collections

    def _mapping(self, data: dict[str, Any], layout: Layout, pad: str) -> list[str]:
        keys = list(data)
        if layout.fields:
            self.random.shuffle(keys)
        lines: list[str] = []
        for position, key in enumerate(keys):
            # What stands above the first key of a block could as well be about the block.
            lines += self._above(pad, key if position else "")
            lines += self._entry(f"{pad}{self._key(key)}:", key, data[key], layout.of_entry(key), pad)
        return lines

    def _entry(self, opener: str, key: str, value: Any, layout: Layout, pad: str) -> list[str]:
        value = self._respelled(value, layout)
        deeper = pad + " " * self.random.choice([2, 2, 3, 4])
        if layout.scalar and isinstance(value, dict):  # it becomes one text, so that comments leave it
            return [f"{opener} {self._flow(value, layout)}{self._behind(key)}"]
        if isinstance(value, dict) and value and self.random.random() < 0.7:
            return [opener + self._behind(key), *self._mapping(value, layout, deeper), *self._loose(deeper)]
        if isinstance(value, list) and value and self.random.random() < 0.7:
            dashes = self.random.choice([pad, deeper])
            return [opener + self._behind(key), *self._list(value, layout, dashes)]
        if isinstance(value, dict | list) and value and self.random.random() < 0.3:
            return [
                f"{opener} {line}" if not n else line
                for n, line in enumerate(self._broken_flow(value, layout, deeper))
            ]
        if isinstance(value, str) and self.random.random() < 0.2 and re.search(r"[a-z] [a-z]", value):
            return self._several_lines(opener, key, value, deeper)
        return [f"{opener} {self._flow(value, layout)}{self._behind(key)}"]

    def _list(self, data: list[Any], layout: Layout, pad: str) -> list[str]:
        lines: list[str] = []
        for item in data:
            lines += self._loose(pad)
            if isinstance(item, dict) and item and self.random.random() < 0.6:
                inner = self._mapping(item, layout.of_item(), f"{pad}  ")
                first = next(
                    n for n, line in enumerate(inner) if line.strip() and not line.lstrip().startswith("#")
                )
                lines += [line[2:] if line else line for line in inner[:first]]
                lines += [f"{pad}- {inner[first][len(pad) + 2 :]}", *inner[first + 1 :]]
            else:
                lines.append(
                    f"{pad}- {self._flow(item, layout.of_item())}{self._comment('loose', before='  ')}"
                )
        return lines

    def _broken_flow(self, value: Any, layout: Layout, pad: str) -> list[str]:
        """Braces over several lines, with comments in them."""
        if isinstance(value, list):
            parts = [(self._flow(item, layout.of_item()), "loose") for item in value]
        else:
            parts = [
                (f"{self._key(key)}: {self._flow(inner, layout.of_entry(key))}", f"behind:{key}")
                for key, inner in value.items()
            ]
        opening, closing = "[]" if isinstance(value, list) else "{}"
        inside = [f"{pad}  {text},{self._comment(name, before=' ')}" for text, name in parts]
        return [opening, *inside, *self._loose(pad), f"{pad}{closing}"]

    def _flow(self, value: Any, layout: Layout) -> str:
        value = self._respelled(value, layout)
        if isinstance(value, dict):
            keys = list(value)
            if layout.fields:
                self.random.shuffle(keys)
            inside = (f"{self._key(key)}: {self._flow(value[key], layout.of_entry(key))}" for key in keys)
            return "{" + ", ".join(inside) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self._flow(item, layout.of_item()) for item in value) + "]"
        return self._scalar(value)

    # Scalars

    def _respelled(self, value: Any, layout: Layout) -> Any:
        if not layout.scalar or not isinstance(value, str):
            return value
        if match := _MONEY.fullmatch(value):
            whole, cents, unit = match.groups()
            fewer = cents.rstrip("0")
            return self.random.choice([value, f"0{value}", f"{whole}{'.' if fewer else ''}{fewer} {unit}"])
        if match := _SPAN.fullmatch(value):
            number, unit = int(match[1]), match[2]
            as_mapping = {"value": number, "unit": self.random.choice([f"{unit}s", f"{unit}s".upper()])}
            return self.random.choice([f"{number} {unit}", f"{number} {unit}s", as_mapping])
        if _DATE.fullmatch(value):
            return value + self.random.choice(["", "T00:00:00Z", "T00:00:00+00:00", "T02:30:00+02:30"])
        return value

    def _scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if value is None:
            return self.random.choice(["null", "~"])
        if not isinstance(value, str):
            return plain_number(value)
        styles = [json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"]
        if _PLAIN.fullmatch(value) and value not in {"true", "false", "null"}:
            styles.append(value)
        return self.random.choice(styles)

    def _several_lines(self, opener: str, key: str, value: str, pad: str) -> list[str]:
        first, rest = value.split(" ", 1)
        if self.random.random() < 0.5 and _PLAIN.fullmatch(value):
            return [f"{opener} {first}", f"{pad}{rest}{self._comment('loose', before=' ')}"]
        header = self.random.choice(["|-", ">-", "|2-" if len(pad) % 2 == 0 else "|-"])
        if header == "|2-":
            pad = " " * (len(opener) - len(opener.lstrip(" ")) + 2)
        below = [first, rest] if header == ">-" else [value]
        return [f"{opener} {header}{self._behind(key)}", *(pad + line for line in below)]

    def _key(self, key: str) -> str:
        quoted = json.dumps(key, ensure_ascii=False)
        return self.random.choice([key, key, key, quoted]) if _PLAIN.fullmatch(key) else quoted

    # Comments

    def _comment(self, name: str, *, before: str = "") -> str:
        if self.random.random() > 0.25:
            return ""
        text = f"# {name} {len(self.comments)}"
        self.comments.append(text)
        return before + text

    def _behind(self, key: str) -> str:
        return self._comment(f"behind:{key}", before="  ")

    def _above(self, pad: str, key: str) -> list[str]:
        comment = self._comment(f"above:{key}" if key else "loose")
        blank = [""] * self.random.choice([0, 0, 0, 1, 2])
        return [*blank, pad + comment, *blank[:1]] if comment else blank

    def _loose(self, pad: str) -> list[str]:
        comment = self._comment("loose")
        return [pad + comment] if comment else []
