"""What the YAML parser complains about, in words that help.

Comes in: the parser's problem and context, as it words them, and the text before the place.
Goes out: the rule, a message and a hint. Never here: the parser itself, or positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.model.rules import YAML_FEATURE, YAML_SYNTAX
from pkgplan.stages.load.findings import quoted

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A syntax error in the parser's words, and what the builder knew at that place.

    `line` is the source line, `column` where in it (from 0). `open_bracket`: the text ended within this one.
    `text_from_line`: a scalar that began on this line (from 1) ended on the line of the problem, `at_line`.
    """

    problem: str
    context: str
    line: str
    column: int
    at_line: int
    open_bracket: str
    text_from_line: int | None

    @property
    def character(self) -> str:
        """What stands at the place, if anything does."""
        return self.line[self.column : self.column + 1]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A syntax error in ours, shown where it was found, or else where the construct or its bracket began."""

    rule: Rule
    message: str
    hint: str
    at_context: bool = False
    at_opening: bool = False


_STARTS_NOTHING: Final = "found character that cannot start any token"
_NO_KEY: Final = "mapping values are not allowed in this context"
_ENTRY_EXPECTED: Final = (
    "did not find expected key",
    "did not find expected '-' indicator",
    "did not find expected <document start>",
    "did not find expected node content",
)
_CLOSING: Final = {"[": "]", "{": "}"}
_QUOTE = "Quote the text if the character belongs to it"
_WORDS: Final = {
    _NO_KEY: Explanation(
        YAML_SYNTAX,
        'a ":" stands where no key can be',
        "Quote the value if the colon belongs to it, or align the key with the keys around it",
    ),
    "found unexpected ':'": Explanation(
        YAML_SYNTAX, 'a ":" stands in a value within braces or brackets', "Quote the value"
    ),
    "block sequence entries are not allowed in this context": Explanation(
        YAML_SYNTAX, 'a "-" stands where no list can begin', "Begin the list on a line of its own"
    ),
    "mapping keys are not allowed in this context": Explanation(
        YAML_SYNTAX, 'a "?" stands where no key can be', _QUOTE
    ),
    "could not find expected ':'": Explanation(
        YAML_SYNTAX, 'the key has no ":" after it', "Write `key: value`", at_context=True
    ),
    "did not find expected ',' or ']'": Explanation(
        YAML_SYNTAX,
        'a "," or "]" is missing in the list',
        'Close the list with "]", or put "," between its items',
    ),
    "did not find expected ',' or '}'": Explanation(
        YAML_SYNTAX,
        'a "," or "}" is missing in the mapping',
        'Close it with "}", or put "," between its entries',
    ),
    "did not find expected key": Explanation(
        YAML_SYNTAX,
        "the line is no entry of the mapping that it stands in",
        "Align the keys of one mapping, and close what was opened",
    ),
    "did not find expected '-' indicator": Explanation(
        YAML_SYNTAX,
        "the line is no item of the list that it stands in",
        'Begin each item with "- " in one column',
    ),
    "did not find expected node content": Explanation(
        YAML_SYNTAX, "a value is missing or begins with a character that it cannot begin with", _QUOTE
    ),
    "did not find expected <document start>": Explanation(
        YAML_SYNTAX,
        "text follows after the end of the document",
        "Remove it, or align it with the lines above",
    ),
    "found unexpected end of stream": Explanation(
        YAML_SYNTAX, "the quote is not closed", "Add the closing quote", at_context=True
    ),
    "found unexpected document indicator": Explanation(
        YAML_SYNTAX,
        'the quoted text is cut by a line of "---" or "..."',
        "Add the closing quote",
        at_context=True,
    ),
    "found unknown escape character": Explanation(
        YAML_SYNTAX, "a backslash escape that YAML does not have", "Write `\\\\`, or use single quotes"
    ),
    "did not find expected hexdecimal number": Explanation(
        YAML_SYNTAX,
        "a character escape without its hexadecimal digits",
        "Write it like `\\u00e9`, or use single quotes",
    ),
    "found invalid Unicode character escape code": Explanation(
        YAML_SYNTAX, "a character escape that is no Unicode character", "Write the character itself"
    ),
    "did not find expected comment or line break": Explanation(
        YAML_SYNTAX, 'text follows the "|" or ">" on the same line', "Begin the text on the next line"
    ),
    "found an indentation indicator equal to 0": Explanation(
        YAML_SYNTAX, "an indentation of 0 for the text below", "Leave the number out"
    ),
}
_TAB = Explanation(
    YAML_SYNTAX, "a tab is used for indentation", "Indent with spaces; YAML forbids tabs there"
)
_DIRECTIVE = Explanation(
    YAML_FEATURE,
    "a directive (%) is outside the catalog's dialect",
    "Remove the line that begins with %",
    at_context=True,
)
_PROPERTIES: Final = {
    "anchor": Explanation(
        YAML_FEATURE, 'an anchor ("&") is outside the catalog\'s dialect', _QUOTE, at_context=True
    ),
    "alias": Explanation(
        YAML_FEATURE, 'an alias ("*") is outside the catalog\'s dialect', _QUOTE, at_context=True
    ),
    "tag": Explanation(
        YAML_FEATURE, 'a tag ("!") is outside the catalog\'s dialect', _QUOTE, at_context=True
    ),
}


def explain(complaint: Complaint) -> Explanation:
    """Our words for a complaint of the parser; its own words where we have none."""
    words = f"{complaint.context} {complaint.problem}".strip()
    return (
        _explain_feature(words)
        or _explain_tab(complaint)
        or _explain_open_bracket(complaint)
        or _explain_start(complaint)
        or _explain_entry(complaint)
        or _explain_continuation(complaint)
        or _WORDS.get(complaint.problem)
        or Explanation(YAML_SYNTAX, f"the file is not YAML: {words}", "Mend the line that is shown")
    )


def _explain_feature(words: str) -> Explanation | None:
    if " directive" in words or "incompatible YAML document" in words:
        return _DIRECTIVE
    return next((found for name, found in _PROPERTIES.items() if f" {name}" in words), None)


def _explain_tab(complaint: Complaint) -> Explanation | None:
    seen = complaint.line[: complaint.column + 1]
    indentation = seen[: len(seen) - len(seen.lstrip())]
    return _TAB if "\t" in indentation or "found a tab" in complaint.problem else None


def _explain_open_bracket(complaint: Complaint) -> Explanation | None:
    bracket = complaint.open_bracket
    if not bracket or complaint.problem not in _WORDS or _WORDS[complaint.problem].at_context:
        return None
    hint = f'Add the "{_CLOSING[bracket]}"'
    return Explanation(YAML_SYNTAX, f'the "{bracket}" is not closed', hint, at_opening=True)


def _explain_start(complaint: Complaint) -> Explanation | None:
    if complaint.problem != _STARTS_NOTHING:
        return None
    character = complaint.character
    if character == "\t":
        return Explanation(YAML_SYNTAX, "a tab stands where a value begins", "Use spaces, or quote the value")
    return Explanation(YAML_SYNTAX, f"a value cannot begin with {quoted(character)}", "Quote the value")


def _explain_entry(complaint: Complaint) -> Explanation | None:
    if complaint.problem not in _ENTRY_EXPECTED:
        return None
    if complaint.character == ":":
        return Explanation(YAML_SYNTAX, "a key is empty", "Write the key before the colon")
    if complaint.character in _CLOSING.values():
        message = f'the "{complaint.character}" closes nothing'
        return Explanation(YAML_SYNTAX, message, "Remove it, or quote the value")
    if complaint.text_from_line is not None:
        return Explanation(YAML_SYNTAX, "more text follows after the value", "Quote the whole value")
    return None


def _explain_continuation(complaint: Complaint) -> Explanation | None:
    begun = complaint.text_from_line
    if complaint.problem != _NO_KEY or begun is None or begun == complaint.at_line:
        return None
    return Explanation(
        YAML_SYNTAX,
        f'a ":" stands where no key can be, as the text of line {begun} goes on here',
        f"Align the key with the others, and put a space after the colon in line {begun}",
    )
