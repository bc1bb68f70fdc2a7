"""Scrambled low-discrepancy points: independent scrambles, one a block, so that their spread shows the error."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.counters import WORDS_PER_COUNTER, Region, words
from proofmark_reliability.errors import TooManyDimensions
from proofmark_reliability.montecarlo import monte_carlo
from proofmark_reliability.permutations import orders

SOBOL_BITS = 52
SOBOL_DIMENSIONS = 21201
"""Joe & Kuo (2008) give direction numbers so far."""
HALTON_DIMENSIONS = 1000
"""The bases are the first primes: beyond, 7919 points and more fill each dimension once, as a hypercube does."""


def sobol(seed: int, batch: int, blocks: Sequence[int], dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of a sequence of independently scrambled Sobol nets, one a block; see `designs.uniforms`.

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
    for scramble, begin, points in _within(blocks, first, count):
        # SciPy spawns its generator from a seed sequence, so the scramble's own words become one
        entropy = words(seed, batch, 0, 1, Region.SCRAMBLES, scramble).ravel().tolist()
        rng = np.random.Generator(np.random.Philox(entropy))
        net = qmc.Sobol(dimensions, scramble=True, bits=SOBOL_BITS, rng=rng).random(blocks[scramble])
        parts.append(net[points.start - begin : points.stop - begin] + 2.0 ** -(SOBOL_BITS + 1))  # centres: never 0
    return np.concatenate(parts)


def halton(seed: int, batch: int, blocks: Sequence[int], dimensions: int, first: int, count: int) -> FloatArray:
    """Return part of a sequence of independently scrambled Halton point sets, one a block; see `designs.uniforms`.

    In dimension j the index's digits in base p, the j-th prime, are written backwards, each position with a random
    order of the digits; as many digits as tell all points of a block apart. Each point lies at a random place in its
    cell.

    Raises
    ------
    TooManyDimensions

    References
    ----------
    Halton (1960), Numerische Mathematik 2. Owen (2017), arXiv:1706.02808: independent orders for all digits.
    """
    if dimensions > HALTON_DIMENSIONS:
        raise TooManyDimensions("halton", HALTON_DIMENSIONS, dimensions)
    bases = _primes(dimensions)
    digits = [_digits(base, max(blocks)) for base in bases]
    finest = max((base**length for base, length in zip(bases, digits, strict=True)), default=1)
    # so few bits that cell + place is exact, as in a hypercube
    places = monte_carlo(seed, batch, first, count, dimensions, bits=50 - finest.bit_length())
    for scramble, begin, points in _within(blocks, first, count):
        here = slice(points.start - first, points.stop - first)
        for dimension, (base, length) in enumerate(zip(bases, digits, strict=True)):
            counters = -(-base * length // WORDS_PER_COUNTER)
            raw = words(seed, batch, 0, counters, Region.SCRAMBLES, (scramble << 32) + dimension)
            scrambled = orders(raw.reshape(-1)[: base * length].reshape(length, base))
            rest, cell = np.arange(points.start - begin, points.stop - begin), np.zeros(len(points), dtype=np.int64)
            for order in scrambled:
                cell = cell * base + order[rest % base]
                rest //= base
            places[here, dimension] += cell
            places[here, dimension] /= base**length
    return places


def _within(blocks: Sequence[int], first: int, count: int) -> Iterator[tuple[int, int, range]]:
    """Yield each block that holds any of the vectors wanted: its number, its first vector, and those of it wanted."""
    for block, (begin, end) in enumerate(pairwise(accumulate(blocks, initial=0))):
        if wanted := range(max(first, begin), min(first + count, end)):
            yield block, begin, wanted


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found if prime * prime <= candidate):
            found.append(candidate)
        candidate += 1
    return found


def _digits(base: int, points: int) -> int:
    """Return how many digits tell so many points apart."""
    length = 1
    while base**length < points:
        length += 1
    return length
