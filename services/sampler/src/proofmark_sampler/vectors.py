"""The vectors of a batch: a function of the design and the batch's number alone."""

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_reliability.designs import uniforms
from proofmark_reliability.sample import vectors


def batch_vectors(design: Design, batch: int, blocks: tuple[int, ...]) -> dict[str, npt.NDArray[np.float64]]:
    """Sample a batch.

    Returns
    -------
    dict of (n,) float arrays, SI
        One column for each random parameter, in the spec's order.
    """
    plan = design.reliability
    names = design.random_parameters
    marginals = {name: (design.parameters[name].kind, _numbers(design, name)) for name in names}
    correlation = (design.correlations.order, design.correlations.matrix) if design.correlations else None
    points = uniforms(plan.method, plan.seed, batch, blocks, len(names))
    return vectors(marginals, correlation, points)


def _numbers(design: Design, name: str) -> dict[str, float]:
    return design.parameters[name].model_dump(exclude={"kind"})
