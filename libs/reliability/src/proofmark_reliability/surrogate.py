"""A surrogate of the margins, how well it predicts, and which parameter rescues a failed run.

It explains; it never estimates a probability, and nothing is certified by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray

_RIDGE = 1e-9
"""Relative to the number of runs: keeps a constant parameter from making the normal equations singular."""


class Surrogate(Protocol):
    """A fit of one margin."""

    @property
    def left_out(self) -> FloatArray:
        """(n,) What is predicted for each run by the fit without it."""
        ...

    def changes(self, values: FloatArray, parameter: int, redraws: FloatArray) -> FloatArray:
        """Return by how much the margin changes when one parameter alone takes other values.

        Parameters
        ----------
        values : (f, d) float array
            Runs, standardised as they were for the fit.
        parameter : int
        redraws : (k,) float array
            What the parameter becomes.

        Returns
        -------
        (f, k) float array
        """
        ...


@dataclass(frozen=True)
class Quadratic:
    """Least-squares fit of one margin: c + b·x + x·A·x / 2."""

    linear: FloatArray
    """(d,) b."""
    hessian: FloatArray
    """(d, d) A."""
    left_out: FloatArray
    """(n,) See `Surrogate`."""

    def changes(self, values: FloatArray, parameter: int, redraws: FloatArray) -> FloatArray:
        """See `Surrogate`."""
        step = redraws - values[:, parameter, np.newaxis]
        slope = self.linear[parameter] + values @ self.hessian[parameter]
        return np.asarray(step * (slope[:, np.newaxis] + self.hessian[parameter, parameter] / 2 * step))


def coefficients(dimensions: int) -> int:
    """Return how many coefficients a full quadratic has."""
    return (dimensions + 1) * (dimensions + 2) // 2


def fit(values: FloatArray, margins: FloatArray) -> Quadratic:
    """Fit a full quadratic, and predict each run from all the others.

    Parameters
    ----------
    values : (n, d) float array
        Parameters, each standardised; n well above `coefficients(d)`.
    margins : (n,) float array
        Finite, in any unit.
    """
    runs, dimensions = values.shape
    rows, columns = np.triu_indices(dimensions)
    terms = np.hstack([np.ones((runs, 1)), values, values[:, rows] * values[:, columns]])
    solution, left_out = least_squares(terms, margins)
    hessian = np.zeros((dimensions, dimensions))
    hessian[rows, columns] += solution[1 + dimensions :]
    hessian[columns, rows] += solution[1 + dimensions :]
    return Quadratic(solution[1 : 1 + dimensions], hessian, left_out)


def fit_plane(values: FloatArray, margins: FloatArray) -> Quadratic:
    """Fit without any product of parameters, where there are too many of those; see `fit`."""
    runs, dimensions = values.shape
    solution, left_out = least_squares(np.hstack([np.ones((runs, 1)), values]), margins)
    return Quadratic(solution[1:], np.zeros((dimensions, dimensions)), left_out)


def least_squares(terms: FloatArray, margins: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients of the terms, and what the fit without each run predicts for it.

    Parameters
    ----------
    terms : (n, k) float array
    margins : (n,) float array

    Returns
    -------
    (k,), (n,) float arrays

    References
    ----------
    Allen (1974), Technometrics 16(1): leave-one-out residuals from the hat matrix.
    """
    gram = terms.T @ terms
    gram[np.diag_indices_from(gram)] += _RIDGE * len(terms)
    inverse = np.linalg.inv(gram)
    solution = inverse @ (terms.T @ margins)
    leverage = np.einsum("ij,ij->i", terms @ inverse, terms)
    left_out = margins - (margins - terms @ solution) / np.maximum(1 - leverage, _RIDGE)
    return solution, left_out


def agreement(fits: Sequence[Surrogate], failed: BoolArray, weights: FloatArray) -> float:
    """Return the Jaccard index of predicted and true failures, each run predicted from all the others.

    Parameters
    ----------
    fits : one for each requirement that some run violates
    failed : (n,) bool array
        Not all False.
    weights : (n,) float array
        How many runs of the study each of these stands for.
    """
    predicted = np.any([surrogate.left_out < 0 for surrogate in fits], axis=0)
    return float(weights[predicted & failed].sum() / weights[predicted | failed].sum())


def rescues(fits: Sequence[Surrogate], failed: FloatArray, margins: FloatArray, redraws: FloatArray) -> FloatArray:
    """Return the probability that a failed run passes when one of its parameters alone is drawn again.

    Its mean over all failed runs, divided by the probability of passing, is that parameter's total Sobol index of the
    failure indicator I, because E[Var(I | the others)] = E[I (1 - E[I | the others])]. The margin is the run's own and
    only its change is the surrogate's, so a run whose parameter is drawn as it was does fail.

    Parameters
    ----------
    fits : one for each requirement
    failed : (f, d) float array
        The failed runs' parameters, standardised as they were for the fits.
    margins : (f, requirements) float array
        The failed runs' margins.
    redraws : (k, d) float array
        Equally probable values of each parameter.

    Returns
    -------
    (f, d) float array

    References
    ----------
    Wei, Lu, Hao, Feng & Wang (2012), Computer Physics Communications 183(4): indices of the failure indicator.
    """
    probabilities = np.empty_like(failed)
    for parameter in range(failed.shape[1]):
        passes = np.ones((len(failed), len(redraws)), dtype=np.bool_)
        for requirement, surrogate in enumerate(fits):
            change = surrogate.changes(failed, parameter, redraws[:, parameter])
            passes &= margins[:, requirement, np.newaxis] + change >= 0
        probabilities[:, parameter] = passes.mean(axis=1)
    return probabilities
