"""Heat conduction by NGSolve: `python3 -m programs.with_ngsolve FOLDER`.

Its functions of degree two are hierarchical: those of edges are added to the linear ones. So curved elements are the
straight ones moved by such a function, and contacts, jumps between nodes that are doubled in the mesh, are jumps
between the unknowns of either side.
"""

import sys
import time
from pathlib import Path
from typing import Any

import netgen.meshing
import ngsolve
import numpy as np
from scipy.sparse import coo_array, csr_array

from .handed_over import FloatArray, Handed, IntArray, give_back, handed_over, now, peak_gb, solved

STEFAN_BOLTZMANN = 5.670374419e-8
MIDDLE = -0.125
"""Of the function of an edge, its value in the middle."""
DIRECT = 20_000
"""Most unknowns that are factorised where none meet in a contact."""


class Problem:
    """The forms, and the systems they make."""

    def __init__(self, handed: Handed) -> None:
        self.handed = handed
        self.mesh = _mesh(handed)
        self.edges = _middles(handed, self.mesh)
        self.space = ngsolve.H1(self.mesh, order=handed.case["degree"])
        if handed.case["curved"]:
            self.mesh.SetDeformation(self._bend())
        self.temperature, self.known = ngsolve.GridFunction(self.space), ngsolve.GridFunction(self.space)
        self.parameters: list[tuple[Any, Any]] = []
        self.implicit = ngsolve.Parameter(1.0)
        self.u, self.v = self.space.TnT()
        self.leaving = ngsolve.BilinearForm(self.space, symmetric=handed.case["symmetric"])
        for term in handed.terms:
            if term["kind"] != "joint":
                self.leaving += self._leaving(term)
        self.joint = self._joints()
        self.direct = self.joint is not None or self.space.ndof <= DIRECT or not handed.case["symmetric"]
        self.preconditioner: Any = None if self.direct else ngsolve.Preconditioner(self.leaving, "bddc")
        self.assembly_s = self.solution_s = 0.0
        self.kept: tuple[tuple[float, ...], Any] | None = None

    def step(self, temperatures: FloatArray, known: FloatArray, implicit_s: float, time_s: float) -> FloatArray:
        self.temperature.vec.data.FV().NumPy()[:] = self._hierarchical(temperatures)
        self.known.vec.data.FV().NumPy()[:] = self._hierarchical(known)
        self.implicit.Set(implicit_s)
        for parameter, value in self.parameters:
            parameter.Set(now(value, time_s))
        began = time.process_time()
        free = self._free(time_s)
        key = (implicit_s, *(parameter.Get() for parameter, _ in self.parameters))
        if self.kept is None or self.kept[0] != key or self.handed.nonlinear:
            self.leaving.AssembleLinearization(self.temperature.vec)
            self.kept = key, self._solver(free)
        right, change = self.temperature.vec.CreateVector(), self.temperature.vec.CreateVector()
        self.leaving.Apply(self.temperature.vec, right)
        if self.joint is not None:
            right.FV().NumPy()[:] += self.joint @ self.temperature.vec.FV().NumPy()
        self.assembly_s += time.process_time() - began
        began = time.process_time()
        change.data = -self.kept[1] * right
        self.solution_s += time.process_time() - began
        return self._nodal(change.FV().NumPy())

    def _solver(self, free: Any) -> Any:
        matrix = self.leaving.mat
        if self.joint is not None:
            rows, columns, values = self._entries()
            added = coo_array((values, (rows, columns)), shape=self.joint.shape).tocsr() + self.joint
            total = added.tocoo()
            matrix = ngsolve.la.SparseMatrixd.CreateFromCOO(total.row, total.col, total.data, *total.shape)
        if self.direct:
            return matrix.Inverse(free, inverse="sparsecholesky" if self.handed.case["symmetric"] else "umfpack")
        return ngsolve.solvers.CGSolver(matrix, self.preconditioner.mat, tol=1e-10, maxiter=2000)

    def _entries(self) -> tuple[IntArray, IntArray, FloatArray]:
        """The matrix of the form, of which it may keep the lower half alone."""
        rows, columns, values = (np.asarray(each) for each in self.leaving.mat.COO())
        if not self.handed.case["symmetric"] or (columns > rows).any():
            return rows, columns, values
        upper = rows != columns
        return (
            np.concatenate([rows, columns[upper]]),
            np.concatenate([columns, rows[upper]]),
            np.concatenate([values, values[upper]]),
        )

    def _leaving(self, term: dict[str, Any]) -> Any:
        u, v, over = self.u, self.v, self._over(term)
        weight = self._weight(term)
        match term["kind"]:
            case "conduction":
                along = [self._value(k, u) for k in term["k"]]
                if len(along) == 1:
                    return weight * along[0] * ngsolve.grad(u) * ngsolve.grad(v) * over
                du, dv = ngsolve.grad(u), ngsolve.grad(v)
                return weight * sum(k * du[axis] * dv[axis] for axis, k in enumerate(along)) * over
            case "film":
                rise = u - self._value(term["ambient"], u)
                return weight * self._value(term["h"], rise) * rise * v * over
            case "radiation":
                ambient = self._value(term["ambient"], u)
                return weight * term["emissivity"] * STEFAN_BOLTZMANN * (u**4 - ambient**4) * v * over
            case "heating":
                size = 1.0 if term["density"] else ngsolve.Integrate(weight * over, self.mesh)
                return -weight / size * self._value(term["power"], u) * v * over
            case "storage":
                rate = (u - self.known) / self.implicit
                return weight * term["rho"] * self._value(term["cp"], u) * rate * v * over
        raise AssertionError(term["kind"])

    def _joints(self) -> csr_array | None:
        """The matrix of the contacts: with D taking temperatures to jumps and M the mass of one side, g D^T M D."""
        found = None
        for number, term in enumerate(self.handed.terms):
            if term["kind"] == "joint":
                mass = ngsolve.BilinearForm(self.space)
                mass += term["conductance"] * self._weight(term) * self.u * self.v * self._over(term)
                mass.Assemble()
                rows, columns, values = (np.asarray(each) for each in mass.mat.COO())
                one, other = self._unknowns[self.handed.arrays[f"joint{number}"]].T
                signs = np.concatenate([np.ones(len(one)), -np.ones(len(one))])
                where = (np.concatenate([one, one]), np.concatenate([one, other]))
                jump = coo_array((signs, where), shape=(self.space.ndof,) * 2).tocsr()
                each = jump.T @ coo_array((values, (rows, columns)), shape=jump.shape).tocsr() @ jump
                found = each if found is None else found + each
        return found

    def _over(self, term: dict[str, Any]) -> Any:
        case = self.handed.case
        bonus = 1 if self.handed.nonlinear or case["turned"] or case["curved"] else 0
        names = "|".join(str(tag) for tag in term["tags"])
        of = self.mesh.Materials if term["on"] == "cells" else self.mesh.Boundaries
        over = ngsolve.dx if term["on"] == "cells" else ngsolve.ds
        return over(definedon=of(names), bonus_intorder=bonus)

    def _weight(self, term: dict[str, Any]) -> Any:
        around = 2 * np.pi * ngsolve.x if self.handed.case["turned"] else ngsolve.CoefficientFunction(1.0)
        return term["weight"] * around

    def _value(self, value: Any, of: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if "schedule" in value:
            parameter = ngsolve.Parameter(0.0)
            self.parameters.append((parameter, value))
            return parameter
        at, values = value["table"]
        found = ngsolve.CoefficientFunction(values[-1])
        for i in reversed(range(len(at) - 1)):
            slope = (values[i + 1] - values[i]) / (at[i + 1] - at[i])
            found = ngsolve.IfPos(of - at[i + 1], found, values[i] + slope * (of - at[i]))
        return ngsolve.IfPos(of - at[0], found, values[0])

    def _free(self, time_s: float) -> Any:
        free = ngsolve.BitArray(self.space.ndof)
        free.Set()
        for nodes, _ in self.handed.fixed(time_s):
            for unknown in self._unknowns[nodes].tolist():
                free.Clear(unknown)
        return free

    def _bend(self) -> Any:
        """The function that moves the middles of straight edges to where they are."""
        nodes = self.handed.arrays["nodes"]
        space = ngsolve.VectorH1(self.mesh, order=2)
        moved = ngsolve.GridFunction(space)
        values = moved.vec.FV().NumPy()
        for axis in range(self.handed.dimension):
            component = self._hierarchical(nodes[:, axis])
            component[: self.mesh.nv] = 0
            values[axis * self.space.ndof : (axis + 1) * self.space.ndof] = component
        return moved

    @property
    def _unknowns(self) -> IntArray:
        """(n,) of each node: vertices as they were added, edges as it numbers them."""
        found = np.arange(len(self.handed.arrays["nodes"]))
        found[self.edges[:, 2]] = self.mesh.nv + np.arange(len(self.edges))
        return found

    def _hierarchical(self, nodal: FloatArray) -> FloatArray:
        first, second, middle = self.edges.T
        bubbles = (nodal[middle] - (nodal[first] + nodal[second]) / 2) / MIDDLE
        return np.concatenate([nodal[: self.mesh.nv], bubbles])

    def _nodal(self, unknowns: FloatArray) -> FloatArray:
        first, second, middle = self.edges.T
        found = np.empty(len(self.handed.arrays["nodes"]))
        found[: self.mesh.nv] = unknowns[: self.mesh.nv]
        found[middle] = MIDDLE * unknowns[self.mesh.nv :] + (unknowns[first] + unknowns[second]) / 2
        return found


def _mesh(handed: Handed) -> Any:
    """The straight mesh; materials and boundaries are named by their tags."""
    dimension, arrays = handed.dimension, handed.arrays
    corners = arrays["cells"][:, : dimension + 1]
    points = np.zeros((int(corners.max()) + 1, 3))
    points[:, :dimension] = arrays["nodes"][: len(points)]
    made = netgen.meshing.Mesh(dim=dimension)
    made.AddPoints(points)
    for tag in np.unique(arrays["cell_tag"]).tolist():
        if dimension == 2:
            made.Add(netgen.meshing.FaceDescriptor(surfnr=tag, domin=tag, bc=tag))
        made.SetMaterial(tag, str(tag))
        here = np.ascontiguousarray(corners[arrays["cell_tag"] == tag], dtype=np.int32)
        made.AddElements(dim=dimension, index=tag, data=here, base=0)
    for tag in np.unique(arrays["facet_tag"]).tolist():
        here = np.ascontiguousarray(arrays["facets"][arrays["facet_tag"] == tag], dtype=np.int32)
        if dimension == 3:
            made.Add(netgen.meshing.FaceDescriptor(surfnr=tag, domin=1, domout=0, bc=tag))
        if dimension == 1:
            for point in here[:, 0].tolist():
                made.Add(netgen.meshing.Element0D(point + 1, index=tag))
        else:
            made.AddElements(dim=dimension - 1, index=tag, data=here, base=0)
        made.SetBCName(tag - 1, str(tag))
    return ngsolve.Mesh(made)


def _middles(handed: Handed, mesh: Any) -> IntArray:
    """(e, 3) the two corners and the middle node of each edge in its order; empty where elements are linear."""
    if handed.case["degree"] == 1:
        return np.empty((0, 3), dtype=np.int64)
    cells, corners = handed.arrays["cells"], handed.dimension + 1
    pairs = np.array([(i, j) for i in range(corners) for j in range(i + 1, corners)])
    ends = np.sort(cells[:, pairs].reshape(-1, 2), axis=1)
    middles = cells[:, corners:].ravel()
    keys, first = np.unique(ends[:, 0] * mesh.nv + ends[:, 1], return_index=True)
    numbered = mesh.edges if handed.dimension > 1 else mesh.Elements()
    theirs = np.sort(np.array([[vertex.nr for vertex in edge.vertices] for edge in numbered]), axis=1)
    place = np.searchsorted(keys, theirs[:, 0] * mesh.nv + theirs[:, 1])
    return np.column_stack([theirs, middles[first[place]]])


def main(folder: Path) -> None:
    began = time.process_time()
    handed = handed_over(folder)
    problem = Problem(handed)
    made_s = time.process_time() - began
    temperatures, rates = solved(handed, problem)
    facts = {
        "version": ngsolve.__version__,
        "mesh_s": made_s,
        "assembly_s": problem.assembly_s,
        "solution_s": problem.solution_s,
        "peak_gb": peak_gb(),
    }
    give_back(folder, temperatures, rates, facts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
