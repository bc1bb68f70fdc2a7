"""Signal temporal logic: requirements on signals over time, and by how much a run keeps them.

The robustness of a formula is a margin as reliability engineering knows it: above 0 the formula holds, below 0 it does
not. That of `a <= b` is b - a; equality and plain truths have no distance and count 1 or -1, `a == b` -|a - b| where
it fails.

Donzé & Maler (2010), Robust satisfaction of temporal logic over real-valued signals, FORMATS 2010.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from proofmark_cosim.component import FloatArray
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.expressions import Lookup, node_of, syntax_of
from proofmark_cosim.graph import Kind as ValueKind
from proofmark_cosim.graph import Node, convert, maximum, minimum, real, where


@dataclass(frozen=True)
class Predicate:
    """A condition on the signals of one moment."""

    expression: str


@dataclass(frozen=True)
class Not:
    formula: Formula


@dataclass(frozen=True)
class And:
    formulas: tuple[Formula, ...]


@dataclass(frozen=True)
class Or:
    formulas: tuple[Formula, ...]


@dataclass(frozen=True)
class Always:
    """At every moment of a window, both ends included, that begins at the moment it is asked at."""

    formula: Formula
    from_s: float = 0.0
    to_s: float | None = None
    """The end of the run if None."""


@dataclass(frozen=True)
class Eventually:
    """At some moment of a window."""

    formula: Formula
    from_s: float = 0.0
    to_s: float | None = None


@dataclass(frozen=True)
class Until:
    """`goal` at some moment of a window, and `hold` at every moment before that."""

    hold: Formula
    goal: Formula
    from_s: float = 0.0
    to_s: float | None = None


Formula = Predicate | Not | And | Or | Always | Eventually | Until
Window = Always | Eventually | Until


def predicates(formula: Formula) -> Iterator[str]:
    """The expressions in a formula."""
    match formula:
        case Predicate(expression=expression):
            yield expression
        case _:
            for part in _parts(formula):
                yield from predicates(part)


def _parts(formula: Formula) -> tuple[Formula, ...]:
    match formula:
        case Predicate():
            return ()
        case And(formulas=formulas) | Or(formulas=formulas):
            return formulas
        case Until(hold=hold, goal=goal):
            return hold, goal
        case Not(formula=part) | Always(formula=part) | Eventually(formula=part):
            return (part,)


def check_windows(name: str, formula: Formula, left_s: float) -> None:
    """Refuse windows that end before they begin, or after the run.

    Raises
    ------
    OutOfRange
    """
    rest_s = left_s
    if isinstance(formula, Window):
        end_s = left_s if formula.to_s is None else formula.to_s
        if not 0 <= formula.from_s <= end_s <= left_s * (1 + 1e-9):
            raise OutOfRange(name, f"a window within 0 to {left_s:g} s", (formula.from_s, formula.to_s))
        rest_s = left_s - end_s if formula.to_s is not None else left_s
    for part in _parts(formula):
        check_windows(name, part, rest_s)


def margin(where_: str, text: str, lookup: Lookup) -> Node:
    """By how much a condition holds, float64."""
    return _margin(where_, syntax_of(where_, text), lookup)


def _margin(where_: str, tree: ast.expr, lookup: Lookup) -> Node:
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return -_margin(where_, operand, lookup)
        case ast.BoolOp(op=op, values=values):
            return reduce(minimum if isinstance(op, ast.And) else maximum, [_margin(where_, v, lookup) for v in values])
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [real(node_of(where_, ast.unparse(side), lookup)) for side in (left, *comparators)]
            return reduce(minimum, [_distance(op, a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)])
    return where(convert(node_of(where_, ast.unparse(tree), lookup), ValueKind.BOOL), 1.0, -1.0)


def _distance(op: ast.cmpop, a: Node, b: Node) -> Node:
    match op:
        case ast.Lt() | ast.LtE():
            return b - a
        case ast.Gt() | ast.GtE():
            return a - b
        case ast.Eq():
            return where(abs(a - b) <= 0, 1.0, -abs(a - b))
    return where(abs(a - b) <= 0, -1.0, 1.0)


def robustness(formula: Formula, margins: Mapping[str, FloatArray], cycle_s: float) -> FloatArray:
    """How robustly runs keep a formula from their beginning.

    Parameters
    ----------
    margins : mapping of (n, m) float arrays
        Of each predicate, at the cycles 0 ... m - 1.

    Returns
    -------
    (n,) float array
    """
    return _over_time(formula, margins, cycle_s)[:, 0]


def _over_time(formula: Formula, margins: Mapping[str, FloatArray], cycle_s: float) -> FloatArray:
    """(n, m): what the formula would give if asked at each cycle; windows end with the run."""
    match formula:
        case Predicate(expression=expression):
            return margins[expression]
        case Not(formula=part):
            return -_over_time(part, margins, cycle_s)
        case And(formulas=parts):
            return reduce(np.minimum, [_over_time(part, margins, cycle_s) for part in parts])
        case Or(formulas=parts):
            return reduce(np.maximum, [_over_time(part, margins, cycle_s) for part in parts])
        case Always(formula=part):
            return _least(_over_time(part, margins, cycle_s), *_window(formula, cycle_s))
        case Eventually(formula=part):
            return -_least(-_over_time(part, margins, cycle_s), *_window(formula, cycle_s))
        case Until(hold=hold, goal=goal):
            first, last = _window(formula, cycle_s)
            return _until(_over_time(hold, margins, cycle_s), _over_time(goal, margins, cycle_s), first, last)


def _window(formula: Window, cycle_s: float) -> tuple[int, int | None]:
    return round(formula.from_s / cycle_s), None if formula.to_s is None else round(formula.to_s / cycle_s)


def _later(values: FloatArray, cycles: int, missing: float) -> FloatArray:
    """Each cycle's value some cycles later."""
    result = np.full_like(values, missing)
    result[:, : values.shape[1] - cycles] = values[:, cycles:]
    return result


def _least(values: FloatArray, first: int, last: int | None) -> FloatArray:
    """The least value of a window that begins at each cycle."""
    shifted = _later(values, first, np.inf)
    if last is None:
        return np.minimum.accumulate(shifted[:, ::-1], axis=1)[:, ::-1]
    from scipy.ndimage import minimum_filter1d  # half a second that only windows with an end are worth

    size = last - first + 1
    # the filter's window is centred, and would start size // 2 cycles early
    found: FloatArray = minimum_filter1d(shifted, size, axis=1, mode="constant", cval=np.inf, origin=-(size // 2))
    return found


def _until(hold: FloatArray, goal: FloatArray, first: int, last: int | None) -> FloatArray:
    before = _least(hold, 0, first - 1) if first else np.full_like(hold, np.inf)
    hold, goal = _later(hold, first, np.inf), _later(goal, first, -np.inf)
    reached = np.full_like(goal, -np.inf)
    if last is None:
        for cycle in reversed(range(goal.shape[1])):
            behind = reached[:, cycle + 1] if cycle + 1 < goal.shape[1] else np.full(len(goal), -np.inf)
            reached[:, cycle] = np.maximum(goal[:, cycle], np.minimum(hold[:, cycle], behind))
    else:
        held = np.full_like(hold, np.inf)
        for after in range(min(last - first + 1, goal.shape[1])):
            reached = np.maximum(reached, np.minimum(held, _later(goal, after, -np.inf)))
            held = np.minimum(held, _later(hold, after, np.inf))
    return np.minimum(before, reached)
