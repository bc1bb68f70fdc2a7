"""Arithmetic as a graph: what components compute in a cycle, written once and run by numpy or as C with the same bits.

Only operations whose result IEEE 754 states are in the loop: + - * /, square roots, rounding, comparisons, choices, and
whole numbers of 64 bits. What has no stated result, such as `exp`, is `Operator.FOREIGN`: harmless where nothing in it
changes from cycle to cycle, since numpy then computes it once; elsewhere numpy has to run the whole system.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import reduce


class Kind(StrEnum):
    """Types of values; numpy's names for them."""

    FLOAT64 = "float64"
    FLOAT32 = "float32"
    INT64 = "int64"
    BOOL = "bool"


class Operator(StrEnum):
    """What a node does with its operands."""

    CONSTANT = auto()
    PARAMETER = auto()
    """A column given from outside, by name."""
    SLOT = auto()
    """A value that an equation or a state holds, by name."""
    STREAM = auto()
    """A value that numpy computes for every cycle beforehand, by name."""
    CYCLE = auto()
    ADD = auto()
    SUBTRACT = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    NEGATE = auto()
    ABSOLUTE = auto()
    SQUARE_ROOT = auto()
    FLOOR = auto()
    CEILING = auto()
    ROUND = auto()
    """To the nearest whole number, halves to the even one."""
    REMAINDER = auto()
    """Of whole numbers >= 0."""
    BIT_AND = auto()
    BIT_XOR = auto()
    SHIFT_LEFT = auto()
    SHIFT_RIGHT = auto()
    LESS = auto()
    LESS_EQUAL = auto()
    EQUAL = auto()
    NOT_EQUAL = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    WHERE = auto()
    CONVERT = auto()
    FOREIGN = auto()


@dataclass(frozen=True, eq=False)
class Node:
    """One value in each vector and cycle."""

    kind: Kind
    operator: Operator
    operands: tuple[Node, ...] = ()
    value: float | str | None = None
    """The number of a constant, the name of anything that has one."""

    def __add__(self, other: Value) -> Node:
        return _arithmetic(Operator.ADD, self, other)

    def __radd__(self, other: Value) -> Node:
        return _arithmetic(Operator.ADD, other, self)

    def __sub__(self, other: Value) -> Node:
        return _arithmetic(Operator.SUBTRACT, self, other)

    def __rsub__(self, other: Value) -> Node:
        return _arithmetic(Operator.SUBTRACT, other, self)

    def __mul__(self, other: Value) -> Node:
        return _arithmetic(Operator.MULTIPLY, self, other)

    def __rmul__(self, other: Value) -> Node:
        return _arithmetic(Operator.MULTIPLY, other, self)

    def __truediv__(self, other: Value) -> Node:
        return _arithmetic(Operator.DIVIDE, self, other)

    def __rtruediv__(self, other: Value) -> Node:
        return _arithmetic(Operator.DIVIDE, other, self)

    def __mod__(self, other: Value) -> Node:
        return _arithmetic(Operator.REMAINDER, self, other)

    def __neg__(self) -> Node:
        return Node(self.kind, Operator.NEGATE, (self,))

    def __abs__(self) -> Node:
        return Node(self.kind, Operator.ABSOLUTE, (self,))

    def __lt__(self, other: Value) -> Node:
        return _comparison(Operator.LESS, self, other)

    def __le__(self, other: Value) -> Node:
        return _comparison(Operator.LESS_EQUAL, self, other)

    def __gt__(self, other: Value) -> Node:
        return _comparison(Operator.LESS, other, self)

    def __ge__(self, other: Value) -> Node:
        return _comparison(Operator.LESS_EQUAL, other, self)

    def __and__(self, other: Value) -> Node:
        return _combined(Operator.AND, Operator.BIT_AND, self, other)

    def __or__(self, other: Value) -> Node:
        return Node(Kind.BOOL, Operator.OR, _alike(self, other))

    def __xor__(self, other: Value) -> Node:
        return _combined(Operator.NOT_EQUAL, Operator.BIT_XOR, self, other)

    def __lshift__(self, places: int) -> Node:
        return Node(self.kind, Operator.SHIFT_LEFT, (self, constant(places, Kind.INT64)))

    def __rshift__(self, places: int) -> Node:
        return Node(self.kind, Operator.SHIFT_RIGHT, (self, constant(places, Kind.INT64)))

    def __invert__(self) -> Node:
        return Node(Kind.BOOL, Operator.NOT, (self,))

    def __bool__(self) -> bool:
        raise TypeError("a node has a value in each vector: choose by where(test, a, b)")


Value = Node | float


def constant(value: float, kind: Kind = Kind.FLOAT64) -> Node:
    """The same number in every vector and cycle."""
    return Node(kind, Operator.CONSTANT, (), value)


def parameter(name: str) -> Node:
    """A column given from outside."""
    return Node(Kind.FLOAT64, Operator.PARAMETER, (), name)


def slot(name: str, kind: Kind = Kind.FLOAT64) -> Node:
    """What an equation or a state of this name holds."""
    return Node(kind, Operator.SLOT, (), name)


