"""A package file, put together from its terms.

Comes in: the catalog and ids. Goes out: one `CompiledPackage` for each package, in the order of their keys.
Never here: alias windows in the payload (they are kept beside it), uniqueness keys (the planner numbers).
Source: POST /v1/packages/create, SDK `PackageCreateParams`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonObject, digest_of
from pkgplan.model.compiled import UNNAMED_TERMS, CompiledPackage, DeclaredAlias
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.stages.compile.commits import commits, credits_
from pkgplan.stages.compile.overrides import overrides
from pkgplan.stages.compile.recurring import recurring
from pkgplan.stages.compile.references import Ids, UnpinnedReference
from pkgplan.stages.compile.scheduled_charges import scheduled_charges
from pkgplan.stages.compile.subscriptions import subscriptions
from pkgplan.stages.compile.thresholds import spend_trackers, threshold
from pkgplan.stages.compile.values import capitals, present, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.catalog.catalog import Catalog, Declared
    from pkgplan.model.catalog.package import PackageDocument, PackageSpec, UsageStatementSchedule


def compile_packages(catalog: Catalog, pinned: Mapping[str, str]) -> tuple[CompiledPackage, ...]:
    """Compile every package of a catalog that has no errors.

    Args:
        catalog: what was parsed and checked.
        pinned: `product/<key>` and the like, with the ids that they stand for in the environment.

    Raises:
        UnpinnedReference: some names have no id; all of them are named.
    """
    unpinned: set[str] = set()
    compiled = tuple(_compile(declared, pinned, unpinned) for declared in catalog.packages.values())
    if unpinned:
        names = ", ".join(sorted(unpinned))
        raise UnpinnedReference(
            f"the environment's lock file has no id for {names}",
            hint='add them under "ids" in environments/<environment>.lock.json, each with its id in Metronome',
        )
    return compiled


def _compile(
    declared: Declared[PackageDocument], pinned: Mapping[str, str], unpinned: set[str]
) -> CompiledPackage:
    ids = Ids(pinned)
    spec, metadata = declared.document.spec, declared.document.metadata
    payload = _payload(spec, ids)
    unpinned.update(ids.unpinned)
    return CompiledPackage(
        key=declared.key,
        payload=payload,
        digest=digest_of(payload),
        aliases=tuple(
            DeclaredAlias(
                AliasWindow(alias.name, Window(alias.starting_at, alias.ending_before)),
                declared.at("spec", "aliases", index),
            )
            for index, alias in enumerate(spec.aliases)
        ),
        references=ids.used,
        terms={kind: tuple(sorted(terms)) for kind in UNNAMED_TERMS if (terms := getattr(spec, kind))},
        metadata=present(
            description=metadata.description,
            owner=metadata.owner,
            labels=dict(sorted(metadata.labels.items())),
        ),
        retire_at=None if spec.retire is None else spec.retire.at,
        at=declared.at(),
    )


def _payload(spec: PackageSpec, ids: Ids) -> JsonObject:
    return present(
        name=spec.name,
        contract_name=spec.contract_name,
        rate_card_id=None if spec.rate_card is None else ids.rate_card(spec.rate_card),
        rate_card_alias=spec.rate_card_alias,
        duration=span(spec.duration),
        net_payment_terms_days=spec.net_payment_terms_days,
        billing_provider=spec.billing_provider,
        delivery_method=spec.delivery_method,
        usage_statement_schedule=_usage_statement_schedule(spec.usage_statement_schedule),
        scheduled_charges_on_usage_invoices=capitals(spec.scheduled_charges_on_usage_invoices),
        multiplier_override_prioritization=capitals(spec.multiplier_override_prioritization),
        commits=commits(spec.commits, ids),
        credits=credits_(spec.credits, ids),
        recurring_commits=recurring(spec.recurring_commits, ids),
        recurring_credits=recurring(spec.recurring_credits, ids),
        subscriptions=subscriptions(spec.subscriptions, ids),
        scheduled_charges=scheduled_charges(spec.scheduled_charges, ids),
        overrides=overrides(spec.overrides, ids),
        spend_threshold_configuration=threshold(spec.spend_threshold_configuration, spec.spend_trackers, ids),
        prepaid_balance_threshold_configuration=threshold(
            spec.prepaid_balance_threshold_configuration, spec.spend_trackers, ids
        ),
        spend_trackers=spend_trackers(spec.spend_trackers, ids),
    )


def _usage_statement_schedule(schedule: UsageStatementSchedule | None) -> JsonObject | None:
    if schedule is None:
        return None
    return present(
        frequency=capitals(schedule.frequency),
        day=capitals(schedule.day),
        invoice_generation_starting_at_offset=span(schedule.invoice_generation_starting_at_offset),
    )
