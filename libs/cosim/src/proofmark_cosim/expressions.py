"""From the text of an expression to a graph: the language of specs, applied to signals and parameters.

`proofmark_expression` says what the language is; here its syntax tree, which it has checked, becomes nodes.
"""

import ast
from collections.abc import Callable
from functools import reduce

from proofmark_cosim.errors import WrongExpression
from proofmark_cosim.graph import (
    Kind,
    Node,
    ceiling,
    clamp,
    constant,
    convert,
    equal,
    floor,
    foreign,
    maximum,
    minimum,
    not_equal,
    real,
    rounded,
    sign,
    square_root,
    where,
)
from proofmark_expression import CONSTANTS, Expression, ExpressionError

Lookup = Callable[[str], Node]
"""What a name, dotted or bare, stands for."""

CELSIUS_ZERO_K = 273.15
EXACT: dict[str, Callable[..., Node]] = {
    "abs": lambda x: abs(real(x)),
    "sqrt": square_root,
    "floor": floor,
    "ceil": ceiling,
    "round": rounded,
    "sign": sign,
    "clip": clamp,
    "min": lambda *terms: reduce(minimum, terms),
    "max": lambda *terms: reduce(maximum, terms),
    "in_degC": lambda x: x - CELSIUS_ZERO_K,
}
"""Functions whose every bit is stated; numpy computes the others."""
ARITHMETIC: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Node, Node], Node]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: equal,
    ast.NotEq: not_equal,
}
LARGEST_POWER = 16
"""Whole powers up to here are products."""


def parsed(where_: str, text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    WrongExpression
    """
    try:
        return Expression.parse(text)
    except ExpressionError as error:
        raise WrongExpression(where_, text, str(error)) from error


def node_of(where_: str, text: str, lookup: Lookup) -> Node:
    """The value of an expression: float64, or bool for a comparison.

    Parameters
    ----------
    where_
        What errors call the place of the expression.
    lookup
        Gives the node of a name; raises what belongs to names that are not known.

    Raises
    ------
    WrongExpression
        The text is not in the language.
    """
    return _node(syntax_of(where_, text), lookup)


def syntax_of(where_: str, text: str) -> ast.expr:
    """Python's syntax tree of an expression that the language allows."""
    return ast.parse(parsed(where_, text).text, mode="eval").body


def _node(tree: ast.expr, lookup: Lookup) -> Node:
    match tree:
        case ast.Constant(value=value):
            return constant(float(value))  # type: ignore[arg-type]  # checked to be a number
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return lookup(f"{owner}.{attribute}")
        case ast.Name(id=name):
            return constant(CONSTANTS[name]) if name in CONSTANTS else lookup(name)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(real(_node(left, lookup)), right, lookup)
        case ast.BinOp(left=left, op=op, right=right):
            return ARITHMETIC[type(op)](real(_node(left, lookup)), real(_node(right, lookup)))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ~_truth(_node(operand, lookup))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -real(_node(operand, lookup))
        case ast.UnaryOp(operand=operand):
            return real(_node(operand, lookup))
        case ast.BoolOp(op=op, values=values):
            tests = [_truth(_node(value, lookup)) for value in values]
            return reduce(lambda a, b: a & b if isinstance(op, ast.And) else a | b, tests)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [real(_node(side, lookup)) for side in (left, *comparators)]
            held = [COMPARISONS[type(op)](a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
            return reduce(lambda a, b: a & b, held)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return where(_truth(_node(test, lookup)), real(_node(body, lookup)), real(_node(orelse, lookup)))
        case ast.Call(func=ast.Name(id=name), args=args):
            operands = [real(_node(arg, lookup)) for arg in args]
            return EXACT[name](*operands) if name in EXACT else foreign(name, *operands)
    raise AssertionError(f"{type(tree).__name__} passed the check")


def _power(base: Node, exponent: ast.expr, lookup: Lookup) -> Node:
    if isinstance(exponent, ast.Constant) and exponent.value in range(1, LARGEST_POWER + 1):
        return reduce(lambda a, b: a * b, [base] * int(exponent.value))  # type: ignore[arg-type]
    return foreign("power", base, real(_node(exponent, lookup)))


def _truth(node: Node) -> Node:
    return node if node.kind is Kind.BOOL else convert(node, Kind.BOOL)
