"""Which surrogate predicts the failures: the simplest that does.

First a quadratic; where its terms are too many for the runs, a plane. If that does not predict the failures, the
polynomial of the degree that predicts them best, as far as the runs afford its terms.
"""

from collections.abc import Sequence

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.polynomial import fit_polynomial, terms
from proofmark_reliability.surrogate import Surrogate, agreement, coefficients, fit, fit_plane

LEAST_AGREEMENT = 0.6
"""Jaccard index of predicted and true failures; above it, shares on the reference problems are right within 0.08."""
RUNS_PER_COEFFICIENT = 3
MOST_TERMS = 5_000_000
"""Runs times coefficients of a surrogate, about 0.1 s of fitting: many parameters are fitted on fewer runs."""
HIGHEST_DEGREE = 10


def fittable_runs(dimensions: int, runs: int) -> int:
    """Return how many of the runs to fit: as many as a quadratic affords, else as many as a plane does, else all."""
    for wanted in (coefficients(dimensions), dimensions + 1):
        fittable = min(runs, MOST_TERMS // wanted)
        if _affordable(wanted, fittable):
            return fittable
    return runs


def predicting(
    values: FloatArray, margins: FloatArray, failed: BoolArray, weights: FloatArray, fittable: int
) -> Sequence[Surrogate] | None:
    """Return a fit for each requirement that together predict the failures; None if there are none.

    Parameters
    ----------
    values : (n, d) float array
        Parameters, each standardised.
    margins : (n, requirements) float array
        Of the requirements that some run violates.
    failed : (n,) bool array
        Not all False.
    weights : (n,) float array
        How many runs of the study each of these stands for.
    fittable : int
        See `fittable_runs`.
    """
    dimensions = values.shape[1]
    simple = fit if _affordable(coefficients(dimensions), fittable) else fit_plane
    if not _affordable(dimensions + 1, fittable) or not np.isfinite(margins).all():
        return None
    fits: Sequence[Surrogate] = [simple(values, margin) for margin in margins.T]
    if agreement(fits, failed, weights) >= LEAST_AGREEMENT:
        return fits
    best, predicted = None, LEAST_AGREEMENT
    for degree in range(3, HIGHEST_DEGREE + 1):
        if _affordable(terms(dimensions, degree), fittable):
            fits = [fit_polynomial(values, margin, degree) for margin in margins.T]
            if (agreed := agreement(fits, failed, weights)) >= predicted:
                best, predicted = fits, agreed
    return best


def _affordable(wanted: int, runs: int) -> bool:
    return RUNS_PER_COEFFICIENT * wanted <= runs <= MOST_TERMS // wanted
