"""What a contract will be that is made from a recorded version: its window, its settings, its dated terms.

Comes in: a version, a customer, the start. Goes out: a `Promise`, with terms by their keys and amounts as people say
them. Never here: who is behind an alias, calls to the environment, or prices of the rate card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.model.timeline import Window
from pkgplan.model.units import USD, USD_CREDIT_TYPE_ID, Money, format_instant
from pkgplan.rating.dated_terms import dated_terms
from pkgplan.stages.diff.readable import keyed_terms, readable
from pkgplan.stages.diff.settings import settings
from pkgplan.stages.diff.summaries import summary

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
    from pkgplan.stages.diff.lists import Readable

# Roles of a term that fall due at an instant; all others last.
_DATES: Final = frozenset({"invoice", "uninvoiced", "charge"})
# What a promise says in dates of its own.
_DATED: Final = frozenset({"starting_at_offset", "duration"})
# What makes a grant depend on how many there are of a subscription.
_PER_SEAT: Final = "subscription_config"


@dataclass(frozen=True, slots=True)
class PromisedTerm:
    """One window of one term, or one date of it, or equal grants in a row.

    `path` is `recurring_credits.signup-credit`. `at` is there for what falls due, `window` for what lasts. `role` and
    `count` are those of `rating.dated_terms.DatedTerm`. `says` is what no amount tells: the price of an override,
    the fee of a subscription, a grant that depends on seats.
    """

    path: str
    role: str
    at: Instant | None
    window: Window | None
    amount: Money | int | Decimal | None
    count: int | None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The contract that somebody wants; `alias` says how the package was named, if it was by an alias."""

    customer_id: str
    starting_at: Instant
    alias: str | None = None
    uniqueness_key: str | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A contract before it is made.

    `settings` is what it says besides its dated terms, one line each. Both that and `terms` are None for a version of
    which it is not recorded what was sent.
    """

    asked: Asked
    ref: PackageRef
    package_id: str
    ending_before: Instant | None
    terms: tuple[PromisedTerm, ...] | None
    settings: Mapping[str, str] | None = None

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
        OverflowError: a date lies beyond the years that anything is sold in.
    """
    start, sent = asked.starting_at, version.as_sent
    if sent is None:
        lasting = {name: value for name, value in live.body.items() if name == "duration"}
        end = dated_terms(lasting, start).ending_before
        return Promise(asked, version.ref, version.package_id, end, None)
    dated = dated_terms(sent.payload, start)
    names = _Names.of(sent)
    terms = tuple(names.promised(term) for term in dated.terms)
    said = settings(sent.payload, sent.references, sent.terms)
    return Promise(asked, version.ref, version.package_id, dated.ending_before, terms, said)


@dataclass(frozen=True, slots=True)
class _Names:
    """The keys of terms by field and position, the names of pricing units by id, and the terms in words by key."""

    keys: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    words: Readable

    @classmethod
    def of(cls, sent: AsSent) -> _Names:
        keys = {
            field: tuple(key for key, _ in keyed_terms(field, value, sent.terms))
            for field, value in sent.payload.items()
            if isinstance(value, list)
        }
        units = {id_: name.partition("/")[2] for name, id_ in sent.references.items()}
        words = readable(sent.payload, sent.references, sent.terms)
        return cls(keys, {USD_CREDIT_TYPE_ID: USD, **units}, words)

    def promised(self, term: DatedTerm) -> PromisedTerm:
        key = self.keys[term.kind][term.position]
        amount: Money | int | Decimal | None = term.amount
        if term.amount is not None and term.credit_type_id is not None:
            amount = Money.from_api(term.amount, self.units.get(term.credit_type_id, term.credit_type_id))
        is_date = term.role in _DATES
        window = None if is_date else Window(term.starting_at, term.ending_before)
        return PromisedTerm(
            path=f"{term.kind}.{key}",
            role=term.role,
            at=term.starting_at if is_date else None,
            window=window,
            amount=amount,
            count=term.count,
            says=self._says(term, key),
        )

    def _says(self, term: DatedTerm, key: str) -> str | None:
        terms = self.words[term.kind]
        whole = terms[key] if isinstance(terms, dict) else None
        if not isinstance(whole, dict) or not (term.amount is None or _PER_SEAT in whole):
            return None
        return summary(term.kind, {name: value for name, value in whole.items() if name not in _DATED})
