"""Evaluates the metrics of an expression model, all rows of a chunk at once."""

import time
from collections.abc import Mapping

import numpy as np

from proofmark_contracts.design import ExpressionModel
from proofmark_expression import Expression, ExpressionError
from proofmark_simulator.errors import Raised
from proofmark_simulator.outcome import FloatArray, Outcome, Tally

ROWS_AT_ONCE = 16_384  # intermediate results stay in the processor's cache


def evaluate_expressions(
    model: ExpressionModel,
    columns: Mapping[str, FloatArray],
    constants: Mapping[str, float],
    metrics: tuple[str, ...],
    rows: int,
) -> Outcome:
    """Evaluate each metric over n rows.

    Parameters
    ----------
    model : ExpressionModel
    columns : mapping of (n,) float arrays, SI
    constants : mapping of floats, SI
    metrics : tuple of str
        The metrics to return, in this order.
    rows : int
        n

    Returns
    -------
    Outcome
        A metric that cannot be evaluated at all leaves every row with status `error`.
    """
    started = time.thread_time()
    tally = Tally.of(metrics, rows)
    scalars = {name: np.float64(value) for name, value in constants.items()}
    try:
        for metric, values in zip(metrics, tally.values, strict=True):
            _evaluate(model, metric, columns, scalars, values)
    except Raised as missing:
        tally.miss(slice(0, rows), missing.status, missing.log)
    return tally.outcome(time.thread_time() - started)


def _evaluate(
    model: ExpressionModel,
    metric: str,
    columns: Mapping[str, FloatArray],
    scalars: Mapping[str, np.float64],
    values: FloatArray,
) -> None:
    """Write a metric's values into the (n,) array `values`."""
    if metric not in model.metrics:
        raise Raised(f"metric {metric!r}: expected one of {', '.join(model.metrics)}")
    try:
        expression = Expression.parse(model.metrics[metric])
        for first in range(0, values.size, ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            block = {name: columns[name][part] for name in expression.names & columns.keys()}
            values[part] = expression.evaluate({**scalars, **block})
    except ExpressionError as error:
        raise Raised(f"metric {metric!r}: {error}") from error
