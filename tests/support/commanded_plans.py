"""Plans that the command line makes in this process, each of a catalog with a history, on the log that it left.

Comes in: an empty folder. Goes out: the plan as saved, and the state it was made on.
Never here: what is expected of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from support.altered_plans import Made, saved
from support.command import an_example, edit, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW: Final = "2026-01-15T12:00:00Z"

_TERMS: Final = """\
  overrides:
    cheap-input:
      override_specifiers: [{product: input-tokens}]
      starting_at_offset: 0 months
      type: multiplier
      multiplier: 0.9
    cheap-output:
      override_specifiers: [{product: output-tokens}]
      starting_at_offset: 0 months
      type: multiplier
      multiplier: 0.8
  credits:
    welcome:
      product: signup-credit
      access_schedule:
        schedule_items: [{amount: 25.00 USD, starting_at_offset: 0 months, duration: 2 months}]
      priority: 2
"""
_PRO: Final = """\
apiVersion: pkgplan/v1
kind: Package
metadata: {key: pro, description: More of everything, labels: {segment: teams}}
spec:
  name: Pro Plan
  aliases:
    - {name: Pro Plan, starting_at: 2025-10-01}
    - {name: Trial, starting_at: 2026-03-01, ending_before: 2026-05-01}
  rate_card_alias: Tokens rate card
  net_payment_terms_days: 30
  subscriptions:
    fee:
      subscription_rate: {product: starter-fee, billing_frequency: monthly}
      collection_schedule: advance
      initial_quantity: 1
      proration: {is_prorated: true, invoice_behavior: bill_immediately}
"""


def first(folder: Path) -> Made:
    """Two packages of a catalog that was never applied, one with terms that have no id of their own."""
    catalog = _catalog(folder)
    edit(_starter(catalog), ("  recurring_credits:", _TERMS + "  recurring_credits:"))
    _write(catalog, "pro", _PRO)
    return _planned(catalog, folder)


def several(folder: Path) -> Made:
    """Two packages change, on three aliases, one of which goes from one to the other and back."""
    catalog = _catalog(folder)
    _write(catalog, "pro", _PRO)
    edit(_starter(catalog), ("2025-10-01\n", "2025-10-01\n    - {name: Trial, starting_at: 2025-10-01}\n"))
    _apply(catalog, "2025-09-15")
    edit(_starter(catalog), ("  recurring_credits:", _TERMS + "  recurring_credits:"))
    edit(
        _starter(catalog),
        ("Plan\n      starting_at: 2025-10-01", "Plan\n      starting_at: 2026-02-01"),
        ("Trial, starting_at: 2025-10-01", "Trial, starting_at: 2026-05-01"),
    )
    edit(
        catalog / "packages" / "pro.yaml",
        ("days: 30", "days: 45"),
        ("Pro Plan, starting_at: 2025-10-01", "Pro Plan, starting_at: 2026-04-01"),
        ("Trial, starting_at: 2026-03-01", "Trial, starting_at: 2026-02-01"),
    )
    return _planned(catalog, folder)


def carried(folder: Path) -> Made:
    """A scheduled version is put off, so that the terms before it are created again to fill the time."""
    catalog = _catalog(folder)
    edit(_starter(catalog), ("  recurring_credits:", _TERMS + "  recurring_credits:"))
    _apply(catalog, "2025-09-15")
    edit(_starter(catalog), ("multiplier: 0.8", "multiplier: 0.7"), ("2025-10-01\n", "2026-02-01\n"))
    _apply(catalog, "2025-12-15")
    edit(_starter(catalog), ("2026-02-01\n", "2026-03-01\n"))
    return _planned(catalog, folder)


def all_operations(folder: Path) -> Made:
    """One package is created, one archived, and of one the description changes; in an environment of its own."""
    catalog = _catalog(folder)
    edit(
        catalog / "pkgplan.yaml",
        ("      engine: metronome\n", "      engine: embedded\n"),
    )
    _write(catalog, "pro", _PRO)
    old = _PRO.replace("key: pro", "key: old").replace("Pro Plan", "Old Plan").replace("Trial", "Old Trial")
    _write(catalog, "old", old)
    _apply(catalog, "2025-09-15", "production")
    edit(catalog / "packages" / "old.yaml", ("spec:\n", "spec:\n  retire: {at: 2026-05-01}\n"))
    edit(catalog / "packages" / "pro.yaml", ("More of everything", "Everything"))
    edit(_starter(catalog), ("days: 15", "days: 20"), ("2025-10-01\n", "2026-07-01\n"))
    return _planned(catalog, folder, now="2026-06-15T12:00:00Z", environment="production")


MAKERS: Final[dict[str, Callable[[Path], Made]]] = {
    each.__name__: each for each in (first, several, carried, all_operations)
}


def _catalog(folder: Path) -> Path:
    return an_example(folder / "catalog")


def _starter(catalog: Path) -> Path:
    return catalog / "packages" / "starter.yaml"


def _write(catalog: Path, key: str, text: str) -> None:
    (catalog / "packages" / f"{key}.yaml").write_text(text)


def _apply(catalog: Path, now: str, environment: str = "local") -> None:
    done = run("-C", catalog, "apply", "--yes", "--as-of", now, "-e", environment)
    assert done.code == 0, done.err


def _planned(catalog: Path, folder: Path, *, now: str = NOW, environment: str = "local") -> Made:
    file = folder / "plan.json"
    done = run("-C", catalog, "plan", "--as-of", now, "-e", environment, "--out", file)
    assert done.code == 0, done.err
    return saved(file, catalog, environment)
