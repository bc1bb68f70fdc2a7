"""Seeded bootstrap resamples."""

import numpy as np

from proofmark_reliability.arrays import IntArray
from proofmark_reliability.counters import WORDS_PER_COUNTER, Region, unit_interval, words


def resample_counts(seed: int, size: int, resamples: int) -> IntArray:
    """Return how often each of `size` runs occurs in each resample with replacement.

    Returns
    -------
    (resamples, size) int array; every row sums to `size`.
    """
    counters = -(-size * resamples // WORDS_PER_COUNTER)
    raw = words(seed, 0, 0, counters, Region.BOOTSTRAP).ravel()[: size * resamples]
    drawn = (unit_interval(raw) * size).astype(np.int64).reshape(resamples, size)
    drawn += size * np.arange(resamples)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=size * resamples).reshape(resamples, size)
