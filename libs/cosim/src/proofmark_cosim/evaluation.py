"""Nodes in numpy: one operation for each, elementwise, in the type that the node has."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from proofmark_cosim.graph import Kind, Node, Operator, reached
from proofmark_expression import FUNCTIONS

Value = Any
"""A numpy scalar or an (n,) array."""

APPLY: dict[Operator, Callable[..., Value]] = {
    Operator.ADD: np.add,
    Operator.SUBTRACT: np.subtract,
    Operator.MULTIPLY: np.multiply,
    Operator.DIVIDE: np.divide,
    Operator.NEGATE: np.negative,
    Operator.ABSOLUTE: np.abs,
    Operator.SQUARE_ROOT: np.sqrt,
    Operator.FLOOR: np.floor,
    Operator.CEILING: np.ceil,
    Operator.ROUND: np.rint,
    Operator.REMAINDER: np.remainder,
    Operator.BIT_AND: np.bitwise_and,
    Operator.BIT_XOR: np.bitwise_xor,
    Operator.SHIFT_LEFT: np.left_shift,
    Operator.SHIFT_RIGHT: np.right_shift,
    Operator.LESS: np.less,
    Operator.LESS_EQUAL: np.less_equal,
    Operator.EQUAL: np.equal,
    Operator.NOT_EQUAL: np.not_equal,
    Operator.AND: np.logical_and,
    Operator.OR: np.logical_or,
    Operator.NOT: np.logical_not,
    Operator.WHERE: np.where,
}


def applied(node: Node, operands: list[Value]) -> Value:
    """The value of a node from those of its operands."""
    match node.operator:
        case Operator.CONVERT:
            (value,) = operands
            return np.not_equal(value, 0) if node.kind is Kind.BOOL else np.asarray(value).astype(node.kind.value)
        case Operator.FOREIGN:
            return FOREIGN[str(node.value)](*operands)
    return APPLY[node.operator](*operands)


def leaf(node: Node) -> Value:
    """A constant as a scalar of its type."""
    return np.dtype(node.kind.value).type(node.value)


def evaluated(node: Node, columns: Mapping[str, Value]) -> Value:
    """The value of a node that only constants and these columns lead to."""
    values: dict[int, Value] = {}
    with np.errstate(all="ignore"):
        for each in reached([node]):
            match each.operator:
                case Operator.CONSTANT:
                    values[id(each)] = leaf(each)
                case Operator.PARAMETER | Operator.SLOT:
                    values[id(each)] = columns[str(each.value)]
                case _:
                    values[id(each)] = applied(each, [values[id(operand)] for operand in each.operands])
    return values[id(node)]


_PLAIN = "cbrt hypot exp expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh"
FOREIGN: dict[str, Callable[..., Value]] = {
    "power": np.power,
    **{name: FUNCTIONS[name].compute for name in _PLAIN.split()},
}
"""By the names of the language of expressions."""
