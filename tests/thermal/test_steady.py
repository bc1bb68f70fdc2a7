"""Steady temperatures of problems with closed forms, linear and not."""

from math import cosh, log, pi, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import build
from proofmark_thermal.errors import Runaway
from proofmark_thermal.finite_elements import FiniteElements, answer
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Faces, Probe, Region, Sink, Source, ThermalProblem
from proofmark_thermal.shapes import Axisymmetric, Box, Plane, Rectangle, Rod, Segment, Shapes, Sphere, Tube
from proofmark_thermal.terms import STEFAN_BOLTZMANN
from proofmark_thermal.values import Table

BAR = Shapes({"bar": (Segment(0.1),)}, Rod(1e-3))
COLD = Sink(Faces(name="right"), temperature=300.0)


def test_a_sphere_with_a_source_is_parabolic() -> None:
    problem = ThermalProblem(
        Shapes({"ball": (Sphere(0.01),)}),
        {"ball": Region(k=15.0, power_density=2e6)},
        {"oil": Sink(Faces(name="surface"), convection=500.0, ambient=300.0)},
        probes={"centre": Probe((0, 0, 0))},
        accuracy=0.02,
    )
    solution = FiniteElements().solve(problem)
    surface = 300 + 2e6 * 0.01 / (3 * 500)
    assert solution.readings.probes["centre"] == pytest.approx(surface + 2e6 * 0.01**2 / (6 * 15), abs=0.02)
    assert solution.balance.total == pytest.approx(2e6 * 4 / 3 * pi * 0.01**3, rel=1e-3)


def test_a_tube_wall_is_logarithmic() -> None:
    problem = ThermalProblem(
        Shapes({"wall": (Tube(0.01, 0.03, 0.02),)}),
        {"wall": Region(k=0.5)},
        {"in": Sink(Faces(name="inner"), temperature=400.0), "out": Sink(Faces(name="outer"), temperature=300.0)},
        probes={"middle": Probe((0.02, 0, 0.01))},
    )
    solution = FiniteElements().solve(problem)
    assert solution.readings.probes["middle"] == pytest.approx(400 - 100 * log(2) / log(3), abs=0.1)
    through = 2 * pi * 0.5 * 0.02 * 100 / log(3)
    assert solution.balance.leaving == pytest.approx({"in": -through, "out": through}, rel=2e-3)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_each_axis_has_its_own_conductivity(axis: int) -> None:
    ends = [("left", "right"), ("front", "back"), ("bottom", "top")][axis]
    size, k = (0.02, 0.03, 0.04), (10.0, 20.0, 40.0)
    problem = ThermalProblem(
        Shapes({"block": (Box(size),)}),
        {"block": Region(k=k)},
        {"end": Sink(Faces(name=ends[1]), temperature=300.0)},
        {"heat": Source(Faces(name=ends[0]), flux=1000.0)},
    )
    assert FiniteElements().solve(problem).hottest.temperature == pytest.approx(300 + 1000 * size[axis] / k[axis])


def test_a_fin_in_a_plane_section_loses_heat_through_its_two_surfaces() -> None:
    thickness, h, k, length = 0.002, 60.0, 150.0, 0.05
    problem = ThermalProblem(
        Shapes({"fin": (Rectangle((length, 0.03)),)}, Plane(thickness)),
        {"fin": Region(k=k)},
        {
            "root": Sink(Faces(name="left"), temperature=380.0),
            "front": Sink(Faces(name="front"), convection=h, ambient=300.0),
            "back": Sink(Faces(name="back"), convection=h, ambient=300.0),
        },
        probes={"tip": Probe((length, 0.015, 0))},
    )
    m = sqrt(2 * h / (k * thickness))
    assert FiniteElements().solve(problem).readings.probes["tip"] == pytest.approx(300 + 80 / cosh(m * length), abs=0.1)


def test_an_axisymmetric_face_counts_its_way_around() -> None:
    problem = ThermalProblem(
        Shapes({"disc": (Rectangle((0.02, 0.005), (0.01, 0.0)),)}, Axisymmetric()),
        {"disc": Region(k=100.0)},
        {"air": Sink(Faces(name="bottom"), convection=50.0, ambient=300.0)},
        {"heat": Source(Faces(name="top"), flux=2000.0)},
    )
    solution = FiniteElements().solve(problem)
    assert solution.balance.total == pytest.approx(2000 * pi * (0.03**2 - 0.01**2))
    assert solution.hottest.temperature == pytest.approx(300 + 2000 / 50 + 2000 * 0.005 / 100, abs=1e-6)


@given(h=st.floats(1, 500), slope=st.floats(0.0, 20.0), flux=st.floats(10, 5000))
@settings(max_examples=10, deadline=None)
def test_a_film_may_grow_with_the_rise(h: float, slope: float, flux: float) -> None:
    """(h + slope dT) dT = flux, at the cooled end of a bar."""
    film = Table((0.0, 10_000.0), (h, h + 10_000 * slope))
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=1000.0)},
        {"air": Sink(Faces(name="right"), convection=film, ambient=300.0)},
        {"heat": Source(Faces(name="left"), flux=flux)},
        probes={"end": Probe((0.1, 0, 0))},
    )
    rise = brentq(lambda rise: (h + slope * rise) * rise - flux, 0, flux / h + 1)
    assert FiniteElements().solve(problem).readings.probes["end"] == pytest.approx(300 + rise, rel=1e-7)


