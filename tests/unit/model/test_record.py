from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.entries import NOON, a_chain, a_genesis, an_entry

from pkgplan.errors import StateCorrupt
from pkgplan.model.canonical import compact, parse_json
from pkgplan.model.log import KINDS, Head, LogEntry, verify_chain
from pkgplan.model.names import PackageRef
from pkgplan.model.record import RecordedVersion, State, current_version, fold
from pkgplan.model.timeline import AliasRow, AliasWindow, Window

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
STARTER_1, STARTER_2 = PackageRef("starter", 1), PackageRef("starter", 2)
OPEN = AliasWindow("Starter Plan", Window())
UNTIL_FEBRUARY = AliasWindow("Starter Plan", Window(None, FEBRUARY))
FROM_FEBRUARY = AliasWindow("Starter Plan", Window(FEBRUARY, None))
Step = tuple[str, "JsonObject"]


def log(*steps: Step) -> tuple[LogEntry, ...]:
    """A genesis and an entry for each step, a minute apart."""
    entries = [a_genesis()]
    for kind, body in steps:
        at = NOON + timedelta(minutes=len(entries))
        entries.append(an_entry(entries[-1].head, kind=kind, body=body, at=at))
    return tuple(entries)


def started(run: str = "r1", **more: JsonValue) -> Step:
    body: JsonObject = {
        "run": run,
        "plan": {"digest": "sha256:plan"},
        "plan_digest": "sha256:plan",
        "commit": None,
        "tool_version": "0.1.0",
        "resumed": False,
    }
    return "run_started", {**body, **more}


def intent(ref: PackageRef, action: str = "a1") -> Step:
    return "intent", {
        "run": "r1",
        "action": action,
        "operation": "create",
        "ref": str(ref),
        "uniqueness_key": f"pkgplan:gnome-ai:embedded:{ref}:0123456789abcdef",
        "payload_digest": "sha256:p",
    }


def created(
    ref: PackageRef, *windows: AliasWindow, action: str = "a1", kind: str = "created", **more: JsonValue
) -> Step:
    body: JsonObject = {
        "run": "r1",
        "action": action,
        "ref": str(ref),
        "package_id": f"id-{ref}",
        "uniqueness_key": f"pkgplan:gnome-ai:embedded:{ref}:0123456789abcdef",
        "digest": f"sha256:{ref}",
        "carried": False,
        "payload": {"name": str(ref)},
        "references": {"product/fee": "id-fee"},
        "windows": [window.to_json() for window in windows],
        "metadata": {"owner": "growth"},
    }
    return kind, {**body, **more}


def observed(**windows: list[AliasWindow]) -> Step:
    seen: JsonObject = {
        name.replace("_", "@"): [window.to_json() for window in items] for name, items in windows.items()
    }
    return "windows_observed", {"run": "r1", "windows": seen}


FINISHED: Step = ("run_finished", {"run": "r1", "outcome": "applied", "rejected": None})
ABANDONED: Step = ("run_finished", {"run": "r1", "outcome": "abandoned", "rejected": None})
TAKEN_OVER: Step = ("taken_over", {"run": "r1", "by": "bob"})


def test_no_entries_are_an_empty_state() -> None:
    assert fold(()) == State()
    assert State().pristine


def test_a_genesis_names_the_log() -> None:
    state = fold(log())
    assert (state.lineage, state.environment, state.namespace) == ("l-1", "embedded", "gnome-ai")
    assert state.head == a_genesis().head
    assert state.pristine


def test_a_created_version_is_recorded_as_sent() -> None:
    state = fold(log(started(), intent(STARTER_1), created(STARTER_1, OPEN)))
    assert state.versions == {
        STARTER_1: RecordedVersion(
            ref=STARTER_1,
            package_id="id-starter@1",
            uniqueness_key="pkgplan:gnome-ai:embedded:starter@1:0123456789abcdef",
            digest="sha256:starter@1",
            payload={"name": "starter@1"},
            references={"product/fee": "id-fee"},
            sent=(OPEN,),
            windows=(OPEN,),
            created_at=NOON + timedelta(minutes=3),
            order=4,
        )
    }
    assert state.metadata == {"starter": {"owner": "growth"}}
    assert not state.pristine


def test_an_adopted_version_counts_like_a_created_one() -> None:
    one = fold(log(started(), created(STARTER_1, OPEN)))
    other = fold(log(started(), created(STARTER_1, OPEN, kind="adopted")))
    assert one.versions == other.versions


def test_a_rebuilt_version_has_no_payload() -> None:
    state = fold(log(created(STARTER_1, OPEN, kind="adopted", payload=None)))
    assert state.versions[STARTER_1].payload is None


def test_observed_windows_replace_those_that_were_sent() -> None:
    state = fold(
        log(
            started(),
            created(STARTER_1, OPEN),
            created(STARTER_2, FROM_FEBRUARY, action="a2"),
            observed(starter_1=[UNTIL_FEBRUARY], starter_2=[FROM_FEBRUARY]),
        )
    )
    assert state.versions[STARTER_1].windows == (UNTIL_FEBRUARY,)
    assert state.versions[STARTER_1].sent == (OPEN,)
    assert state.timelines() == {
        "Starter Plan": (
            AliasRow(STARTER_1, UNTIL_FEBRUARY.window),
            AliasRow(STARTER_2, FROM_FEBRUARY.window),
        )
    }


