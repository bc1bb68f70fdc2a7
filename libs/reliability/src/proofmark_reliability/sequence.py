"""A confidence sequence for the probability of an event: limits that hold at every moment, however often one looks.

A test martingale for each value p0 that the probability might have: the likelihood of the runs so far, averaged over a
prior on one side of p0, over their likelihood at p0. Were the probability p0, or further on the other side, the ratio
would exceed 1 / (1 - confidence) at any time with at most 1 - confidence (Ville's inequality), so p0 is given up for
good once it does. Both priors are scale-free beta laws truncated at p0, with the exponent of Jeffreys':

=========================  ======================================  ======================================
to show that               prior density, proportional to          integral over the likelihood
=========================  ======================================  ======================================
the probability is less    p**(-1/2) on (0, p0)                    B(k + 1/2, n - k + 1), below p0
the probability is more    p**(-3/2) on (p0, 1)                    B(k - 1/2, n - k + 1), above p0
=========================  ======================================  ======================================

Against 1e-3, at .985 to show more and .965 to show less, 1e-2 is shown to be more after 435 runs on average, 3e-3 after
4,315, and 1e-4 to be less after 5,662; at 1e-3 itself the two err in 3.7 % of campaigns of 100,000 runs, summed over
all paths.

References
----------
Robbins (1970), Annals of Mathematical Statistics 41(5): mixtures. Howard, Ramdas, McAuliffe & Sekhon (2021), Annals of
Statistics 49(2): confidence sequences.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import betainc, betaincc, betaln

from proofmark_reliability.arrays import BoolArray, FloatArray, IntArray
from proofmark_reliability.intervals import require_confidence

_EXPONENT = 0.5
_LEAST, _MOST = 1e-300, 1 - 2.0**-53
"""Stand for the probabilities 0 and 1, where likelihoods have no logarithm."""
_HALVINGS = 52
"""Of an interval of log-odds 1,400 wide: a relative error of 3e-13."""


def is_less(events: IntArray, trials: IntArray, than: float, confidence: float) -> BoolArray:
    """Return where the probability is shown to be less, after each of several numbers of trials.

    Parameters
    ----------
    events, trials : (n,) int arrays
    than : float
        0 to 1.
    confidence : float
        Strictly between 0 and 1, for all moments together.
    """
    require_confidence(confidence)
    return np.asarray(_log_evidence_of_less(events, trials, np.full(events.shape, than)) >= -np.log(1 - confidence))


def is_more(events: IntArray, trials: IntArray, than: float, confidence: float) -> BoolArray:
    """Return where the probability is shown to be more; see `is_less`."""
    require_confidence(confidence)
    return np.asarray(_log_evidence_of_more(events, trials, np.full(events.shape, than)) >= -np.log(1 - confidence))


def lower_limits(events: IntArray, trials: IntArray, confidence: float) -> FloatArray:
    """Return the one-sided limit that the probability exceeds, after each of several numbers of trials; 0 without an
    event. See `is_less`."""
    require_confidence(confidence)
    limits = _root(lambda p: _log_evidence_of_more(events, trials, p) >= -np.log(1 - confidence), events.shape)
    return np.where(events > 0, limits, 0.0)


def upper_limits(events: IntArray, trials: IntArray, confidence: float) -> FloatArray:
    """Return the one-sided limit that the probability stays below; 1 if every trial was an event. See `is_less`."""
    require_confidence(confidence)
    return _root(lambda p: _log_evidence_of_less(events, trials, p) < -np.log(1 - confidence), events.shape)


def lower_limit(events: int, trials: int, confidence: float) -> float:
    """Return the one-sided limit that the probability exceeds, valid at every moment; 0 without an event."""
    return float(lower_limits(np.array([events]), np.array([trials]), confidence)[0])


def upper_limit(events: int, trials: int, confidence: float) -> float:
    """Return the one-sided limit that the probability stays below, valid at every moment; 1 if every trial was one."""
    return float(upper_limits(np.array([events]), np.array([trials]), confidence)[0])


def _log_evidence_of_less(events: IntArray, trials: IntArray, than: FloatArray) -> FloatArray:
    p = np.clip(than, _LEAST, _MOST)
    a, b = events + _EXPONENT, trials - events + 1
    with np.errstate(divide="ignore"):  # no evidence at all: its logarithm is minus infinity
        inside = np.log(betainc(a, b, p))
    log_prior = np.log(_EXPONENT) - _EXPONENT * np.log(p)
    return np.asarray(log_prior + betaln(a, b) + inside - _log_likelihood(events, trials, p))


def _log_evidence_of_more(events: IntArray, trials: IntArray, than: FloatArray) -> FloatArray:
    p = np.clip(than, _LEAST, _MOST)
    a, b = np.maximum(events, 1) - _EXPONENT, trials - events + 1
    with np.errstate(divide="ignore"):
        inside = np.log(betaincc(a, b, p))
    log_prior = np.log(_EXPONENT) + _EXPONENT * np.log(p) - np.log(-np.expm1(_EXPONENT * np.log(p)))
    evidence = log_prior + betaln(a, b) + inside - _log_likelihood(events, trials, p)
    return np.where(events > 0, evidence, -np.inf)


def _log_likelihood(events: IntArray, trials: IntArray, p: FloatArray) -> FloatArray:
    return np.asarray(events * np.log(p) + (trials - events) * np.log1p(-p))


def _root(is_low: Callable[[FloatArray], BoolArray], shape: tuple[int, ...]) -> FloatArray:
    """Return where the probabilities that are too low end, by halving in log-odds."""
    low, high = np.full(shape, np.log(_LEAST)), np.full(shape, -np.log(_LEAST))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        lower = is_low(1 / (1 + np.exp(-middle)))
        low, high = np.where(lower, middle, low), np.where(lower, high, middle)
    return np.asarray(1 / (1 + np.exp(-low)))