def test_radiation_and_convection_share_a_face() -> None:
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=1e4)},
        {"air": Sink(Faces(name="right"), convection=10.0, emissivity=0.8, ambient=300.0)},
        {"heat": Source(Faces(name="left"), flux=3000.0)},
        probes={"end": Probe((0.1, 0, 0))},
    )
    exact = brentq(lambda t: 10 * (t - 300) + 0.8 * STEFAN_BOLTZMANN * (t**4 - 300**4) - 3000, 300, 1000)
    solution = FiniteElements().solve(problem)
    assert solution.readings.probes["end"] == pytest.approx(exact, rel=1e-8)
    assert solution.balance.leaving["air"] == pytest.approx(3.0, rel=1e-8)


def test_a_conductivity_in_a_table_follows_kirchhoff() -> None:
    """k = 20 + 0.1 (T - 300): the integral of k over T falls linearly."""
    problem = ThermalProblem(
        Shapes({"block": (Box((0.1, 0.02, 0.02)),)}),
        {"block": Region(k=Table((300.0, 800.0), (20.0, 70.0)))},
        {"cold": Sink(Faces(name="right"), temperature=300.0), "hot": Sink(Faces(name="left"), temperature=700.0)},
        probes={"middle": Probe((0.05, 0.01, 0.01))},
        accuracy=0.05,
    )
    half = (20 * 400 + 0.05 * 400**2) / 2
    rise = (-20 + sqrt(20**2 + 4 * 0.05 * half)) / (2 * 0.05)
    assert FiniteElements().solve(problem).readings.probes["middle"] == pytest.approx(300 + rise, abs=0.05)


def leaking(slope: float) -> ThermalProblem:
    """A bar whose heat grows by `slope` W/K, cooled by 1 W/K."""
    table = Table((0.0, 300.0, 5300.0), (1.0, 1.0, 1.0 + 5000 * slope))
    return ThermalProblem(
        BAR,
        {"bar": Region(k=1e5, power=table)},
        {"air": Sink(Faces(name="right"), convection=1000.0, ambient=300.0)},
    )


def test_heat_that_grows_with_temperature_settles_while_it_leaves_faster() -> None:
    solution = FiniteElements().solve(leaking(0.5))
    assert solution.hottest.temperature == pytest.approx(302.0, abs=0.01)
    assert solution.balance.total == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("slope", [1.001, 1.5, 10.0])
def test_heat_that_grows_faster_than_it_leaves_runs_away(slope: float) -> None:
    with pytest.raises(Runaway, match="heat of bar"):
        FiniteElements().solve(leaking(slope))


def test_a_junction_stands_above_the_mean_of_its_face() -> None:
    problem = ThermalProblem(
        Shapes({"block": (Box((0.02, 0.02, 0.01)),)}),
        {"block": Region(k=100.0)},
        {"end": Sink(Faces(name="bottom"), temperature=300.0)},
        {"package": Source(Faces(name="top"), power=20.0, junction_resistance=1.5)},
    )
    solution = FiniteElements().solve(problem)
    face = 300 + 20 / 4e-4 * 0.01 / 100
    assert solution.readings.junctions["package"] == pytest.approx(face + 30)
    assert solution.hottest.within == "package"
    assert solution.hottest.place == pytest.approx((0.01, 0.01, 0.01))
    assert solution.readings.regions["block"].temperature == pytest.approx(face)


def test_the_maximum_is_taken_over_all_nodes_of_the_elements() -> None:
    problem = ThermalProblem(
        BAR,
        {"bar": Region(k=10.0, power_density=1e5)},
        {"cold": COLD, "end": Sink(Faces(name="left"), temperature=300.0)},
        element_size=0.1,
    )
    hottest = answer(build(problem, mesh_of(BAR, 0.1))).readings.hottest
    assert hottest.temperature == pytest.approx(300 + 1e5 * 0.1**2 / 8 / 10)
    assert hottest.place == pytest.approx((0.05,))


@given(power=st.floats(-50, 50), ambient=st.floats(250, 350), factor=st.floats(0.1, 10))
@settings(max_examples=10, deadline=None)
def test_rises_grow_in_proportion_to_power(power: float, ambient: float, factor: float) -> None:
    def rises(watts: float) -> FloatArray:
        problem = ThermalProblem(
            Shapes({"plate": (Rectangle((0.03, 0.02)),)}, Plane(0.01)),
            {"plate": Region(k=30.0, power=watts)},
            {"air": Sink(Faces(name="top"), convection=100.0, ambient=ambient)},
        )
        return answer(build(problem, mesh_of(problem.geometry))).temperatures - ambient

    assert rises(factor * power) == pytest.approx(factor * rises(power), rel=1e-6, abs=1e-8)
