"""The one home of the YAML parser: its events become data, findings and, if asked for, positions.

Comes in: text that the decoder let through. Goes out: a `Built`; no exception ever leaves.
Never here: recursion (the C composers of ruamel.yaml crash on deep nesting, their event parser does not),
positions unless asked for (they cost time, and only files with findings need them), YAML 1.1, aliases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from _ruamel_yaml import CParser
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, Related, Route, TextRange
from pkgplan.model.rules import DUPLICATE_KEY, TOO_LARGE, UNSUPPORTED_NUMBER, YAML_FEATURE, YAML_SYNTAX
from pkgplan.stages.load.findings import Findings, ReadingEnds, quoted
from pkgplan.stages.load.scalars import UnsupportedNumberError, kind_of, resolve
from pkgplan.stages.load.syntax import Complaint, explain

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue
    from pkgplan.stages.load.ruler import Mark

MAX_DEPTH: Final = 64
_MERGE: Final = "<<"
_CORE_TAG: Final = "tag:yaml.org,2002:"
_FIRST_NO_CONTROL: Final = 0xA0

Places = dict[Route, tuple[TextRange, TextRange]]


@dataclass(slots=True)
class Built:
    """What became of a text. With findings `data` means nothing; `places` is empty unless asked for."""

    data: JsonValue
    findings: list[Diagnostic]
    places: Places


def build(path: str, text: str) -> Built:
    """The document of a text, without positions."""
    return _Builder(path, text, record=False).run()


def build_with_places(path: str, text: str) -> Built:
    """The document of a text, and for each route the range of its key and of its value."""
    return _Builder(path, text, record=True).run()


@dataclass(slots=True)
class _Frame:
    """A collection that is being built: a list or a mapping. A mapping's `key` is None to drop the value."""

    opening: CollectionStartEvent | None
    items: list[JsonValue] | None = None
    mapping: dict[str, JsonValue] | None = None
    wants_key: bool = False
    key: str | None = None
    # One for each entry of `mapping`, in the same order, so that a duplicate can point at the first.
    key_events: list[ScalarEvent] = field(default_factory=list)


