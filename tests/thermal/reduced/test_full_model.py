"""Full models as bytes: the temperatures of any vector, without the geometry's file and without a mesher."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofmark_thermal.building import build
from proofmark_thermal.described import problem_of
from proofmark_thermal.errors import OutOfRange
from proofmark_thermal.finite_elements import answer
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.reduced.errors import BadBytes
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.full_model import FullModel, amounts_of
from proofmark_thermal.space import space

DESCRIBED: Mapping[str, Any] = {
    "geometry": {
        "kind": "primitives",
        "parts": {
            "sink": [{"kind": "cylinder", "radius": 0.02, "height": 0.008}],
        },
    },
    "regions": {"sink": {"k": "k", "rho": 2700.0, "cp": 900.0}},
    "sources": {"die": {"faces": {"name": "bottom"}, "power": "loss", "junction_resistance": "theta"}},
    "sinks": {"air": {"faces": {"name": "side"}, "convection": "h", "ambient": "air"}},
    "probes": {"ntc": {"nearest": [0.02, 0.0, 0.008]}},
}
RADIATING = {"sinks": {"air": {**DESCRIBED["sinks"]["air"], "emissivity": 0.8}}}
PULSE = {"times_s": [0.0, 20.0, 20.0], "values": ["loss", "loss", 0.0]}
TIMED = {
    "transient": {"duration": 30.0, "initial": "air", "report_at": []},
    "sources": {"die": {**DESCRIBED["sources"]["die"], "power": PULSE}},
}
PLACES = {"k": "regions.sink.k", "loss": "sources.die.power", "h": "sinks.air.convection"}
VARIED = {
    "p0": Varied(100.0, 200.0, (PLACES["k"],)),
    "p1": Varied(5.0, 20.0, (PLACES["loss"],)),
    "p2": Varied(50.0, 300.0, (PLACES["h"],)),
}
NUMBERS = {"theta": 0.7, "air": 295.0}
VECTORS = ({"p0": 120.0, "p1": 6.0, "p2": 250.0}, {"p0": 190.0, "p1": 18.0, "p2": 60.0})


@cache
def full(*changed: str) -> FullModel:
    described = {**DESCRIBED, **(RADIATING if "radiating" in changed else {}), **(TIMED if "timed" in changed else {})}
    amounts = amounts_of(described, {"k": "p0", "loss": "p1", "h": "p2"}, NUMBERS.__getitem__)
    one = FullModel(described, amounts, VARIED, VECTORS[0], space(mesh_of(problem(described, 0).geometry, 0.008), 2))
    return FullModel.from_bytes(one.to_bytes())


def problem(described: Mapping[str, Any], vector: int) -> Any:
    values = dict(zip(PLACES, VECTORS[vector].values(), strict=True)) | NUMBERS
    from pathlib import Path

    return problem_of(described, lambda amount: values[amount] if isinstance(amount, str) else amount, Path())


@pytest.mark.parametrize("changed", [(), ("radiating",), ("timed",), ("radiating", "timed")])
def test_what_comes_from_bytes_is_the_solution_of_the_problem_on_its_mesh(changed: tuple[str, ...]) -> None:
    model = full(*changed)
    for vector in (0, 1):
        found = model.solve(VECTORS[vector])
        stated = problem(model.described, vector)
        expected = answer(build(stated, mesh_of(stated.geometry, 0.008)))
        highest = expected.readings if expected.course is None else expected.course.highest(expected.readings)
        assert found.hottest.values == pytest.approx(highest.hottest.temperature, abs=1e-6)
        assert expected.course is None or highest.probes["ntc"] > expected.readings.probes["ntc"] + 0.01
        assert found.probes["ntc"].values == pytest.approx(highest.probes["ntc"], abs=1e-6)
        assert found.junctions["die"].values == pytest.approx(highest.junctions["die"], abs=1e-6)
        assert not found.hottest.bounds.any()


@pytest.mark.parametrize("changed", [(), ("radiating",)])
def test_a_vector_gets_the_same_bits_whatever_was_asked_before_it(changed: tuple[str, ...]) -> None:
    model = full(*changed)
    first, _, again = (model.solve(VECTORS[vector]).hottest.values for vector in (0, 1, 0))
    fresh = FullModel.from_bytes(model.to_bytes()).solve(VECTORS[0]).hottest.values
    assert first.tobytes() == again.tobytes() == fresh.tobytes()


def test_models_made_alike_are_equal_bytes_and_come_back_from_them() -> None:
    data = full().to_bytes()
    assert FullModel.from_bytes(data).to_bytes() == data
    assert full().amounts == {"k": "p0", "loss": "p1", "h": "p2", "theta": 0.7, "air": 295.0}
    with pytest.raises(BadBytes, match="expected proofmark thermal full 1"):
        FullModel.from_bytes(data[:-9])


@pytest.mark.parametrize("changed", [(), ("radiating",)])
def test_a_vector_outside_physics_is_refused(changed: tuple[str, ...]) -> None:
    with pytest.raises(OutOfRange):
        full(*changed).solve(VECTORS[0] | {"p0": -1.0})


def test_a_junction_whose_resistance_varies_is_solved_in_full() -> None:
    varied = {**VARIED, "p3": Varied(0.5, 1.0, ("sources.die.junction_resistance",))}
    model = FullModel(DESCRIBED, {**full().amounts, "theta": "p3"}, varied, VECTORS[0] | {"p3": 0.7}, full().space)
    cold, hot = (model.solve(VECTORS[0] | {"p3": theta}).junctions["die"].values for theta in (0.5, 1.0))
    assert hot - cold == pytest.approx(0.5 * VECTORS[0]["p1"])


def test_heat_by_temperature_is_as_hot_as_kirchhoff_says() -> None:
    """The integral of k from the cold face to the hot one is flux by length; k = 8 + 0.04 (T - 250)."""
    described = {
        "geometry": {
            "kind": "primitives",
            "parts": {"wall": [{"kind": "segment", "length": 0.1}]},
            "symmetry": {"kind": "rod", "area": 0.02},
        },
        "regions": {"wall": {"k": {"at_k": [250.0, 450.0], "values": [8.0, 16.0]}}},
        "sources": {"heater": {"faces": {"name": "left"}, "power": "heat"}},
        "sinks": {"air": {"faces": {"name": "right"}, "convection": 25.0, "ambient": 290.0}},
    }
    geometry = problem_of(described, lambda amount: 1.0, Path()).geometry
    varied = {"heat": Varied(1.0, 9.0, ("sources.heater.power",))}
    model = FullModel(described, {"heat": "heat"}, varied, {"heat": 5.0}, space(mesh_of(geometry), 2))
    for heat in (2.0, 8.0):
        cold, flux = 290.0 + heat / 0.02 / 25.0, heat / 0.02 * 0.1
        expected = np.roots([0.02, -2.0, 2.0 * cold - 0.02 * cold**2 - flux]).max()
        assert model.solve({"heat": heat}).hottest.values == pytest.approx(expected, abs=1e-3)


def test_dimensions_that_vary_move_the_mesh() -> None:
    """A slab with its heat spread over one side: 10 W / (width 20 mm) (1 / h + thickness / k)."""
    described = {
        "geometry": {"kind": "primitives", "parts": {"slab": [{"kind": "box", "size": ["width", 0.02, "thickness"]}]}},
        "regions": {"slab": {"k": 50.0}},
        "sources": {"die": {"faces": {"name": "bottom"}, "power": 10.0}},
        "sinks": {"air": {"faces": {"name": "top"}, "convection": 1000.0, "ambient": 300.0}},
    }
    places = ("geometry.parts.slab.0.size.x", "geometry.parts.slab.0.size.z")
    varied = {"p0": Varied(0.01, 0.03, places[:1]), "p1": Varied(0.005, 0.02, places[1:])}
    amounts = {"width": "p0", "thickness": "p1"}
    medians = {"p0": 0.02, "p1": 0.01}
    geometry = problem_of(
        described, lambda text: medians[amounts[str(text)]] if isinstance(text, str) else text, Path()
    )
    there = space(mesh_of(geometry.geometry), 2)
    model = FullModel.from_bytes(FullModel(described, amounts, varied, medians, there).to_bytes())
    for width, thickness in ((0.02, 0.01), (0.012, 0.018)):
        expected = 300.0 + 10.0 / (width * 0.02) * (1 / 1000.0 + thickness / 50.0)
        found = model.solve({"p0": width, "p1": thickness}).hottest.values
        assert found == pytest.approx(expected, abs=1e-6)
