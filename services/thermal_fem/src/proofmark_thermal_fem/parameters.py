"""What the design's parameters make of the amounts in its thermal section: nominal values, and ranges to train on."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_contracts.heat import Thermal
from proofmark_expression import Expression
from proofmark_reliability.marginals import quantile
from proofmark_reliability.sample import medians

FloatArray = npt.NDArray[np.float64]
TAIL = 1e-9
"""Probability left beyond each end of a range: what rare-event methods visit lies inside."""
MOST_CORNERS = 4096
SEED = 0


def nominal(design: Design) -> dict[str, float]:
    """Every parameter where it has its median, and every signal as the steady state takes it, SI."""
    signals = design.thermal.signals if design.thermal else {}
    return design.constants | medians(design.marginals) | {name: swing.steady for name, swing in signals.items()}


def evaluated(amount: float | str, values: Mapping[str, float]) -> float:
    """The number that an amount stands for."""
    if not isinstance(amount, str):
        return float(amount)
    return float(Expression.parse(amount).evaluate({name: np.float64(value) for name, value in values.items()}))


def varying(design: Design, thermal: Thermal) -> dict[str, tuple[str, ...]]:
    """The expressions that differ from vector to vector or within a run, each with the places where it stands."""
    moving = {*design.random_parameters, *thermal.signals}
    return {amount: places for amount, places in thermal.amounts.items() if Expression.parse(amount).names & moving}


def value_range(design: Design, amount: str) -> tuple[float, float]:
    """The least and greatest value of an expression over what its parameters may be, but for the last tails."""
    expression = Expression.parse(amount)
    ends = _quantiles(design, np.array([TAIL, 0.5, 1 - TAIL])) | _swings(design)
    names = sorted(expression.names)
    if 3 ** len(names) <= MOST_CORNERS:
        chosen = np.array(list(product(range(3), repeat=len(names))))
    else:
        chosen = np.random.default_rng(SEED).integers(3, size=(MOST_CORNERS, len(names)))
    columns = {name: ends[name][chosen[:, column]] for column, name in enumerate(names)}
    values = np.asarray(expression.evaluate(columns))
    return float(values.min()), float(values.max())


def _quantiles(design: Design, probabilities: FloatArray) -> dict[str, FloatArray]:
    constants = {name: np.full(len(probabilities), value) for name, value in design.constants.items()}
    return constants | {name: quantile(*law, probabilities) for name, law in design.marginals.items()}


def _swings(design: Design) -> dict[str, FloatArray]:
    signals = design.thermal.signals if design.thermal else {}
    return {name: np.array([each.low, each.steady, each.high]) for name, each in signals.items()}