class _Builder:
    def __init__(self, path: str, text: str, *, record: bool) -> None:
        self._text = text
        self._record = record
        self._places: Places = {}
        self._findings = Findings(path, text)
        self._documents: list[JsonValue] = []
        self._stack = [_Frame(None, items=self._documents)]
        self._top = self._stack[0]
        self._document_started = False
        self._last: Event | None = None

    def run(self) -> Built:
        try:
            self._read()
        except ReadingEnds:
            pass
        except MarkedYAMLError as fault:
            self._syntax_error(fault)
        except (YAMLError, ValueError):
            # ValueError: that the %-escapes of a tag are no UTF-8 shows only when the event is made.
            self._parser_gave_up()
        data = self._documents[0] if self._documents else None
        return Built(data, self._findings.diagnostics, self._places)

    def _read(self) -> None:
        next_event = CParser(self._text).get_event
        # To the end of the stream, not of the document: what follows it must not be ignored.
        while (event := next_event()) is not None:
            self._last = event
            if isinstance(event, ScalarEvent):
                self._scalar(event)
            elif isinstance(event, MappingStartEvent):
                mapping: dict[str, JsonValue] = {}
                self._open(_Frame(event, mapping=mapping, wants_key=True), event, mapping)
            elif isinstance(event, SequenceStartEvent):
                items: list[JsonValue] = []
                self._open(_Frame(event, items=items), event, items)
            elif isinstance(event, CollectionEndEvent):
                self._close(event)
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif isinstance(event, DocumentStartEvent):
                self._start_document(event)

    # Events

    def _start_document(self, event: DocumentStartEvent) -> None:
        at = event.start_mark
        if self._document_started:
            place = self._findings.at((), self._findings.ruler.word(at))
            hint = "Put each document into a file of its own"
            self._findings.add(YAML_FEATURE, "a second document begins in the same file", place, hint)
            raise ReadingEnds
        self._document_started = True
        if event.version is not None or event.tags:
            place = self._findings.at((), self._findings.ruler.rest_of_line(at))
            hint = "Remove the line that begins with %"
            self._findings.add(YAML_FEATURE, "a directive (%) is outside the catalog's dialect", place, hint)

    def _scalar(self, event: ScalarEvent) -> None:
        if self._top.wants_key:
            self._key(event)
        elif event.style:
            self._attach(event.value, event)
        else:
            try:
                self._attach(resolve(event.value), event)
            except UnsupportedNumberError as fault:
                self._attach(None, event)
                message = f"number {quoted(event.value)} {fault}"
                self._findings.add(UNSUPPORTED_NUMBER, message, self._here(event))
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        if event.style == '"' and not event.value.isprintable():
            self._check_escapes(event)

    def _key(self, event: ScalarEvent) -> None:
        top = self._top
        top.wants_key = False
        top.key = None
        key: str = event.value
        if not event.style and not _is_text(key):
            self._refuse_key(event)
            return
        top.key = key
        if top.mapping is not None and key in top.mapping:
            self._refuse_duplicate(event, first=top.key_events[list(top.mapping).index(key)])
            top.key = None
            return
        top.key_events.append(event)
        if self._record:
            self._record_key(event)

    def _open(self, frame: _Frame, event: CollectionStartEvent, value: JsonValue) -> None:
        top = self._top
        if top.wants_key:
            top.wants_key = False
            top.key = None
            shape = "list" if frame.mapping is None else "mapping"
            message = f"a key is a {shape}, not text"
            self._findings.add(YAML_FEATURE, message, self._here(event), "Write a key that is text")
        else:
            self._attach(value, event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        if len(self._stack) > MAX_DEPTH:
            message = f"a value is nested more than {MAX_DEPTH} levels deep"
            self._findings.add(TOO_LARGE, message, self._here(event), "Write it flatter")
            raise ReadingEnds
        self._stack.append(frame)
        self._top = frame

    def _close(self, event: CollectionEndEvent) -> None:
        opening = self._stack.pop().opening
        self._top = self._stack[-1]
        if self._record and opening is not None and opening.flow_style:
            self._record_value(self._findings.ruler.between(opening.start_mark, event.end_mark))

    def _alias(self, event: AliasEvent) -> None:
        if self._top.wants_key:
            self._top.wants_key = False
            self._top.key = None
        else:
            self._attach(None, event)
        self._findings.refuse("alias", f"*{event.anchor}", self._here(event))

    def _attach(self, value: JsonValue, event: Event) -> None:
        """Put a value where it belongs."""
        top = self._top
        if top.items is not None:
            top.items.append(value)
        elif top.mapping is not None:
            top.wants_key = True
            if top.key is not None:
                top.mapping[top.key] = value
        if self._record:
            self._record_value(self._extent(event))

    # Findings

    def _refuse_key(self, event: ScalarEvent) -> None:
        key = quoted(event.value)
        if event.value == _MERGE:
            self._findings.refuse("merge key", _MERGE, self._here(event))
        elif event.value:
            message = f"key {key} is {kind_of(event.value)}, not text"
            self._findings.add(YAML_FEATURE, message, self._here(event), f"Quote the key: {key}")
        else:
            message = "a key is empty"
            self._findings.add(YAML_FEATURE, message, self._here(event), "Write the key before the colon")

    def _refuse_duplicate(self, event: ScalarEvent, *, first: ScalarEvent) -> None:
        key = quoted(event.value)
        related = Related(self._here(first), f"{key} is first given here")
        message = f"key {key} is given twice in one mapping"
        self._findings.add(DUPLICATE_KEY, message, self._here(event), related=(related,))

    def _refuse_properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        place = self._findings.at(self._route(), self._findings.ruler.word(event.start_mark))
        if event.anchor is not None:
            self._findings.refuse("anchor", f"&{event.anchor}", place)
        if event.tag is not None:
            tag = event.tag
            written = f"!!{tag.removeprefix(_CORE_TAG)}" if tag.startswith(_CORE_TAG) else tag
            self._findings.refuse("tag", written, place)

    def _check_escapes(self, event: ScalarEvent) -> None:
        """Escapes bring back the control characters that the decoder refuses; terminals obey those."""
        for character in event.value:
            if (
                ord(character) < _FIRST_NO_CONTROL
                and not character.isprintable()
                and character not in "\t\n\r"
            ):
                message = f"an escape stands for the control character U+{ord(character):04X}"
                self._findings.add(YAML_FEATURE, message, self._here(event), "Remove the escape")
                return

    def _syntax_error(self, fault: MarkedYAMLError) -> None:
        problem_at: Mark = fault.problem_mark or fault.context_mark
        opening = self._top.opening
        ruler = self._findings.ruler
        found = explain(
            Complaint(
                problem=fault.problem or "",
                context=fault.context or "",
                line=ruler.line(problem_at),
                column=problem_at.column,
                open_bracket=("[" if self._top.mapping is None else "{")
                if opening is not None and opening.flow_style and self._is_at_end(problem_at)
                else "",
                text_from_line=self._last.start_mark.line + 1
                if isinstance(self._last, ScalarEvent) and self._last.end_mark.line == problem_at.line
                else None,
                at_line=problem_at.line + 1,
            )
        )
        at = problem_at
        if found.at_opening and opening is not None:
            at = opening.start_mark
        elif found.at_context and fault.context_mark is not None:
            at = fault.context_mark
        place = self._findings.at(self._route(), ruler.from_mark(at, 1))
        self._findings.diagnostics.append(Diagnostic(found.rule, found.message, place, found.hint))

    def _is_at_end(self, at: Mark) -> bool:
        return at.index >= len(self._text.rstrip())

    def _parser_gave_up(self) -> None:
        ruler = self._findings.ruler
        after = START_OF_FILE if self._last is None else ruler.from_mark(self._last.end_mark, 1)
        message = "what follows here cannot be read as YAML text"
        hint = "Remove tags and unusual characters from what follows"
        place = self._findings.at(self._route(), after)
        self._findings.diagnostics.append(Diagnostic(YAML_SYNTAX, message, place, hint))

    # Positions

    def _here(self, event: Event) -> Location:
        return self._findings.at(self._route(), self._extent(event))

    def _extent(self, event: Event) -> TextRange:
        """The range of a node; of a collection its first character, as a block ends at the next token."""
        if isinstance(event, CollectionStartEvent):
            return self._findings.ruler.from_mark(event.start_mark, 1)
        return self._findings.ruler.between(event.start_mark, event.end_mark)

    def _route(self) -> Route:
        """The route of what was read last: a value that was attached, or an entry by its key."""
        route: list[str | int] = []
        for frame in self._stack[1:]:
            if frame.items:
                route.append(len(frame.items) - 1)
            elif frame.key is not None:
                route.append(frame.key)
            else:
                break
        return tuple(route)

    def _record_key(self, event: ScalarEvent) -> None:
        route, at = self._route(), self._extent(event)
        self._places[route] = (at, at)
        opening = self._top.opening
        if len(self._top.key_events) == 1 and opening is not None and not opening.flow_style:
            # A block mapping is shown as its first key.
            key_at, value_at = self._places.get(route[:-1], (at, at))
            self._places[route[:-1]] = (at if key_at == value_at else key_at, at)

    def _record_value(self, at: TextRange) -> None:
        if self._top.mapping is None:
            self._places[self._route()] = (at, at)
        elif self._top.key is not None:
            route = self._route()
            self._places[route] = (self._places[route][0], at)


def _is_text(key: str) -> bool:
    """Whether a plain key is text, as every key must be."""
    try:
        return isinstance(resolve(key), str) and key != _MERGE
    except UnsupportedNumberError:
        return False
