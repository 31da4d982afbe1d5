"""For any valid package, whatever is in it: what is sent, and all that leads there, says what its file says."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.breaks import breaks
from support.offline import HandClock
from support.published import refused
from support.random_values import Chance
from support.readback import differences
from support.scattered import PACKAGE, scattered
from support.schema_places import places, used
from support.scribble import Scribbler
from support.sdk_types import refuse_foreign
from support.specs import PATH, a_spec, catalog_of, catalog_with, document, random_spec

from pkgplan.engine import EmbeddedPackages, Engine
from pkgplan.model.canonical import canonical, parse_json
from pkgplan.model.catalog.layout import layout_of
from pkgplan.model.compiled import AsSent
from pkgplan.model.diagnostics import has_errors
from pkgplan.model.meaning import says_the_same
from pkgplan.model.schemas import schema_for
from pkgplan.model.source import SourceFile
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.diff import diff
from pkgplan.stages.format import write_document
from pkgplan.stages.load import read_document, read_tree
from pkgplan.wiring import prerequisites

if TYPE_CHECKING:
    from support.breaks import Break

    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.diagnostics import Diagnostic

CURRENCIES = st.sampled_from(["USD", "EUR"])
SEEDS = st.integers(min_value=0, max_value=2**32)
SPEC_SCHEMA = schema_for("Package")["properties"]["spec"]
# What no valid package without bases has.
NEVER = {("from",), ("from", "*"), ("overrides", "*", "overwrite_rate", "is_prorated", "=False")}

NOT_SENT = {"aliases", "retire", "complimentary"}


def test_random_packages_use_every_field_and_every_value_of_the_language() -> None:
    seen = {place for seed in range(400) for place in used(SPEC_SCHEMA, random_spec(Random(seed)))}
    assert {".".join(place) for place in {*places(SPEC_SCHEMA)} - NEVER - seen} == set()


@settings(max_examples=80)
@given(st.data(), CURRENCIES)
def test_a_valid_package_is_sent_taken_and_read_back(data: st.DataObject, currency: str) -> None:
    catalog, compiled = _compiled(data.draw(a_spec(currency)), currency)
    assert parse_json(canonical(compiled.payload)) == compiled.payload
    refuse_foreign(compiled.payload)
    with Engine(":memory:", HandClock()) as engine:
        engine.seed(prerequisites(catalog, _ids(catalog)))
        api = EmbeddedPackages(engine)
        read = api.get(api.create(compiled.payload))
    assert differences(compiled.payload, read.body) == []


@settings(max_examples=60)
@given(st.data(), CURRENCIES)
def test_an_editor_underlines_nothing_in_a_valid_package(data: st.DataObject, currency: str) -> None:
    assert refused("Package", document(data.draw(a_spec(currency)))) == []


@settings(max_examples=50)
@given(st.data(), CURRENCIES, SEEDS)
def test_formatting_changes_no_digest_however_a_file_is_written(
    data: st.DataObject, currency: str, seed: int
) -> None:
    spec = data.draw(a_spec(currency))
    scribbled = Scribbler(Random(seed), layout_of("Package")).write(document(spec))

    _, wanted = _compiled(spec, currency)
    assert _read(scribbled, currency).digest == wanted.digest

    formatted = write_document(read_tree(scribbled), "Package")

    assert _read(formatted, currency).digest == wanted.digest
    assert write_document(read_tree(formatted), "Package") == formatted


@settings(max_examples=50)
@given(st.data(), CURRENCIES, SEEDS)
def test_a_package_in_fragments_is_the_one_that_is_written_out(
    data: st.DataObject, currency: str, seed: int
) -> None:
    spec = data.draw(a_spec(currency))
    pieces = scattered(Chance(Random(seed)), spec, currency)
    files = [
        SourceFile(
            f"{key}.yaml", "", document(piece, key, "Package" if key == PACKAGE else "PackageFragment")
        )
        for key, piece in pieces.items()
    ]
    resolved = _only(*catalog_of(files, currency))
    _, written_out = _compiled(spec, currency)
    assert (resolved.digest, resolved.retire_at) == (written_out.digest, written_out.retire_at)
    assert [each.window for each in resolved.aliases] == [each.window for each in written_out.aliases]


@settings(max_examples=50)
@given(st.data(), CURRENCIES, SEEDS)
def test_two_packages_have_a_difference_to_show_unless_they_are_one(
    data: st.DataObject, currency: str, seed: int
) -> None:
    spec = data.draw(a_spec(currency))
    _, one = _compiled(spec, currency)
    assert diff(_as_sent(one), _as_sent(one)) == ()
    random = Random(seed)
    others = [random_spec(random, currency), *(each.spec for each in random.sample([*breaks(spec)], 4))]
    for other in others:
        catalog, found = catalog_with(other, currency)
        if not has_errors(found):
            two = _only(catalog, found)
            differ = not says_the_same(one.payload, two.payload)
            assert bool(diff(_as_sent(one), _as_sent(two))) == differ, other
            assert bool(diff(_as_sent(two), _as_sent(one))) == differ, other


@settings(max_examples=50)
@given(st.data(), CURRENCIES, SEEDS)
def test_whatever_is_left_out_or_swapped_is_sent_otherwise(
    data: st.DataObject, currency: str, seed: int
) -> None:
    spec = data.draw(a_spec(currency))
    _, one = _compiled(spec, currency)
    for each in Random(seed).choices([each for each in breaks(spec) if _counts(each)], k=8):
        catalog, found = catalog_with(each.spec, currency)
        if not has_errors(found):
            assert _only(catalog, found).digest != one.digest, each


def _counts(each: Break) -> bool:
    """Whether a value is sent, and was not empty; a list may say the same twice."""
    if each.kind not in {"drop", "swap"} or each.value in ({}, []):
        return False
    return (
        each.route[0] not in NOT_SENT and each.route[-1] not in NOT_SENT and isinstance(each.route[-1], str)
    )


def _compiled(spec: dict[str, Any], currency: str) -> tuple[Catalog, CompiledPackage]:
    catalog, found = catalog_with(spec, currency)
    return catalog, _only(catalog, found)


def _read(text: str, currency: str) -> CompiledPackage:
    source, faults = read_document(PATH, text.encode())
    assert source is not None, faults
    return _only(*catalog_of([source], currency))


def _only(catalog: Catalog, found: tuple[Diagnostic, ...]) -> CompiledPackage:
    """The one package of a catalog without errors."""
    assert not has_errors(found), [f"{each.rule.code} {each.at.route}: {each.message}" for each in found]
    (compiled,) = compile_packages(catalog, _ids(catalog))
    return compiled


def _as_sent(compiled: CompiledPackage) -> AsSent:
    return AsSent(compiled.payload, compiled.references, compiled.terms)


def _ids(catalog: Catalog) -> dict[str, str]:
    return embedded_ids(catalog, "random", "local")
