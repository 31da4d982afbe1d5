from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.names import (
    MAX_ENVIRONMENT,
    MAX_KEY,
    MAX_NAMESPACE,
    MAX_UNIQUENESS_KEY,
    PackageRef,
    UniquenessKey,
    did_you_mean,
    misspells,
    nearest,
)


def names(longest: int) -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).filter(lambda name: len(name) <= longest)


REFS = st.builds(PackageRef, names(MAX_KEY), st.integers(1, 9999))
DIGEST = "sha256:" + "0123456789abcdef" * 4


@given(names(MAX_NAMESPACE), names(MAX_ENVIRONMENT), REFS)
def test_a_uniqueness_key_is_read_as_sent_and_as_read_back(namespace: str, env: str, ref: PackageRef) -> None:
    key = UniquenessKey.of(namespace, env, ref, DIGEST)
    assert len(str(key)) <= MAX_UNIQUENESS_KEY
    assert UniquenessKey.parse(str(key)) == key
    assert UniquenessKey.parse(f"package:{key}") == key


def test_the_longest_uniqueness_key_fits_exactly() -> None:
    ref = PackageRef("k" * MAX_KEY, 9999)
    key = UniquenessKey.of("n" * MAX_NAMESPACE, "e" * MAX_ENVIRONMENT, ref, DIGEST)
    assert len(str(key)) == MAX_UNIQUENESS_KEY == 128


def test_the_spelling_of_a_uniqueness_key() -> None:
    key = UniquenessKey.of("gnome-ai", "embedded", PackageRef("starter", 2), DIGEST)
    assert str(key) == "pkgplan:gnome-ai:embedded:starter@2:0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "package:",
        "somebody-elses-key",
        "pkgplan:gnome-ai:embedded:starter@0:0123456789abcdef",
        "pkgplan:gnome-ai:embedded:starter@1:0123",
        "pkgplan:gnome-ai:embedded:starter@1:0123456789ABCDEF",
        "pkgplan:gnome-ai:embedded:starter@1:0123456789abcdef\n",
        "package:package:pkgplan:gnome-ai:embedded:starter@1:0123456789abcdef",
    ],
)
def test_a_key_that_is_not_ours_is_none(text: str) -> None:
    assert UniquenessKey.parse(text) is None


@given(REFS)
def test_a_ref_is_read_as_it_is_written(ref: PackageRef) -> None:
    assert PackageRef.parse(str(ref)) == ref


@pytest.mark.parametrize(
    "text",
    [
        "", "starter", "starter@", "starter@0", "starter@01", "Starter@1", "starter@1\n", "-a@1", "a--b@1",
        "a@1000000000", "a@1@2",
    ],
)  # fmt: skip
def test_what_is_no_ref_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='is not a package version like "starter@2"'):
        PackageRef.parse(text)


def test_refs_are_ordered_by_number_not_by_text() -> None:
    refs = [PackageRef.parse(text) for text in ("starter@10", "pro@3", "starter@9")]
    assert [str(ref) for ref in sorted(refs)] == ["pro@3", "starter@9", "starter@10"]


def test_the_nearest_name() -> None:
    known = ["input-tokens", "output-tokens", "starter-fee"]
    assert nearest("input_tokens", known) == "input-tokens"
    assert nearest("Input-Tokens", known) == "input-tokens"
    assert nearest("imput-tokens", known) == "input-tokens"
    assert nearest("seats", known) is None
    assert nearest("seats", []) is None


def test_a_hint_names_the_nearest_or_the_few_there_are() -> None:
    assert did_you_mean("starter-fe", ["starter-fee"]) == 'did you mean "starter-fee"?'
    assert did_you_mean("zzz", ["b", "a"]) == "known: a, b"
    assert did_you_mean("zzz", []) == ""
    assert did_you_mean("zzz", [f"name-{number}" for number in range(9)]) == ""


def test_a_name_in_another_form_is_found_and_both_forms_are_shown() -> None:
    composed, decomposed = "Caf\u00e9 Plan", "Cafe\u0301 Plan"
    assert nearest(decomposed, ["Cafe Plan", composed]) == composed
    hint = 'did you mean "Caf\u00e9 Plan"? It is written "Caf\\u00e9 Plan", and this is "Cafe\\u0301 Plan"'
    assert did_you_mean(decomposed, [composed]) == hint
    assert did_you_mean("cafe\u0301 plan", [composed]) == f'did you mean "{composed}"?'


@pytest.mark.parametrize(
    "typed", ["growth  plan", "Growth Plan ", "Growth\u00a0Plan", "Gr\u043ewth Plan", "\u200bGrowth Plan"]
)
def test_a_name_with_what_nobody_sees_is_found(typed: str) -> None:
    assert nearest(typed, ["Growth Plan", "Grown Plant"]) == "Growth Plan"


def test_a_name_that_is_there_is_the_nearest_one_itself() -> None:
    assert nearest("Pro", ["PRO", "Pro", "pro"]) == "Pro"


@pytest.mark.parametrize(
    "text", ["unpinned", "bimonthly", "biweekly", "semiannual", "3 months", "non-monthly"]
)
def test_a_word_that_says_more_is_no_misspelling(text: str) -> None:
    assert not any(misspells(text, choice) for choice in ("pinned", "monthly", "month", "weekly", "annual"))


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Monthly", "monthly"),
        ("montly", "monthly"),
        ("bill-immediately", "bill_immediately"),
        ("prepayed", "prepaid"),
    ],
)
def test_a_misspelt_word(text: str, choice: str) -> None:
    assert misspells(text, choice)
