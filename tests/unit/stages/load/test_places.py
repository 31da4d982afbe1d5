import pytest

from pkgplan.model.diagnostics import START_OF_FILE, Anchor, Diagnostic, Location, Related, Route, TextRange
from pkgplan.model.rules import ALIAS_OVERLAP, MISSING_KEY
from pkgplan.stages.load import place
from pkgplan.stages.load.builder import build_with_places

TEXT = """\
kind: Package
spec:
  # a comment
  aliases:
    - name: Größe 😀 , starter
      starting_at: 2025-10-01
    - {name: "b",  starting_at: 1}
  fees:
    starter-fee:
      amount: {unit_price: 10.00 USD, quantity: 1}
      tags: [é, 😀, c]
  unindented:
  - one
  - - two
  text: |
    first
    second
  empty:
  nothing: {}
"""


def _text_at(at: TextRange | None) -> str:
    assert at is not None
    assert at.line == at.end_line
    return TEXT.splitlines()[at.line - 1][at.column - 1 : at.end_column - 1]


def _placed(location: Location, text: str = TEXT) -> TextRange | None:
    (placed,) = place([Diagnostic(MISSING_KEY, "m", location)], {"x.yaml": text})
    return placed.at.text_range


@pytest.mark.parametrize(
    ("route", "line", "value", "key"),
    [
        ((), 1, "kind", "kind"),
        (("kind",), 1, "Package", "kind"),
        (("spec",), 4, "aliases", None),
        (("spec", "aliases"), 5, "-", None),
        (("spec", "aliases", 0), 5, "name", "name"),
        (("spec", "aliases", 0, "name"), 5, "Größe 😀 , starter", "name"),
        (("spec", "aliases", 1), 7, '{name: "b",  starting_at: 1}', '{name: "b",  starting_at: 1}'),
        (("spec", "aliases", 1, "name"), 7, '"b"', "name"),
        (("spec", "aliases", 1, "starting_at"), 7, "1", "starting_at"),
        (("spec", "fees", "starter-fee"), 10, "amount", None),
        (("spec", "fees", "starter-fee", "amount"), 10, "{unit_price: 10.00 USD, quantity: 1}", "amount"),
        (("spec", "fees", "starter-fee", "amount", "quantity"), 10, "1", "quantity"),
        (("spec", "fees", "starter-fee", "tags"), 11, "[é, 😀, c]", "tags"),
        (("spec", "fees", "starter-fee", "tags", 1), 11, "😀", "😀"),
        (("spec", "fees", "starter-fee", "tags", 2), 11, "c", "c"),
        (("spec", "unindented"), 13, "-", None),
        (("spec", "unindented", 0), 13, "one", "one"),
        (("spec", "unindented", 1), 14, "-", "-"),
        (("spec", "unindented", 1, 0), 14, "two", "two"),
        (("spec", "empty"), 18, "", "empty"),
        (("spec", "nothing"), 19, "{}", "nothing"),
    ],
)
def test_a_route_has_the_range_of_its_value_and_of_its_key(
    route: Route, line: int, value: str, key: str | None
) -> None:
    value_range = _placed(Location("x.yaml", route))
    assert value_range is not None
    assert value_range.line == line
    assert _text_at(value_range) == value
    # None: the key is on another line than the value.
    key_range = _placed(Location("x.yaml", route, Anchor.KEY))
    assert _text_at(key_range) == (route[-1] if key is None else key)


def test_a_block_scalar_spans_its_lines() -> None:
    assert _placed(Location("x.yaml", ("spec", "text"))) == TextRange(15, 9, 18, 1)


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_missing_route_is_shown_at_its_nearest_parent(anchor: Anchor) -> None:
    missing = Location("x.yaml", ("spec", "fees", "starter-fee", "amount", "credit", 3), anchor)
    parent = Location("x.yaml", ("spec", "fees", "starter-fee", "amount"), anchor)

    assert _placed(missing) == _placed(parent)


def test_a_file_without_text_is_shown_at_its_start() -> None:
    assert _placed(Location("other.yaml", ("spec",))) == START_OF_FILE


def test_a_broken_file_is_placed_as_far_as_it_can_be_read() -> None:
    assert _placed(Location("x.yaml", ("a",)), "a: 1\nb: [\n") == TextRange(1, 4, 1, 5)
    assert _placed(Location("x.yaml", ("a",)), "[") is not None
    assert _placed(Location("x.yaml", ("a",)), "") == START_OF_FILE


def test_a_range_that_is_there_stays() -> None:
    at = TextRange(7, 8, 9, 10)
    assert _placed(Location("x.yaml", ("kind",), text_range=at)) == at


def test_related_places_are_found_and_everything_is_sorted() -> None:
    late = Diagnostic(ALIAS_OVERLAP, "late", Location("x.yaml", ("spec", "aliases", 1)))
    early = Diagnostic(
        ALIAS_OVERLAP,
        "early",
        Location("x.yaml", ("kind",)),
        related=(Related(Location("x.yaml", ("spec", "aliases", 0, "name")), "here"),),
    )
    placed = place([late, early], {"x.yaml": TEXT})

    assert [diagnostic.message for diagnostic in placed] == ["early", "late"]
    assert _text_at(placed[0].related[0].at.text_range) == "Größe 😀 , starter"


def test_each_file_is_parsed_once_and_only_if_it_has_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def spy(path: str, text: str) -> object:
        parsed.append(path)
        return build_with_places(path, text)

    monkeypatch.setattr("pkgplan.stages.load.places.build_with_places", spy)
    two = [Diagnostic(MISSING_KEY, str(i), Location("x.yaml", ("kind",))) for i in range(2)]
    place(two, {"x.yaml": TEXT, "sound.yaml": TEXT})

    assert parsed == ["x.yaml"]


def test_windows_line_ends_do_not_move_places() -> None:
    assert _placed(Location("x.yaml", ("b",)), "a: 1\r\nb: 2\r\n") == TextRange(2, 4, 2, 5)
