"""Every kind of environment that the ports are implemented for. A new one adds a factory to REMOTES."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pkgplan.engine import EmbeddedContracts, EmbeddedCustomers, EmbeddedCustomFields, EmbeddedPackages
from pkgplan.ports import Remote
from support.offline import an_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

# What contracts and their terms may carry; packages have keys of their own in `offline.REFERENCES`.
KEYS = (
    ("contract", "segment"),
    ("subscription", "tier"),
    ("contract_credit", "kind"),
)


@contextmanager
def embedded(path: Path | str) -> Iterator[Remote]:
    """The embedded engine, with what packages and contracts of tests refer to."""
    with an_engine(path) as engine:
        for entity, key in KEYS:
            engine.call("custom_fields.add_key", {"entity": entity, "key": key, "enforce_uniqueness": False})
        yield Remote(
            EmbeddedPackages(engine),
            EmbeddedContracts(engine),
            EmbeddedCustomFields(engine),
            EmbeddedCustomers(engine),
        )


REMOTES: dict[str, Callable[[Path], AbstractContextManager[Remote]]] = {
    "embedded in memory": lambda _: embedded(":memory:"),
    "embedded on file": lambda folder: embedded(folder / "engine.db"),
}
