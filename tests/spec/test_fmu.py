"""A spec whose model is an FMU: what it means in SI, and what is wrong with it, where; nothing of the FMU runs."""

from io import BytesIO
from zipfile import ZipFile

import jsonschema
import pytest

from proofmark_contracts.cosimulation import FmuModel
from proofmark_spec import SpecError, json_schema
from proofmark_spec.document import read_yaml

from ..cosim import fmus
from .units_of import SPEC, spec

SCHEMA = json_schema()


def model(changes: dict[str, str] | None = None, fmu: bytes | None = None) -> FmuModel:
    found = spec(changes, fmu).design.model
    assert isinstance(found, FmuModel)
    return found


def problem(changes: dict[str, str] | None = None, fmu: bytes | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        spec(changes, fmu)
    (found,) = caught.value.problems
    return str(found)


def test_it_says_in_si_what_the_spec_says() -> None:
    document, _ = read_yaml(SPEC.encode(), "spec.yaml")
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    found = model()
    assert (found.use, found.cycle_s, found.duration_s, found.time_limit_s) == ("co-simulation", 0.1, 1.0, 2.0)
    assert found.parameters == {"gain": "gain"}
    assert found.inputs == {"heat": "heat", "on": "scenario.value"}
    assert found.outputs == {"level": "level", "warm": "warm"}
    assert list(found.metrics) == ["last_of_fmu_level", "max_of_fmu_warm"]
    assert list(found.formulas) == ["robustness_of_rises"]


DECAY = {
    "{gain: gain}": "{rate: 30 1/min, T: 50 degC}",
    "{heat: heat, on: scenario.value}": "{ambient: 10 degC}",
    "{metric: last, of: fmu.level, max: 40}": "{metric: max, of: fmu.T, max: 90 degC}",
    "{metric: max, of: fmu.warm, max: 1}": "{metric: last, of: fmu.below, max: 1}",
    "eventually: fmu.level > 10": "eventually: fmu.ticks > 1",
}


def test_units_of_the_fmu_are_those_of_its_values() -> None:
    found = model(DECAY | {"  cycle: 100 ms\n": ""}, fmus.decay())
    assert found.parameters == pytest.approx({"rate": 0.5, "T": 323.15})
    assert float(found.inputs["ambient"]) == pytest.approx(283.15)
    assert (found.use, found.cycle_s) == ("model-exchange", 0.1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rate: 30 1/min": "rate: 30 K"}, "spec:11:22: model.parameters.rate: expected time^-1, got temperature"),
        ({"max: 90 degC": "max: 90 V"}, "max_of_fmu_T is temperature: expected a limit of it"),
        ({"ambient: 10 degC": "ambient: heat"}, "spec:12:21: model.inputs.ambient: 'heat' is a plain number"),
    ],
)
def test_dimensions_are_held_against_it(changes: dict[str, str], told: str) -> None:
    written = dict(DECAY)
    for old, new in changes.items():
        (place,) = (key for key, text in written.items() if old in text)
        written[place] = written[place].replace(old, new)
    assert told in problem(written, fmus.decay())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"{gain: gain}": "{gian: gain}"},
            "spec:11:22: model.parameters.gian: the FMU has no number 'gian', did you mean 'gain'?",
        ),
        (
            {"{gain: gain}": "{level: gain}"},
            "spec:11:23: model.parameters.level: expected a parameter or a start value of the FMU, level is an output",
        ),
        ({"{heat: heat,": "{gain: heat,"}, "model.inputs.gain: expected an input of the FMU, gain is a parameter"),
        ({"{heat: heat,": "{hot: heat,"}, "model.inputs.hot: the FMU has no number 'hot'; there are heat, on, stage"),
        ({"on: scenario.value": "on: fmu.warm"}, "model.inputs.on: no signal 'fmu.warm'"),
        ({"  cycle: 100 ms\n": ""}, "spec:6:1: model.cycle: missing: the FMU tells no step of its own"),
        ({"cycle: 100 ms": "cycle: 300 ms"}, "model.duration: expected a positive multiple of the cycle, 0.3 s"),
        ({"of: fmu.warm": "of: fmu.worm"}, "no signal 'fmu.worm', did you mean 'fmu.warm'?"),
        ({"kind: fmu": "kind: fmu\n  use: model-exchange"}, "for model-exchange, got one for co-simulation"),
        (
            {"  scenario:": "  outputs: {a: level, b: heat}\n  scenario:", "fmu.level, max": "fmu.a, max"}
            | {"of: fmu.warm": "of: fmu.b", "eventually: fmu.level": "eventually: fmu.a"},
            "model.outputs.b: expected a variable that the FMU computes, heat is an input",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_place(changes: dict[str, str], told: str) -> None:
    assert told in problem(changes)


def other_platform() -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(fmus.oven())) as old, ZipFile(out, "w") as new:
        for item in old.infolist():
            new.writestr(item.filename.replace("/linux64/", "/vax64/"), old.read(item.filename))
    return out.getvalue()


def empty() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("fmu", "told"),
    [
        (b"PK nonsense", "expected an FMU 2.0 or 3.0, a zip archive, got File is not a zip file"),
        (empty(), "expected an FMU 2.0 or 3.0 with a modelDescription.xml, got an archive without one"),
        (fmus.changed(fmus.oven(), 'fmiVersion="2.0"', 'fmiVersion="1.0"'), "FMU 2.0 or 3.0, got FMI 1.0"),
        (other_platform(), "expected a binary for co-simulation on this machine, got vax64, win64"),
    ],
)
def test_a_file_that_cannot_be_run_is_refused_where_it_is_named(fmu: bytes, told: str) -> None:
    found = problem(fmu=fmu)
    assert found.startswith("spec:8:9: model.file: oven.fmu: ")
    assert told in found


def test_a_controller_goes_with_systems_only() -> None:
    with pytest.raises(SpecError, match="a controller needs a model of kind cosim, got fmu"):
        spec({"reliability:": "controller: {file: oven.fmu, period: 10 ms}\nreliability:"})
