"""The design without its tolerances: every metric where each parameter has its median."""

from collections.abc import Mapping

import numpy as np

from proofmark_contracts.design import Design, ExpressionModel
from proofmark_expression import Expression
from proofmark_reliability.sample import medians
from proofmark_reliability.tally import margin


def nominal_margins(design: Design, metrics: Mapping[str, float] | None = None) -> tuple[float, ...] | None:
    """Return the nominal margin to each requirement, SI, NaN where there is no answer.

    None for a python model: code of a spec runs in the simulators only.

    Parameters
    ----------
    metrics
        Where each parameter has its median, if they are known already.
    """
    known = dict(metrics or {})
    if design.model.kind == "expression":
        known |= _evaluated(design, design.model)
    if not known.keys() >= set(design.metrics):
        return None
    values = {name: np.array(known[name]) for name in design.metrics}
    return tuple(float(margin(values[one.metric], one.low, one.high)) for one in design.requirements)


def _evaluated(design: Design, model: ExpressionModel) -> dict[str, float]:
    point = design.constants | medians(design.marginals)
    asked = model.metrics.keys() & set(design.metrics)
    return {name: float(Expression.parse(model.metrics[name]).evaluate(point)) for name in asked}
