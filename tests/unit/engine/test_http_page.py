"""The page at `/`: what it lists, what it leaves out, and that no text of a client becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from support.offline import a_package, an_alias
from support.served import called, served

from pkgplan.engine.http.overview import ContractLine, Named, Overview, PackageLine, WindowLine, overview
from pkgplan.engine.http.page import page
from pkgplan.model.units import parse_instant

if TYPE_CHECKING:
    from pkgplan.engine import Engine

EVIL = '<script>alert("x")</script>&\''
_VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Checks that every element is closed, and keeps the texts and the names of elements."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self.feed(document)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def create(engine: Engine, name: str, *aliases: tuple[str, str | None, str | None]) -> str:
    body = a_package(name=name, aliases=[an_alias(*alias) for alias in aliases])
    data = engine.call("packages.create", body)["data"]
    assert isinstance(data, dict)
    return str(data["id"])


def shown(engine: Engine) -> Reader:
    with engine.reading() as connection:
        return Reader(page(overview(connection)))


def test_packages_newest_first_and_who_is_behind_each_alias(engine: Engine) -> None:
    first = create(engine, "First", ("Starter", "2026-01-01T00:00:00Z", None))
    second = create(engine, "Second", ("Starter", "2026-02-01T00:00:00Z", None))
    texts = shown(engine).texts
    ids = [text for text in texts if text in {first, second}]
    assert ids == [second, first, first, second]
    timeline = texts[texts.index("Aliases: who is behind each, and when") :]
    start = timeline.index("Starter")
    assert timeline[start : start + 10] == [
        *("Starter", "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "First", first),
        *("Starter", "2026-02-01T00:00:00.000Z", "open", "Second", second),
    ]


def test_an_archived_package_says_when_and_is_behind_nothing(engine: Engine) -> None:
    created = create(engine, "First", ("Starter", None, None))
    assert "always" in shown(engine).texts
    engine.call("packages.archive", {"package_id": created})
    texts = shown(engine).texts
    assert texts.count("2025-09-01T09:30:15.123Z") == 2
    assert "Starter" not in texts


def test_an_empty_store_says_so(engine: Engine) -> None:
    assert shown(engine).texts.count("There are none yet.") == 3


def test_a_hundred_packages_are_shown_and_the_rest_counted(engine: Engine) -> None:
    for number in range(101):
        create(engine, f"Package {number}")
    texts = shown(engine).texts
    assert "The newest 100 of 101 are shown." in texts
    assert "Package 100" in texts
    assert "Package 0" not in texts


def test_contracts_with_customer_package_and_window(engine: Engine) -> None:
    package = create(engine, "First", ("Starter", None, None))
    customer = engine.call("customers.create", {"name": "Acme"})["data"]
    assert isinstance(customer, dict)
    start = "2025-10-01T00:00:00Z"
    made = {"customer_id": customer["id"], "package_alias": "Starter", "starting_at": start}
    contract = engine.call("contracts.create", made)["data"]
    assert isinstance(contract, dict)
    reader = shown(engine)
    texts = reader.texts[reader.texts.index("Contracts, newest first") :]
    for text in (contract["id"], "Acme", customer["id"], "First", package):
        assert text in texts
    assert "2025-10-01T00:00:00.000Z" in texts
    assert "2026-10-01T00:00:00.000Z" in texts


def test_no_text_of_a_client_becomes_markup() -> None:
    named, at = Named(EVIL, EVIL), parse_instant("2026-01-01")
    seen = Overview(
        counts={"packages": 1, "contracts": 2},
        packages=(PackageLine(named, EVIL, EVIL),),
        windows=(WindowLine(EVIL, named, at, None),),
        contracts=(
            ContractLine(named, named, named, at, at, is_archived=True),
            ContractLine(named, Named(EVIL, None), None, at, None, is_archived=False),
        ),
    )
    reader = Reader(page(seen))
    assert "script" not in reader.tags
    assert not [name for name in reader.attributes if name.startswith("on")]
    assert EVIL in reader.texts


def test_a_script_in_a_name_is_text_over_http(engine: Engine) -> None:
    create(engine, EVIL, (EVIL, None, None))
    with served(engine) as server:
        answer = called(server, "GET", "/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert answer.text.count("&lt;script&gt;") == 3


def test_what_cannot_be_seen_neither_hides_nor_turns_what_is_next_to_it(engine: Engine) -> None:
    hostile = "a\u202eb\x9bc\u200ed\x01\u2066"
    create(engine, hostile, (hostile, None, None))
    with engine.reading() as connection:
        shown_page = page(overview(connection))
    assert all(line.isprintable() for line in shown_page.split("\n"))
    assert shown_page.count("a\\u202eb\\x9bc\\u200ed\\x01\\u2066") == 3


def test_long_names_are_cut(engine: Engine) -> None:
    create(engine, "n" * 1_000_000, ("a" * 1_000_000, None, None))
    create(engine, "m" * 200)
    with engine.reading() as connection:
        shown_page = page(overview(connection))
    assert len(shown_page) < 10_000
    assert shown_page.count("n" * 200 + "...") == 2
    assert "a" * 200 + "..." in shown_page
    assert "m" * 200 + "<" in shown_page


@pytest.mark.parametrize(
    "needed", ['lang="en"', "<title>", 'name="viewport"', "color-scheme", "<caption>", 'scope="col"']
)
def test_what_readers_of_a_page_need(engine: Engine, needed: str) -> None:
    with engine.reading() as connection:
        assert needed in page(overview(connection))
