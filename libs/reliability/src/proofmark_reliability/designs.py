"""Sampling designs: points of the unit cube, each a function of (seed, batch, vector) and of nothing else.

Vector v owns the Philox counters v·w ... (v + 1)·w - 1 with w = ceil(d / 4), so any sub-range can be made alone, by
anybody, in any order. A design is laid out in blocks: statistical units whose points depend on one another.

=================  ==========================  ================================================================
method             blocks                      samples
=================  ==========================  ================================================================
monte-carlo        one                         as asked
latin-hypercube    one hypercube               as asked
sobol              10 to 19 scrambles of 2**m  rounded down to a multiple of 2**m, the largest 2**m that
                                               leaves room for ten scrambles; at most 10 % fewer than asked
=================  ==========================  ================================================================
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.counters import WORDS_PER_COUNTER, Region, unit_interval, words
from proofmark_reliability.errors import OutOfRange, TooFewSamples, TooManyDimensions, UnknownName

Method: TypeAlias = Literal["monte-carlo", "latin-hypercube", "sobol"]
METHODS: tuple[Method, ...] = get_args(Method)

LEAST_SCRAMBLES = 10
"""A t-interval over fewer independent scrambles is too wide to be of use."""
_CACHED_VECTORS = 4096
"""Vectors made at a time: their words stay in the processor's cache, which halves the time of a million."""
SOBOL_BITS = 52
SOBOL_DIMENSIONS = 21201
"""Joe & Kuo (2008) give direction numbers so far."""


def layout(method: Method, samples: int) -> tuple[int, ...]:
    """Return the number of vectors in each block of a design; their sum never exceeds `samples`.

    Raises
    ------
    TooFewSamples
        No samples, or for scrambled Sobol fewer than ten scrambles of two points.
    UnknownName
        No such method.
    """
    if method not in METHODS:
        raise UnknownName("sampling method", METHODS, method)
    if method == "sobol":
        least = 2 * LEAST_SCRAMBLES
        if samples < least:
            raise TooFewSamples(method, least, samples)
        points = 1 << ((samples // LEAST_SCRAMBLES).bit_length() - 1)
        return (points,) * (samples // points)
    if samples < 1:
        raise TooFewSamples(method, 1, samples)
    return (samples,)


def uniforms(
    method: Method,
    seed: int,
    batch: int,
    blocks: Sequence[int],
    dimensions: int,
    first: int = 0,
    count: int | None = None,
) -> FloatArray:
    """Return vectors first ... first + count - 1 of a batch laid out in `blocks`, as points of the unit cube.

    Parameters
    ----------
    method, blocks
        A sampling method, and what `layout` gave for it.
    seed, batch : int
        The key of the random stream, 0 to 2**64 - 1 each.
    dimensions : int
        Number of random parameters; none gives an array without columns.
    first, count : int
        The sub-range wanted; all of the batch by default.

    Returns
    -------
    (count, dimensions) float array, every number strictly between 0 and 1.

    Raises
    ------
    OutOfRange
        The sub-range is not part of the batch.
    """
    samples = sum(blocks)
    count = samples - first if count is None else count
    if first < 0 or count < 0 or first + count > samples:
        raise OutOfRange("vectors", f"a range within 0 to {samples}", first + count)
    if dimensions == 0:
        return np.empty((count, 0))
    match method:
        case "monte-carlo":
            return monte_carlo(seed, batch, first, count, dimensions)
        case "latin-hypercube":
            return latin_hypercube(seed, batch, samples, dimensions, first, count)
        case "sobol":
            return sobol(seed, batch, blocks, dimensions, first, count)
        case _:
            raise UnknownName("sampling method", METHODS, method)


def monte_carlo(seed: int, batch: int, first: int, count: int, dimensions: int, bits: int = 52) -> FloatArray:
    """Return independent points; see `uniforms`."""
    width = -(-dimensions // WORDS_PER_COUNTER)
    points = np.empty((count, dimensions))
    for start in range(0, count, _CACHED_VECTORS):
        rows = min(_CACHED_VECTORS, count - start)
        raw = words(seed, batch, (first + start) * width, rows * width).reshape(rows, width * WORDS_PER_COUNTER)
        points[start : start + rows] = unit_interval(raw[:, :dimensions], bits)
    return points


def latin_hypercube(seed: int, batch: int, samples: int, dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of one random Latin hypercube of `samples` points; see `uniforms`.

    In every dimension each of the `samples` equal strata holds exactly one point, at a random place strictly inside.

    References
    ----------
    McKay, Beckman & Conover (1979), Technometrics 21(2).
    """
    # so few bits that stratum + place is exact and division by `samples` cannot carry a point across a stratum's edge
    points = monte_carlo(seed, batch, first, count, dimensions, bits=50 - samples.bit_length())
    for dimension in range(dimensions):
        points[:, dimension] += _permutation(seed, batch, dimension, samples)[first : first + count]
    points /= samples
    return points


def sobol(seed: int, batch: int, blocks: Sequence[int], dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of a sequence of independently scrambled Sobol nets, one a block; see `uniforms`.

    Raises
    ------
    TooManyDimensions
        More dimensions than there are direction numbers.

    References
    ----------
    Owen (1998), ACM TOMACS 8(1): scrambling. Joe & Kuo (2008), SIAM J. Sci. Comput. 30(5): direction numbers.
    """
    if dimensions > SOBOL_DIMENSIONS:
        raise TooManyDimensions("sobol", SOBOL_DIMENSIONS, dimensions)
    from scipy.stats import qmc  # takes 1.3 s, and only this method needs it

    parts = [np.empty((0, dimensions))]
    for scramble, (begin, end) in enumerate(pairwise(accumulate(blocks, initial=0))):
        low, high = max(first, begin), min(first + count, end)
        if low < high:
            # SciPy spawns its generator from a seed sequence, so the scramble's own words become one
            entropy = words(seed, batch, 0, 1, Region.SCRAMBLES, scramble).ravel().tolist()
            rng = np.random.Generator(np.random.Philox(entropy))
            net = qmc.Sobol(dimensions, scramble=True, bits=SOBOL_BITS, rng=rng).random(end - begin)
            parts.append(net[low - begin : high - begin] + 2.0 ** -(SOBOL_BITS + 1))  # centres of cells: never 0
    return np.concatenate(parts)


def _permutation(seed: int, batch: int, dimension: int, samples: int) -> IntArray:
    """Return a random order of the strata of one dimension.

    Random words are sorted with the index in their low bits: no two are equal, so the order depends on no sorting
    algorithm, and it is twice as fast as shuffling.
    """
    counters = -(-samples // WORDS_PER_COUNTER)
    keys = words(seed, batch, 0, counters, Region.PERMUTATIONS, dimension).reshape(-1)[:samples]
    low_bits = np.uint64((1 << samples.bit_length()) - 1)
    keys &= ~low_bits
    keys |= np.arange(samples, dtype=np.uint64)
    keys.sort()
    keys &= low_bits
    return keys.view(np.int64)
