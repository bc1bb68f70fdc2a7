"""The reduced linear system: rises as combinations of a few shapes, and how far they are from the full answer.

The error e of reduced rises has, at conductances t and for every node or weighted mean g,

    |g(e)| <= sqrt(g K_ref^-1 g) ||r|| / a,    ||r||^2 = r K_ref^-1 r,    a = min_q t_q / ref_q

with the residual r and the reference K_ref, as every operator is positive semi-definite. The root is a property of the
place alone; `error` is the rest.

References
----------
Hesthaven, Rozza & Stamm (2016), Certified Reduced Basis Methods, 4.2 and 4.3.2: min-theta and the residual's norm.
"""

from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.reduced.coefficients import Factors

ROUNDING = 3e-8
"""Of the residual's parts, which cancel: the root of what their squares are known to."""


@dataclass(frozen=True, eq=False)
class ReducedSystem:
    """Over `l` lifts of the fixed temperatures, then `m` shapes."""

    operators: FloatArray
    """(q, m, l + m)"""
    loads: FloatArray
    """(p, m)"""
    residuals: FloatArray
    """(p + q (l + m), r) the parts of the residual in coordinates whose length is the norm."""
    middle: FloatArray
    """(q,) reference conductances."""

    @property
    def shapes(self) -> int:
        return len(self.operators[0])

    def solve(self, factors: Factors) -> FloatArray:
        """Return the (n, l + m) coordinates."""
        q, m, columns = self.operators.shape
        count, lifts = len(factors.lifts), columns - m
        matrices = (factors.conductances @ self.operators.reshape(q, -1)).reshape(count, m, columns)
        right = factors.loads @ self.loads
        if lifts:
            right -= (matrices[:, :, :lifts] @ factors.lifts[:, :, None])[:, :, 0]
        found = np.linalg.solve(matrices[:, :, lifts:], right[:, :, None])[:, :, 0]
        return np.concatenate([factors.lifts, found], axis=1)

    def error(self, factors: Factors, coordinates: FloatArray) -> FloatArray:
        """Return the (n,) energy that times a place's root bounds its error."""
        products = factors.conductances[:, :, None] * coordinates[:, None, :]
        shares = np.concatenate([factors.loads, products.reshape(len(products), -1)], axis=1)
        residual = shares @ self.residuals
        rounding = ROUNDING * (np.abs(shares) @ np.linalg.norm(self.residuals, axis=1))
        least = (factors.conductances / self.middle).min(axis=1)
        return np.asarray((np.sqrt(np.einsum("nr,nr->n", residual, residual)) + rounding) / least)
