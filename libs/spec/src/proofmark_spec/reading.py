"""Reading mappings: which keys there are, which must be there, and what kind of value each has."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from proofmark_spec.problems import Path, Report, Wrong, did_you_mean, shortened

T = TypeVar("T")
KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    int: "a whole number",
    bool: "true or false",
    float: "a number",
}


def mapping(
    value: Any, path: Path, report: Report, required: Sequence[str], optional: Sequence[str] = ()
) -> Mapping[str, Any]:
    """Hold a mapping to its keys: unknown ones are noted with what was probably meant, missing ones too.

    Raises
    ------
    Wrong
        It is no mapping, or lacks a required key.
    """
    found: Mapping[str, Any] = kind(value, dict)
    known = [*required, *optional]
    for key in found:
        if key not in known:
            report.add_key((*path, key), f"unknown key{did_you_mean(key, known) or '; known are ' + ', '.join(known)}")
    missing = [key for key in required if key not in found]
    if missing:
        raise Wrong(f"missing {', '.join(missing)}")
    return found


def kind(value: Any, wanted: type[T]) -> T:
    """Hold a value to its kind.

    Raises
    ------
    Wrong
    """
    if (isinstance(value, bool) and wanted is not bool) or not isinstance(value, wanted):
        raise Wrong(f"expected {KINDS[wanted]}, got {shortened(value)}")
    return value


def number(value: Any) -> float:
    """A plain number.

    Raises
    ------
    Wrong
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"expected a number, got {shortened(value)}")
    return float(value)


def choice(value: Any, known: Sequence[str]) -> str:
    """One of a few words.

    Raises
    ------
    Wrong
    """
    text = kind(value, str)
    if text not in known:
        raise Wrong(f"expected one of {', '.join(known)}, got {shortened(text)}{did_you_mean(text, known)}")
    return text


def line(value: Any, longest: int) -> str:
    """A line of text, as names are.

    Raises
    ------
    Wrong
    """
    text = kind(value, str)
    if not text.strip() or len(text) > longest or not text.isprintable():
        raise Wrong(f"expected 1 to {longest} printable characters, got {shortened(text)}")
    return text
