"""Runs the vectors of a chunk through a Python model: together where it can, one by one where it must.

Time limits aside, the outcome is a function of the chunk and the model alone: no check is skipped because an earlier
chunk passed it, so it does not matter which worker takes which chunk.
"""

from collections.abc import Callable, Mapping

import numpy as np

from proofmark_contracts.design import PythonModel, Unit
from proofmark_simulator.errors import NotLoaded, NotRowInvariant, RunMissing
from proofmark_simulator.outcome import FloatArray, Outcome, Tally
from proofmark_simulator.process import ModelProcess

INVARIANCE_TOLERANCE = 1e-9
"""Largest difference between a row evaluated alone and among others, relative to the metric's largest magnitude in the
chunk: room for sums and matrix products that round differently by shape, none for a dependence between rows."""

SI = Unit(symbol="")

Call = Callable[[slice], FloatArray]


def evaluate_python(
    process: ModelProcess,
    model: PythonModel,
    columns: Mapping[str, FloatArray],
    constants: Mapping[str, float],
    metrics: tuple[str, ...],
    rows: int,
) -> Outcome:
    """Evaluate the metrics of each row.

    A vectorised model is called once with all rows and believed if its first and last row give the same alone. If that
    call fails or overruns its time, every row is evaluated alone, so that one bad row does not sink the others.

    Parameters
    ----------
    process : ModelProcess
        Has the model's file.
    model : PythonModel
    columns : mapping of (n,) float arrays, SI
    constants : mapping of floats, SI
    metrics : tuple of str
        The metrics to return, in this order.
    rows : int
        n

    Raises
    ------
    Stopped
        The process was stopped meanwhile.
    """
    given = {**columns, **{name: np.full(rows, value) for name, value in constants.items()}}
    inputs = np.empty((len(given), rows))
    for i, (name, column) in enumerate(given.items()):
        inputs[i] = _written(column, model.units.get(name, SI))
    tally = Tally.of(metrics, rows)

    def call(part: slice) -> FloatArray:
        return process.call(tuple(given), inputs[:, part], metrics, model.time_limit_s)

    before_s = process.cpu_s
    if model.entry == "evaluate_one" or rows < 2 or not _evaluate_together(call, tally):
        evaluate_alone(call, tally)
    spent_s = process.cpu_s - before_s
    for i, metric in enumerate(metrics):
        tally.values[i] = _si(tally.values[i], model.units.get(metric, SI))
    return tally.outcome(spent_s)


def _evaluate_together(call: Call, tally: Tally) -> bool:
    """Evaluate all rows in one call; False where that gives no answer but single rows may."""
    rows = tally.status.size
    try:
        values = call(slice(0, rows))
        for row in (0, rows - 1):
            _check_invariance(tally.metrics, values, row, call(slice(row, row + 1))[:, 0])
    except (NotLoaded, NotRowInvariant) as missing:
        tally.miss(slice(0, rows), missing.status, missing.log)
        return True
    except RunMissing:
        return False
    tally.values[:] = values
    return True


def evaluate_alone(call: Call, tally: Tally) -> None:
    """Evaluate each row in a call of its own."""
    rows = tally.status.size
    for row in range(rows):
        try:
            tally.values[:, row] = call(slice(row, row + 1))[:, 0]
        except NotLoaded as missing:
            tally.miss(slice(row, rows), missing.status, missing.log)
            return
        except RunMissing as missing:
            tally.miss(slice(row, row + 1), missing.status, missing.log)


def _check_invariance(metrics: tuple[str, ...], values: FloatArray, row: int, alone: FloatArray) -> None:
    for metric, column, single in zip(metrics, values, alone, strict=True):
        among = column[row]
        magnitude = np.abs(column[np.isfinite(column)]).max(initial=0.0)
        if not np.isclose(among, single, rtol=0.0, atol=INVARIANCE_TOLERANCE * magnitude, equal_nan=True):
            raise NotRowInvariant(metric, row, float(among), float(single))


def _written(values: FloatArray, unit: Unit) -> FloatArray:
    return (values - unit.offset) / unit.factor


def _si(values: FloatArray, unit: Unit) -> FloatArray:
    return unit.factor * values + unit.offset
