"""The examples say what their READMEs promise, by textbook formulas and by the vectors of their own studies."""

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pytest

from proofmark_contracts.cosimulation import CosimModel, Noise
from proofmark_contracts.design import Design, ExpressionModel, PythonModel
from proofmark_reliability.intervals import lower_limit, upper_limit
from proofmark_sampler.asking import propose
from proofmark_sampler.vectors import batch_vectors
from proofmark_simulator.cosim_model import Described
from proofmark_simulator.runner import ModelRunner
from proofmark_spec import Spec, load, parse

from .files import ROOT

EXAMPLES = ("shaft-fit", "latch")
FloatArray = npt.NDArray[np.float64]


def spec_of(example: str) -> Spec:
    return load(ROOT / "examples" / example / "spec.yaml")


async def study_of(spec: Spec) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """The vectors of an example's study, and the metrics they give, in SI."""
    design = spec.design
    proposal = propose(design, [])
    columns = {name: np.asarray(c, dtype=np.float64) for name, c in batch_vectors(design, proposal.uniforms).items()}
    async with ModelRunner() as runner:
        if isinstance(design.model, CosimModel):
            noise = Noise(seed=design.reliability.seed, vectors=tuple(range(proposal.vectors)))
            described = Described(design.model, design.controller, spec.files, noise, 0)
            outcome = await runner.simulate(described, columns, design.constants, design.metrics)
        else:
            assert isinstance(design.model, ExpressionModel | PythonModel)
            source = spec.files[design.model.file.path] if design.model.kind == "python" else b""
            outcome = await runner.run(
                design.model, source, columns, design.constants, design.metrics, proposal.vectors
            )
    assert not outcome.status.any(), outcome.logs
    return columns, dict(outcome.metrics)


def failures(design: Design, metrics: dict[str, FloatArray]) -> dict[str, npt.NDArray[np.bool_]]:
    return {
        r.name: (metrics[r.metric] < (-np.inf if r.low is None else r.low))
        | (metrics[r.metric] > (np.inf if r.high is None else r.high))
        for r in design.requirements
    }


async def test_the_shaft_fit_reaches_its_target() -> None:
    spec = spec_of("shaft-fit")
    plan = spec.design.reliability
    _, metrics = await study_of(spec)
    failed = np.any(list(failures(spec.design, metrics).values()), axis=0)
    assert 1 - upper_limit(int(failed.sum()), failed.size, plan.confidence) > plan.target
    assert 0 < failed.mean() < 0.006


async def test_the_shaft_fit_fails_by_thin_shafts_that_slip_and_thick_ones_that_yield() -> None:
    spec = spec_of("shaft-fit")
    columns, metrics = await study_of(spec)
    shaft, failed = columns["shaft_diameter"], failures(spec.design, metrics)
    assert shaft[failed["holds"]].max() < 0.00990
    assert shaft[failed["hub bears it"]].min() > 0.01010


async def test_the_latch_misses_its_target_by_the_force_to_close_it_alone() -> None:
    spec = spec_of("latch")
    plan = spec.design.reliability
    _, metrics = await study_of(spec)
    failed = {name: int(of.sum()) for name, of in failures(spec.design, metrics).items()}
    assert 1 - lower_limit(failed["closes with a thumb"], plan.samples, plan.confidence) < plan.target
    assert 50 < failed["closes with a thumb"] < 90
    assert failed["does not crack"] == failed["stays closed"] == 0


async def test_the_latch_fails_by_its_thickness() -> None:
    columns, metrics = await study_of(spec_of("latch"))
    force = np.log(metrics["closing_force"])
    explained = {name: float(np.corrcoef(np.log(column), force)[0, 1] ** 2) for name, column in columns.items()}
    thickness = explained.pop("thickness")
    assert thickness > 0.75
    assert max(explained, key=lambda name: explained[name]) == "friction"
    assert max(explained.values()) < 0.2


async def test_the_photonic_lock_reaches_its_target() -> None:
    spec = spec_of("photonic-lock")
    plan = spec.design.reliability
    _, metrics = await study_of(spec)
    failed = np.any(list(failures(spec.design, metrics).values()), axis=0)
    assert 1 - upper_limit(int(failed.sum()), failed.size, plan.confidence) > plan.target


