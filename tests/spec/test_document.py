"""Text to plain data: what YAML 1.2 says, each value with its place, and nothing that surprises."""

import json
import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from proofmark_spec import SpecError
from proofmark_spec.document import DEEPEST, LARGEST_BYTES, MOST_VALUES, check_plain, read_yaml
from proofmark_spec.problems import Report


def read(text: str) -> Any:
    return read_yaml(text.encode(), "spec.yaml")[0]["a"]


def documents(text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """What JSON can say, with such text."""
    numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**60), 10**60)
    values: st.SearchStrategy[Any] = st.recursive(
        numbers | text | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(text, values, max_size=4)


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12)


@settings(deadline=None)
@given(documents(ANY), st.sampled_from([None, 2]))
def test_escaped_json_is_read_as_json(document: dict[str, Any], indent: int | None) -> None:
    assert read_yaml(json.dumps(document, indent=indent).encode(), "spec.yaml")[0] == document


@settings(deadline=None)
@given(documents(PRINTABLE), st.sampled_from([None, 2]))
def test_printable_json_is_read_as_json(document: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    assert read_yaml(text.encode(), "spec.yaml")[0] == document


@settings(deadline=None)
@given(st.text("0123456789+-._eExoabfnltrusyNTFI~ ", min_size=1, max_size=12))
def test_a_scalar_means_what_another_reader_of_yaml_says(text: str) -> None:
    """ruamel's own constructor, for YAML 1.2, is the other reader."""
    source = f"a: {text}\n"
    try:
        expected = YAML(typ="safe", pure=True).load(source)["a"]
    except (YAMLError, ValueError, OverflowError):
        return
    assume(isinstance(expected, str | int | float | bool | None))
    assume(not isinstance(expected, float) or math.isfinite(expected))
    found = read(source)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("text", ["no", "yes", "on", "2024-01-01", "12:30:45", "0b11", "10 mm", "1e", "0x", "'7'"])
def test_what_only_looks_like_something_else_is_text(text: str) -> None:
    assert read(f"a: {text}") == text.strip("'")


def test_a_value_stands_where_it_begins_and_a_collection_where_its_key_does() -> None:
    _, report = read_yaml(b"a:\n  b: 1\n  c: [x, {d: 2}]\n", "spec.yaml")
    assert report.positions == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", "b"): (2, 6),
        ("a", "c"): (3, 3),
        ("a", "c", 0): (3, 7),
        ("a", "c", 1): (3, 10),
        ("a", "c", 1, "d"): (3, 11 + 3),
    }
    assert report.keys["a", "c", 1, "d"] == (3, 11)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize("shape", [nested, lambda count: [1] * count])
def test_text_and_plain_data_have_the_same_bounds(shape: Any) -> None:
    most = DEEPEST if shape is nested else MOST_VALUES - 2
    sound, spoilt = {"a": shape(most)}, {"a": shape(most + 1)}
    assert read_yaml(json.dumps(sound).encode(), "spec.yaml")[0] == sound
    check_plain(sound, Report("spec"))
    told = []
    for read_it in (
        lambda: read_yaml(json.dumps(spoilt).encode(), "spec"),
        lambda: check_plain(spoilt, Report("spec")),
    ):
        with pytest.raises(SpecError) as refused:
            read_it()
        told += [problem.message for problem in refused.value.problems]
    assert told[0] == told[1]
    assert told[0].startswith("expected at most")


def test_a_document_may_be_as_large_as_is_said() -> None:
    sound = b"a: 1\n".ljust(LARGEST_BYTES, b"\n")
    assert read_yaml(sound, "spec.yaml")[0] == {"a": 1}
    with pytest.raises(SpecError, match="expected at most 256 KiB, got more"):
        read_yaml(sound + b"\n", "spec.yaml")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("inf"), "spec: a: expected a finite number, got inf"),
        (float("nan"), "spec: a: expected a finite number, got nan"),
        (10**64, "spec: a: expected a number of at most 64 digits"),
        ("\ud800", "spec: a: expected Unicode text, got half a character at offset 0"),
        ({1: 2}, "spec: a: expected text as key, got 1"),
        (b"x", "spec: a: expected plain data, got bytes"),
    ],
)
def test_plain_data_that_no_text_could_say_is_refused(value: Any, told: str) -> None:
    with pytest.raises(SpecError) as refused:
        check_plain({"a": value}, Report("spec"))
    assert str(refused.value) == told
