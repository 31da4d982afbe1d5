"""A state log that lies in the catalog, and whose it says that it is.

Comes in: what an adapter read of its first entry. Goes out: `KeptLog`. Never here: reading, or what is recorded in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptLog:
    """A file of the state folder. `path` is relative to the catalog folder, `name` what the file is named for.

    `environment` and `namespace` are those of its genesis, None where that cannot be read. `is_begun` says whether
    anything follows the genesis, or whether there is anything that cannot be read.
    """

    path: str
    name: str
    environment: str | None = None
    namespace: str | None = None
    is_begun: bool = False

    @property
    def owner(self) -> tuple[str | None, str | None]:
        """Whose log it is."""
        return self.environment, self.namespace
