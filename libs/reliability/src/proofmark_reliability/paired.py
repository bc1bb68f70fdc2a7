"""Two designs on common random numbers: the runs that only one of them fails tell how far they differ.

What both pass or both fail cancels, so the difference is far sharper than that of two separate estimates.
"""

from dataclasses import dataclass

from proofmark_reliability.arrays import BoolArray
from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.intervals import lower_limit, upper_limit


@dataclass(frozen=True)
class Paired:
    """How two designs fared on the same vectors."""

    runs: int
    """Vectors that both answered."""
    both: int
    """Of those, the ones that both failed."""
    only_first: int
    only_second: int
    difference: float
    """Probability of failure of the second less that of the first."""
    low: float
    high: float
    """Two-sided interval: Clopper-Pearson limits of the two kinds of discordant runs, each at half the error."""


def paired(first_failed: BoolArray, second_failed: BoolArray, answered: BoolArray, confidence: float) -> Paired:
    """Compare two designs run by run.

    Parameters
    ----------
    first_failed, second_failed : (n,) bool arrays
        Of the same vectors, in the same order.
    answered : (n,) bool array
        Whether both runs have an answer; the others are left out.
    confidence : float

    Raises
    ------
    WrongShape
        The arrays are not of the same vectors.
    OutOfRange
        No vector was answered by both.
    """
    for what, given in (("second_failed", second_failed), ("answered", answered)):
        if given.shape != first_failed.shape:
            raise WrongShape(what, first_failed.shape, given.shape)
    runs = int(answered.sum())
    if runs == 0:
        raise OutOfRange("vectors that both answered", "at least 1", 0)
    only_first = int((first_failed & ~second_failed & answered).sum())
    only_second = int((second_failed & ~first_failed & answered).sum())
    each = 1 - (1 - confidence) / 4
    return Paired(
        runs=runs,
        both=int((first_failed & second_failed & answered).sum()),
        only_first=only_first,
        only_second=only_second,
        difference=(only_second - only_first) / runs,
        low=lower_limit(only_second, runs, each) - upper_limit(only_first, runs, each),
        high=upper_limit(only_second, runs, each) - lower_limit(only_first, runs, each),
    )
