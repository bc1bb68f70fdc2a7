"""Which model the runs of a study are judged by, and why."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofmark_contracts.design import Design, ReliabilityPlan
from proofmark_contracts.heat import (
    BoxShape,
    CylinderShape,
    Faces,
    PrimitiveGeometry,
    Region,
    Scheduled,
    Sink,
    Tabulated,
    Thermal,
    Transient,
)
from proofmark_thermal.reduced.course import ReducedCourse
from proofmark_thermal.reduced.full_model import FullModel
from proofmark_thermal_fem.answering import Answer, answer
from proofmark_thermal_fem.errors import MeshStandsStill, TooCostly
from tests.thermal_fem.designs import AMBIENT_K, rise_k, slab

MEDIANS = {"k": 100.0, "loss": 20.0, "h": 1000.0}


def thermal(design: Design) -> Thermal:
    assert design.thermal is not None
    return design.thermal


def radiating() -> Design:
    air: Sink = thermal(slab()).sinks["air"]
    return slab(sinks={"air": air.model_copy(update={"emissivity": 0.5})})


def full_of(found: Answer) -> FullModel:
    heat = found.modelled.heat
    contents = dict(zip(heat.objects, found.contents, strict=False))
    assert heat.full is not None
    return FullModel.from_bytes(contents[heat.full])


def t_max(found: Answer, **changed: float) -> float:
    names = {amount: name for name, amount in found.modelled.heat.parameters.items()}
    values = {names[amount]: value for amount, value in {**MEDIANS, **changed}.items() if amount in names}
    return float(full_of(found).solve(values).hottest.values[0])


@pytest.mark.parametrize("changed", [{}, {"loss": 24.0, "k": 91.0}])
def test_beside_a_reduced_model_goes_the_full_one(changed: dict[str, float], tmp_path: Path) -> None:
    found = answer("study", slab(), tmp_path)
    assert (found.modelled.reduction, found.modelled.reason) == ("reduced-basis", "")
    assert found.modelled.heat.full != found.modelled.heat.model
    assert t_max(found, **changed) == pytest.approx(AMBIENT_K + rise_k(**changed), abs=1e-6)


def test_radiation_is_solved_in_full_for_every_run_and_says_so(tmp_path: Path) -> None:
    found = answer("study", radiating(), tmp_path)
    assert found.modelled.reduction == "full"
    assert found.modelled.reason.startswith(
        "radiation at sinks.air.emissivity; 200 full solutions, each about 5 linear systems of "
    )
    assert (found.modelled.order, found.modelled.bound_k) == (0, 0.0)
    assert found.modelled.heat.objects == (found.modelled.heat.full,)
    assert t_max(found) == pytest.approx(found.assessed.temperatures["t_max"], abs=1e-6)
    assert t_max(found) < AMBIENT_K + rise_k() - 0.1


def test_a_table_of_parameters_takes_the_parameters_of_each_run(tmp_path: Path) -> None:
    table = Tabulated(at_k=(200.0, 500.0), values=("k", "k"))
    found = answer("study", slab(regions={"slab": Region(k=table)}), tmp_path)
    assert "a conductivity that depends on temperature at regions.slab.k" in found.modelled.reason
    assert t_max(found, k=92.0) == pytest.approx(AMBIENT_K + rise_k(k=92.0), abs=1e-6)


def test_too_many_full_solutions_are_refused_with_what_they_would_take(tmp_path: Path) -> None:
    plan = ReliabilityPlan(target=0.99, samples=50_000_000)
    with pytest.raises(TooCostly) as refused:
        answer("study", radiating().model_copy(update={"reliability": plan}), tmp_path)
    assert refused.value.why == "radiation at sinks.air.emissivity"
    assert refused.value.needed.vectors == 50_000_000
    assert "expected full solutions of every run within 2.88e+04 s of one core, got 50000000" in str(refused.value)


def test_heat_that_no_parameter_changes_takes_one_solution(tmp_path: Path) -> None:
    fixed: dict[str, Any] = {
        "regions": {"slab": Region(k=100.0)},
        "sources": {"die": thermal(slab()).sources["die"].model_copy(update={"power": 20.0})},
        "sinks": {"air": thermal(slab()).sinks["air"].model_copy(update={"convection": 1000.0})},
    }
    found = answer("study", slab(**fixed), tmp_path)
    assert (found.modelled.heat.parameters, found.modelled.reduction) == ({}, "full")
    assert float(full_of(found).solve({}).hottest.values[0]) == pytest.approx(AMBIENT_K + rise_k(), abs=1e-6)


def timed(**changed: Any) -> Design:
    region = Region(k="k", rho=2700.0, cp=900.0)
    course = Transient(duration=20.0, initial="ambient")
    return slab(**{"regions": {"slab": region}, "transient": course, "accuracy": 1.0, "element_size": 0.01, **changed})


def test_a_course_in_time_is_judged_by_its_highest_temperatures(tmp_path: Path) -> None:
    die = thermal(slab()).sources["die"]
    pulse = Scheduled(times_s=(0.0, 12.0, 12.0), values=("loss", "loss", 0.0))
    found = answer("study", timed(sources={"die": die.model_copy(update={"power": pulse})}), tmp_path)
    told, heat = found.assessed, found.modelled.heat
    assert (found.modelled.reduction, found.modelled.reason) == ("reduced-course", "")
    assert told.hot_spot_at_s == 12.0
    assert told.temperatures["t_middle"] > AMBIENT_K + 10
    assert told.stored_w < 0
    course = ReducedCourse.from_bytes(found.contents[0])
    names = {amount: name for name, amount in heat.parameters.items()}
    for changed in ({}, {"loss": 23.0, "k": 92.0}):
        values = {names[amount]: np.array([value]) for amount, value in {**MEDIANS, **changed}.items()}
        reduced = float(course.evaluate(values).hottest.values[0])
        assert reduced == pytest.approx(t_max(found, **changed), abs=found.modelled.bound_k + 0.1)
    assert t_max(found) == pytest.approx(told.temperatures["t_max"], abs=1e-6)
    assert found.modelled.bound_k < 0.25


def test_a_course_that_radiates_is_solved_in_full(tmp_path: Path) -> None:
    air = thermal(slab()).sinks["air"].model_copy(update={"emissivity": 0.5})
    found = answer("study", timed(sinks={"air": air}), tmp_path)
    assert found.modelled.reduction == "full"
    assert found.modelled.reason.startswith("radiation at sinks.air.emissivity; 200 full solutions, each about ")
    assert t_max(found) == pytest.approx(found.assessed.temperatures["t_max"], abs=1e-6)


def sized(**parts: Any) -> Design:
    shapes = {name: (shape,) for name, shape in parts.items()}
    return slab(geometry=PrimitiveGeometry(parts=shapes), element_size=0.01, accuracy=0.5)


def test_dimensions_that_vary_are_solved_in_full_on_a_mesh_that_follows(tmp_path: Path) -> None:
    found = answer("study", sized(slab=BoxShape(size=(0.02, 0.02, "0.0001 * k"))), tmp_path)
    assert found.modelled.reduction == "full"
    assert found.modelled.reason.startswith("a dimension that varies at geometry.parts.slab.0.size.z; ")
    names = {amount: name for name, amount in found.modelled.heat.parameters.items()}
    values = {names[amount]: value for amount, value in {**MEDIANS, "k": 92.0, "0.0001 * k": 0.0092}.items()}
    expected = AMBIENT_K + 20.0 / 4e-4 * (1 / 1000.0 + 0.0092 / 92.0)
    assert full_of(found).solve(values).hottest.values == pytest.approx(expected, abs=1e-6)


def test_dimensions_that_a_mesh_cannot_follow_are_refused_with_what_full_solutions_would_take(tmp_path: Path) -> None:
    regions = {"slab": Region(k="k"), "pin": Region(k=100.0)}
    pin = CylinderShape(radius="0.00002 * k", height=0.01, at=(0.01, 0.01, 0.01))
    geometry = PrimitiveGeometry(parts={"slab": (BoxShape(size=(0.02, 0.02, 0.01)),), "pin": (pin,)})
    air = thermal(slab()).sinks["air"].model_copy(update={"faces": Faces(name="slab.top")})
    design = slab(geometry=geometry, regions=regions, sinks={"air": air}, element_size=0.01, accuracy=5.0)
    source = design.thermal.sources["die"].model_copy(update={"faces": Faces(name="slab.bottom")})  # type: ignore[union-attr]
    changed = thermal(design).model_copy(update={"sources": {"die": source}})
    with pytest.raises(MeshStandsStill) as refused:
        answer("study", design.model_copy(update={"thermal": changed}), tmp_path)
    assert refused.value.places == ("geometry.parts.pin.0.radius",)
    assert "where every run would need a mesh of its own and 200 full solutions, each about" in str(refused.value)
