"""The design without its tolerances: every metric where each parameter has its median."""

import numpy as np

from proofmark_contracts.design import Design
from proofmark_expression import Expression
from proofmark_reliability.marginals import quantile
from proofmark_reliability.tally import margin


def nominal_margins(design: Design) -> tuple[float, ...] | None:
    """Return the nominal margin to each requirement, SI, NaN where the arithmetic leaves its domain.

    None for a python model: code of a spec runs in the simulators only.
    """
    if design.model.kind != "expression":
        return None
    point = {
        name: law.value
        if law.kind == "constant"
        else float(quantile(law.kind, law.model_dump(exclude={"kind"}), np.array([0.5]))[0])
        for name, law in design.parameters.items()
    }
    metrics = design.model.metrics
    found = {name: Expression.parse(metrics[name]).evaluate(point) for name in design.metrics}
    return tuple(float(margin(found[one.metric], one.low, one.high)) for one in design.requirements)
