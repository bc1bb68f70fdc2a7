"""Writes a model as an input deck of CalculiX, in its keywords.

A contact is a layer of wedges on the facets of its first side, so thin that heat only crosses it; their far nodes stand
beside the second side's and have its temperatures by equations. So neither solid is moved.

References
----------
Dhondt, CalculiX CrunchiX user's manual, version 2.20: 6.2 (elements), 7 (keywords).
"""

from collections.abc import Iterator

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.engines.numbering import elements, numbered, owners
from proofmark_thermal.model import Model
from proofmark_thermal.shapes import Axisymmetric, Plane, Solid
from proofmark_thermal.terms import STEFAN_BOLTZMANN, Conduction, Film, Heating, Joint, Radiation, Term, now
from proofmark_thermal.values import Table

ELEMENTS: dict[type, str] = {Solid: "C3D10", Plane: "CPE6", Axisymmetric: "CAX6"}
FACE_WITHOUT_CORNER = {3: (3, 4, 2, 1), 2: (2, 3, 1)}
"""By dimension, the number of the side that lacks each corner."""
THIN = 1e-3
"""Of a contact's shortest edge: how thick its wedges are."""
ITERATIVE = 40_000
"""Unknowns from which on its preconditioned conjugate gradients take less than its factorisation."""
TOLERANCE = 1e-9
"""Of residuals and changes, where its own is a hundredth."""
TEMPERATURE = 11
"""Its number of this degree of freedom."""


def deck(model: Model) -> Iterator[str]:
    """Yield the lines of a deck for the steady state."""
    layers = _layers(model)
    yield "*NODE, NSET=BODY"
    yield from _rows(np.arange(model.size), model.space.nodes)
    yield from _elements(model)
    for layer in layers:
        yield from layer
    yield f"*PHYSICAL CONSTANTS, ABSOLUTE ZERO=0, STEFAN BOLTZMANN={STEFAN_BOLTZMANN:.10g}"
    yield "*INITIAL CONDITIONS, TYPE=TEMPERATURE"
    yield f"BODY, {_typical(model):.12g}"
    solver = ", SOLVER=ITERATIVE CHOLESKY" if model.size > ITERATIVE else ""
    yield from ("*STEP, INC=200", f"*HEAT TRANSFER, STEADY STATE{solver}", "1., 1.")
    yield from ("*CONTROLS, PARAMETERS=FIELD", f"{TOLERANCE:g}, {TOLERANCE:g}")
    for nodes, value in model.fixed.values():
        yield "*BOUNDARY"
        yield from (f"{node + 1}, {TEMPERATURE}, {TEMPERATURE}, {now(value, 0.0):.12g}" for node in nodes.tolist())
    for term in model.terms:
        yield from _load(model, term)
    yield from ("*NODE PRINT, NSET=BODY", "NT", "*END STEP")


def _elements(model: Model) -> Iterator[str]:
    space, kind = model.space, ELEMENTS[type(model.space.mesh.symmetry)]
    cells = elements(space)
    for number, region in enumerate(space.mesh.regions):
        here = np.flatnonzero(space.mesh.cell_region == number)
        yield f"*ELEMENT, TYPE={kind}, ELSET={_set(model, region)}"
        yield from _connected(here, cells[here])
    for term in model.terms:
        if isinstance(term, Conduction):
            yield from _material(_set(model, term.name), term)
            section = model.space.mesh.symmetry
            if isinstance(section, Plane):
                yield f"{section.depth:.12g}"


def _material(name: str, term: Conduction) -> Iterator[str]:
    yield f"*MATERIAL, NAME={name}"
    along = [term.along[min(axis, len(term.along) - 1)] for axis in range(3)] if len(term.along) > 1 else term.along
    yield "*CONDUCTIVITY, TYPE=ORTHO" if len(along) > 1 else "*CONDUCTIVITY"
    knots = sorted({at for k in along if isinstance(k, Table) for at in k.at_k})
    for at in knots or [0.0]:
        values = [float(k(np.array(at))) if isinstance(k, Table) else k for k in along]
        yield ", ".join(f"{number:.12g}" for number in (*values, at))
    yield f"*SOLID SECTION, ELSET={name}, MATERIAL={name}"


