"""One implicit step in time: TR-BDF2, with an estimate of its error, and backward Euler where rates are not known yet.

Both are L-stable: what the mesh cannot resolve dies out instead of ringing. All stages of a step share one matrix.

References
----------
Hosea & Shampine (1996), Applied Numerical Mathematics 20: TR-BDF2 and its estimate of the error.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import NotConverged
from proofmark_thermal.linear import Solve, solver
from proofmark_thermal.model import Model
from proofmark_thermal.terms import Film, now, sum_of

GAMMA = 2 - np.sqrt(2)
STAGE = GAMMA / 2
"""Share of the step that each implicit stage covers."""
WEIGHT = np.sqrt(2) / 4
_ITERATIONS = 20
_STEP_K = 1e-5
"""Change at which Newton's method ends: the next would be its square."""
_KEPT = 24
"""Factorised matrices that are kept."""


@dataclass(frozen=True, eq=False)
class State:
    """Temperatures and how fast they change."""

    time_s: float
    temperatures: FloatArray
    """(n,) K"""
    rates: FloatArray
    """(n,) K/s"""


class Stepper:
    """Steps a model; keeps what it factorised for step lengths that come again."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.linear = model.linear and all(storage.linear for storage in model.storages)
        self._solvers: dict[tuple[float, ...], Solve] = {}

    def start(self, temperatures: FloatArray, until_s: float, length: float) -> tuple[State, FloatArray]:
        """Return the state after two half steps of backward Euler, and the (n,) difference from a whole one, K."""
        whole = self._stage(temperatures, temperatures, until_s, length)
        half = self._stage(temperatures, temperatures, until_s - length / 2, length / 2)
        end = self._stage(half.temperatures, whole.temperatures, until_s, length / 2)
        error = end.temperatures - whole.temperatures
        return end, error

    def step(self, state: State, until_s: float, length: float) -> tuple[State, FloatArray]:
        """Return the state one step later, and the (n,) estimated error of the step, K."""
        implicit = STAGE * length
        known = state.temperatures + implicit * state.rates
        middle_s = state.time_s + GAMMA * length
        middle = self._stage(known, state.temperatures + GAMMA * length * state.rates, middle_s, implicit)
        known = state.temperatures + length * WEIGHT * (state.rates + middle.rates)
        end = self._stage(known, middle.temperatures, until_s, implicit)
        raw = length * (
            (WEIGHT - (1 - WEIGHT) / 3) * state.rates
            + (WEIGHT - (3 * WEIGHT + 1) / 3) * middle.rates
            + (STAGE - STAGE / 3) * end.rates
        )
        error = np.zeros_like(raw)
        free = self.model.free_nodes
        right = (self._capacity(end.temperatures) @ raw)[free] / implicit
        error[free] = self._solver(end, implicit)(right)
        return end, error

    def stored(self, state: State) -> FloatArray:
        """Return the (n,) heat that the nodes take up, W."""
        taken = [storage.taken_up(state.temperatures, state.rates) for storage in self.model.storages]
        return np.asarray(sum(taken))

    def _stage(self, known: FloatArray, guess: FloatArray, time_s: float, implicit: float) -> State:
        """Solve capacity @ (T - known) / implicit + leaving(T) = 0."""
        model, free = self.model, self.model.free_nodes
        temperatures = guess.copy()
        temperatures[model.fixed_nodes] = model.fixed_values(time_s)
        for _ in range(_ITERATIONS):
            state = State(time_s, temperatures, (temperatures - known) / implicit)
            out = self.stored(state) + model.leaving(temperatures, time_s)
            change = np.zeros_like(temperatures)
            change[free] = self._solver(state, implicit)(-out[free])
            temperatures = temperatures + change
            if self.linear or np.abs(change).max() < _STEP_K:
                return State(time_s, temperatures, (temperatures - known) / implicit)
        raise NotConverged(f"the step to {time_s:g} s", _STEP_K, float(np.abs(change).max()))

    def _capacity(self, temperatures: FloatArray) -> csr_array:
        return sum_of([storage.capacity(temperatures) for storage in self.model.storages])

    def _solver(self, state: State, implicit: float) -> Solve:
        if not self.linear:
            return self._fresh(state, implicit)
        films = [now(term.h, state.time_s) for term in self.model.terms if isinstance(term, Film)]  # type: ignore[arg-type]
        key = (implicit, *films)
        if key not in self._solvers:
            if len(self._solvers) >= _KEPT:
                self._solvers.pop(next(iter(self._solvers)))
            self._solvers[key] = self._fresh(state, implicit)
        return self._solvers[key]

    def _fresh(self, state: State, implicit: float) -> Solve:
        model = self.model
        parts = [self._capacity(state.temperatures) / implicit, model.tangent(state.temperatures, state.time_s)]
        extra = [storage.tangent(state.temperatures, state.rates) for storage in model.storages]
        matrix = sum_of([csr_array(part) for part in (*parts, *extra) if part is not None])
        return solver(matrix, model.space, model.free_nodes, symmetric=model.symmetric, reused=self.linear)
