"""How somebody agrees to a change: beforehand with `--yes`, or when asked.

Comes in: whether `--yes` was given, and the terminal. Goes out: yes or no. Never here: what it is that is agreed to.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from pkgplan.cli.options import is_interactive
from pkgplan.errors import UsageFault


@dataclass(frozen=True, slots=True)
class Consent:
    """How the user agrees: beforehand, or when asked."""

    given: bool

    def refuse_unaskable(self, to: str) -> None:
        """Refuse before anything happens if nobody could be asked; `to` is a verb, such as "apply"."""
        if not self.given and not is_interactive():
            raise UsageFault(
                "there is no terminal to ask on", hint=f"give `--yes` to {to} without being asked"
            )

    def ask(self, question: str) -> bool:
        """Whether to go on."""
        if self.given:
            return True
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
