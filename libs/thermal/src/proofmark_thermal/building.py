"""Puts a problem on a mesh."""

import numpy as np

from proofmark_thermal.arrays import IntArray
from proofmark_thermal.integrals import Integrals
from proofmark_thermal.materials import material_of
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.model import Model
from proofmark_thermal.problem import Contact, Faces, Region, Sink, Source, ThermalProblem
from proofmark_thermal.selection import select, skin_of
from proofmark_thermal.shapes import Axisymmetric, Plane, Rod
from proofmark_thermal.space import Degree, Space, space
from proofmark_thermal.terms import Conduction, Film, Heating, Joint, Radiation, Term
from proofmark_thermal.values import OfTime, negative


def build(problem: ThermalProblem, mesh: Mesh, degree: Degree = 2) -> Model:
    """Put a problem, which `checks` found sound, on a mesh.

    Raises
    ------
    ThermalError
        A selector means no face or too many, or two regions in contact do not touch.
    """
    return put_on(problem, space(mesh, degree, [contact.between for contact in problem.contacts]))


def put_on(problem: ThermalProblem, there: Space) -> Model:
    """Put a problem on the space of a mesh; as `build`."""
    mesh = there.mesh
    cells = {region: _cells(there, region) for region in mesh.regions}
    materials = {region: material_of(region, problem.regions[region]) for region in mesh.regions}
    faces = {name: _faces(there, source.faces, f"source {name}") for name, source in problem.sources.items()}
    faces |= {name: _faces(there, sink.faces, f"sink {name}") for name, sink in problem.sinks.items()}
    terms: list[Term] = [Conduction(region, cells[region], materials[region].k) for region in mesh.regions]
    for region in mesh.regions:
        terms += _made(region, problem.regions[region], cells[region])
    for name, source in problem.sources.items():
        terms += _entering(name, source, faces[name])
    for name, sink in problem.sinks.items():
        terms += _lost(name, sink, faces[name])
    for contact, sides in zip(problem.contacts, there.contacts, strict=True):
        terms.append(_joint(contact, there, *sides))
    return Model(problem, there, cells, faces, materials, tuple(terms), _fixed(problem, faces, there.size))


def _cells(space: Space, region: str) -> Integrals:
    mesh = space.mesh
    return _integrals(space, space.cells[mesh.cell_region == mesh.regions.index(region)], _depth(mesh))


def _faces(space: Space, faces: Faces, where: str) -> Integrals:
    """The outer facets that a selector means, or the section itself where it is the face."""
    mesh = space.mesh
    if skin_of(faces, mesh.symmetry):
        region = faces.region or (faces.name or "").rpartition(".")[0]
        cells = mesh.cell_region == mesh.regions.index(region) if region else slice(None)
        width = mesh.symmetry.perimeter if isinstance(mesh.symmetry, Rod) else 1.0
        return _integrals(space, space.cells[cells], width)
    return _integrals(space, space.facets[select(mesh, faces, where)], _depth(mesh))


def _integrals(space: Space, nodes: IntArray, weight: float) -> Integrals:
    turned = isinstance(space.mesh.symmetry, Axisymmetric)
    return Integrals(space.size, space.degree, nodes, space.nodes[nodes], weight, turned)


def _depth(mesh: Mesh) -> float:
    match mesh.symmetry:
        case Plane(depth):
            return depth
        case Rod(area, _):
            return area
    return 1.0


def _made(name: str, region: Region, cells: Integrals) -> list[Term]:
    if region.power is not None:
        return [Heating(name, cells, region.power)]
    if region.power_density is not None:
        return [Heating(name, cells, region.power_density, density=True)]
    return []


def _entering(name: str, source: Source, faces: Integrals) -> list[Term]:
    if source.power is not None:
        return [Heating(name, faces, source.power)]
    if source.flux is not None:
        return [Heating(name, faces, source.flux, density=True)]
    return []


def _lost(name: str, sink: Sink, faces: Integrals) -> list[Term]:
    found: list[Term] = []
    if sink.convection is not None and sink.ambient is not None:
        found.append(Film(name, faces, sink.convection, sink.ambient))
    if sink.emissivity is not None and sink.ambient is not None:
        found.append(Radiation(name, faces, sink.emissivity, sink.ambient))
    if sink.flux is not None:
        found.append(Heating(name, faces, negative(sink.flux), density=True))
    return found


def _joint(contact: Contact, space: Space, one: IntArray, other: IntArray) -> Joint:
    conductance = 1 / contact.resistance if contact.resistance is not None else contact.conductance
    return Joint(".".join(contact.between), _integrals(space, one, _depth(space.mesh)), other, conductance or 0.0)


def _fixed(problem: ThermalProblem, faces: dict[str, Integrals], size: int) -> dict[str, tuple[IntArray, OfTime]]:
    """Where two faces of fixed temperature meet, the first keeps the nodes."""
    free = np.ones(size, dtype=bool)
    found = {}
    for name, sink in problem.sinks.items():
        if sink.temperature is not None:
            nodes = np.unique(faces[name].nodes)
            found[name] = (nodes[free[nodes]], sink.temperature)
            free[nodes] = False
    return found