def stream(name: str) -> Node:
    """What a stream of this name gives."""
    return Node(Kind.FLOAT64, Operator.STREAM, (), name)


def cycle() -> Node:
    """The number of the cycle."""
    return Node(Kind.INT64, Operator.CYCLE)


def convert(x: Node, kind: Kind) -> Node:
    """The same value in another type: rounded to nearest, cut towards zero to a whole number, true where not 0."""
    return x if x.kind is kind else Node(kind, Operator.CONVERT, (x,))


def real(x: Value) -> Node:
    """As float64."""
    return convert(lifted(x), Kind.FLOAT64)


def where(test: Value, then: Value, otherwise: Value) -> Node:
    """One of two values."""
    a, b = _alike(then, otherwise)
    return Node(a.kind, Operator.WHERE, (convert(lifted(test), Kind.BOOL), a, b))


def minimum(a: Value, b: Value) -> Node:
    """`b if b < a else a`, so the first of equals and of what has no order."""
    return where(lifted(b) < a, b, a)


def maximum(a: Value, b: Value) -> Node:
    """`b if b > a else a`."""
    return where(lifted(b) > a, b, a)


def clamp(x: Value, low: Value, high: Value) -> Node:
    """The nearest value from low to high; low for a NaN."""
    return minimum(maximum(low, x), high)


def equal(a: Value, b: Value) -> Node:
    """Whether they are equal."""
    return _comparison(Operator.EQUAL, a, b)


def not_equal(a: Value, b: Value) -> Node:
    """Whether they differ; a NaN differs from itself."""
    return _comparison(Operator.NOT_EQUAL, a, b)


def square_root(x: Value) -> Node:
    """NaN below 0."""
    return Node(Kind.FLOAT64, Operator.SQUARE_ROOT, (real(x),))


def floor(x: Value) -> Node:
    """The largest whole number that is not above x."""
    return Node(Kind.FLOAT64, Operator.FLOOR, (real(x),))


def ceiling(x: Value) -> Node:
    """The smallest whole number that is not below x."""
    return Node(Kind.FLOAT64, Operator.CEILING, (real(x),))


def rounded(x: Value) -> Node:
    """The nearest whole number, halves to the even one."""
    return Node(Kind.FLOAT64, Operator.ROUND, (real(x),))


def sign(x: Value) -> Node:
    """-1, 0 or 1."""
    return where(lifted(x) > 0, 1.0, where(lifted(x) < 0, -1.0, 0.0))


def foreign(name: str, *operands: Value) -> Node:
    """A function of numpy whose last bits no standard states."""
    return Node(Kind.FLOAT64, Operator.FOREIGN, tuple(real(x) for x in operands), name)


def total(terms: Iterable[Node]) -> Node:
    """The sum, from the first term to the last."""
    return reduce(lambda a, b: a + b, terms)


def lifted(x: Value) -> Node:
    """A plain number as a constant: a bool or whole number stays one."""
    if isinstance(x, Node):
        return x
    kind = Kind.BOOL if isinstance(x, bool) else Kind.INT64 if isinstance(x, int) else Kind.FLOAT64
    return constant(x, kind)


def reached(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node that these are computed from, each once, operands first."""
    seen: set[int] = set()
    stack = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((operand, False) for operand in reversed(node.operands) if id(operand) not in seen)


WIDTH = (Kind.BOOL, Kind.INT64, Kind.FLOAT32, Kind.FLOAT64)
FLOATS = (Kind.FLOAT32, Kind.FLOAT64)


def _alike(a: Value, b: Value) -> tuple[Node, Node]:
    """Both in the wider type; a plain number takes the float type of what it meets."""
    left, right = lifted(a), lifted(b)
    if left.operator is Operator.CONSTANT and right.kind in FLOATS:
        kind = right.kind
    elif right.operator is Operator.CONSTANT and left.kind in FLOATS:
        kind = left.kind
    else:
        kind = max(left.kind, right.kind, key=WIDTH.index)
    return _cast(left, kind), _cast(right, kind)


def _cast(node: Node, kind: Kind) -> Node:
    if node.operator is Operator.CONSTANT and kind in FLOATS:
        return constant(float(node.value or 0), kind)
    return convert(node, kind)


def _arithmetic(operator: Operator, a: Value, b: Value) -> Node:
    left, right = _alike(a, b)
    if left.kind is Kind.BOOL or (operator is Operator.DIVIDE and left.kind is Kind.INT64):
        left, right = _cast(left, Kind.FLOAT64), _cast(right, Kind.FLOAT64)
    return Node(left.kind, operator, (left, right))


def _comparison(operator: Operator, a: Value, b: Value) -> Node:
    left, right = _alike(a, b)
    return Node(Kind.BOOL, operator, (left, right))


def _combined(of_bools: Operator, of_integers: Operator, a: Value, b: Value) -> Node:
    left, right = _alike(a, b)
    return Node(left.kind, of_bools if left.kind is Kind.BOOL else of_integers, (left, right))
