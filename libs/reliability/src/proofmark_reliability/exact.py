"""Sums of floats without rounding: equal whatever the order, and however the terms were parted.

A sum is kept as floats that add up to it exactly: the sum rounded, then what that leaves rounded, and so on. They are a
function of the exact sum alone, so sums of parts add up to the very sum of the whole.

References
----------
Shewchuk (1997), Discrete & Computational Geometry 18: the algorithm of `math.fsum`.
"""

from collections.abc import Iterable
from math import fsum
from typing import TypeAlias

Exact: TypeAlias = tuple[float, ...]


def exact_sum(terms: Iterable[float]) -> Exact:
    """Return the sum of finite numbers; its first part is the sum correctly rounded, and zero has no parts."""
    rest = list(terms)
    parts: list[float] = []
    while part := fsum(rest):
        parts.append(part)
        rest.append(-part)
    return tuple(parts)


def rounded(exact: Exact) -> float:
    """Return the float nearest to the sum."""
    return exact[0] if exact else 0.0
