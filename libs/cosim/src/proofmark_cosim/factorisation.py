"""Symmetric systems of a few equations whose matrix changes from period to period, as a graph.

L D L', without a pivot, in an order that is always the same: for matrices that are positive definite.

Golub & Van Loan (2013), Matrix Computations, 4.1.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from proofmark_cosim.graph import Node

Solve = Callable[[Sequence[Node]], list[Node]]


def factorised(rows: Sequence[Sequence[Node]]) -> Solve:
    """Return what solves a system.

    Parameters
    ----------
    rows
        Of the lower triangle: row i has i + 1 numbers.
    """
    lower: list[list[Node]] = []
    inverse: list[Node] = []
    for i, row in enumerate(rows):
        scaled: list[Node] = []
        for j in range(i):
            scaled.append(_less(row[j], zip(scaled, lower[j], strict=True)))
        lower.append([value * inverse[j] for j, value in enumerate(scaled)])
        inverse.append(1.0 / _less(row[i], zip(scaled, lower[i], strict=True)))

    def solve(right: Sequence[Node]) -> list[Node]:
        forward: list[Node] = []
        for i, value in enumerate(right):
            forward.append(_less(value, zip(lower[i], forward, strict=True)))
        found: list[Node] = []
        for i in reversed(range(len(rows))):
            column = [lower[j][i] for j in reversed(range(i + 1, len(rows)))]
            found.append(_less(forward[i] * inverse[i], zip(column, found, strict=True)))
        return found[::-1]

    return solve


def _less(value: Node, pairs: Iterable[tuple[Node, Node]]) -> Node:
    """The value less the products, from the first to the last."""
    return reduce(lambda rest, pair: rest - pair[0] * pair[1], pairs, value)
