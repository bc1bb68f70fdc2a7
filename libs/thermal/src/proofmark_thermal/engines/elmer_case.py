"""Writes a model as a case of Elmer: a mesh in its four files, and what is solved in `case.sif`.

References
----------
ElmerSolver Manual, appendix A (format of mesh files). Elmer Models Manual, chapter on the heat equation: its
sources are by mass, so that a density of one makes them by volume; a flux is positive where it enters.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from proofmark_thermal.arrays import IntArray
from proofmark_thermal.engines.handover import Places, places
from proofmark_thermal.engines.numbering import elements, numbered, owners
from proofmark_thermal.mesh import rows_in
from proofmark_thermal.model import Model
from proofmark_thermal.shapes import Axisymmetric
from proofmark_thermal.terms import STEFAN_BOLTZMANN, Conduction, Film, Heating, Radiation, now
from proofmark_thermal.values import Table

CASE, MESH, RESULT = "case.sif", "mesh", "result"
TYPES = {(2, 1): (303, 202), (2, 2): (306, 203), (3, 1): (504, 303), (3, 2): (510, 306)}
"""By dimension and degree, its numbers of cells and of their sides."""
OUTPUT = [
    "Equation = Result Output",
    "Exec Solver = After All",
    'Procedure = "ResultOutputSolve" "ResultOutputSolver"',
    f'Output File Name = File "{RESULT}"',
    "Output Format = String vtu",
    "Ascii Output = Logical True",
    "Single Precision = Logical False",
]
DIRECT = 50_000
"""Most unknowns that are factorised."""


@dataclass(frozen=True)
class Boundary:
    """What is said of one part of the surface."""

    fixed: float | None = None
    h: float = 0.0
    h_ambient: float = 0.0
    """Sum of h by ambient, W/m2."""
    emissivity: float = 0.0
    emissivity_ambient4: float = 0.0
    """Sum of emissivity by ambient to the fourth, K4."""
    flux: float = 0.0

    @property
    def lines(self) -> Iterator[str]:
        if self.fixed is not None:
            yield f"Temperature = Real {self.fixed:.12g}"
            return
        if self.h:
            yield f"Heat Transfer Coefficient = Real {self.h:.12g}"
            yield f"External Temperature = Real {self.h_ambient / self.h:.12g}"
        if self.emissivity:
            yield "Radiation = String Idealized"
            yield f"Emissivity = Real {self.emissivity:.12g}"
            yield f"Radiation External Temperature = Real {(self.emissivity_ambient4 / self.emissivity) ** 0.25:.12g}"
        if self.flux:
            yield "Heat Flux BC = Logical True"
            yield f"Heat Flux = Real {self.flux:.12g}"


def write(model: Model, folder: Path) -> None:
    """Write the case."""
    (folder / MESH).mkdir(exist_ok=True)
    surface, boundaries = _surface(model)
    _write_mesh(model, surface, folder / MESH)
    (folder / CASE).write_text("\n".join(_case(model, boundaries)) + "\n")


def _surface(model: Model) -> tuple[Places, list[Boundary]]:
    """The facets that something is said of, and what is said of each tag."""
    dimension = model.space.mesh.dimension
    fixed = {name: now(value, 0.0) for name, (_, value) in model.fixed.items()}
    terms = [term for term in model.terms if term.integrals.dimension < dimension]
    sets = [model.faces[name].nodes for name in fixed] + [term.integrals.nodes for term in terms]
    surface = places([each[:, :dimension] for each in sets])
    found = [Boundary() for _ in range(int(surface.tags.max(initial=0)))]
    for value, tags in zip(fixed.values(), surface.members, strict=False):
        for tag in tags:
            found[tag - 1] = replace(found[tag - 1], fixed=value)
    for term, tags in zip(terms, surface.members[len(fixed) :], strict=True):
        for tag in tags:
            found[tag - 1] = _with(found[tag - 1], term)
    return surface, found


def _with(boundary: Boundary, term: object) -> Boundary:
    match term:
        case Film(h=h) if not isinstance(h, Table):
            value = now(h, 0.0)
            ambient = boundary.h_ambient + value * now(term.ambient, 0.0)
            return replace(boundary, h=boundary.h + value, h_ambient=ambient)
        case Radiation():
            ambient4 = boundary.emissivity_ambient4 + term.emissivity * now(term.ambient, 0.0) ** 4
            return replace(boundary, emissivity=boundary.emissivity + term.emissivity, emissivity_ambient4=ambient4)
        case Heating():
            return replace(boundary, flux=boundary.flux + _density(term))
    raise AssertionError(f"not covered: {type(term).__name__}")


def _density(term: Heating) -> float:
    assert not isinstance(term.power, Table), "not covered"
    return now(term.power, 0.0) / (1.0 if term.density else term.integrals.volume)


def _write_mesh(model: Model, surface: Places, folder: Path) -> None:
    space, dimension = model.space, model.space.mesh.dimension
    of_cell, of_side = TYPES[dimension, space.degree]
    cells, sides = elements(space), _sides(model, surface)
    header = [f"{space.size} {len(cells)} {len(sides)}", "2", f"{of_cell} {len(cells)}", f"{of_side} {len(sides)}"]
    (folder / "mesh.header").write_text("\n".join(header) + "\n")
    padded = np.zeros((space.size, 3))
    padded[:, :dimension] = space.nodes
    _write_lines(
        folder / "mesh.nodes", (f"{n + 1} -1 {x:.15e} {y:.15e} {z:.15e}" for n, (x, y, z) in enumerate(padded))
    )
    body = (space.mesh.cell_region + 1).tolist()
    listed = enumerate(zip(body, (cells + 1).tolist(), strict=True))
    _write_lines(folder / "mesh.elements", (f"{n + 1} {b} {of_cell} {_joined(row)}" for n, (b, row) in listed))
    parents = (owners(space, surface.corners) + 1).tolist() if len(sides) else []
    bound = enumerate(zip(surface.tags.tolist(), parents, (sides + 1).tolist(), strict=True))
    _write_lines(folder / "mesh.boundary", (f"{n + 1} {t} {p} 0 {of_side} {_joined(row)}" for n, (t, p, row) in bound))


def _sides(model: Model, surface: Places) -> IntArray:
    """All nodes of the surface's facets, in Elmer's order."""
    space, dimension = model.space, model.space.mesh.dimension
    known = space.facets[:, :dimension]
    place = rows_in(np.sort(surface.corners, axis=1), np.sort(known, axis=1))
    return numbered(space.facets[place], dimension - 1)


def _case(model: Model, boundaries: list[Boundary]) -> Iterator[str]:
    space = model.space
    turned = isinstance(space.mesh.symmetry, Axisymmetric)
    system = "Axi Symmetric" if turned else f"Cartesian {space.mesh.dimension}D"
    yield from _section("Header", [f'Mesh DB "." "{MESH}"'])
    steady = ["Simulation Type = Steady State", "Steady State Max Iterations = Integer 1"]
    yield from _section("Simulation", [f'Coordinate System = "{system}"', *steady])
    yield from _section("Constants", [f"Stefan Boltzmann = Real {STEFAN_BOLTZMANN:.10g}"])
    yield from _section("Equation 1", ["Active Solvers(1) = 1"])
    yield from _section("Solver 1", _heat_solver(model))
    yield from _section("Solver 2", OUTPUT)
    made = {term.name: _density(term) for term in model.terms if isinstance(term, Heating) and term.name in model.cells}
    for number, region in enumerate(space.mesh.regions, start=1):
        use = ["Equation = 1", f"Material = {number}", "Initial Condition = 1", f'Name = "{region}"']
        yield from _section(f"Body {number}", [*use, *([f"Body Force = {number}"] if region in made else [])])
        if region in made:
            yield from _section(f"Body Force {number}", [f"Heat Source = Real {made[region]:.12g}"])
        yield from _section(f"Material {number}", ["Density = Real 1.0", _conductivity(model, region)])
    yield from _section("Initial Condition 1", [f"Temperature = Real {_typical(model):.12g}"])
    for number, boundary in enumerate(boundaries, start=1):
        yield from _section(f"Boundary Condition {number}", [f"Target Boundaries(1) = {number}", *boundary.lines])


def _heat_solver(model: Model) -> Iterator[str]:
    yield from ("Equation = Heat Equation", 'Procedure = "HeatSolve" "HeatSolver"', "Variable = Temperature")
    yield from ("Nonlinear System Max Iterations = Integer 100", "Nonlinear System Convergence Tolerance = Real 1e-10")
    if model.size <= DIRECT:
        yield from ("Linear System Solver = Direct", "Linear System Direct Method = UMFPack")
    else:
        yield from ("Linear System Solver = Iterative", "Linear System Iterative Method = CG")
        yield from ("Linear System Preconditioning = ILU1", "Linear System Max Iterations = Integer 5000")
        yield "Linear System Convergence Tolerance = Real 1e-11"


def _conductivity(model: Model, region: str) -> str:
    term = next(term for term in model.terms if isinstance(term, Conduction) and term.name == region)
    along = [k for k in term.along if not isinstance(k, Table)]
    size = "" if len(along) == 1 else f"({len(along)},{len(along)})"
    return f"Heat Conductivity{size} = Real {' '.join(f'{x:.12g}' for x in np.diag(along).ravel())}"


def _section(name: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    yield name
    yield from (f"  {line}" for line in lines)
    yield from ("End", "")


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w") as file:
        file.writelines(f"{line}\n" for line in lines)


def _joined(row: list[int]) -> str:
    return " ".join(map(str, row))


def _typical(model: Model) -> float:
    """A surrounding to start from."""
    known = [now(term.ambient, 0.0) for term in model.terms if isinstance(term, Film | Radiation)]
    return max(known + [now(value, 0.0) for _, value in model.fixed.values()])
