"""A spec means the same whichever way it came, and its errors say where."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from proofmark_contracts.design import Design
from proofmark_spec import Problem, Spec, SpecError, load, parse

from ..repository.files import ROOT
from .documents import MODEL, document
from .sound import sound_documents

FILES = {"model.py": MODEL}


def block_yaml(written: dict[str, Any]) -> str:
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.dump(json.loads(json.dumps(written)), stream)  # copied: what is shared would become an alias
    return stream.getvalue()


WRITERS: list[Callable[[dict[str, Any]], str]] = [
    json.dumps,
    lambda written: json.dumps(written, indent=4, ensure_ascii=False),
    block_yaml,
]


@settings(deadline=None)
@given(sound_documents())
def test_text_and_plain_data_mean_the_same(written: dict[str, Any]) -> None:
    plain = parse(written, FILES)
    for write in WRITERS:
        text = parse(write(written), FILES)
        assert (text.design, text.files, text.document, text.warnings) == (
            plain.design,
            plain.files,
            plain.document,
            plain.warnings,
        )


@settings(deadline=None)
@given(sound_documents())
def test_a_design_survives_its_journey_over_the_bus(written: dict[str, Any]) -> None:
    spec = parse(written, FILES)
    assert Design.model_validate_json(spec.design.model_dump_json()) == spec.design
    again = parse(json.loads(json.dumps(spec.document)), spec.files)
    assert again.design.spec_digest() == spec.design.spec_digest()


@settings(deadline=None)
@given(sound_documents(), st.integers(0, 9))
def test_name_seed_and_provenance_do_not_make_another_design(written: dict[str, Any], seed: int) -> None:
    other = {**written, "name": "another", "provenance": {}, "reliability": {**written["reliability"], "seed": seed}}
    one, same = parse(written, FILES).design, parse(other, FILES).design
    assert one.design_digest() == same.design_digest()


def test_the_order_of_keys_means_nothing() -> None:
    reversed_document = dict(reversed(document().items()))
    assert parse(reversed_document, {}).design == parse(document(), {}).design


def everywhere(value: Any) -> list[tuple[list[Any], Any]]:
    """Each place in a document, with what stands there."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return [([key, *path], found) for key, below in inner for path, found in [([], below), *everywhere(below)]]
    return []


RUBBISH = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.just([["bore"]]),
    st.just({"file": "model.py"}),
    st.just({"distribution": "normal"}),
    st.sampled_from(["bore", "10 N", "10 N +/- 1", "nan", "../x", "1 degC", "1e300 km", "\ud800", "\x1b[31m"]),
)


@settings(deadline=None)
@given(st.data())
def test_whatever_stands_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    written = data.draw(sound_documents())
    path, _ = data.draw(st.sampled_from(everywhere(written)))
    spoilt = json.loads(json.dumps(written))
    place = spoilt
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = data.draw(RUBBISH)
    try:
        spec = parse(spoilt, FILES)
    except SpecError as error:
        assert error.problems
        assert all(line.startswith("spec: ") and line.isprintable() for line in str(error).splitlines())
        assert len(str(error).splitlines()) == len(error.problems)
    else:
        assert spec.design.spec_digest()


@settings(deadline=None)
@given(st.text(max_size=80) | st.text("abc:[]{}&*!|>-?#%@`\"', \n\t0", max_size=60) | st.binary(max_size=40))
def test_any_bytes_are_refused_with_a_place(tmp_path_factory: pytest.TempPathFactory, data: str | bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.yaml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode(errors="surrogatepass"))
    with pytest.raises(SpecError) as refused:
        load(path)
    assert all(problem.line and problem.column for problem in refused.value.problems)


def test_errors_of_a_text_say_where_and_those_of_a_mapping_say_what() -> None:
    spoilt = document(parameters={**document()["parameters"], "load": "100 mn"})
    told = "unknown unit 'mn', did you mean 'mN'?"
    with pytest.raises(SpecError) as refused:
        parse(block_yaml(spoilt), {}, source="spec.yaml")
    (problem,) = refused.value.problems
    line = block_yaml(spoilt).splitlines().index("  load: 100 mn") + 1
    assert problem == Problem("spec.yaml", "parameters.load", told, line, 9)
    assert str(refused.value) == f"spec.yaml:{line}:9: parameters.load: {told}"
    with pytest.raises(SpecError) as refused:
        parse(spoilt, {})
    assert refused.value.problems == (Problem("spec", "parameters.load", told),)


def test_many_problems_are_told_in_the_order_of_the_text_and_not_without_end() -> None:
    text = json.dumps(document(parameters={f"p{i}": "1 xx" for i in range(200)}, model={"kind": "dream"}), indent=1)
    with pytest.raises(SpecError) as refused:
        parse(text, {})
    problems = refused.value.problems
    assert len(problems) == 51
    assert [problem.path for problem in problems[:50]] == [f"parameters.p{i}" for i in range(50)]
    assert problems[-1].message == "and 151 more"


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"seed": 10**64}, "spec: seed: expected a number of at most 64 digits"),
        ({"seed": float("nan")}, "spec: seed: expected a finite number, got nan"),
        ({"seed": b"1"}, "spec: seed: expected plain data, got bytes"),
        ({"seed": {1: 2}}, "spec: seed: expected text as key, got 1"),
        ({"\x1b[31m\n": 1}, "spec: '\\x1b[31m\\n': unknown key; known are "),
        ({"k" * 200: 1}, f"spec: '{'k' * 79}...: unknown key; known are "),
    ],
)
def test_plain_data_is_held_to_what_text_can_say(sections: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError) as refused:
        parse(document(**sections), {})
    assert str(refused.value).startswith(told)
    assert str(refused.value).isprintable()


HOSTILE = {
    "flow sequences": "a: " + "[" * 200_000,
    "block sequences": "- " * 100_000,
    "explicit keys": "? " * 100_000,
    "exclamation marks": "!" * 200_000,
    "comments": "#\n" * 100_000,
    "one long line": "a: " + "x" * 200_000,
    "quoted blanks": "a: '" + "\n" * 200_000 + "'",
    "many keys": "".join(f"k{i}: 1\n" for i in range(20_000)),
    "anchors": "&a " * 60_000,
    "directives": "%A b\n" * 40_000,
    "documents": "---\n" * 50_000,
    "parameters": "apiVersion: proofmark/v1\nname: a\nmodel: {}\nrequirements: []\nreliability: {}\nparameters:\n"
    + "".join(f"  p{i}: q{i}\n" for i in range(9_000)),
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_hostile_text_is_refused_quickly(shape: str) -> None:
    started = time.process_time()
    with pytest.raises(SpecError):
        parse(HOSTILE[shape], {})
    assert time.process_time() - started < 5


@pytest.mark.parametrize("example", ["shaft-fit", "latch"])
def test_the_examples_are_sound(example: str) -> None:
    spec = load(ROOT / "examples" / example / "spec.yaml")
    assert isinstance(spec, Spec)
    assert spec.warnings == ()
    assert spec.source.endswith("spec.yaml")


def test_reading_a_small_spec_costs_less_than_a_second() -> None:
    path = ROOT / "examples" / "latch" / "spec.yaml"
    program = f"""
from pathlib import Path
from proofmark_spec import load
import time
started = time.process_time()
load(Path({str(path)!r}))
print(time.process_time() - started)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert float(told) < 1.0


def test_a_file_that_is_not_there_is_no_problem_of_the_spec(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "spec.yaml")
