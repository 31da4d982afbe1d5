"""What somebody wrote, in a table of a comment: GitHub's own renderer is the judge of what it becomes."""

from __future__ import annotations

import html
import re

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.escapes import visible
from pkgplan.report.markdown.cells import code, plain, table

NOTHING = "\u200b"
# What GitHub does to the text of a rendered comment, in the words of its documentation.
AUTOLINKED = re.compile(
    r"(?<![\w/])@[a-z0-9]|#[0-9]|\bgh-[0-9]|\w@[0-9a-f]{7,40}\b|:[a-z0-9_+-]*[a-z+-][a-z0-9_+-]*:",
    re.IGNORECASE,
)
PIECES = (
    "https://evil.example/login", "HTTP://evil.example", "ftp://evil.example", "www.evil.example", "WWW.evil.com",
    "mailto:me@evil.example", "xmpp:me@evil.example/x", "me@evil.example", "me.too@x-y.example", "@team", "@a/b", "#12",
    "GH-12", "owner/repository#12", "owner/repository@a5c3785ed8d6a35868bc169f07e40e889087fd2e", "me@a5c3785",
    "<https://evil.example>", "<a href=x>", "<img src=x onerror=y>", "<!-- x -->", "</td>", "&lt;", "&#58;",
    "&#x3a;", "https&#58;//evil.example", "https\\://evil.example", "[a](b)", "[a][b]", "[a]: https://evil.example",
    "![a](b)", "![a](https://evil.example/x.png)", "`a`", "``", "a | b", "\\|", "\\", "*a*", "__a__", "~~a~~",
    "$a$", "$$",
    ":tada:", ":+1:", ":100:", "- a", "1. a", "# a", "> a", "---", "\n", "\r", "\t", "\x1b[31m", "\u202e", "\x9b",
    " ", "a", "0", ".", "/", ":", "@", "#", "_", "starter@2", "12:30:00", "10.00 USD", "\u00e4",
)  # fmt: skip


def rendered(cell: str) -> str:
    """The HTML of the second cell of a row."""
    page = cmarkgfm.github_flavored_markdown_to_html(table(("A", "B", "C"), [("1", cell, "3")]))
    found = re.search(r"<td>1</td>\n<td>(.*)</td>\n<td>3</td>", page)
    assert found is not None, page
    return str(found[1])


def as_text(cell: str) -> str:
    """What a reader sees; there may be no element in it but code."""
    page = rendered(cell).replace("<code>", "").replace("</code>", "")
    assert "<" not in page, page
    return html.unescape(page)


@pytest.mark.parametrize("text", PIECES)
@pytest.mark.parametrize("around", ["{}", "see {} now", "({})", "*{}*"])
def test_a_cell_shows_exactly_the_text_and_links_nothing(text: str, around: str) -> None:
    text = around.format(text)
    shown = as_text(plain(text))
    assert shown.replace(NOTHING, "") == visible(text).strip()
    assert not AUTOLINKED.search(shown)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=6).map("".join))
def test_no_mixture_becomes_markup_or_a_link(text: str) -> None:
    shown = as_text(plain(text))
    assert shown.replace(NOTHING, "") == visible(text).replace(NOTHING, "").strip()
    assert not AUTOLINKED.search(shown)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=4).map("".join))
def test_nor_does_code(text: str) -> None:
    assert as_text(code(text)).replace(NOTHING, "").strip() == visible(text).replace(NOTHING, "").strip()
    if "<code>" not in rendered(code(text)):
        assert not AUTOLINKED.search(as_text(code(text)))


def test_versions_and_times_stay_as_they_are_written() -> None:
    for text in (
        "starter@2",
        "team-annual@12 and pro@3.",
        "2026-02-01T12:30:00Z",
        "3:1",
        "a#",
        "# 1",
        "@ home",
    ):
        assert plain(text) == text
