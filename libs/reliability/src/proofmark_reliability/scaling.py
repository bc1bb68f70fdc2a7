"""One limit state from several requirements: each margin divided by a robust scale, and the worst of them."""

import numpy as np

from proofmark_reliability.arrays import FloatArray


def robust_scales(margins: FloatArray) -> FloatArray:
    """Return the spread of each requirement's margin: half the distance of its 16th and 84th percentiles.

    Requirements in different units can only be compared after division by it; it is taken once, from the first batch,
    and never again. Where the percentiles coincide the standard deviation serves, and one where that is zero too.

    Parameters
    ----------
    margins : (n, requirements) float array
        NaN where a run has no answer.
    """
    scales = np.ones(margins.shape[1])
    for column, values in enumerate(margins.T):
        known = values[np.isfinite(values)]
        if known.size:
            low, high = np.quantile(known, (0.15865525393145707, 0.8413447460685429))
            scales[column] = (high - low) / 2 or known.std() or 1.0
    return scales


def limit_state(margins: FloatArray, scales: FloatArray) -> FloatArray:
    """Return the smallest scaled margin of each run: negative is a failure of the union; NaN where any is NaN.

    Parameters
    ----------
    margins : (n, requirements) float array
    scales : (requirements,) float array
        See `robust_scales`.
    """
    return np.asarray((margins / scales).min(axis=1))
