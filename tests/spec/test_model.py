"""Models: dimensions of expressions inferred, Python files read and never run."""

import sys
from typing import Any

import pytest

from proofmark_contracts.design import PythonModel, Unit
from proofmark_spec import Spec, SpecError, parse

from .documents import MODEL, document


def python(source: bytes, **keys: Any) -> Spec:
    return parse(document(model={"kind": "python", "file": "model.py", **keys}), {"model.py": source})


def refusal(source: bytes, **keys: Any) -> str:
    with pytest.raises(SpecError) as refused:
        python(source, **keys)
    return str(refused.value)


def test_a_python_model_is_known_by_its_content_entry_and_units() -> None:
    spec = python(MODEL, time_limit="1.5 min")
    model = spec.design.model
    assert isinstance(model, PythonModel)
    assert (model.file.path, model.file.size, model.entry, model.time_limit_s) == (
        "model.py",
        len(MODEL),
        "evaluate",
        90.0,
    )
    assert model.units["clearance"] == Unit(symbol="um", factor=1e-6)
    assert spec.files == {"model.py": MODEL}


def test_without_units_a_model_is_in_si_and_has_a_minute() -> None:
    model = python(b"def evaluate_one(sample):\n    return {}\n").design.model
    assert isinstance(model, PythonModel)
    assert (model.units, model.entry, model.time_limit_s) == ({}, "evaluate_one", 60.0)


def test_a_model_is_read_and_never_run() -> None:
    source = b"import sys\nsys.proofmark_was_here = True\nraise SystemExit(3)\n" + MODEL
    assert python(source).design.name == "fit"
    assert not hasattr(sys, "proofmark_was_here")


def test_a_limit_is_shown_as_written_and_held_to_the_dimension_of_units() -> None:
    assert python(MODEL).design.units["clearance"] == Unit(symbol="um", factor=1e-6)
    told = refusal(MODEL.replace(b'"um"', b'"MPa"'))
    assert told == (
        "spec: requirements[0].min: clearance is length^-1 mass time^-2: expected a limit of it, got length"
    )


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"def evaluate(samples)\n", "model.py:1: not Python: expected ':'"),
        (b"x = '\\d'\nx(\n", "model.py:2: not Python: '(' was never closed"),
        (b"\xff = 1\n", "model.py"),
        (b"x = 1\0", "model.py"),
        (b"x = " + b"(" * 5000, "model.py"),
        (b"x = " + b"-" * 100_000 + b"1", "model.py"),
        (b"#" * (1 << 20) + b"#", "model.py: expected a model of at most 1 MiB, got 1048577 bytes"),
        (b"", "model.py: expected a function evaluate(samples) or evaluate_one(sample), got neither"),
        (b"async def evaluate(samples): ...", "got neither"),
        (b"class A:\n    def evaluate(self): ...", "got neither"),
        (MODEL + b"UNITS = {}\n", "model.py:7: UNITS stands here twice"),
        (MODEL + b"UNITS |= {}\n", "model.py:7: UNITS stands here twice"),
        (MODEL.replace(b'"mm"', b"MM"), "model.py:2: UNITS: expected a literal mapping of names to units"),
        (MODEL.replace(b'"bore"', b"[]", 1), "model.py:2: UNITS: expected a literal mapping of names to units"),
        (MODEL.replace(b'"mm"', b"1", 1), "model.py:2: UNITS: expected a literal mapping of names to units"),
        (MODEL.replace(b'"mm"', b'"mn"', 1), "model.py:2: UNITS['bore']: unknown unit 'mn', did you mean 'mN'?"),
        (MODEL.replace(b'"mm"', b'"K"', 1), "model.py: UNITS['bore']: expected a unit of length, got 'K'"),
        (
            MODEL.replace(b'"bore"', b'"boer"', 1),
            "model.py: UNITS['boer']: neither a parameter nor a metric, did you mean 'bore'?",
        ),
    ],
)
def test_what_is_no_model_says_why(source: bytes, told: str) -> None:
    assert refusal(source).startswith("spec: model.file: model.py")
    assert told in refusal(source)


def test_units_may_name_outputs_that_no_requirement_asks_for() -> None:
    source = MODEL.replace(b'"clearance": "um"}', b'"clearance": "um", "play": "mm"}')
    assert "neither a parameter nor a metric" in refusal(source)
    assert python(source.replace(b'return {"', b'return {"play": samples["bore"], "')).design.name == "fit"


def test_units_may_name_a_metric_that_the_file_never_spells() -> None:
    source = MODEL.replace(b'return {"clearance": 1e3', b'return {"clear" + "ance": 1e3')
    assert python(source).design.units["clearance"].symbol == "um"


def test_a_metric_cannot_have_the_name_of_a_parameter() -> None:
    sound = document(model={"kind": "python", "file": "model.py"}, requirements=[{"metric": "bore", "min": "1 mm"}])
    with pytest.raises(SpecError, match="'bore' is both a parameter and a metric that a requirement asks for"):
        parse(sound, {"model.py": MODEL})


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("bore - shaft", "5 um"),
        ("bore * shaft", "3 mm^2"),
        ("sqrt(bore * shaft)", "3 mm"),
        ("bore / shaft", "99 %"),
        ("exp(bore / shaft)", 1),
        ("atan2(bore, shaft)", "10 deg"),
        ("bore ** 3", "1 mL"),
        ("1 if bore > shaft else 0", 1),
    ],
)
def test_a_limit_must_have_the_dimension_that_its_expression_gives(expression: str, limit: str | float) -> None:
    sections = {"model": {"kind": "expression", "metrics": {"clearance": expression}}}
    assert parse(document(**sections, requirements=[{"metric": "clearance", "min": limit}]), {})
    with pytest.raises(
        SpecError, match=r"requirements\[0\].min: clearance is .*: expected a limit of it, got length ma"
    ):
        parse(document(**sections, requirements=[{"metric": "clearance", "min": "5 N"}]), {})
