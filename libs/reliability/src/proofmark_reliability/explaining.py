"""Which runs of a study explain its failures, and how much each counts.

In a study of plain runs, all of them. Where runs were also drawn from another density, towards failures, those show
what failures are like and the plain ones what is typical: a plain failure among weighed ones would outweigh them all,
and a weighed run far from any failure stands for much that it has not seen. Where plain failures alone say more, they
alone are asked.
"""

from dataclasses import dataclass

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.tally import answered
from proofmark_reliability.weights import effective

LEAST_TYPICAL = 50
"""Plain runs that show which values the parameters take; so many must weighed ones be worth if there are no others."""


@dataclass(frozen=True)
class Explaining:
    """Masks and weights over the runs of a study."""

    answered: BoolArray
    """(n,) Runs with an answer, and a weight above zero."""
    violating: BoolArray
    """(n,) Those of them that violate a requirement."""
    telling: BoolArray
    """(n,) Those whose failures are explained."""
    typical: BoolArray
    """(n,) Those that show what is typical."""
    weights: FloatArray
    """(n,) Nominal density over that drawn from, up to a factor."""

    @property
    def failed(self) -> BoolArray:
        """(n,) The failures that are explained."""
        return np.asarray(self.telling & self.violating)

    @property
    def passed(self) -> BoolArray:
        """(n,) The typical runs that passed."""
        return np.asarray(self.typical & ~self.violating)


def explaining(margins: FloatArray, missing: BoolArray, log_weights: FloatArray | None) -> Explaining:
    """Choose among the runs of a study.

    Parameters
    ----------
    margins : (n, requirements) float array
    missing : (n,) bool array
    log_weights : (n,) float array, optional
        See `causes.first_causes`.

    Raises
    ------
    WrongShape
        Missing runs or weights are not one for each run.
    OutOfRange
        A weight is infinite or NaN.
    """
    counted = answered(margins, missing)
    if log_weights is None:
        violating = counted & (margins < 0).any(axis=1)
        return Explaining(counted, violating, counted, counted, np.ones(len(margins)))
    if log_weights.shape != (len(margins),):
        raise WrongShape("log weights", (len(margins),), log_weights.shape)
    if not (log_weights < np.inf).all():
        raise OutOfRange("log weights", "numbers below infinity", float(log_weights.max(initial=-np.inf)))
    weights = np.exp(log_weights - log_weights.max(initial=0))
    counted &= weights > 0
    violating = counted & (margins < 0).any(axis=1)
    plain = counted & (log_weights == 0)
    drawn = counted & ~plain
    if effective(weights[violating & drawn]) <= (violating & plain).sum():
        return Explaining(counted, violating, plain, plain, np.ones(len(margins)))
    typical = plain if plain.sum() >= LEAST_TYPICAL else counted
    return Explaining(counted, violating, drawn, typical, weights)
