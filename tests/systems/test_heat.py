"""The plant that a reduced model makes steps as the model does, and its errors are told by metrics beside."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from proofmark_contracts.temperatures import ReducedHeat
from proofmark_cosim import Always, And, Formula, Metric, Not, Or, Placed, Predicate, System, Until, simulate
from proofmark_cosim.scenarios import StepWorkload
from proofmark_systems import COLDER, HOTTER, Heat, heat_of
from proofmark_systems.brackets import bracketed
from proofmark_thermal.building import build
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Faces, Probe, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.transient import reduce_transient
from proofmark_thermal.reduced.transient_model import ReducedTransient
from proofmark_thermal.shapes import Pad, Plate, Shapes

PLATE = ThermalProblem(
    Shapes({"plate": (Plate((0.05, 0.04, 0.008), {"spot": Pad((0.01, 0.01), (0.008, 0.008))}),)}),
    {"plate": Region(k=160.0, rho=2700.0, cp=900.0)},
    {
        "air": Sink(Faces(name="bottom"), convection=300.0, ambient=295.0),
        "wall": Sink(Faces(name="left"), temperature=300.0),
    },
    {"die": Source(Faces(name="spot"), power=5.0, junction_resistance=1.5)},
    probes={"ntc": Probe((0.05, 0.04, 0.008), "plate")},
    transient=Transient(60.0, 295.0),
)
VARIED = {
    "regions.plate.k": Varied(140, 180, ("regions.plate.k",)),
    "sinks.air.convection": Varied(60, 500, ("sinks.air.convection",)),
    "sources.die.power": Varied(0, 20, ("sources.die.power",)),
    "sinks.air.ambient": Varied(285, 305, ("sinks.air.ambient",)),
    "sinks.wall.temperature": Varied(280, 320, ("sinks.wall.temperature",)),
    "transient.initial": Varied(285, 305, ("transient.initial",)),
}
AMOUNTS = {
    "regions.plate.k": "k",
    "sinks.air.convection": "60 + 440 * scenario.value",
    "sources.die.power": "20 * scenario.value",
    "sinks.air.ambient": "air",
    "sinks.wall.temperature": "290 + 20 * scenario.value",
    "transient.initial": "start",
}
DRIVEN = ("sinks.air.convection", "sources.die.power", "sinks.wall.temperature")


@cache
def reduced() -> ReducedTransient:
    return reduce_transient(build(PLATE, mesh_of(PLATE.geometry, 0.012)), VARIED, 1.0, DRIVEN)


def heat() -> Heat:
    told = ReducedHeat(
        kind="transient", model="0" * 64, size=0, parameters=AMOUNTS, metrics=(), mesh_error_k=0.25 - _estimate_k()
    )
    return heat_of(told, reduced().to_bytes())


def _estimate_k() -> float:
    return reduced().error_estimate_k


def system(plant: Heat) -> System:
    asked = ("t_max", "t_max_plate", "ntc", "t_junction_die")
    return System(
        cycle_s=1.0,
        duration_s=60.0,
        plants={"heat": Placed(plant.plant)},
        connect={f"heat.{name}": text for name, text in plant.amounts.items()},
        scenario=StepWorkload(at=20.0, before=0.0, after=1.0),
        metrics={name: Metric("last", f"heat.{name}") for name in asked},
    )


def columns(n: int = 6) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    return {
        name: rng.uniform(low, high, n) for name, low, high in (("k", 140, 180), ("air", 285, 305), ("start", 285, 305))
    }


def test_the_plant_steps_as_the_reduced_model_does() -> None:
    given, n = columns(), 6
    found = simulate(system(heat()), given).metrics

    def driven(value: float) -> dict[str, np.ndarray]:
        numbers = (60 + 440 * value, 20 * value, 290 + 20 * value)
        return {name: np.full(n, number) for name, number in zip(DRIVEN, numbers, strict=True)}

    held = {"regions.plate.k": given["k"], "sinks.air.ambient": given["air"], "transient.initial": given["start"]}
    run = reduced().begin(held | driven(0.0), 1.0, ["sinks.air.convection"])
    for step in range(60):
        run.step(driven(float(step >= 20)))
    now = run.temperatures()
    for name, expected in (
        ("t_max", now.hottest),
        ("t_max_plate", now.regions["plate"]),
        ("ntc", now.probes["ntc"]),
        ("t_junction_die", now.junctions["die"]),
    ):
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-9)


def test_compiled_and_interpreted_give_the_same_bits() -> None:
    compiled, interpreted = (simulate(system(heat()), columns(2), runs=runs).metrics for runs in ("auto", "numpy"))
    assert all(interpreted[name].tobytes() == column.tobytes() for name, column in compiled.items())


def test_a_conductance_of_nothing_is_out_of_range() -> None:
    with pytest.raises(ValueError, match=r"heat\.regions\.plate\.k: expected a finite number above 0, got -1"):
        simulate(
            system(heat()), {name: -np.ones(1) if name == "k" else column[:1] for name, column in columns().items()}
        )


def test_metrics_are_measured_again_with_all_temperatures_off_by_their_error() -> None:
    watched = {
        "peak": Metric("max", "heat.t_max - 2 * heat.ntc"),
        "settles": Metric("settling-time", "heat.ntc", to="heat.t_max", within="1"),
        "work": Metric("mean", "scenario.value"),
    }
    formulas: dict[str, Formula] = {
        "cool": Always(And((Predicate("heat.t_max < limit"), Not(Predicate("heat.ntc > limit"))))),
        "late": Until(
            Predicate("scenario.value < 1"), Or((Predicate("heat.ntc < 1"), Predicate("scenario.value == 1")))
        ),
        "on": Predicate("scenario.value >= 0"),
    }
    plain = replace(system(heat()), metrics=watched, formulas=formulas)
    given = columns(1) | {"limit": np.array([330.0])}
    found = simulate(bracketed(plain, "heat", 0.25), given).metrics
    kept = simulate(plain, given).metrics
    assert set(found) - set(kept) == {
        f"{name}{end}" for name in ("peak", "settles", "cool", "late") for end in (HOTTER, COLDER)
    }
    assert all(found[name].tobytes() == column.tobytes() for name, column in kept.items())
    assert found[f"peak{HOTTER}"] - found["peak"] == pytest.approx(-0.25)
    assert found[f"peak{COLDER}"] - found["peak"] == pytest.approx(0.25)
    assert found[f"settles{HOTTER}"] == found["settles"]
    assert found[f"cool{HOTTER}"] - found["cool"] == pytest.approx(-0.25)