async def test_the_nominal_ring_swings_to_within_0_04_nm_of_its_window() -> None:
    spec = spec_of("photonic-lock")
    (locked,) = (r.metric for r in spec.design.requirements if r.name == "locked from 2 s on")
    _, metrics = await study_of(spec)
    assert float(np.median(metrics[locked])) * 0.13 == pytest.approx(0.04, abs=0.005)


async def test_a_narrower_window_loses_well_insulated_rings_under_weak_integral_gains() -> None:
    text = (ROOT / "examples" / "photonic-lock" / "spec.yaml").read_text()
    spec = parse(text.replace("window: 0.13 nm", "window: 0.10 nm"), spec_of("photonic-lock").files)
    columns, metrics = await study_of(spec)
    failed = failures(spec.design, metrics)["locked from 2 s on"]
    assert 0.02 < failed.mean() < 0.07
    for name, side in {"resistance": 1, "ki": 1}.items():
        lost, every = columns[name][failed].mean(), columns[name]
        assert side * (lost - every.mean()) > 0.5 * every.std()


@pytest.fixture(scope="module")
def fit() -> ModuleType:
    found = importlib.util.spec_from_file_location("fit", ROOT / "examples" / "shaft-fit" / "model.py")
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


BUILT = {
    "shaft_diameter": 10.0,
    "bore_diameter": 9.8,
    "hub_diameter": 20.0,
    "length": 20.0,
    "roughness_shaft": 0.0,
    "roughness_bore": 0.0,
    "load": 100.0,
    "friction": 0.3,
    "hub_modulus": 525.0,
    "hub_poisson": 0.3,
    "relaxed": 1.0,
    "shaft_modulus": 525.0,
    "shaft_poisson": 0.3,
}


def built(**changes: float) -> dict[str, FloatArray]:
    return {name: np.array([value]) for name, value in {**BUILT, **changes}.items()}


@pytest.mark.parametrize("hub_diameter", [15.0, 20.0, 40.0])
def test_the_pressure_between_parts_of_one_material_is_that_of_the_textbook(
    fit: ModuleType, hub_diameter: float
) -> None:
    """Shigley 3-16 for equal moduli and a solid shaft: p = E u (D² - d²) / (2 d D²), u the diametral interference."""
    part = built(hub_diameter=hub_diameter)
    expected = 525.0 * 0.2 * (hub_diameter**2 - 100) / (2 * 10.0 * hub_diameter**2)
    assert fit.pressure(part, np.array([0.2]), np.array([525.0])) == pytest.approx(expected)


def test_a_loose_fit_holds_nothing_and_strains_nothing(fit: ModuleType) -> None:
    judged = fit.evaluate(built(bore_diameter=10.1))
    assert judged["axial_reserve"] == -100.0
    assert judged["bore_stress"] == 0.0


def test_roughness_eats_interference(fit: ModuleType) -> None:
    """DIN 7190-1: 0.8 of both heights."""
    judged = fit.evaluate(built(roughness_shaft=0.01, roughness_bore=0.015))
    assert judged["interference"] == pytest.approx(0.2 - 0.02)


def test_the_holding_force_is_friction_times_pressure_times_area(fit: ModuleType) -> None:
    pressure = fit.pressure(built(), np.array([0.2]), np.array([525.0]))
    judged = fit.evaluate(built())
    assert judged["axial_reserve"] == pytest.approx(0.3 * pressure * np.pi * 10.0 * 20.0 - 100.0)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_drawing_is_an_image_of_stated_size(example: str) -> None:
    root = ElementTree.parse(ROOT / "examples" / example / "drawing.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("210mm", "148mm", "0 0 210 148")


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_says_who_asked_for_it_and_what_is_signed(example: str) -> None:
    design = spec_of(example).design
    assert design.provenance.prompt_sha256
    assert design.provenance.context_sha256
    assert [file.path for file in design.artifacts] == ["drawing.svg"]
    folder = ROOT / "examples" / example
    assert {path.name for path in Path(folder).iterdir()} >= {"README.md", "prompt.txt", "context.md", "spec.yaml"}
