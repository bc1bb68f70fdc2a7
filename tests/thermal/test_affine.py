"""The affine form is the same heat balance."""

import numpy as np
import pytest

from proofmark_thermal.affine import affine
from proofmark_thermal.building import build
from proofmark_thermal.errors import NotAffine
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Contact, Faces, Region, Sink, Source, ThermalProblem
from proofmark_thermal.shapes import Box, Shapes
from proofmark_thermal.terms import now

PROBLEM = ThermalProblem(
    Shapes({"sink": (Box((0.04, 0.03, 0.01)),), "chip": (Box((0.01, 0.01, 0.002), (0.01, 0.01, 0.01)),)}),
    {"sink": Region(k=(150.0, 120.0, 90.0)), "chip": Region(k=100.0, power=7.0)},
    {
        "air": Sink(Faces(name="sink.bottom"), convection=400.0, ambient=295.0),
        "loss": Sink(Faces(name="chip.top"), flux=500.0),
    },
    {"lamp": Source(Faces(name="chip.front"), flux=2000.0)},
    (Contact(("sink", "chip"), resistance=2e-5),),
)


def test_coefficients_times_operators_are_the_heat_balance() -> None:
    model = build(PROBLEM, mesh_of(PROBLEM.geometry, 0.006))
    parts = affine(model)
    assert {"regions.sink.k.x", "regions.chip.k", "sinks.air.convection", "contacts.sink.chip.conductance"} < set(
        parts.operators
    )
    assert set(parts.loads) == {"regions.chip.power", "sources.lamp.flux", "sinks.loss.flux"}
    temperatures = np.random.default_rng(5).uniform(300, 400, model.size)
    leaving = np.zeros(model.size)
    for name, operator in parts.operators.items():
        leaving += now(parts.coefficients[name], 0.0) * (
            operator @ (temperatures - now(parts.ambients.get(name, 0.0), 0.0))
        )
    for name, load in parts.loads.items():
        leaving -= now(parts.powers[name], 0.0) * load
    assert leaving == pytest.approx(model.leaving(temperatures, 0.0), rel=1e-9, abs=1e-9)


def test_what_radiates_is_not_affine() -> None:
    hot = Sink(Faces(name="sink.bottom"), emissivity=0.9, ambient=295.0)
    problem = ThermalProblem(PROBLEM.geometry, PROBLEM.regions, {"sky": hot}, contacts=PROBLEM.contacts)
    with pytest.raises(NotAffine, match=r"got radiation at sinks\.sky\.emissivity"):
        affine(build(problem, mesh_of(problem.geometry, 0.006)))


def test_a_source_may_have_the_name_of_a_region() -> None:
    sources = {"chip": Source(Faces(name="chip.front"), power=2.0)}
    problem = ThermalProblem(PROBLEM.geometry, PROBLEM.regions, PROBLEM.sinks, sources, PROBLEM.contacts)
    parts = affine(build(problem, mesh_of(problem.geometry, 0.006)))
    watts = {name: now(parts.powers[name], 0.0) * load.sum() for name, load in parts.loads.items()}
    assert watts == pytest.approx({"regions.chip.power": 7.0, "sources.chip.power": 2.0, "sinks.loss.flux": -0.05})
