"""Heat on a few shapes: bodies with closed forms, systems that numpy solves, the same bits everywhere."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_cosim import Metric, Placed, Recording, Result, System, simulate
from proofmark_cosim.component import Quantity
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.factorisation import factorised
from proofmark_cosim.graph import Node, parameter
from proofmark_cosim.plants.reduced_heat import Driven, Factor, Readout, ReducedHeat, Term
from proofmark_cosim.scenarios import Sine, StepWorkload
from proofmark_cosim.simulation import Runs

CAPACITY, AREA, AMBIENT = 120.0, 0.05, 300.0
"""Of the lumped body: J/K, m2, K."""
FloatArray = npt.NDArray[np.float64]


def lumped(**changes: Any) -> ReducedHeat:
    """A body of one temperature that a film cools: C dT/dt = P - h A (T - ambient)."""
    root = np.sqrt(CAPACITY)
    place = Readout(np.array([[1 / root]]), np.zeros((1, 0)))
    made = ReducedHeat(
        initial=AMBIENT,
        held={},
        driven={"h": Driven("W/m^2/K", 5.0, 60.0), "p": Driven("W", 0.0, 50.0)},
        conductances=(Term((Factor("h"),), np.array([[AREA / CAPACITY]])),),
        loads=(Term((Factor("p"),), np.array([1 / root])),),
        follows=np.zeros((1, 0)),
        regions={"body": place},
        probes={"ntc": place},
    )
    return replace(made, **changes)


def system(plant: ReducedHeat, period_s: float = 1.0, wires: dict[str, str] | None = None, **changes: Any) -> System:
    asked = {name: Metric("last", f"heat.{name}") for name in ("t_max", "t_max_body", "ntc")}
    made = System(
        cycle_s=0.25,
        duration_s=200.0,
        plants={"heat": Placed(plant, period_s)},
        connect=wires or {"heat.h": "8 + 40 * scenario.value", "heat.p": "50 - 20 * scenario.value"},
        scenario=StepWorkload(at=100.0, before=0.0, after=1.0),
        metrics={**asked, "peak": Metric("max", "heat.t_max")},
    )
    return replace(made, **changes)


def closed_form() -> float:
    """The body's temperature after 100 s of 50 W at 8 W/m2/K, then 100 s of 30 W at 48 W/m2/K."""
    rise = 0.0
    for power, h in ((50.0, 8.0), (30.0, 48.0)):
        steady, decay = power / (h * AREA), np.exp(-100 * h * AREA / CAPACITY)
        rise = steady + (rise - steady) * decay
    return AMBIENT + rise


def test_a_lumped_body_follows_its_closed_form_to_the_second_order() -> None:
    errors = []
    for period_s in (1.0, 0.5):
        found = simulate(system(lumped(), period_s), {}).metrics["ntc"][0]
        errors.append(abs(found - closed_form()))
    assert errors[0] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)


def test_every_temperature_of_a_lumped_body_is_its_own() -> None:
    found = simulate(system(lumped()), {}).metrics
    assert found["t_max"][0] == found["t_max_body"][0] == found["ntc"][0]


def test_a_junction_feels_its_power_at_once_and_counts_as_the_hottest() -> None:
    place = lumped().regions["body"]
    plant = lumped(junctions={"die": replace(place, over=Factor("p", 2.0))})
    watched = {"at": Metric("last", "heat.t_junction_die - heat.ntc"), "most": Metric("last", "heat.t_max - heat.ntc")}
    found = simulate(system(plant, metrics=watched), {}).metrics
    assert (found["at"][0], found["most"][0]) == pytest.approx((60.0, 60.0))


def test_a_fixed_temperature_takes_its_neighbours_along_when_it_jumps() -> None:
    """Between two walls, one of which jumps: a node of half its heat follows by half of the jump, then goes on."""
    plant = lumped(
        driven={"wall": Driven("K", 280.0, 400.0)},
        held={"g": Quantity(2.0, "W/K")},
        conductances=(Term((Factor("g"),), np.array([[1 / CAPACITY]])),),
        loads=(Term((Factor("g"), Factor("wall", rise=True)), np.array([1 / np.sqrt(CAPACITY)])),),
        fixed=(Factor("wall", rise=True),),
        follows=np.array([[0.5 * np.sqrt(CAPACITY)]]),
        regions={"body": Readout(np.array([[1 / np.sqrt(CAPACITY)]]), np.zeros((1, 1)))},
        probes={"wall": Readout(np.zeros((1, 1)), np.ones((1, 1)))},
    )
    wires = {"heat.wall": "300 + 50 * scenario.value"}
    watched = {"wall": Metric("last", "heat.wall"), "body": Metric("last", "heat.t_max")}
    found = simulate(system(plant, 0.25, wires, metrics=watched), {}).metrics
    assert found["wall"][0] == 350.0
    assert found["body"][0] == pytest.approx(350 - 25 * np.exp(-100 * 2 / CAPACITY), abs=1e-3)


