"""YAML text to plain data, with the place of every value. Nothing that can surprise: no aliases, tags, duplicates.

Scalars are those of YAML 1.2's core schema: `no` and `2024-01-01` are text. A document that came as plain data is held
to the same bounds.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from proofmark_spec.problems import Path, Report, SpecError, shortened

LARGEST_BYTES, DEEPEST, MOST_VALUES, LONGEST_NUMBER = 256 * 1024, 32, 20_000, 64

NOTHING = {"", "~", "null", "Null", "NULL"}
TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
WHOLE = re.compile(r"^[-+]?[0-9][0-9_]*$")
BASED = re.compile(r"^0(?:o[0-7]+|x[0-9a-fA-F]+)$")
DECIMAL = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$")
NOT_FINITE = re.compile(r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$")


def read_yaml(data: bytes, source: str) -> tuple[dict[str, Any], Report]:
    """Read a document and where its values stand.

    Raises
    ------
    SpecError
        It is too large, not UTF-8, not YAML, or uses what specs do without.
    """
    report = Report(source, {(): (1, 1)})
    if len(data) > LARGEST_BYTES:
        report.fail(f"expected at most {LARGEST_BYTES // 1024} KiB, got more")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        report.fail(f"expected UTF-8, got byte 0x{data[error.start]:02x} at offset {error.start}")
    try:
        document = _Reader(text, report).document()
    except ReaderError as error:
        before = text[: error.position]
        place = (before.count("\n") + 1, error.position - before.rfind("\n"))
        report.fail(f"not valid YAML: character {text[error.position]!r} is not printable", place)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        report.fail(f"not valid YAML: {error.problem or error.context}", place)
    except SpecError:
        raise
    except (YAMLError, ValueError) as error:
        report.fail(f"not valid YAML: {shortened(str(error))}")
    if not isinstance(document, dict):
        report.fail(f"expected a mapping, got {shortened(document)}")
    return document, report


def check_plain(document: object, report: Report) -> None:
    """Hold plain data to what text can say: finite numbers, keys that are text, bounded depth and size.

    Raises
    ------
    SpecError
    """
    pending: list[tuple[object, Path]] = [(document, ())]
    values = 0
    while pending:
        value, path = pending.pop()
        values += 1
        if len(path) > DEEPEST:
            report.fail(f"expected at most {DEEPEST} levels of nesting")
        if values > MOST_VALUES:
            report.fail(f"expected at most {MOST_VALUES:,} values")
        if isinstance(value, dict):
            for key in value:
                _check_text(key, path, report)
            pending += [(inner, (*path, str(key))) for key, inner in value.items()]
        elif isinstance(value, list):
            pending += [(inner, (*path, index)) for index, inner in enumerate(value)]
        elif isinstance(value, str):
            _check_text(value, path, report)
        elif isinstance(value, float) and not math.isfinite(value):
            report.add(path, f"expected a finite number, got {value}")
        elif isinstance(value, int) and abs(value) >= 10**LONGEST_NUMBER:
            report.add(path, f"expected a number of at most {LONGEST_NUMBER} digits")
        elif not isinstance(value, int | float | None):
            report.add(path, f"expected plain data, got {type(value).__name__}")
    report.raise_if_any()


def _check_text(value: object, path: Path, report: Report) -> None:
    if not isinstance(value, str):
        report.add(path, f"expected text as key, got {shortened(value)}")
        return
    try:
        value.encode()
    except UnicodeEncodeError as error:
        report.add(path, f"expected Unicode text, got half a character at offset {error.start}")


class _Reader:
    """Builds plain data from parser events, in one pass."""

    def __init__(self, text: str, report: Report) -> None:
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._report = report
        self._values = 0

    def document(self) -> Any:
        self._next(StreamStartEvent)
        started = self._next(DocumentStartEvent, StreamEndEvent)
        if isinstance(started, StreamEndEvent):
            return None
        document = self._value(next(self._events), ())
        self._next(DocumentEndEvent)
        after = self._next(StreamEndEvent, DocumentStartEvent)
        if isinstance(after, DocumentStartEvent):
            self._report.fail("expected one document, got a second one", _place(after))
        check_plain(document, self._report)
        return document

    def _next(self, *kinds: type[Event]) -> Event:
        event = next(self._events)
        assert isinstance(event, kinds)
        return event

    def _value(self, event: Event, path: Path) -> Any:
        self._refuse_tricks(event, path)
        self._values += 1
        if self._values > MOST_VALUES:
            self._report.fail(f"expected at most {MOST_VALUES:,} values", _place(event))
        self._report.positions.setdefault(path, _place(event))
        match event:
            case MappingStartEvent():
                return self._mapping(path)
            case SequenceStartEvent():
                return self._sequence(path)
            case ScalarEvent():
                return self._scalar(event, path)
        raise AssertionError(f"{event} is no value")

    def _refuse_tricks(self, event: Event, path: Path) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            self._report.fail("anchors and aliases are not used in specs: write the value out", _place(event))
        if getattr(event, "tag", None) is not None:
            self._report.fail("tags are not used in specs", _place(event))
        if len(path) > DEEPEST:
            self._report.fail(f"expected at most {DEEPEST} levels of nesting", _place(event))

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            self._refuse_tricks(event, path)
            if not isinstance(event, ScalarEvent):
                self._report.fail("expected a name as key", _place(event))
            key = _joined(event.value)
            below = (*path, key)
            self._report.keys[below] = _place(event)
            inner = next(self._events)
            if not isinstance(inner, ScalarEvent) or (inner.implicit[0] and inner.value == ""):
                self._report.positions[below] = _place(event)
            value = self._value(inner, below)
            if key in found:
                self._report.add_key(below, "stands here twice")
            found[key] = value
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found

    def _scalar(self, event: ScalarEvent, path: Path) -> str | int | float | bool | None:
        text = _joined(event.value)
        if not event.implicit[0] or len(text) > LONGEST_NUMBER:
            return text
        if text in NOTHING:
            return None
        if text in TRUTH:
            return TRUTH[text]
        if WHOLE.match(text):
            return int(text.replace("_", ""))
        if BASED.match(text):
            return int(text, 0)
        if DECIMAL.match(text):
            return float(text.replace("_", ""))
        if NOT_FINITE.match(text):
            self._report.add(path, f"expected a finite number, got {text}")
            return 0.0
        return text


def _joined(text: str) -> str:
    """Whole characters: JSON escapes those beyond 16 bits as two halves, which YAML takes for two characters."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
