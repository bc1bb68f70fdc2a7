"""Scrambled low-discrepancy points: independent scrambles, one a block, so that their spread shows the error."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

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
    Joe & Kuo (2008), SIAM J. Sci. Comput. 30(5): direction numbers. Matousek (1998), J. Complexity 14(4): scrambling by
    a random linear map of the digits, and a random shift.
    """
    if dimensions > SOBOL_DIMENSIONS:
        raise TooManyDimensions("sobol", SOBOL_DIMENSIONS, dimensions)
    from scipy.stats import qmc  # takes 1.3 s, and only this method needs it

    used = (max(blocks, default=1) - 1).bit_length()
    net = qmc.Sobol(dimensions, scramble=False, bits=SOBOL_BITS).random_base2(used)
    digits = np.asarray(net * 2.0**SOBOL_BITS, dtype=np.uint64)
    parts = [np.empty((0, dimensions))]
    for scramble, begin, points in _within(blocks, first, count):
        wanted = digits[points.start - begin : points.stop - begin]
        scrambled = _scrambled(wanted, used, seed, batch, scramble)
        parts.append((scrambled.astype(np.float64) + 0.5) / 2.0**SOBOL_BITS)  # centres: never 0
    return np.concatenate(parts)


def _scrambled(
    digits: npt.NDArray[np.uint64], used: int, seed: int, batch: int, scramble: int
) -> npt.NDArray[np.uint64]:
    """Return digits after a random lower triangular map of them, another one in each dimension, and a random shift.

    Only the first digits are used by a short sequence; the others are zero.
    """
    dimensions = digits.shape[1]
    counters = -(-dimensions * (used + 1) // WORDS_PER_COUNTER)
    drawn = words(seed, batch, 0, counters, Region.SCRAMBLES, scramble).reshape(-1)[: dimensions * (used + 1)]
    shift, *columns = drawn.reshape(used + 1, dimensions) >> np.uint64(64 - SOBOL_BITS)
    scrambled = np.broadcast_to(shift, digits.shape).copy()
    for place, column in zip(range(SOBOL_BITS - 1, -1, -1), columns, strict=False):
        lead = np.uint64(1 << place)
        scrambled ^= np.where(digits & lead, column & (lead - np.uint64(1)) | lead, np.uint64(0))
    return scrambled


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
