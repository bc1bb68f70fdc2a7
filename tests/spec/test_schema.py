"""The JSON Schema for editors: current, and never stricter than the reader."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from proofmark_spec import SpecError, json_schema, parse
from proofmark_spec.document import read_yaml

from ..repository.files import ROOT
from .documents import MODEL, document
from .sound import sound_documents

COMMITTED = "spec.v1.schema.json"
SCHEMA: dict[str, Any] = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_committed_schema_is_that_of_the_code() -> None:
    committed = json.loads(files("proofmark_spec").joinpath(COMMITTED).read_text())
    assert committed == SCHEMA, f"run proofmark schema > libs/spec/src/proofmark_spec/{COMMITTED}"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("example", ["shaft-fit", "latch", "photonic-lock", "motor-driver"])
def test_the_examples_follow_it(example: str) -> None:
    written, _ = read_yaml((ROOT / "examples" / example / "spec.yaml").read_bytes(), example)
    VALIDATOR.validate(written)


@settings(deadline=None)
@given(sound_documents())
def test_what_the_reader_takes_follows_it(sound: dict[str, Any]) -> None:
    parse(sound, {"model.py": MODEL})
    VALIDATOR.validate(sound)


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"apiVersion": "proofmark/v2"}, "apiVersion"),
        ({"name": "press fit"}, "name"),
        ({"tolerances": {"sigma_level": 0}}, "tolerances.sigma_level"),
        ({"parameters": {}}, "parameters"),
        ({"parameters": {"pad-contact": "10 mm"}}, "parameters"),
        ({"parameters": {"x": {"distribution": "normal", "mean": "1 mm"}}}, "parameters.x"),
        ({"parameters": {"x": {"distribution": "gauss", "mean": "1 mm", "std": "1 mm"}}}, "parameters.x"),
        ({"correlations": [{"between": ["a", "b"], "rho": 1}]}, "correlations"),
        ({"model": {"kind": "python"}}, "model"),
        ({"requirements": []}, "requirements"),
        ({"requirements": [{"metric": "clearance"}]}, "requirements.0"),
        ({"requirements": [{"metric": "clearance", "min": 1, "max": 2}]}, "requirements.0"),
        ({"requirements": [{"metric": "clearance", "minimum": 1, "min": 1}]}, "requirements.0"),
        ({"reliability": {"target": 1}}, "reliability.target"),
        ({"reliability": {"target": 0.9, "samples": 10**12}}, "reliability.samples"),
        ({"reliability": {"target": 0.9, "method": "lhs"}}, "reliability.method"),
        ({"provenance": {"prompt": {"sha256": "00"}}}, "provenance.prompt"),
        ({"isolation": {"tier": 1}}, "isolation.tier"),
        ({"firmware": {"target": "micropython", "board": "stm32f4-discovery"}}, "firmware"),
        ({"firmware": {"board": "arduino", "pins": {"A": {"pin": "PA0", "input": "x"}}}}, "firmware.board"),
    ],
)
def test_what_it_refuses_the_reader_refuses_too(sections: dict[str, Any], path: str) -> None:
    spoilt = document(**sections)
    assert [".".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(spoilt)] == [path]
    with pytest.raises(SpecError):
        parse(spoilt, {})
