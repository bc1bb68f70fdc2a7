"""Confidence bounds on the probability of an event, from counts.

Clopper-Pearson for independent runs: of the common intervals only its coverage never falls below what it says (of
.95, with a thousand runs, Wald keeps .10, Wilson .84, Jeffreys .90). A t-interval over independent scrambles for
scrambled nets.

References
----------
Clopper & Pearson (1934), Biometrika 26(4). Owen (2023), Practical Quasi-Monte Carlo Integration, ch. 17.
"""

from collections.abc import Sequence
from math import ceil, log, sqrt

import numpy as np
from scipy.special import betainc, betaincinv, stdtrit

from proofmark_reliability.errors import OutOfRange


def lower_limit(events: int, trials: int, confidence: float) -> float:
    """Return the one-sided Clopper-Pearson bound that the probability exceeds; 0 without an event."""
    _check(events, trials, confidence)
    return float(betaincinv(events, trials - events + 1, 1 - confidence)) if events > 0 else 0.0


def upper_limit(events: int, trials: int, confidence: float) -> float:
    """Return the one-sided Clopper-Pearson bound that the probability stays below; 1 if every trial was an event."""
    _check(events, trials, confidence)
    return float(betaincinv(events + 1, trials - events, confidence)) if events < trials else 1.0


def two_sided(confidence: float) -> float:
    """Return the confidence of each limit of a central two-sided interval."""
    return (1 + confidence) / 2


def runs_to_prove(target: float, confidence: float, failures: int = 0) -> int:
    """Return the fewest runs, `failures` of which fail, whose lower bound on reliability reaches the target.

    Raises
    ------
    OutOfRange
        Target or confidence is not strictly between 0 and 1: no number of runs proves it, or none is needed.
    """
    if not 0 < target < 1:
        raise OutOfRange("target", "strictly between 0 and 1", target)
    _check(failures, failures, confidence)

    def proves(runs: int) -> bool:
        # P(at most `failures` of `runs` fail | R = target) <= 1 - confidence
        return bool(betainc(runs - failures, failures + 1, target) <= 1 - confidence)

    fewest = max(failures, ceil(log(1 - confidence) / log(target)) - 2)
    step = 1
    while not proves(fewest + step):
        step *= 2
    too_few, enough = fewest + step // 2, fewest + step
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if proves(middle) else (middle, enough)
    return enough


def hypercube_upper_limit(events: int, trials: int, confidence: float) -> float:
    """Return a bound that the probability stays below, from one random Latin hypercube, whatever the model.

    The variance of a hypercube's frequency is at most that of trials - 1 independent runs; Cantelli's inequality then
    bounds how far the frequency falls below the probability. With no event it is about six times Clopper-Pearson's.

    References
    ----------
    Owen (1997), SIAM J. Numerical Analysis 34(5): the variance. Cantelli (1928).
    """
    _check(events, trials, confidence)
    if trials < 2 or events == trials:
        return 1.0
    frequency = events / trials
    # (p - frequency)**2 = p (1 - p) c, at its larger root
    c = confidence / (1 - confidence) / (trials - 1)
    reach = sqrt(c * (frequency * (1 - frequency) + c / 4))
    return min(1.0, (frequency + c / 2 + reach) / (1 + c))


def t_limits(events: Sequence[int], sizes: Sequence[int], confidence: float) -> tuple[float, float]:
    """Return the one-sided t-limits, below and above, of a probability from independent blocks of equal size.

    Parameters
    ----------
    events, sizes : at least two ints each
        Events in each block, and vectors in it.
    confidence : float
        Of each limit alone; its assumption is that a block's frequency is nearly normal.
    """
    frequencies = np.asarray(events, dtype=np.float64) / np.asarray(sizes, dtype=np.float64)
    blocks = len(frequencies)
    reach = float(stdtrit(blocks - 1, confidence)) * float(frequencies.std(ddof=1)) / sqrt(blocks)
    mean = float(frequencies.mean())
    return max(0.0, mean - reach), min(1.0, mean + reach)


def require_confidence(confidence: float) -> None:
    """Refuse what is no confidence: at 0 nothing is said, and 1 is not to be had.

    Raises
    ------
    OutOfRange
    """
    if not 0 < confidence < 1:
        raise OutOfRange("confidence", "strictly between 0 and 1", confidence)


def _check(events: int, trials: int, confidence: float) -> None:
    require_confidence(confidence)
    if not 0 <= events <= trials:
        raise OutOfRange("events", f"from 0 to {trials} trials", events)
