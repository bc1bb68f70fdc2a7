"""Where a reduced model is trained: points of the ranges, the same every time.

A lattice of irrational slopes fills the box evenly; its points are pulled towards the ends of the ranges, where
interpolation errs most.

References
----------
Niederreiter (1992), Random Number Generation and Quasi-Monte Carlo Methods, 3: Kronecker sequences. Roberts (2018): the
slopes from generalised golden ratios.
"""

from collections.abc import Mapping

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.form import Varied


def training(varied: Mapping[str, Varied], count: int) -> dict[str, FloatArray]:
    """Return parameter vectors: the middle, both ends of each range with the others in the middle, then the lattice."""
    dimension = len(varied)
    shares = [np.full((1, dimension), 0.5)]
    for end in (0.0, 1.0):
        cross = np.full((dimension, dimension), 0.5)
        np.fill_diagonal(cross, end)
        shares.append(cross)
    ratio = 2.0
    for _ in range(60):
        ratio = (1 + ratio) ** (1 / (dimension + 1))
    slopes = ratio ** -np.arange(1.0, dimension + 1)
    lattice = (0.5 + np.arange(1, count + 1)[:, None] * slopes) % 1
    shares.append((1 - np.cos(np.pi * lattice)) / 2)
    points = np.concatenate(shares)
    return {name: each.low + (each.high - each.low) * points[:, i] for i, (name, each) in enumerate(varied.items())}
