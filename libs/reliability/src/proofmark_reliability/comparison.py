"""Failed runs compared with safe ones, where no surrogate predicts who fails."""

from typing import Literal, TypeAlias

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.kolmogorov import distance_by_chance, distance_effects
from proofmark_reliability.shift import shift_by_chance, shift_effects
from proofmark_reliability.weights import effective

Comparison: TypeAlias = Literal["kolmogorov-smirnov", "mean-shift"]

ERROR = 0.05
"""Probability that any of the parameters stands out although none has an effect."""


def compare(
    failed: FloatArray, safe: FloatArray, resamples: IntArray, failed_weights: FloatArray, safe_weights: FloatArray
) -> tuple[Comparison, FloatArray, FloatArray]:
    """Return how runs are compared, each parameter's effect, and those of the resamples.

    Kolmogorov-Smirnov distances see every difference. Mean shifts see one-sided differences alone, but sooner: they
    serve where no distance stands out from chance among so many parameters and a shift does.

    Parameters
    ----------
    failed, safe : (f, d), (s, d) float arrays
        The parameters of failed and of safe runs, standardised.
    resamples : (b, f) int array
        How often each resample holds each failed run.
    failed_weights, safe_weights : (f,), (s,) float arrays
        How much each run counts, > 0.

    Returns
    -------
    str, (d,) float array, (b, d) float array
    """
    runs = 1 / (1 / effective(failed_weights) + 1 / effective(safe_weights))
    among = failed.shape[1]
    distances = distance_effects(failed, safe, resamples, failed_weights, safe_weights)
    if among * distance_by_chance(distances[0].max(), runs) >= ERROR:
        shifts = shift_effects(failed, safe, resamples, failed_weights, safe_weights)
        if among * shift_by_chance(shifts[0].max(), runs) < ERROR:
            return "mean-shift", *shifts
    return "kolmogorov-smirnov", *distances
