"""Latin hypercubes: in every dimension each of the equal strata holds exactly one point."""

import numpy as np
from scipy.special import ndtri

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.counters import WORDS_PER_COUNTER, Region, words
from proofmark_reliability.montecarlo import monte_carlo
from proofmark_reliability.permutations import orders

_SWEEPS = 2
"""Through all dimensions, in turns from either end. Among 1,000 points in 10 dimensions the largest correlation is 0.08
before, 0.0025 after one, 0.0019 after two; more gain little."""


def latin_hypercube(seed: int, batch: int, samples: int, dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of one random Latin hypercube of `samples` points; see `designs.uniforms`.

    Every point lies at a random place strictly inside its stratum.

    References
    ----------
    McKay, Beckman & Conover (1979), Technometrics 21(2).
    """
    return _placed(_strata(seed, batch, samples, dimensions), seed, batch, first, count)


def centred_hypercube(seed: int, batch: int, samples: int, dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of a Latin hypercube whose points are the centres of their strata; see `designs.uniforms`.

    The strata are those of `latin_hypercube`. A mean over these points is biased; the bias falls with samples**-2.
    """
    strata = _strata(seed, batch, samples, dimensions)[:, first : first + count]
    return np.ascontiguousarray((strata.T + 0.5) / samples)


def decorrelated_hypercube(seed: int, batch: int, samples: int, dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of a Latin hypercube whose columns hardly correlate as normal scores; see `designs.uniforms`.

    The strata of `latin_hypercube` are put into another order: each dimension in turn is freed from what its regression
    on the others explains, and ranked again. With no more points than dimensions nothing could be free, and the order
    stays as it was.

    References
    ----------
    Owen (1994), JASA 89(428): ranked Gram-Schmidt. Iman & Conover (1982), Comm. Stat. B 11(3): normal scores.
    """
    strata = _strata(seed, batch, samples, dimensions)
    if samples > dimensions:
        scores = ndtri((np.arange(samples) + 0.5) / samples)
        squares = (scores**2).sum()
        columns = scores[strata]
        for sweep in range(_SWEEPS):
            sequence = range(dimensions)[:: 1 if sweep % 2 == 0 else -1]
            for place, dimension in enumerate(sequence):
                left = columns[dimension]
                for other in sequence[:place]:
                    # numpy's own sum, not BLAS: the order of the points must not depend on the processor
                    left = left - (left * columns[other]).sum() / squares * columns[other]
                strata[dimension, np.argsort(left, kind="stable")] = np.arange(samples)
                columns[dimension] = scores[strata[dimension]]
    return _placed(strata, seed, batch, first, count)


def _strata(seed: int, batch: int, samples: int, dimensions: int) -> IntArray:
    """Return the stratum of every point in each dimension: (dimensions, samples), each row a random order."""
    strata = np.empty((dimensions, samples), dtype=np.int64)
    counters = -(-samples // WORDS_PER_COUNTER)
    for dimension in range(dimensions):
        raw = words(seed, batch, 0, counters, Region.PERMUTATIONS, dimension)
        strata[dimension] = orders(raw.reshape(-1)[:samples])
    return strata


def _placed(strata: IntArray, seed: int, batch: int, first: int, count: int) -> FloatArray:
    """Return points first ... first + count - 1, each at a random place strictly inside its stratum."""
    dimensions, samples = strata.shape
    # so few bits that stratum + place is exact and division by `samples` cannot carry a point across a stratum's edge
    points = monte_carlo(seed, batch, first, count, dimensions, bits=50 - samples.bit_length())
    points += strata[:, first : first + count].T
    points /= samples
    return points
