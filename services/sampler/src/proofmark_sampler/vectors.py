"""The vectors of a batch: quantities in SI, from the points that the algorithm proposed."""

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_reliability.sample import vectors


def batch_vectors(design: Design, uniforms: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """Map points of the unit cube to vectors.

    Parameters
    ----------
    design : Design
    uniforms : (n, d) float array
        One column for each random parameter.

    Returns
    -------
    dict of (n,) float arrays, SI
        One column for each random parameter, in their order.
    """
    correlation = (design.correlations.order, design.correlations.matrix) if design.correlations else None
    return vectors(design.marginals, correlation, uniforms)
