"""Adds the temperatures of each vector: from the reduced model of its study's heat, and from the full one where the
reduced one's bound leaves open how the vector stands to a limit.

The mesh's error counts against both sides of a limit. A temperature within it leaves its run without an answer: bounds
hold whichever side it is on.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.heat import by_metric
from proofmark_contracts.temperatures import ReducedHeat
from proofmark_expression import Expression
from proofmark_simulator.outcome import ERROR, OK, FloatArray, Outcome, StatusArray, Tally
from proofmark_thermal.errors import MissingExtra, ThermalError
from proofmark_thermal.reduced.course import ReducedCourse
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal.reduced.temperatures import Bounded, Temperatures

UNDECIDED = RUN_STATUS.index("undecided")

Solve = Callable[[Mapping[str, float]], Temperatures]
"""Gives the temperatures of one vector by the full model."""


@dataclass(eq=False)
class Heat:
    """The temperatures of a chunk's n rows, as far as they are known."""

    told: ReducedHeat
    asked: dict[str, FloatArray]
    """(n,) of each parameter of the models."""
    found: dict[str, Bounded]
    """By metric; what is not known has an infinite bound."""
    status: StatusArray
    logs: dict[int, str]
    cpu_s: float = 0.0
    full_solutions: int = 0

    @property
    def open(self) -> np.ndarray:
        """The rows of which a bound leaves open how they stand to a limit, with the mesh's error on either side."""
        found, error = np.zeros(self.status.size, dtype=bool), self.told.mesh_error_k
        for metric, limit in _limits(self.told):
            each = self.found[metric]
            found |= np.isinf(each.bounds) | each.undecided(limit - error) | each.undecided(limit + error)
        return np.flatnonzero(found & (self.status == OK))

    def with_temperatures(self, outcome: Outcome, metrics: tuple[str, ...]) -> Outcome:
        """Return the outcome that was begun with, the temperatures among the metrics asked for, in their order."""
        for metric, limit in _limits(self.told):
            each = self.found[metric]
            told = np.abs(each.values - limit) > each.bounds + self.told.mesh_error_k
            self.miss(~told, UNDECIDED, f"{metric}: within its error of the limit {limit:g} K")
        every = outcome.metrics | {name: each.values for name, each in self.found.items()}
        answers = {name: np.where(self.status == OK, every.get(name, np.nan), np.nan) for name in metrics}
        return Outcome(answers, self.status, outcome.cpu_s + self.cpu_s, self.logs)

    def know(self, rows: slice, temperatures: Temperatures) -> None:
        """Take in the temperatures of some rows."""
        every = by_metric(temperatures.hottest, temperatures.regions, temperatures.probes, temperatures.junctions)
        for metric, each in every.items():
            self.found[metric].values[rows], self.found[metric].bounds[rows] = each.values, each.bounds

    def miss(self, rows: np.ndarray | slice, code: int, text: str) -> None:
        """Leave rows without an answer, unless they have none already."""
        missed = np.zeros(self.status.size, dtype=bool)
        missed[rows] = True
        missed &= self.status == OK
        self.status[missed] = code
        for row in np.flatnonzero(missed)[: max(0, 5 - len(self.logs))]:
            self.logs[int(row)] = text


def without_model(rows: int) -> Outcome:
    """What a study has whose runs are nothing but temperatures."""
    return Tally.of((), rows).outcome(0.0)


def unknown(
    outcome: Outcome, told: ReducedHeat, columns: Mapping[str, FloatArray], constants: Mapping[str, float]
) -> Heat:
    """Return heat of which nothing is known yet.

    Parameters
    ----------
    outcome : Outcome
        Of the study's other model: its rows' metrics but for the temperatures.
    told
        How the models are asked.
    columns : mapping of (n,) float arrays, SI
        Parameters that vary; there may be none.
    constants : mapping of floats, SI
    """
    rows = outcome.status.size
    values = {**{name: np.full(rows, value) for name, value in constants.items()}, **columns}
    asked = {
        name: np.broadcast_to(Expression.parse(amount).evaluate(values), (rows,)).astype(np.float64)
        for name, amount in told.parameters.items()
    }
    found = {name: Bounded(np.full(rows, np.nan), np.full(rows, np.inf)) for name in told.metrics}
    return Heat(told, asked, found, outcome.status.copy(), dict(outcome.logs))


def reduce(heat: Heat, model: ReducedModel | ReducedCourse) -> None:
    """Ask the reduced model for every row; a row that it refuses has no answer."""
    started = time.thread_time()
    rows = heat.status.size
    try:
        heat.know(slice(None), model.evaluate(heat.asked))
    except ThermalError:
        for row in range(rows):
            here = slice(row, row + 1)
            try:
                heat.know(here, model.evaluate({name: column[here] for name, column in heat.asked.items()}))
            except ThermalError as error:
                heat.miss(here, ERROR, f"temperatures: {error}")
    heat.cpu_s += time.thread_time() - started


def settle(heat: Heat, solve: Solve) -> None:
    """Ask the full model for the rows that are open; rows that are alike share a solution.

    Raises
    ------
    MissingExtra
        Of the finite elements: another worker may have them.
    """
    started = time.thread_time()
    solved: dict[tuple[float, ...], Temperatures | str] = {}
    for row in heat.open.tolist():
        values = {name: float(column[row]) for name, column in heat.asked.items()}
        alike, here = tuple(values.values()), slice(row, row + 1)
        if alike not in solved:
            solved[alike] = _solved(solve, values)
            heat.full_solutions += 1
        found = solved[alike]
        if isinstance(found, str):
            heat.miss(here, ERROR, f"temperatures: {found}")
        else:
            heat.know(here, found)
    heat.cpu_s += time.thread_time() - started


def _solved(solve: Solve, values: Mapping[str, float]) -> Temperatures | str:
    """The temperatures of one vector, or why it has none."""
    try:
        return solve(values)
    except MissingExtra:
        raise
    except ThermalError as error:
        return str(error)


def _limits(told: ReducedHeat) -> list[tuple[str, float]]:
    return [(metric, limit) for metric, limits in told.limits.items() for limit in limits]