def test_an_archived_package_stands_behind_nothing() -> None:
    archived: Step = ("archived", {"run": "r1", "action": "a2", "ref": "starter@1", "package_id": "id"})
    state = fold(log(started(), created(STARTER_1, OPEN), archived))
    assert state.versions[STARTER_1].archived_at == NOON + timedelta(minutes=3)
    assert state.timelines() == {}


def test_recorded_metadata_makes_no_version() -> None:
    recorded: Step = (
        "recorded",
        {"run": "r1", "action": "a1", "key": "starter", "metadata": {"owner": "core"}},
    )
    state = fold(log(started(), recorded))
    assert state.metadata == {"starter": {"owner": "core"}}
    assert state.versions == {}


def test_an_unfinished_run_tells_what_was_done() -> None:
    state = fold(log(started(), intent(STARTER_1), created(STARTER_1, OPEN), intent(STARTER_2, "a2")))
    run = state.unfinished
    assert run is not None
    assert (run.run, run.plan_digest, run.actor) == ("r1", "sha256:plan", "alice")
    assert run.started_at == NOON + timedelta(minutes=1)
    assert run.done == {"a1"}
    assert set(run.intents) == {"a1", "a2"}
    assert run.unobserved == (STARTER_1,)


def test_observing_windows_ends_the_need_to() -> None:
    run = fold(log(started(), created(STARTER_1, OPEN), observed(starter_1=[OPEN]))).unfinished
    assert run is not None
    assert run.unobserved == ()


@pytest.mark.parametrize("end", [(FINISHED,), (TAKEN_OVER, ABANDONED)])
def test_a_run_that_ended_blocks_nobody(end: tuple[Step, ...]) -> None:
    assert fold(log(started(), intent(STARTER_1), *end)).unfinished is None


def test_a_run_that_was_taken_over_is_there_until_it_is_abandoned() -> None:
    assert fold(log(started(), intent(STARTER_1), TAKEN_OVER)).unfinished is not None


def test_a_resumed_run_is_the_run_it_resumes() -> None:
    state = fold(log(started(), intent(STARTER_1), created(STARTER_1, OPEN), started(resumed=True)))
    assert state.unfinished is not None
    assert state.unfinished.done == {"a1"}
    assert state.unfinished.started_at == NOON + timedelta(minutes=1)


def test_a_new_run_starts_with_nothing_done() -> None:
    state = fold(log(started(), intent(STARTER_1), created(STARTER_1, OPEN), FINISHED, started("r2")))
    assert state.unfinished is not None
    assert (state.unfinished.run, state.unfinished.done, dict(state.unfinished.intents)) == (
        "r2",
        frozenset(),
        {},
    )


def test_an_intent_reserves_its_version_even_if_nothing_came_of_it() -> None:
    state = fold(log(started(), intent(PackageRef("starter", 3)), TAKEN_OVER, ABANDONED))
    assert state.reserved == {"starter": 3}
    assert state.versions == {}


def test_a_version_that_was_refused_is_free_again() -> None:
    stopped: Step = ("run_finished", {"run": "r1", "outcome": "stopped", "rejected": "starter@2"})
    state = fold(log(started(), created(STARTER_1), intent(STARTER_2, "a2"), stopped))
    assert state.reserved == {"starter": 1}


def test_versions_are_grouped_oldest_first() -> None:
    ten = PackageRef("starter", 10)
    state = fold(log(created(ten), created(STARTER_2), created(PackageRef("pro", 1))))
    grouped = state.versions_by_key()
    assert [str(version.ref) for version in grouped["starter"]] == ["starter@2", "starter@10"]
    assert set(grouped) == {"starter", "pro"}


def test_a_carried_version_is_never_the_current_one() -> None:
    state = fold(log(created(STARTER_1), created(STARTER_2, carried=True, metadata=None)))
    current = current_version(state.versions.values())
    assert current is not None
    assert current.ref == STARTER_1
    assert current_version([]) is None


CONTRADICTIONS: dict[str, tuple[Step, ...]] = {
    "windows of a version that was never created": (observed(starter_1=[OPEN]),),
    "archiving a version that was never created": (
        ("archived", {"run": "r1", "action": "a1", "ref": "starter@1", "package_id": "id"}),
    ),
    "an intent without a version": (("intent", {"run": "r1", "action": "a1"}),),
    "a version that is no version": (("intent", {"run": "r1", "action": "a1", "ref": "starter"}),),
    "a created package without windows": (("created", {"ref": "starter@1"}),),
    "windows that are no list": (created(STARTER_1, windows={}),),
    "a window without an alias": (created(STARTER_1, windows=[{}]),),
    "a window on no day": (created(STARTER_1, windows=[{"alias": "A", "starting_at": "2026-02-30"}]),),
    "a payload that is no mapping": (created(STARTER_1, payload="x"),),
    "references that are no mapping": (created(STARTER_1, references=[]),),
    "metadata that is no mapping": (("recorded", {"action": "a1", "key": "starter", "metadata": 1}),),
    "two packages for one version": (created(STARTER_1), created(STARTER_1, package_id="another")),
    "a run without a plan": (started(plan=None),),
    "a run without a name": (("run_started", {"plan": {}, "plan_digest": "x"}),),
}


