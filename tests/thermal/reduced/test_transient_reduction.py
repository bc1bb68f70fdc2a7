"""Reduced transients follow full ones while films and heat change; Foster networks, while they do not."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from proofmark_thermal.building import build
from proofmark_thermal.errors import NotAffine, OutOfRange, Unassigned, UnknownName
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.model import Model
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.reduced.errors import BadVectors
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.foster import foster
from proofmark_thermal.reduced.transient import reduce_transient
from proofmark_thermal.reduced.transient_model import ReducedTransient
from proofmark_thermal.shapes import Box, Pad, Plate, Rod, Segment, Shapes
from proofmark_thermal.transient import run
from proofmark_thermal.values import Schedule, Table
from tests.thermal.reduced.designs import vectors

DURATION_S = 300.0
PROBLEM = ThermalProblem(
    Shapes(
        {
            "sink": (Plate((0.05, 0.04, 0.008), {"spot": Pad((0.01, 0.01), (0.008, 0.008))}),),
            "chip": (Box((0.016, 0.016, 0.003), (0.03, 0.02, 0.008)),),
        }
    ),
    {"sink": Region(k=160.0, rho=2700.0, cp=900.0), "chip": Region(k=110.0, rho=2330.0, cp=700.0, power=20.0)},
    {"air": Sink(Faces(name="sink.bottom"), convection=300.0, ambient=295.0)},
    {"die": Source(Faces(name="sink.spot"), power=5.0, junction_resistance=1.5)},
    (Contact(("sink", "chip"), resistance=3e-5),),
    {"ntc": Probe((0.0, 0.04, 0.008), "sink")},
    Transient(DURATION_S, 295.0, tolerance=5e-4),
)
VARIED = {
    "k": Varied(140, 180, ("regions.sink.k",)),
    "h": Varied(60, 500, ("sinks.air.convection",)),
    "chip": Varied(5, 30, ("regions.chip.power",)),
    "die": Varied(0, 10, ("sources.die.power",)),
    "air": Varied(285, 305, ("sinks.air.ambient",)),
    "start": Varied(285, 305, ("transient.initial",)),
    "pad": Varied(2e-5, 5e-5, ("contacts.sink.chip.resistance",)),
}
NOMINAL = {"k": 160.0, "h": 300.0, "chip": 20.0, "die": 5.0, "air": 295.0, "start": 295.0, "pad": 3e-5}


@cache
def model() -> Model:
    return build(PROBLEM, mesh_of(PROBLEM.geometry, 0.01))


@cache
def reduced() -> ReducedTransient:
    return reduce_transient(model(), VARIED, 1.0, changing=("h", "chip", "die"))


def nominal(count: int = 1) -> dict[str, np.ndarray]:
    return {name: np.full(count, value) for name, value in NOMINAL.items()}


def steps(values: Sequence[float]) -> Schedule:
    ends = np.linspace(0, DURATION_S, len(values) + 1)
    return Schedule(tuple(np.repeat(ends, 2)[1:-1].tolist()), tuple(np.repeat(values, 2).tolist()))


def test_a_course_with_a_switched_fan_and_switched_heat_is_the_full_one_to_the_accuracy() -> None:
    h, chip, die = (300.0, 60.0, 500.0, 60.0, 450.0), (20.0, 30.0, 25.0, 5.0, 30.0), (0.0, 10.0, 10.0, 4.0, 0.0)
    times = tuple(float(t) for t in range(10, 300, 10))
    switched = replace(
        PROBLEM,
        regions={**PROBLEM.regions, "chip": replace(PROBLEM.regions["chip"], power=steps(chip))},
        sinks={"air": replace(PROBLEM.sinks["air"], convection=steps(h))},
        sources={"die": replace(PROBLEM.sources["die"], power=steps(die))},
        transient=replace(PROBLEM.transient, report_at=times),  # type: ignore[type-var]
    )
    assert switched.transient is not None
    full = run(build(switched, model().space.mesh), switched.transient)
    course = reduced().begin(nominal(), 1.0, ["h"])
    nodes = model().space.node_regions
    probes = dict(zip(full.course.times_s.tolist(), full.course.probes_k["ntc"].tolist(), strict=True))
    for second in range(300):
        part = second // 60
        course.step({"h": np.array([h[part]]), "chip": np.array([chip[part]]), "die": np.array([die[part]])})
        if course.time_s in times:
            found, field = course.temperatures(), full.course.fields[course.time_s]
            for region in nodes:
                assert found.regions[region][0] == pytest.approx(field[nodes[region]].max(), abs=0.05)
            assert found.probes["ntc"][0] == pytest.approx(probes[course.time_s], abs=0.05)
    assert course.time_s == DURATION_S
    assert course.temperatures().junctions["die"][0] == pytest.approx(full.readings.junctions["die"], abs=0.05)
    assert reduced().error_estimate_k < 0.05


def test_one_conductance_that_changes_is_stepped_as_several_are() -> None:
    drawn = vectors(VARIED, 20, seed=41)
    one, several = reduced().begin(drawn, 2.0, ["h"]), reduced().begin(drawn, 2.0, ["h", "k", "pad"])
    for step in range(12):
        changed = {"h": drawn["h"] * (1 + 0.1 * step), "die": drawn["die"] * (step % 2)}
        one.step(changed)
        several.step(changed)
        assert one.temperatures().hottest == pytest.approx(several.temperatures().hottest, abs=1e-8)


def test_a_body_at_ambient_without_heat_stays_as_it_is() -> None:
    still = nominal() | {"chip": np.zeros(1), "die": np.zeros(1)}
    course = reduced().begin(still, 5.0, ["h"])
    for h in (100.0, 400.0):
        course.step({"h": np.array([h])})
    assert course.temperatures().hottest[0] == pytest.approx(295.0, abs=1e-9)


def test_halving_the_step_quarters_the_error() -> None:
    def end(length_s: float) -> float:
        course = reduced().begin(nominal(), length_s)
        while course.time_s < 40 - 1e-9:
            course.step()
        return float(course.temperatures().hottest[0])

    exact = end(0.05)
    assert 3.2 < (end(4.0) - exact) / (end(2.0) - exact) < 5


def test_fixed_temperatures_jump_and_heat_a_rod_as_its_series_says() -> None:
    length, diffusivity = 0.1, 1e-4
    problem = ThermalProblem(
        Shapes({"bar": (Segment(length),)}, Rod()),
        {"bar": Region(k=100.0, rho=1000.0, cp=1000.0)},
        {"left": Sink(Faces(name="left"), temperature=350.0), "right": Sink(Faces(name="right"), temperature=350.0)},
        probes={"middle": Probe((length / 2, 0, 0))},
        transient=Transient(50.0, 300.0),
    )
    both = {"hot": Varied(320, 380, ("sinks.left.temperature", "sinks.right.temperature"))}
    made = reduce_transient(build(problem, mesh_of(problem.geometry, 0.002)), both, 0.25, ["hot"])
    course = made.begin({"hot": np.array([350.0])}, 0.25)
    odd = np.arange(1, 60, 2)
    for step in range(1, 201):
        course.step()
        if step % 20 == 0:
            decay = np.exp(-diffusivity * (odd * np.pi / length) ** 2 * course.time_s)
            series = 350 - 50 * (4 / np.pi * np.sin(odd * np.pi / 2) / odd * decay).sum()
            assert course.temperatures().probes["middle"][0] == pytest.approx(series, abs=0.05)


def test_a_foster_network_is_the_course_after_a_step_of_heat() -> None:
    network = foster(reduced(), NOMINAL, "die", "die")
    course = reduced().begin(nominal() | {"chip": np.zeros(1), "die": np.ones(1)}, 0.25)
    for _ in range(400):
        course.step()
        if course.time_s % 10 == 0:
            rise = course.temperatures().junctions["die"][0] - 295.0
            assert network(np.array([course.time_s]))[0] == pytest.approx(rise, abs=2e-4)
    assert network.direct == pytest.approx(1.5)


def test_negative_resistances_are_told() -> None:
    network = foster(reduced(), NOMINAL, "die", "ntc")
    assert (network.negative < 0).all()
    assert len(network.negative) == (network.resistances < 0).sum() > 0
    assert network(np.array([0.0]))[0] == pytest.approx(0, abs=1e-12)


def test_foster_networks_of_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName, match="expected one of chip, die, got 'h'"):
        foster(reduced(), NOMINAL, "h", "ntc")
    with pytest.raises(UnknownName, match="expected one of ntc, die, sink, chip, got 'fan'"):
        foster(reduced(), NOMINAL, "die", "fan")


def test_a_conductance_that_was_not_said_to_change_must_not() -> None:
    course = reduced().begin(nominal(), 1.0, ["h"])
    with pytest.raises(BadVectors, match="changing conductances: expected h, got k"):
        course.step({"k": np.array([150.0])})
    with pytest.raises(BadVectors, match="changing conductances: expected k, h, pad"):
        reduced().begin(nominal(), 1.0, ["die"])
    with pytest.raises(OutOfRange, match="parameter h"):
        course.step({"h": np.array([0.0])})


def test_what_is_not_affine_or_not_timed_is_refused() -> None:
    warm = replace(PROBLEM.regions["chip"], cp=Table((250.0, 450.0), (600.0, 800.0)))
    curved = replace(PROBLEM, regions={**PROBLEM.regions, "chip": warm})
    with pytest.raises(NotAffine, match="chip"):
        reduce_transient(build(curved, model().space.mesh), VARIED, 1.0)
    with pytest.raises(Unassigned, match="transient"):
        reduce_transient(build(replace(PROBLEM, transient=None), model().space.mesh), VARIED, 1.0)


def test_a_transient_model_comes_back_from_its_bytes() -> None:
    data = reduced().to_bytes()
    again = ReducedTransient.from_bytes(data)
    assert again.to_bytes() == data
    courses = [each.begin(nominal(), 1.0) for each in (reduced(), again)]
    for course in courses:
        course.step()
    assert courses[0].coordinates.tobytes() == courses[1].coordinates.tobytes()