def _load(model: Model, term: Term) -> Iterator[str]:
    match term:
        case Film(h=h) if not isinstance(h, Table):
            yield "*FILM"
            yield from _on_faces(model, term.integrals.nodes, "F", now(term.ambient, 0.0), now(h, 0.0))
        case Radiation():
            yield "*RADIATE"
            yield from _on_faces(model, term.integrals.nodes, "R", now(term.ambient, 0.0), term.emissivity)
        case Heating(power=power) if not isinstance(power, Table):
            spread = now(power, 0.0) / (1.0 if term.density else term.integrals.volume)
            yield "*DFLUX"
            if term.name in model.cells:
                yield f"{_set(model, term.name)}, BF, {spread:.12g}"
            else:
                yield from _on_faces(model, term.integrals.nodes, "S", spread)


def _on_faces(model: Model, facets: IntArray, letter: str, *values: float) -> Iterator[str]:
    dimension = model.space.mesh.dimension
    corners = facets[:, :dimension]
    cells = owners(model.space, corners)
    ours = elements(model.space)[cells, : dimension + 1]
    lacking = (ours[:, :, None] != corners[:, None, :]).all(axis=2).argmax(axis=1)
    numbers = np.array(FACE_WITHOUT_CORNER[dimension])[lacking]
    rest = ", ".join(f"{value:.12g}" for value in values)
    for cell, number in zip(cells.tolist(), numbers.tolist(), strict=True):
        yield f"{cell + 1}, {letter}{number}, {rest}"


def _layers(model: Model) -> list[list[str]]:
    """The wedges of each contact; a facet has nine nodes of its own."""
    found = []
    node, element = model.size, len(model.space.cells)
    for number, term in enumerate(term for term in model.terms if isinstance(term, Joint)):
        near, far = numbered(term.integrals.nodes, 2), numbered(term.opposite, 2)
        places = model.space.nodes[near]
        spans = places[:, 1:3] - places[:, :1]
        thickness = THIN * float(np.linalg.norm(spans, axis=2).min())
        normals = np.cross(spans[:, 0], spans[:, 1])
        away = (thickness * normals / np.linalg.norm(normals, axis=1, keepdims=True))[:, None]
        own = node + np.arange(9 * len(near)).reshape(-1, 9)
        top, between = own[:, :6], own[:, 6:]
        name = f"LAYER{number + 1}"
        lines = [f"*NODE, NSET={name}N"]
        lines += _rows(own.ravel(), np.concatenate([places + away, places[:, :3] + away / 2], axis=1).reshape(-1, 3))
        lines.append(f"*ELEMENT, TYPE=C3D15, ELSET={name}")
        wedges = np.concatenate([near[:, :3], top[:, :3], near[:, 3:], top[:, 3:], between], axis=1)
        lines += _connected(element + np.arange(len(wedges)), wedges)
        lines += [f"*MATERIAL, NAME={name}", "*CONDUCTIVITY", f"{term.conductance * thickness:.12g}"]
        lines += [f"*SOLID SECTION, ELSET={name}, MATERIAL={name}", "*EQUATION"]
        for one, other in zip(top.ravel().tolist(), far.ravel().tolist(), strict=True):
            lines += ["2", f"{one + 1}, {TEMPERATURE}, 1., {other + 1}, {TEMPERATURE}, -1."]
        lines += ["*INITIAL CONDITIONS, TYPE=TEMPERATURE", f"{name}N, {_typical(model):.12g}"]
        found.append(lines)
        node, element = node + own.size, element + len(wedges)
    return found


def _rows(numbers: IntArray, places: FloatArray) -> Iterator[str]:
    padded = np.zeros((len(places), 3))
    padded[:, : places.shape[1]] = places
    for number, (x, y, z) in zip(numbers.tolist(), padded.tolist(), strict=True):
        yield f"{number + 1},{x:.12e},{y:.12e},{z:.12e}"  # it reads 20 characters of a number


def _connected(numbers: IntArray, nodes: IntArray) -> Iterator[str]:
    for number, row in zip(numbers.tolist(), (nodes + 1).tolist(), strict=True):
        yield f"{number + 1}, {', '.join(map(str, row))}"


def _set(model: Model, region: str) -> str:
    """A region's name for it: it takes no spaces, and no difference of case."""
    return f"REGION{model.space.mesh.regions.index(region) + 1}"


def _typical(model: Model) -> float:
    """A surrounding to start from."""
    known = [now(term.ambient, 0.0) for term in model.terms if isinstance(term, Film | Radiation)]
    return max(known + [now(value, 0.0) for _, value in model.fixed.values()])
