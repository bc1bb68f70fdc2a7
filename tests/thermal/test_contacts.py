"""Contacts: the temperature jumps by flux times resistance, and by nothing elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_thermal.building import build
from proofmark_thermal.errors import UnknownName
from proofmark_thermal.finite_elements import FiniteElements, answer
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, Source, ThermalProblem
from proofmark_thermal.shapes import Axisymmetric, Box, Plane, Rectangle, Rod, Segment, Shape, Shapes, Solid, Symmetry
from proofmark_thermal.space import space

STACKS: dict[str, tuple[Symmetry, Shape, Shape, float]] = {
    "rod": (Rod(2e-4), Segment(0.01), Segment(0.02, 0.01), 2e-4),
    "plane": (Plane(0.1), Rectangle((0.01, 0.03)), Rectangle((0.02, 0.03), (0.01, 0.0)), 3e-3),
    "solid": (Solid(), Box((0.01, 0.02, 0.02)), Box((0.02, 0.02, 0.02), (0.01, 0.0, 0.0)), 4e-4),
}


@pytest.mark.parametrize("kind", STACKS)
@given(resistance=st.floats(1e-6, 1e-2), power=st.floats(0.1, 100))
@settings(max_examples=5, deadline=None)
def test_the_jump_is_flux_times_resistance(kind: str, resistance: float, power: float) -> None:
    symmetry, one, other, area = STACKS[kind]
    problem = ThermalProblem(
        Shapes({"hot": (one,), "cold": (other,)}, symmetry),
        {"hot": Region(k=200.0), "cold": Region(k=50.0)},
        {"end": Sink(Faces(name="cold.right"), temperature=300.0)},
        {"heat": Source(Faces(name="hot.left"), power=power)},
        (Contact(("hot", "cold"), resistance=resistance),),
        {"before": Probe((0.01, 0.01, 0.01), "hot"), "after": Probe((0.01, 0.01, 0.01), "cold")},
    )
    found = answer(build(problem, mesh_of(problem.geometry))).readings.probes
    assert found["before"] - found["after"] == pytest.approx(power / area * resistance, rel=1e-6)
    assert found["after"] - 300 == pytest.approx(power / area * 0.02 / 50, rel=1e-6)


def test_conductance_is_one_over_resistance() -> None:
    symmetry, one, other, _ = STACKS["solid"]
    found = []
    for contact in (Contact(("hot", "cold"), resistance=1e-4), Contact(("cold", "hot"), conductance=1e4)):
        problem = ThermalProblem(
            Shapes({"hot": (one,), "cold": (other,)}, symmetry),
            {"hot": Region(k=200.0, power=5.0), "cold": Region(k=50.0)},
            {"end": Sink(Faces(name="cold.right"), temperature=300.0)},
            contacts=(contact,),
        )
        found.append(FiniteElements().solve(problem).hottest.temperature)
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_nodes_are_doubled_at_the_contact_and_nowhere_else() -> None:
    """A block on a plate, not reaching its edges: as many nodes more as the block's foot has."""
    geometry = Shapes({"plate": (Box((0.04, 0.04, 0.01)),), "block": (Box((0.02, 0.02, 0.01), (0.01, 0.01, 0.01)),)})
    mesh = mesh_of(geometry, 0.005)
    whole, parted = space(mesh, 2), space(mesh, 2, [("plate", "block")])
    foot = (np.abs(whole.nodes[:, 2] - 0.01) < 1e-9) & ((np.abs(whole.nodes[:, :2] - 0.02) < 0.01 + 1e-9).all(axis=1))
    assert parted.size - whole.size == foot.sum() == 9**2


def test_a_ring_around_a_core_jumps_too() -> None:
    """Axisymmetric: the flux at the contact is the core's heat over the area there. The logarithm beyond it is no
    polynomial, so that the jump at one node is as accurate as the mesh."""
    core, ring = Rectangle((0.01, 0.02)), Rectangle((0.01, 0.02), (0.01, 0.0))
    problem = ThermalProblem(
        Shapes({"core": (core,), "ring": (ring,)}, Axisymmetric()),
        {"core": Region(k=20.0, power=10.0), "ring": Region(k=20.0)},
        {"end": Sink(Faces(name="ring.right"), temperature=300.0)},
        contacts=(Contact(("core", "ring"), resistance=1e-4),),
        probes={"in": Probe((0.01, 0.01, 0), "core"), "out": Probe((0.01, 0.01, 0), "ring")},
    )
    found = answer(build(problem, mesh_of(problem.geometry))).readings.probes
    assert found["in"] - found["out"] == pytest.approx(10 / (2 * np.pi * 0.01 * 0.02) * 1e-4, rel=2e-4)


def test_regions_that_do_not_touch_cannot_be_in_contact() -> None:
    geometry = Shapes({"a": (Segment(1.0),), "b": (Segment(1.0, 1.0),), "c": (Segment(1.0, 2.0),)}, Rod())
    with pytest.raises(UnknownName, match="expected one of b, got 'c'"):
        space(mesh_of(geometry), 2, [("a", "c")])
