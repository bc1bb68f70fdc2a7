"""What weighed runs are worth."""

from proofmark_reliability.arrays import FloatArray


def effective(weights: FloatArray) -> float:
    """Return how many equally weighed runs these are worth: (sum w)**2 / sum w**2.

    References
    ----------
    Kish (1965), Survey Sampling, ch. 11.
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