@pytest.mark.parametrize("steps", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_entries_that_contradict_each_other_are_corrupt(steps: tuple[Step, ...]) -> None:
    entries = log(*steps)
    verify_chain(entries)
    with pytest.raises(StateCorrupt):
        fold(entries)


JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "starter@1", "a1", "2026-02-01"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)
BODY_KEYS = (
    "run", "action", "ref", "windows", "metadata", "key", "plan", "plan_digest", "payload", "references",
    "package_id", "uniqueness_key", "digest", "carried", "resumed", "lineage",
)  # fmt: skip
BODIES = st.dictionaries(st.sampled_from(BODY_KEYS), JSON)


@given(st.lists(st.tuples(st.sampled_from(KINDS[1:]), BODIES), max_size=6))
def test_whatever_entries_say_gives_a_state_or_corrupt(steps: list[Step]) -> None:
    try:
        fold(log(*steps))
    except StateCorrupt as error:
        assert "\n" not in error.message  # noqa: PT017 - most random logs are corrupt, some are not


@given(st.integers(0, 8))
def test_the_fold_of_a_prefix_is_the_state_at_that_time(length: int) -> None:
    entries = log(
        started(),
        intent(STARTER_1),
        created(STARTER_1, OPEN),
        observed(starter_1=[OPEN]),
        FINISHED,
        started("r2"),
        created(STARTER_2, FROM_FEBRUARY),
    )
    state = fold(entries[:length])
    assert state.head.serial == length
    assert (STARTER_1 in state.versions) is (length >= 4)
    assert (state.unfinished is not None) is (length in {2, 3, 4, 5, 7, 8})


def test_an_entry_is_read_as_it_is_written() -> None:
    for entry in log(started(), intent(STARTER_1), created(STARTER_1, OPEN), FINISHED):
        assert LogEntry.from_json(parse_json(compact(entry.to_json()))) == entry


def test_the_keys_of_a_line_have_a_fixed_order() -> None:
    assert list(a_genesis().to_json()) == ["serial", "prev", "at", "actor", "kind", "body", "digest"]


CHANGES: dict[str, JsonValue] = {
    "serial": 2,
    "prev": "sha256:0",
    "at": "2026-01-15T12:00:01Z",
    "actor": "mallory",
    "kind": "recorded",
    "body": {},
    "digest": "sha256:0",
}


@pytest.mark.parametrize("key", CHANGES)
def test_a_change_of_any_key_is_found(key: str) -> None:
    with pytest.raises(StateCorrupt):
        LogEntry.from_json({**a_genesis().to_json(), key: CHANGES[key]})


@pytest.mark.parametrize("key", CHANGES)
def test_a_line_without_a_key_or_with_another_type_is_found(key: str) -> None:
    line = a_genesis().to_json()
    with pytest.raises(StateCorrupt):
        LogEntry.from_json({**line, key: []})
    with pytest.raises(StateCorrupt):
        LogEntry.from_json({**line, "note": "hello"})
    del line[key]
    with pytest.raises(StateCorrupt):
        LogEntry.from_json(line)


@pytest.mark.parametrize("value", [None, [], "genesis", 1, {}])
def test_a_line_that_is_no_entry_is_found(value: JsonValue) -> None:
    with pytest.raises(StateCorrupt):
        LogEntry.from_json(value)


def test_a_kind_of_the_future_is_refused_rather_than_skipped() -> None:
    with pytest.raises(StateCorrupt):
        LogEntry.from_json(an_entry(kind="invoiced", body={}).to_json())


def test_a_chain_of_whole_entries_is_good() -> None:
    verify_chain(())
    verify_chain(a_chain(5))


@given(st.permutations(range(5)))
def test_only_one_order_is_a_chain(order: list[int]) -> None:
    entries = a_chain(5)
    if order == sorted(order):
        verify_chain(entries)
    else:
        with pytest.raises(StateCorrupt):
            verify_chain([entries[index] for index in order])


def test_a_log_has_one_genesis_and_first() -> None:
    with pytest.raises(StateCorrupt, match="genesis"):
        verify_chain([an_entry()])
    first = a_genesis()
    with pytest.raises(StateCorrupt, match="genesis"):
        verify_chain([first, an_entry(first.head, kind="genesis", body={})])


def test_a_broken_link_is_found() -> None:
    first, second = a_chain(2)
    with pytest.raises(StateCorrupt, match="entry 2 does not follow entry 1"):
        verify_chain([first, replace(second, prev="sha256:0")])


def test_the_head_of_nothing_is_zero() -> None:
    assert Head() == Head(0, None)
    assert LogEntry.following(Head(), kind="genesis", body={}, at=NOON, actor="alice").serial == 1
