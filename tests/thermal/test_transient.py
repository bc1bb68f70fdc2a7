"""Courses in time of problems with closed forms, and what steps cost in accuracy."""

from math import exp

import numpy as np
import pytest

from proofmark_thermal.building import build
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import AtPlane, Faces, Probe, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.shapes import Box, Plane, Rectangle, Rod, Segment, Shapes
from proofmark_thermal.stepping import State, Stepper
from proofmark_thermal.transient import run
from proofmark_thermal.values import Schedule, Table

BAR = Shapes({"bar": (Segment(0.1),)}, Rod(1e-3))
LUMP = Region(k=1e5, rho=1000.0, cp=500.0)
"""Stores 50 J/K in the bar, and is everywhere of one temperature."""
CAPACITY = 50.0
PROBE = {"end": Probe((0.1, 0, 0))}


def test_without_a_sink_all_heat_is_stored() -> None:
    problem = ThermalProblem(
        Shapes({"block": (Box((0.02, 0.03, 0.04)),)}),
        {"block": Region(k=20.0, rho=2000.0, cp=800.0, power=12.0)},
        transient=Transient(100.0, 290.0),
        element_size=0.02,
    )
    solution = FiniteElements().solve(problem)
    assert solution.temperatures == pytest.approx(290 + 12 * 100 / (2000 * 800 * 2.4e-5), abs=1e-6)
    assert solution.balance.stored == pytest.approx(12.0, rel=1e-6)


def test_a_lump_cools_exponentially() -> None:
    """Time constant 50 J/K over 0.1 W/K: 500 s."""
    problem = ThermalProblem(
        BAR,
        {"bar": LUMP},
        {"air": Sink(Faces(name="right"), convection=100.0, ambient=300.0)},
        probes=PROBE,
        transient=Transient(1000.0, 400.0, report_at=(300.0, 700.0)),
        accuracy=0.05,
    )
    solution = FiniteElements().solve(problem)
    assert solution.course is not None
    times, found = solution.course.times_s, solution.course.probes_k["end"]
    assert {0.0, 300.0, 700.0, 1000.0} <= set(times.tolist())
    assert found == pytest.approx(300 + 100 * np.exp(-times / 500), abs=0.05)
    assert solution.hottest.temperature == 400.0
    assert solution.hottest.time_s == 0.0
    assert set(solution.course.fields) == {300.0, 700.0}


def test_a_film_that_is_switched_on_cools_from_then_on() -> None:
    """10 W for 250 s, then 1 W/K as well: the maximum is where the switch is."""
    film = Schedule((0.0, 250.0, 250.0, 1000.0), (0.0, 0.0, 1000.0, 1000.0))
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=1e5, rho=1000.0, cp=500.0, power=10.0)},
        {"air": Sink(Faces(name="right"), convection=film, ambient=300.0)},
        transient=Transient(400.0, 300.0),
        accuracy=0.02,
    )
    solution = FiniteElements().solve(problem)
    assert solution.hottest.temperature == pytest.approx(350.0, abs=0.02)
    assert solution.hottest.time_s == pytest.approx(250.0)
    assert solution.temperatures.max() == pytest.approx(310 + 40 * exp(-150 / 50), abs=0.02)
    assert solution.peak.max() == pytest.approx(350.0, abs=0.02)


def test_power_may_be_scheduled_and_jump() -> None:
    pulse = Schedule((0.0, 10.0, 10.0, 20.0), (30.0, 30.0, 0.0, 0.0))
    problem = ThermalProblem(
        BAR, {"bar": Region(k=1e5, rho=1000.0, cp=500.0, power=pulse)}, transient=Transient(20.0, 300.0), accuracy=0.01
    )
    assert FiniteElements().solve(problem).temperatures == pytest.approx(306.0, abs=1e-4)


def test_a_heat_capacity_in_a_table_takes_up_its_integral() -> None:
    """cp = 500 at 300 K, 900 at 500 K: 140 kJ/kg between them."""
    region = Region(k=1e5, rho=1000.0, cp=Table((300.0, 600.0), (500.0, 1100.0)), power=10.0)
    problem = ThermalProblem(BAR, {"bar": region}, transient=Transient(1400.0, 300.0), accuracy=0.05)
    assert FiniteElements().solve(problem).temperatures == pytest.approx(500.0, abs=0.05)


