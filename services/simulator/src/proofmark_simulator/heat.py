"""Adds the temperatures of each vector, from the reduced model of its study's heat.

A temperature that cannot be told from a limit, the mesh's error and the reduced model's bound considered, leaves its
run without an answer: bounds hold whichever side it is on.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.heat import by_metric
from proofmark_contracts.temperatures import ReducedHeat
from proofmark_expression import Expression
from proofmark_simulator.errors import InvalidChunk
from proofmark_simulator.outcome import OK, FloatArray, Outcome, StatusArray, Tally
from proofmark_thermal.errors import ThermalError
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal.reduced.temperatures import Bounded

UNDECIDED = RUN_STATUS.index("undecided")
KEPT = 4


class ReducedModels:
    """The reduced models of the last few studies."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, ReducedModel] = OrderedDict()

    def __contains__(self, heat: ReducedHeat) -> bool:
        return heat.model in self._kept

    def take(self, heat: ReducedHeat, content: bytes) -> None:
        """Keep a model.

        Raises
        ------
        InvalidChunk
            The bytes are none.
        """
        try:
            self._kept[heat.model] = ReducedModel.from_bytes(content)
        except ThermalError as error:
            raise InvalidChunk(f"heat: {error}") from error
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def __getitem__(self, heat: ReducedHeat) -> ReducedModel:
        self._kept.move_to_end(heat.model)
        return self._kept[heat.model]


def without_model(rows: int) -> Outcome:
    """What a study has whose runs are nothing but temperatures."""
    return Tally.of((), rows).outcome(0.0)


def with_temperatures(
    outcome: Outcome,
    heat: ReducedHeat,
    model: ReducedModel,
    columns: Mapping[str, FloatArray],
    constants: Mapping[str, float],
    metrics: tuple[str, ...],
) -> Outcome:
    """Return an outcome with the temperatures among the metrics asked for.

    Parameters
    ----------
    outcome : Outcome
        Of the study's other model: its rows' metrics but for the temperatures.
    heat, model
        The reduced model, and how it is asked.
    columns : mapping of (n,) float arrays, SI
        Parameters that vary; there may be none.
    constants : mapping of floats, SI
    metrics : tuple of str
        All metrics to return, in this order.
    """
    started = time.thread_time()
    rows = outcome.status.size
    values = {**{name: np.full(rows, value) for name, value in constants.items()}, **columns}
    asked = {
        name: np.broadcast_to(Expression.parse(amount).evaluate(values), (rows,)).astype(np.float64)
        for name, amount in heat.parameters.items()
    }
    status, logs = outcome.status.copy(), dict(outcome.logs)
    try:
        told = model.evaluate(asked)
        named = by_metric(told.hottest, told.regions, told.probes, told.junctions)
        found = {name: _spread(each, rows) for name, each in named.items()}
    except ThermalError as error:
        found = {}
        _miss(status, logs, np.full(rows, True), RUN_STATUS.index("error"), f"temperatures: {error}")
    for metric, limits in heat.limits.items():
        for limit in limits if metric in found else ():
            near = np.abs(found[metric].values - limit) <= found[metric].bounds + heat.mesh_error_k
            _miss(status, logs, near, UNDECIDED, f"{metric}: within its error of the limit {limit:g} K")
    every = outcome.metrics | {name: each.values for name, each in found.items()}
    answered = status == OK
    answers = {name: np.where(answered, every.get(name, np.nan), np.nan) for name in metrics}
    return Outcome(answers, status, outcome.cpu_s + time.thread_time() - started, logs)


def _spread(each: Bounded, rows: int) -> Bounded:
    """For every row, also where nothing varies."""
    return Bounded(np.broadcast_to(each.values, (rows,)), np.broadcast_to(each.bounds, (rows,)))


def _miss(status: StatusArray, logs: dict[int, str], rows: np.ndarray, code: int, text: str) -> None:
    missed = rows & (status == OK)
    status[missed] = code
    for row in np.flatnonzero(missed)[: max(0, 5 - len(logs))]:
        logs[int(row)] = text
