"""Random numbers by counter: each is a function of seed, vector, draw and cycle, and of nothing else.

So a vector's noise does not depend on how vectors are grouped, on time chunks, or on what was drawn before.
"""

from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from proofmark_cosim.component import FloatArray

UintArray = npt.NDArray[np.uint64]
Words = tuple[UintArray, UintArray, UintArray, UintArray]

WORD = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Philox4x32-10: four words of 32 bits from four and a key.

    References
    ----------
    Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3, SC '11.
    """
    a, b, c, d = counter
    for number in range(ROUNDS):
        one, other = (np.uint64((word + number * step) & 0xFFFFFFFF) for word, step in zip(key, WEYL, strict=True))
        left, right = MULTIPLIERS[0] * a, MULTIPLIERS[1] * c
        a, b, c, d = (right >> SHIFT) ^ b ^ one, right & WORD, (left >> SHIFT) ^ d ^ other, left & WORD
    return a, b, c, d


def uniform(seed: int, draw: str, vectors: npt.NDArray[np.int64], cycles: npt.NDArray[np.int64]) -> FloatArray:
    """Numbers between 0 and 1, both excluded.

    Parameters
    ----------
    seed
        64 bits.
    draw
        What they are for.
    vectors : (n,) int array, 0 ... 2^32 - 1
    cycles : (m,) int array, 0 ... 2^32 - 1

    Returns
    -------
    (n, m) float array, odd multiples of 2^-53
    """
    cycle, vector = np.broadcast_arrays(cycles.astype(np.uint64)[None, :], vectors.astype(np.uint64)[:, None])
    for_what = np.full_like(cycle, crc32(draw.encode()))
    words = philox((cycle, vector, for_what, np.zeros_like(cycle)), (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF))
    bits = (words[0] << np.uint64(20)) + (words[1] >> np.uint64(12))
    return (bits.astype(np.float64) + 0.5) * 2.0**-52


def normal(seed: int, draw: str, vectors: npt.NDArray[np.int64], cycles: npt.NDArray[np.int64]) -> FloatArray:
    """Standard normal numbers, (n, m): the quantiles of `uniform`."""
    made: FloatArray = ndtri(uniform(seed, draw, vectors, cycles))
    return made
