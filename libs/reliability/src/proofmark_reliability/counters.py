"""Counter-based randomness: every random word has an address, so any part of a stream can be made alone.

The generator is Philox4x64-10. Its key is (seed, batch); its 256-bit counter is divided into
(region, stream, index), so that uses of one seed never meet. Only raw words are taken from numpy: unlike its
distributions they are promised never to change between versions.

References
----------
Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3.
"""

from enum import IntEnum

import numpy as np

from proofmark_reliability.arrays import FloatArray, WordArray
from proofmark_reliability.errors import OutOfRange

WORDS_PER_COUNTER = 4


class Region(IntEnum):
    """What a part of the counter space is used for. Values are part of every result: they never change."""

    POINTS = 0
    PERMUTATIONS = 1
    SCRAMBLES = 2
    BOOTSTRAP = 3
    EMULATION = 4


def words(seed: int, batch: int, first: int, count: int, region: Region = Region.POINTS, stream: int = 0) -> WordArray:
    """Return the words of counters first ... first + count - 1 of a stream.

    Returns
    -------
    (count, 4) uint64 array

    Raises
    ------
    OutOfRange
        Seed or batch does not fit in 64 bits.
    """
    for what, value in (("seed", seed), ("batch", batch)):
        if not 0 <= value < 2**64:
            raise OutOfRange(what, "an integer from 0 to 2**64 - 1", value)
    counter = (region << 192) + (stream << 128) + first
    # numpy steps the counter before it draws, so it is given the one before
    generator = np.random.Philox(key=seed + (batch << 64), counter=(counter - 1) % 2**256)
    return generator.random_raw(count * WORDS_PER_COUNTER).reshape(count, WORDS_PER_COUNTER)


def unit_interval(raw: WordArray, bits: int = 52) -> FloatArray:
    """Map words to the centres of 2**bits equal cells of (0, 1).

    Centres are never 0 or 1 and lie symmetrically about 1/2; up to 52 bits they, and 1 minus them, are exact.
    """
    uniforms = (raw >> np.uint64(64 - bits)).astype(np.float64)
    uniforms += 0.5
    uniforms *= 2.0**-bits
    return uniforms
