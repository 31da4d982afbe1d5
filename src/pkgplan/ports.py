"""What pkgplan needs from the world: an environment's packages, contracts and custom fields, a log, and the time.

Comes in and goes out: values of the model. Never here: an implementation; those are in adapters/ and engine/.
Each port has two real implementations or is a clock; files, YAML and the terminal have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.log import LogEntry
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class RemotePackage:
    """A package as the environment shows it.

    Reading is lossy: no temporary ids, no rate card alias, defaults filled in, the uniqueness key with
    `package:` in front. `body` is the whole answer.
    Source: POST /v1/packages/get, SDK type `PackageRetrieveResponse`.
    """

    package_id: str
    name: str | None
    uniqueness_key: str | None
    windows: tuple[AliasWindow, ...]
    created_at: Instant
    archived_at: Instant | None
    body: JsonObject


class PackageApi(Protocol):
    """The package calls of Metronome. Every method raises ApiError's children and nothing else.

    Source: SDK `client.v1.packages`: create, retrieve, list, archive. There is no update.
    """

    def create(self, payload: JsonObject) -> str:
        """Create a package; gives its id.

        Raises: ApiConflict if the uniqueness key was used before, ApiRejected if nothing was done,
        ApiUnavailable if it may or may not have been done.
        """

    def get(self, package_id: str) -> RemotePackage:
        """Read one package, archived or not; ApiRejected (404) if there is none."""

    def list(self) -> Iterator[RemotePackage]:
        """Every package, archived ones too, all pages."""

    def archive(self, package_id: str) -> None:
        """Archive a package for good; ApiRejected with status 422 if it already is."""


@dataclass(frozen=True, slots=True)
class CohortContract:
    """A contract that was provisioned from a package; `ending_before` is None for one without an end.

    Source: POST /v1/packages/listContractsOnPackage, SDK type `PackageListContractsOnPackageResponse`.
    """

    customer_id: str
    contract_id: str
    starting_at: Instant
    ending_before: Instant | None
    archived_at: Instant | None


class ContractApi(Protocol):
    """The contract calls of Metronome. Every method raises ApiError's children and nothing else."""

    def provision(self, request: JsonObject) -> str:
        """Create a contract from a package; gives the contract's id.

        Args:
            request: `{customer_id, package_id, starting_at, uniqueness_key?}`; a package takes no other terms.

        Raises: ApiConflict if the uniqueness key was used before, ApiRejected if nothing was done, ApiUnavailable if
        it may or may not have been done.
        Source: POST /v1/contracts/create, SDK `client.v1.contracts.create`.
        """

    def get(self, customer_id: str, contract_id: str) -> JsonObject:
        """A contract as it stands now, in the API's shape; ApiRejected if the customer has none of that id.

        Source: POST /v2/contracts/get, SDK type `ContractV2` and `package_id`.
        """

    def of_package(
        self, package_id: str, *, covering: Instant | None = None, include_archived: bool = False
    ) -> Iterator[CohortContract]:
        """Every contract that was provisioned from a package, all pages; ApiRejected if there is no such package.

        Args:
            package_id: of one version.
            covering: only contracts that run at this instant.
            include_archived: archived contracts, too.

        Source: POST /v1/packages/listContractsOnPackage, SDK `client.v1.packages.list_contracts_on_package`.
        """


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A custom field key that things of one entity may have.

    Source: POST /v1/customFields/listKeys, SDK type `CustomFieldListKeysResponse`.
    """

    entity: str
    key: str
    enforce_uniqueness: bool


class CustomFieldApi(Protocol):
    """The custom field calls of Metronome. Every method raises ApiError's children and nothing else."""

    def keys(self, entities: Iterable[str] = ()) -> Iterator[RegisteredKey]:
        """Every registered key, all pages; only those of some entities if any are named.

        Source: POST /v1/customFields/listKeys.
        """

    def set_values(self, entity: str, entity_id: str, fields: Mapping[str, str]) -> None:
        """Add or replace values of one thing, all or none; other values stay.

        Raises: ApiRejected for a key that is not registered, a value that is too long or must be unique.
        Source: POST /v1/customFields/setValues.
        """


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; usage events may name it by an ingest alias.

    Source: GET /v1/customers, SDK type `CustomerDetail`.
    """

    customer_id: str
    name: str
    ingest_aliases: tuple[str, ...]
    custom_fields: Mapping[str, str]


class CustomerApi(Protocol):
    """Customers, for trying things out offline. Every method raises ApiError's children and nothing else."""

    def create(self, name: str, ingest_aliases: Iterable[str] = ()) -> Customer:
        """Create a customer; gives it as it was stored, which may be with a shorter name.

        Raises: ApiConflict or ApiRejected if an ingest alias is another customer's.

        Source: POST /v1/customers; "This will be truncated to 160 characters".
        """

    def list(self) -> Iterator[Customer]:
        """Every customer that is not archived, all pages. Source: GET /v1/customers."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One environment, call by call; `customers` is None where they are not ours to make."""

    packages: PackageApi
    contracts: ContractApi
    custom_fields: CustomFieldApi
    customers: CustomerApi | None


class StateLog(Protocol):
    """An append-only log with one storage operation: append at a serial if nobody has."""

    def read(self) -> tuple[LogEntry, ...]:
        """Every entry, the chain verified; empty if there is no log yet. Raises StateCorrupt."""

    def append(self, entry: LogEntry) -> None:
        """Make an entry durable if its predecessor is still the head; raises StateMoved if it is not."""


class Clock(Protocol):
    """The present instant, in UTC."""

    def now(self) -> Instant:
        """Now."""