def test_an_input_beyond_what_the_shapes_were_made_for_leaves_no_number() -> None:
    wires = {"heat.h": "8 + 40 * scenario.value", "heat.p": "50 + scenario.value"}
    found = simulate(system(lumped(), 1.0, wires), {})
    assert found.broken_at[0] == 404
    assert np.isnan(found.metrics["peak"][0])
    at_the_end = {"heat.h": "8 + 52 * scenario.value", "heat.p": "50"}
    assert simulate(system(lumped(), 1.0, at_the_end), {}).broken_at[0] == -1


def body(m: int = 6) -> ReducedHeat:
    """A body of several shapes with two films that change, and a conductivity that stays."""
    rng = np.random.default_rng(4)
    operators = [(a @ a.T) / 50 for a in rng.normal(size=(3, m, m))]
    places = {name: Readout(rng.normal(size=(3, m)), np.zeros((3, 0))) for name in ("sink", "chip")}
    return ReducedHeat(
        initial="start",
        held={"k": Quantity("k", "W/m/K"), "pad": Quantity("pad", "K*m^2/W")},
        driven={name: Driven("", 0.0, 10.0) for name in ("one", "two", "heat")},
        conductances=(
            Term((Factor("k", 0.5),), operators[0]),
            Term((Factor("one"),), operators[1]),
            Term((Factor("two"),), operators[2]),
            Term((Factor("pad", 1e-3, inverse=True),), np.eye(m)),
        ),
        loads=(Term((Factor("heat"),), rng.normal(size=m)), Term((Factor(290.0, rise=True),), rng.normal(size=m))),
        follows=np.zeros((m, 0)),
        regions=places,
    )


def columns(n: int = 5) -> dict[str, FloatArray]:
    rng = np.random.default_rng(1)
    return {"k": rng.uniform(1, 2, n), "pad": rng.uniform(1e-3, 2e-3, n), "start": rng.uniform(290, 300, n)}


def run(n: int = 5, rows: slice = slice(None), **how: Any) -> Result:
    wires = {"one": "2 + scenario.value", "two": "3 - 2 * scenario.value", "heat": "k * (2 + scenario.value)"}
    made = system(
        body(),
        0.5,
        {f"heat.{name}": text for name, text in wires.items()},
        duration_s=20.0,
        scenario=Sine(mean=0.0, amplitude=1.0, frequency=0.15),
    )
    made = replace(made, metrics={"peak": Metric("max", "heat.t_max"), "sink": Metric("last", "heat.t_max_sink")})
    given = {name: column[rows] for name, column in columns(n).items()}
    return simulate(made, given, recording=Recording([0]), **how)


@pytest.mark.parametrize("runs", ["auto", "numpy"])
@pytest.mark.parametrize("chunk_cycles", [1, 7, 50])
def test_no_bit_depends_on_time_chunks_or_on_who_computes(chunk_cycles: int, runs: Runs) -> None:
    whole, cut = run(), run(chunk_cycles=chunk_cycles, runs=runs)
    assert all(cut.metrics[name].tobytes() == whole.metrics[name].tobytes() for name in whole.metrics)
    assert cut.traces is not None and whole.traces is not None
    assert cut.traces.signals["heat.t_max"].tobytes() == whole.traces.signals["heat.t_max"].tobytes()
    assert np.ptp(whole.traces.signals["heat.t_max"]) > 0.1


def test_no_bit_depends_on_the_other_rows() -> None:
    whole, part = run(9), run(9, slice(4, 6))
    assert part.metrics["peak"].tobytes() == whole.metrics["peak"][4:6].tobytes()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_positive_definite_systems_are_solved(m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(m, m))
    matrix, right = root @ root.T + np.eye(m), rng.normal(size=m)
    rows = [[parameter(f"a{i}_{j}") for j in range(i + 1)] for i in range(m)]
    found: list[Node] = factorised(rows)([parameter(f"b{i}") for i in range(m)])
    known = {f"a{i}_{j}": matrix[i, j] for i in range(m) for j in range(i + 1)} | {f"b{i}": right[i] for i in range(m)}
    numbers = np.array([evaluated(node, known) for node in found])
    np.testing.assert_allclose(numbers, np.linalg.solve(matrix, right), rtol=1e-9, atol=1e-9)
