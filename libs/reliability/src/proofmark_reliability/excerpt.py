"""The part of a study that its causes are explained from: standardised, weighed, and small enough.

20,000 answered runs show how the margins behave, 1,000 failures what sets them apart; each kind is weighed by how many
it stands for. More would move no share by more than its interval. Plain runs are exchangeable, so the first are as good
as any, and the same whatever happened when; of runs drawn from several densities every so many-th is taken.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray, IntArray
from proofmark_reliability.explaining import Explaining
from proofmark_reliability.prediction import fittable_runs
from proofmark_reliability.scores import normal_scores

MOST_RUNS = 20_000
MOST_FAILURES = 1_000
REDRAWN_AT = (np.arange(64) + 0.5) / 64
"""Probabilities whose quantiles stand for all the values a parameter takes."""


@dataclass(frozen=True)
class Kind:
    """Failed runs, or safe ones."""

    values: FloatArray
    """(n, d) Parameters, standardised."""
    weights: FloatArray
    """(n,) Nominal density over that drawn from, up to a factor."""

    @property
    def mean(self) -> FloatArray:
        """(d,)"""
        return np.asarray(np.average(self.values, axis=0, weights=self.weights))


@dataclass(frozen=True)
class Excerpt:
    """Runs of a study, and what they stand for."""

    values: FloatArray
    """(n, d) Parameters, standardised."""
    margins: FloatArray
    """(n, violated) Of the requirements that some failure violates."""
    failed: BoolArray
    """(n,) The failures that are explained."""
    asked: IntArray
    """(f,) The indices of those that are redrawn, or compared with safe runs."""
    passed: BoolArray
    """(n,) The typical runs that passed."""
    weights: FloatArray
    """(n,) Nominal density over that drawn from, up to a factor."""
    represents: FloatArray
    """(n,) The part of all that happens that each run stands for; zero if another stands for it."""
    redraws: FloatArray
    """(k, d) Equally probable values of each parameter."""
    reference: BoolArray
    """(n,) The runs that values are standardised by."""
    fittable: int
    """Runs that a surrogate is fitted for."""

    @property
    def failing(self) -> Kind:
        """The failures that are asked."""
        return Kind(self.values[self.asked], self.weights[self.asked])

    @property
    def safe(self) -> Kind:
        return Kind(self.values[self.passed], self.weights[self.passed])

    def by_scores(self) -> "Excerpt":
        """Return the same with the parameters' normal scores in place of their values."""
        known, weights = self.values[self.reference], self.weights[self.reference]
        values, redraws = (normal_scores(known, weights, seen) for seen in (self.values, self.redraws))
        return replace(self, values=values, redraws=redraws)


def excerpt(columns: Collection[FloatArray], margins: FloatArray, runs: Explaining) -> Excerpt:
    """Choose the runs.

    Parameters
    ----------
    columns : (n,) float arrays
        One for each parameter, in any units.
    margins : (n, requirements) float array
    runs : Explaining
        With a failure to explain, and a typical run that passed.
    """
    chosen = runs.telling | runs.typical
    fittable = fittable_runs(len(columns), min(MOST_RUNS, int(chosen.sum())))
    some = _first if runs.telling is runs.typical else _spread
    first = some(chosen, fittable)
    rows = np.union1d(first, np.concatenate([some(kind, MOST_FAILURES) for kind in (runs.failed, runs.passed)]))
    failed, weights, telling = runs.failed[rows], runs.weights[rows], runs.telling[rows]
    reference = runs.typical[rows] & np.isin(rows, first)

    values = np.column_stack([column[rows] for column in columns])
    values -= np.average(values[reference], axis=0, weights=weights[reference])
    values /= np.where(np.ptp(values[reference], axis=0) > 0, _deviation(values[reference], weights[reference]), 1)

    frequency = runs.weights[runs.failed].sum() / runs.weights[runs.telling].sum()
    failures, others = weights[failed].sum(), weights[telling & ~failed].sum() or 1
    return Excerpt(
        values=values,
        margins=margins[rows][:, (margins[rows][failed] < 0).any(axis=0)],
        failed=failed,
        asked=some(failed, MOST_FAILURES),
        passed=runs.passed[rows],
        weights=weights,
        represents=telling * weights * np.where(failed, frequency / failures, (1 - frequency) / others),
        redraws=_quantiles(values[reference], weights[reference]),
        reference=reference,
        fittable=fittable,
    )


def _first(mask: BoolArray, most: int) -> IntArray:
    return np.flatnonzero(mask)[:most]


def _spread(mask: BoolArray, most: int) -> IntArray:
    """Return the indices of at most so many of the true elements, evenly spread."""
    indices = np.flatnonzero(mask)
    return indices[np.linspace(0, len(indices) - 1, min(most, len(indices))).astype(np.int64)]


def _deviation(values: FloatArray, weights: FloatArray) -> FloatArray:
    squares = (values - np.average(values, axis=0, weights=weights)) ** 2
    return np.asarray(np.sqrt(np.average(squares, axis=0, weights=weights)))


def _quantiles(values: FloatArray, weights: FloatArray) -> FloatArray:
    if np.ptp(weights) == 0:
        return np.asarray(np.quantile(values, REDRAWN_AT, axis=0))
    return np.asarray(np.quantile(values, REDRAWN_AT, axis=0, method="inverted_cdf", weights=weights))
