"""What a contract will be that is made from a recorded version: its window and its dated terms.

Comes in: a version, a customer, the start. Goes out: a `Promise`, with terms by their keys and amounts as people say
them. Never here: who is behind an alias, calls to the environment, or prices of the rate card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.model.timeline import Window
from pkgplan.model.units import USD, USD_CREDIT_TYPE_ID, Money, RelativeDate, format_instant
from pkgplan.rating.calendar import after
from pkgplan.rating.dated_terms import dated_terms
from pkgplan.stages.diff.readable import keyed_terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import AsSent
    from pkgplan.model.names import PackageRef
    from pkgplan.model.record import RecordedVersion
    from pkgplan.model.units import Instant
    from pkgplan.ports import RemotePackage
    from pkgplan.rating.dated_terms import DatedTerm

# Roles of a term that fall due at an instant; all others last.
_DATES: Final = frozenset({"invoice", "uninvoiced", "charge"})


@dataclass(frozen=True, slots=True)
class PromisedTerm:
    """One window of one term, or one date of it.

    `path` is `recurring_credits.signup-credit`. `at` is there for what falls due, `window` for what lasts. `role` and
    `count` are those of `rating.dated_terms.DatedTerm`.
    """

    path: str
    role: str
    at: Instant | None
    window: Window | None
    amount: Money | int | Decimal | None
    count: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The contract that somebody wants; `alias` says how the package was named, if it was by an alias."""

    customer_id: str
    starting_at: Instant
    alias: str | None = None
    uniqueness_key: str | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A contract before it is made. `terms` is None for a version of which it is not recorded what was sent."""

    asked: Asked
    ref: PackageRef
    package_id: str
    ending_before: Instant | None
    terms: tuple[PromisedTerm, ...] | None

    @property
    def window(self) -> Window:
        """The window of the contract."""
        return Window(self.asked.starting_at, self.ending_before)

    def request(self) -> JsonObject:
        """The body of POST /v1/contracts/create.

        It names the package itself, also where an alias was asked for: nobody can move the alias in between, and
        what is promised does not hang on when the environment looks an alias up.
        """
        body: JsonObject = {
            "customer_id": self.asked.customer_id,
            "package_id": self.package_id,
            "starting_at": format_instant(self.asked.starting_at),
        }
        if self.asked.uniqueness_key is not None:
            body["uniqueness_key"] = self.asked.uniqueness_key
        return body


def promise(asked: Asked, version: RecordedVersion, live: RemotePackage) -> Promise:
    """The contract that a version gives.

    Args:
        asked: for whom and from when.
        version: as recorded.
        live: the same package as the environment shows it; its duration counts where the payload is not recorded.

    Raises:
        OverflowError: a date lies beyond the calendar.
    """
    start, sent = asked.starting_at, version.as_sent
    if sent is None:
        duration = RelativeDate.from_api(live.body.get("duration"))
        end = None if duration is None else after(start, duration)
        return Promise(asked, version.ref, version.package_id, end, None)
    dated = dated_terms(sent.payload, start)
    names = _Names.of(sent)
    terms = tuple(names.promised(term) for term in dated.terms)
    return Promise(asked, version.ref, version.package_id, dated.ending_before, terms)


@dataclass(frozen=True, slots=True)
class _Names:
    """The keys of terms by field and position, and the names of pricing units by id."""

    keys: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]

    @classmethod
    def of(cls, sent: AsSent) -> _Names:
        keys = {
            field: tuple(key for key, _ in keyed_terms(field, value, sent.terms))
            for field, value in sent.payload.items()
            if isinstance(value, list)
        }
        units = {id_: name.partition("/")[2] for name, id_ in sent.references.items()}
        return cls(keys, {USD_CREDIT_TYPE_ID: USD, **units})

    def promised(self, term: DatedTerm) -> PromisedTerm:
        keys = self.keys.get(term.kind, ())
        path = f"{term.kind}.{keys[term.position]}" if term.position < len(keys) else term.kind
        amount: Money | int | Decimal | None = term.amount
        if term.amount is not None and term.credit_type_id is not None:
            amount = Money.from_api(term.amount, self.units.get(term.credit_type_id, term.credit_type_id))
        is_date = term.role in _DATES
        window = None if is_date else Window(term.starting_at, term.ending_before)
        return PromisedTerm(
            path, term.role, term.starting_at if is_date else None, window, amount, term.count
        )
