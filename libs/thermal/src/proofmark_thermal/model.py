"""A problem on a mesh: its space, the terms of its heat balance, and what is fixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.errors import Unassigned
from proofmark_thermal.integrals import Integrals
from proofmark_thermal.materials import Material
from proofmark_thermal.probes import probe_weights
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.space import Space
from proofmark_thermal.terms import Conduction, Storage, Term, now, sum_of
from proofmark_thermal.values import OfTime


@dataclass(frozen=True, eq=False)
class Model:
    """What the engines solve; made by `build`."""

    problem: ThermalProblem
    space: Space
    cells: Mapping[str, Integrals]
    """The volume of each region."""
    faces: Mapping[str, Integrals]
    """Where each source and sink is."""
    materials: Mapping[str, Material]
    terms: tuple[Term, ...]
    fixed: Mapping[str, tuple[IntArray, OfTime]]
    """Nodes of each fixed temperature; no node twice."""

    @property
    def size(self) -> int:
        return self.space.size

    @property
    def linear(self) -> bool:
        """Whether one linear system gives the steady temperatures."""
        return all(term.linear for term in self.terms)

    @property
    def symmetric(self) -> bool:
        """Whether the tangent is."""
        return all(term.linear for term in self.terms if isinstance(term, Conduction))

    @cached_property
    def fixed_nodes(self) -> IntArray:
        return np.concatenate([np.empty(0, dtype=np.int64), *(nodes for nodes, _ in self.fixed.values())])

    @cached_property
    def free_nodes(self) -> IntArray:
        return np.setdiff1d(np.arange(self.size), self.fixed_nodes)

    @cached_property
    def probe_weights(self) -> dict[str, FloatArray]:
        """The (n,) weights of the nodes in each probe's temperature."""
        return {name: probe_weights(self.space, self.cells, probe) for name, probe in self.problem.probes.items()}

    @cached_property
    def storages(self) -> tuple[Storage, ...]:
        """The heat capacity of each region.

        Raises
        ------
        Unassigned
            A region has no density or no heat capacity.
        """
        found = []
        for region, material in self.materials.items():
            if material.rho is None or material.cp is None:
                raise Unassigned(f"region {region}", "rho and cp, as a transient stores heat")
            found.append(Storage(region, self.cells[region], material.rho, material.cp))
        return tuple(found)

    def fixed_values(self, time_s: float) -> FloatArray:
        """Return the temperatures of the fixed nodes, in their order."""
        each = [np.full(len(nodes), now(value, time_s)) for nodes, value in self.fixed.values()]
        return np.concatenate([np.empty(0), *each])

    def leaving(self, temperatures: FloatArray, time_s: float) -> FloatArray:
        """Return the (n,) heat that leaves each node through all terms, W; zero at free nodes in a steady state."""
        return np.asarray(sum(term.leaving(temperatures, time_s) for term in self.terms))

    def tangent(self, temperatures: FloatArray, time_s: float) -> csr_array:
        """Return its derivative by the temperatures, W/K."""
        parts = [term.tangent(temperatures, time_s) for term in self.terms]
        return sum_of([part for part in parts if part is not None])
