"""A reduced transient model: temperatures in time of many parameter vectors at once. It needs numpy only.

Its temperatures are estimates: `error_estimate_k` is the worst that was seen against full solutions when it was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.archive import packed, unpacked
from proofmark_thermal.reduced.coefficients import Coefficients, Columns, Factor, Factors, Warming
from proofmark_thermal.reduced.errors import BadVectors
from proofmark_thermal.reduced.stepping import GAMMA, Diagonal, Solved, stepped

KIND = "proofmark thermal transient 1"


@dataclass(frozen=True, eq=False)
class Moment:
    """(n,) temperatures of vectors at one time, K."""

    hottest: FloatArray
    regions: Mapping[str, FloatArray]
    probes: Mapping[str, FloatArray]
    junctions: Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False)
class ReducedTransient:
    """Made by `reduce_transient`. Rises are told from the initial temperature, which is one everywhere."""

    coefficients: Coefficients
    ranges: Mapping[str, tuple[float, float]]
    operators: FloatArray
    """(q, m, l + m)"""
    loads: FloatArray
    """(p, m)"""
    capacity: FloatArray
    """(m, l + m)"""
    regions: Mapping[str, FloatArray]
    """(c, l + m) of nodes that were the hottest in training, or nearly."""
    probes: Mapping[str, FloatArray]
    """(l + m,) each"""
    junctions: Mapping[str, tuple[FloatArray, Factor]]
    unknowns: int
    shortest_s: float
    """The time in which changes are resolved."""
    error_estimate_k: float

    def begin(self, parameters: Columns, length_s: float, changing: Sequence[str] = ()) -> "Run":
        """Return vectors at their initial temperature.

        Parameters
        ----------
        parameters : (n,) each
            Of the first step.
        length_s
            Of every step.
        changing
            Parameters of conductances that change from step to step; heat, ambients and fixed temperatures may
            anyway.

        Raises
        ------
        BadVectors
            Parameters do not fit, or one that changes drives no conductance.
        """
        return Run(self, self.coefficients.checked(parameters), length_s, changing)

    def read(self, coordinates: FloatArray, columns: Columns, reference_k: FloatArray) -> Moment:
        """Return what (n, l + m) coordinates mean."""
        regions = {name: (coordinates @ rows.T).max(axis=1) + reference_k for name, rows in self.regions.items()}
        junctions = {
            name: coordinates @ row + over(columns, len(reference_k)) + reference_k
            for name, (row, over) in self.junctions.items()
        }
        probes = {name: coordinates @ row + reference_k for name, row in self.probes.items()}
        return Moment(np.max([*regions.values(), *junctions.values()], axis=0), regions, probes, junctions)

    def to_bytes(self) -> bytes:
        """Return the model as bytes; equal models give equal bytes."""
        return packed(KIND, self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ReducedTransient":
        """Return the model of bytes.

        Raises
        ------
        BadBytes
            They are none.
        """
        found: ReducedTransient = unpacked(KIND, data, (cls, Coefficients, Factor, Warming))
        return found


class Run:
    """Vectors on their way through time."""

    def __init__(self, model: ReducedTransient, columns: Columns, length_s: float, changing: Sequence[str]) -> None:
        self.model = model
        self.time_s = 0.0
        self._columns = dict(columns)
        self._length = length_s
        self._changing = tuple(changing)
        factors = model.coefficients.factors(columns)
        self._reference = factors.reference_k
        m, width = model.capacity.shape
        self._lifts = width - m
        inner, capacity = model.operators[:, :, self._lifts :], model.capacity[:, self._lifts :]
        self._follows = -np.linalg.solve(capacity, model.capacity[:, : self._lifts])
        drive = [factor.quantity in changing for factor in model.coefficients.conductances]
        known = [f.quantity for f in model.coefficients.conductances if isinstance(f.quantity, str)]
        if unknown := sorted(set(changing) - set(known)):
            raise BadVectors("changing conductances", known, unknown)
        self._moving = np.flatnonzero(drive)
        constant = np.where(drive, 0.0, factors.conductances)
        implicit = GAMMA * length_s
        self._stages: Diagonal | Solved
        if len(self._moving) > 1:
            self._stages = Solved(capacity, inner, implicit)
        else:
            moving = inner[self._moving].sum(axis=0)
            stiffness = np.einsum("nq,qij->nij", constant, inner)
            self._stages = Diagonal(capacity, stiffness, moving, implicit)
        self._at = np.zeros((len(self._reference), self._lifts))
        self._state = self._stages.inner(np.zeros((len(self._reference), m)))
        self.factors = factors
        """Of the coming step."""
        self._take(factors)

    def step(self, changed: Columns | None = None) -> None:
        """Go one step on, in which parameters have (n,) changed values; they keep them afterwards.

        Raises
        ------
        BadVectors
            A conductance changes that was not said to.
        """
        if changed:
            conductances = self.model.coefficients.conductances
            if still := [
                f.quantity for f in conductances if f.quantity in changed and f.quantity not in self._changing
            ]:
                raise BadVectors("changing conductances", self._changing, sorted(map(str, still)))
            self._columns |= self.model.coefficients.checked({**self._columns, **changed})
            self._take(self.model.coefficients.factors(self._columns))
        self._state = stepped(self._stages, self._state, self._loads)
        self.time_s += self._length

    @property
    def coordinates(self) -> FloatArray:
        """(n, l + m)"""
        return np.concatenate([self._at, self._stages.outer(self._state)], axis=1)

    def temperatures(self) -> Moment:
        """Return the temperatures now."""
        return self.model.read(self.coordinates, self._columns, self._reference)

    def _take(self, factors: Factors) -> None:
        """Take in what holds for the coming step. A fixed temperature that jumps takes its neighbours along."""
        self.factors = factors
        model, lifts = self.model, self._lifts
        if isinstance(self._stages, Solved):
            self._stages.set(factors.conductances)
        elif self._moving.size:
            self._stages.set(factors.conductances[:, self._moving[0]])
        loads = factors.loads @ model.loads
        if lifts:
            loads -= np.einsum("nq,qij,nj->ni", factors.conductances, model.operators[:, :, :lifts], factors.lifts)
            self._state = self._state + self._stages.inner((factors.lifts - self._at) @ self._follows.T)
            self._at = factors.lifts
        self._loads = self._stages.loads(loads)
