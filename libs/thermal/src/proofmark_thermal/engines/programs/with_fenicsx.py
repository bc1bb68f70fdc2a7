"""Heat conduction by FEniCSx 0.5: `python3 -m programs.with_fenicsx FOLDER`.

Contacts are jumps between nodes that are doubled in the mesh, so that no facet lies between them: with D taking
temperatures to jumps and M the mass of one side, they are g D^T M D.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import ufl
from dolfinx import __version__, cpp, fem, graph, mesh
from mpi4py import MPI
from petsc4py import PETSc

from .handed_over import FloatArray, Handed, IntArray, give_back, handed_over, now, peak_gb, solved

STEFAN_BOLTZMANN = 5.670374419e-8
DIRECT = 20_000
"""Most unknowns that are factorised."""
CELLS = {1: "interval", 2: "triangle", 3: "tetrahedron"}


class Problem:
    """The forms, and the systems they make."""

    def __init__(self, handed: Handed) -> None:
        self.handed = handed
        self.space, self.dofs, tagged = _space(handed)
        self.temperature, self.known = fem.Function(self.space), fem.Function(self.space)
        self.test = ufl.TestFunction(self.space)
        self.measures = _measures(handed, self.space.mesh, *tagged)
        self.constants: list[tuple[Any, Any]] = []
        self.implicit = self._constant(1.0)
        leaving = sum((self._leaving(term) for term in handed.terms if term["kind"] != "joint"), start=self._nothing())
        began = time.process_time()
        self.residual = fem.form(leaving)
        self.tangent = fem.form(ufl.derivative(leaving, self.temperature))
        self.compile_s = time.process_time() - began
        self.joints = [self._joint(n, term) for n, term in enumerate(handed.terms) if term["kind"] == "joint"]
        self.assembly_s = self.solution_s = 0.0
        self.kept: tuple[tuple[float, ...], Any, Any] | None = None

    def step(self, temperatures: FloatArray, known: FloatArray, implicit_s: float, time_s: float) -> FloatArray:
        self.temperature.x.array[self.dofs] = temperatures
        self.known.x.array[self.dofs] = known
        self.implicit.value = implicit_s
        for constant, value in self.constants:
            constant.value = now(value, time_s)
        began = time.process_time()
        right = fem.petsc.assemble_vector(self.residual)
        for joint in self.joints:
            right.axpy(1.0, joint * self.temperature.vector)
        fixed = np.concatenate([np.empty(0, dtype=np.int64), *(nodes for nodes, _ in self.handed.fixed(time_s))])
        rows = self.dofs[fixed].astype(np.int32)
        right.array[rows] = 0
        right.scale(-1.0)
        solver = self._solver(rows, implicit_s)
        self.assembly_s += time.process_time() - began
        began = time.process_time()
        change = right.duplicate()
        solver.solve(right, change)
        if solver.getConvergedReason() < 0:
            raise SystemExit(f"PETSc did not converge: reason {solver.getConvergedReason()}")
        self.solution_s += time.process_time() - began
        return np.asarray(change.array[self.dofs])

    def _solver(self, rows: IntArray, implicit_s: float) -> Any:
        """What solves with the tangent; the last is kept as long as nothing in it changes."""
        key = (implicit_s, *(float(constant.value) for constant, _ in self.constants))
        if self.kept is not None and self.kept[0] == key and not self.handed.nonlinear:
            return self.kept[1]
        matrix = fem.petsc.assemble_matrix(self.tangent)
        matrix.assemble()
        for joint in self.joints:
            matrix.axpy(1.0, joint, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        matrix.zeroRowsColumns(rows, 1.0)
        solver = PETSc.KSP().create(MPI.COMM_SELF)
        solver.setOperators(matrix)
        if len(self.dofs) <= DIRECT:
            solver.setType("preonly")
            solver.getPC().setType("lu")
        else:
            solver.setType("cg" if self.handed.case["symmetric"] else "gmres")
            solver.getPC().setType("gamg")
            solver.setTolerances(rtol=1e-10, max_it=2000)
            PETSc.Options()["mg_levels_pc_type"] = "jacobi"  # takes two thirds of the time of its default here
            solver.setFromOptions()
        self.kept = key, solver, matrix
        return solver

    def _leaving(self, term: dict[str, Any]) -> Any:
        u, v, x = self.temperature, self.test, ufl.SpatialCoordinate(self.space.mesh)
        over = self.measures[term["on"]](tuple(term["tags"]))
        weight = self._weight(term["weight"], x)
        match term["kind"]:
            case "conduction":
                along = [self._value(k, u) for k in term["k"]]
                if len(along) == 1:
                    return weight * along[0] * ufl.inner(ufl.grad(u), ufl.grad(v)) * over
                return weight * sum(k * u.dx(axis) * v.dx(axis) for axis, k in enumerate(along)) * over
            case "film":
                rise = u - self._value(term["ambient"], u)
                return weight * self._value(term["h"], rise) * rise * v * over
            case "radiation":
                ambient = self._value(term["ambient"], u)
                return weight * self._constant(term["emissivity"] * STEFAN_BOLTZMANN) * (u**4 - ambient**4) * v * over
            case "heating":
                size = 1.0 if term["density"] else fem.assemble_scalar(fem.form(weight * over))
                return -weight / self._constant(size) * self._value(term["power"], u) * v * over
            case "storage":
                rate = (u - self.known) / self.implicit
                return weight * self._constant(term["rho"]) * self._value(term["cp"], u) * rate * v * over
        raise AssertionError(term["kind"])

    def _joint(self, number: int, term: dict[str, Any]) -> Any:
        """The matrix of a contact."""
        trial = ufl.TrialFunction(self.space)
        over = self.measures[term["on"]](tuple(term["tags"]))
        x = ufl.SpatialCoordinate(self.space.mesh)
        weight = self._weight(term["weight"] * term["conductance"], x)
        mass = fem.petsc.assemble_matrix(fem.form(weight * trial * self.test * over))
        mass.assemble()
        jump = PETSc.Mat().createAIJ(mass.getSizes(), nnz=2, comm=MPI.COMM_SELF)
        for one, other in self.dofs[self.handed.arrays[f"joint{number}"]].astype(np.int32):
            jump.setValues([one], [one, other], [1.0, -1.0])
        jump.assemble()
        return mass.PtAP(jump)

    def _value(self, value: Any, of: Any) -> Any:
        if not isinstance(value, dict):
            return self._constant(value)
        if "schedule" in value:
            constant = self._constant(0.0)
            self.constants.append((constant, value))
            return constant
        at, values = value["table"]
        found = values[-1]
        for i in reversed(range(len(at) - 1)):
            slope = (values[i + 1] - values[i]) / (at[i + 1] - at[i])
            found = ufl.conditional(ufl.lt(of, at[i + 1]), values[i] + slope * (of - at[i]), found)
        return ufl.conditional(ufl.lt(of, at[0]), values[0], found)

    def _weight(self, weight: float, x: Any) -> Any:
        return self._constant(weight) * (2 * np.pi * x[0] if self.handed.case["turned"] else 1.0)

    def _constant(self, value: float) -> Any:
        """A number that is not compiled into the form, so that forms are compiled once."""
        return fem.Constant(self.space.mesh, PETSc.ScalarType(value))

    def _nothing(self) -> Any:
        """A form without a value, so that one without terms is a form."""
        return self._constant(0.0) * self.test * ufl.dx(self.space.mesh)


def _space(handed: Handed) -> tuple[Any, IntArray, tuple[Any, Any]]:
    """The function space, the unknown of each node, and the tags of cells and facets.

    FEniCSx numbers edges of a simplex from the last to the first, so that its nodes are ours with the middles reversed.
    """
    dimension, degree = handed.dimension, handed.case["degree"]
    cells, nodes = handed.arrays["cells"], handed.arrays["nodes"]
    corners = dimension + 1
    order = [*range(corners), *reversed(range(corners, cells.shape[1]))]
    curved = handed.case["curved"]
    used = cells[:, order] if curved else cells[:, :corners]
    count = int(used.max()) + 1
    element = ufl.VectorElement("Lagrange", ufl.Cell(CELLS[dimension], dimension), degree if curved else 1)
    made = mesh.create_mesh(MPI.COMM_SELF, used, nodes[:count], ufl.Mesh(element))
    space = fem.FunctionSpace(made, ("CG", degree))
    ours = cells[np.array(made.topology.original_cell_index)]
    unknowns = np.asarray(space.dofmap.list.array).reshape(len(ours), -1)
    dofs = np.empty(len(nodes), dtype=np.int64)
    dofs[ours[:, order]] = unknowns
    vertices = np.empty(len(nodes), dtype=np.int64)
    vertices[ours[:, :corners]] = np.asarray(made.topology.connectivity(dimension, 0).array).reshape(len(ours), -1)
    tags = handed.arrays["cell_tag"][np.array(made.topology.original_cell_index)].astype(np.int32)
    inner = mesh.meshtags(made, dimension, np.arange(len(ours), dtype=np.int32), tags)
    return space, dofs, (inner, _facet_tags(handed, made, vertices))


def _facet_tags(handed: Handed, made: Any, vertices: IntArray) -> Any:
    dimension = handed.dimension
    facets = vertices[handed.arrays["facets"]].astype(np.int32)
    tags = handed.arrays["facet_tag"].astype(np.int32)
    if dimension == 1:
        order = np.argsort(facets[:, 0])
        return mesh.meshtags(made, 0, facets[order, 0], tags[order])
    made.topology.create_entities(dimension - 1)
    made.topology.create_connectivity(dimension - 1, 0)
    made.topology.create_connectivity(0, dimension - 1)
    listed = cpp.graph.AdjacencyList_int32(facets) if len(facets) else graph.create_adjacencylist(facets)
    return mesh.meshtags_from_entities(made, dimension - 1, listed, tags)


def _measures(handed: Handed, domain: Any, inner: Any, outer: Any) -> dict[str, Any]:
    domain.topology.create_connectivity(domain.topology.dim - 1, domain.topology.dim)
    exact = {"quadrature_degree": 2 * handed.case["degree"] + 1}
    by_form = exact if handed.case["curved"] or handed.case["turned"] or handed.nonlinear else {}
    return {
        "cells": ufl.Measure("dx", domain=domain, subdomain_data=inner, metadata=by_form),
        "facets": ufl.Measure("ds", domain=domain, subdomain_data=outer, metadata=by_form),
    }


def main(folder: Path) -> None:
    handed = handed_over(folder)
    began = time.process_time()
    problem = Problem(handed)
    made_s = time.process_time() - began - problem.compile_s
    temperatures, rates = solved(handed, problem)
    facts = {
        "version": __version__,
        "mesh_s": made_s,
        "compile_s": problem.compile_s,
        "assembly_s": problem.assembly_s,
        "solution_s": problem.solution_s,
        "peak_gb": peak_gb(),
    }
    give_back(folder, temperatures, rates, facts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