def test_steps_are_of_second_order() -> None:
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=1e9, rho=1000.0, cp=500.0)},
        {"air": Sink(Faces(name="right"), convection=100.0, ambient=300.0)},
        transient=Transient(400.0, 400.0),
    )
    model = build(problem, mesh_of(BAR, 0.1))
    errors = []
    for count in (8, 16, 32):
        stepper = Stepper(model)
        length = 400.0 / count
        state = State(0.0, np.full(model.size, 400.0), np.full(model.size, -100 * 0.1 / CAPACITY))
        for number in range(count):
            state, _ = stepper.step(state, (number + 1) * length, length)
        errors.append(abs(state.temperatures.max() - 300 - 100 * exp(-400 / 500)))
    assert np.diff(np.log2(errors)) == pytest.approx([-2, -2], abs=0.1)


def test_a_sudden_change_does_not_ring() -> None:
    """A bar of 400 K whose end is held at 300 K from the start: everything stays between."""
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=100.0, rho=1000.0, cp=500.0)},
        {"cold": Sink(Faces(name="right"), temperature=300.0)},
        transient=Transient(1.0, 400.0, tolerance=1.0, report_at=(0.01, 0.1)),
    )
    found = run(build(problem, mesh_of(BAR, 0.005)), Transient(1.0, 400.0, 1.0, (0.01, 0.1)))
    for field in found.course.fields.values():
        assert field.min() >= 300 - 1e-6
        assert field.max() <= 402.5


def test_the_stated_error_of_a_course_holds_the_true_one() -> None:
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=100.0, rho=1000.0, cp=500.0)},
        {"a": Sink(Faces(name="left"), temperature=300.0), "b": Sink(Faces(name="right"), temperature=300.0)},
        probes={"middle": Probe((0.05, 0, 0))},
        transient=Transient(8.0, 400.0),
        accuracy=0.1,
    )
    solution = FiniteElements().solve(problem)
    odd = np.arange(1, 60, 2)
    signs = np.where(odd % 4 == 1, 1, -1)
    exact = 300 + 400 / np.pi * (signs / odd * np.exp(-((odd * np.pi / 0.1) ** 2) * 2e-4 * 8)).sum()
    assert abs(solution.readings.probes["middle"] - exact) <= solution.error_estimate_k <= 0.1


def test_conductivity_and_capacity_that_both_grow_settle_where_kirchhoff_says() -> None:
    """k = rho cp = 1 + T/2 on a square of four quarters (Wilson, Rydin & Orivuori 1988). By the Kirchhoff transform the
    steady means are 2.3797, 1.5854 and 1.1969; at 17.25 s a fine grid of quadratic squares gives those below."""
    grows = Table((0.0, 10.0), (1.0, 6.0))
    quarters = {"near": (0.0, 0.0), "right": (1.5, 0.0), "up": (0.0, 1.5), "far": (1.5, 1.5)}
    problem = ThermalProblem(
        Shapes({name: (Rectangle((1.5, 1.5), at),) for name, at in quarters.items()}, Plane()),
        {name: Region(k=grows, rho=1.0, cp=grows) for name in quarters},
        {axis: Sink(Faces(plane=AtPlane(axis, 3.0)), temperature=1.0) for axis in ("x", "y")},
        {f"flux along {axis}": Source(Faces(plane=AtPlane(axis, 0.0)), flux=1.0) for axis in ("x", "y")},
        transient=Transient(17.25, 0.0, tolerance=0.01),
    )
    model = build(problem, mesh_of(problem.geometry))
    found = run(model, Transient(17.25, 0.0, 0.01)).temperatures
    means = {name: cells.integral(cells.at_points(found)) / cells.volume for name, cells in model.cells.items()}
    assert means == pytest.approx({"near": 2.3795, "right": 1.5853, "up": 1.5853, "far": 1.1969}, abs=3e-4)
