"""Sampling designs: points of the unit cube, each a function of (seed, batch, vector) and of nothing else.

Vector v owns the Philox counters v·w ... (v + 1)·w - 1 with w = ceil(d / 4), so any sub-range can be made alone, by
anybody, in any order. A design is laid out in blocks: statistical units whose points depend on one another.

============================  ==========================  ===========================================================
method                        blocks                      samples
============================  ==========================  ===========================================================
monte-carlo                   one                         as asked
latin-hypercube               one hypercube               as asked
latin-hypercube-centred       one hypercube               as asked
latin-hypercube-decorrelated  one hypercube               as asked
sobol                         10 to 19 scrambles of 2**m  rounded down to a multiple of 2**m, the largest 2**m that
                                                          leaves room for ten scrambles; at most 10 % fewer than asked
halton                        10 scrambles                rounded down to a multiple of ten
saltelli                      one plan                    N·(d + 2) or N·(2d + 2), N a power of two; else refused
============================  ==========================  ===========================================================
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import OutOfRange, TooFewSamples, UnknownName
from proofmark_reliability.hypercubes import centred_hypercube, decorrelated_hypercube, latin_hypercube
from proofmark_reliability.montecarlo import monte_carlo
from proofmark_reliability.nets import halton, sobol
from proofmark_reliability.saltelli import plan, saltelli

__all__ = [
    "LEAST_SCRAMBLES",
    "METHODS",
    "Method",
    "latin_hypercube",
    "layout",
    "monte_carlo",
    "sobol",
    "uniforms",
]

Method: TypeAlias = Literal[
    "monte-carlo",
    "latin-hypercube",
    "latin-hypercube-centred",
    "latin-hypercube-decorrelated",
    "sobol",
    "halton",
    "saltelli",
]
METHODS: tuple[Method, ...] = get_args(Method)

LEAST_SCRAMBLES = 10
"""A t-interval over fewer independent scrambles is too wide to be of use."""


def layout(method: Method, samples: int, dimensions: int | None = None) -> tuple[int, ...]:
    """Return the number of vectors in each block of a design; their sum never exceeds `samples`.

    Parameters
    ----------
    method : str
        A sampling method.
    samples : int
        Vectors that may be spent.
    dimensions : int, optional
        Number of random parameters: only Saltelli's plan depends on it, which is otherwise refused when it is made.

    Raises
    ------
    TooFewSamples
        No samples, or for scrambled points fewer than ten scrambles of two.
    NotASaltelliPlan
        The samples make no such plan in so many dimensions.
    UnknownName
        No such method.
    """
    if method not in METHODS:
        raise UnknownName("sampling method", METHODS, method)
    least = 2 * LEAST_SCRAMBLES if method in ("sobol", "halton") else 1
    if samples < least:
        raise TooFewSamples(method, least, samples)
    match method:
        case "sobol":
            points = 1 << ((samples // LEAST_SCRAMBLES).bit_length() - 1)
            return (points,) * (samples // points)
        case "halton":
            return (samples // LEAST_SCRAMBLES,) * LEAST_SCRAMBLES
        case "saltelli" if dimensions:
            return (plan(samples, dimensions).samples,)
        case _:
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
    TooManyDimensions, NotASaltelliPlan
        The method has no such points.
    UnknownName
        No such method.
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
        case "latin-hypercube-centred":
            return centred_hypercube(seed, batch, samples, dimensions, first, count)
        case "latin-hypercube-decorrelated":
            return decorrelated_hypercube(seed, batch, samples, dimensions, first, count)
        case "sobol":
            return sobol(seed, batch, blocks, dimensions, first, count)
        case "halton":
            return halton(seed, batch, blocks, dimensions, first, count)
        case "saltelli":
            return saltelli(seed, batch, samples, dimensions, first, count)
        case _:
            raise UnknownName("sampling method", METHODS, method)
