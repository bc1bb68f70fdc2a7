"""An expression: parsed once, then evaluated on columns or walked for its dimension."""

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from proofmark_expression.dimension import DIMENSIONLESS, Dimension
from proofmark_expression.errors import ExpressionError
from proofmark_expression.functions import CONSTANTS, FUNCTIONS, Incompatible, alike

FloatArray = npt.NDArray[np.float64]
Value = FloatArray | np.float64 | float

LONGEST, DEEPEST, LARGEST_POWER = 2000, 200, 64
FOREIGN = re.compile(r"[^A-Za-z0-9_.+\-*/()<>=!, \t\r\n]")

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
PURE = dict.fromkeys(CONSTANTS, DIMENSIONLESS)
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


class Expression:
    """Text of the language; made by `parse`."""

    def __init__(self, text: str, tree: ast.expr) -> None:
        self.text = text
        self._tree = tree
        self.names = frozenset(_names(tree)) - CONSTANTS.keys()
        """What it refers to; dotted names whole."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an expression. Columns count from its first character that is not blank.

        Raises
        ------
        ExpressionError
            It is not one.
        """
        text = text.strip()
        if len(text) > LONGEST:
            raise ExpressionError(f"expected at most {LONGEST} characters, got {len(text)}", LONGEST + 1)
        if foreign := FOREIGN.search(text):
            raise ExpressionError(f"{foreign[0]!r} is not part of the language", foreign.start() + 1)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python warns of `1if 2else 3`
                tree = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            column = max(getattr(error, "offset", None) or 1, 1)
            raise ExpressionError("expected an arithmetic expression", column) from error
        _check(tree, DEEPEST)
        return cls(text, tree)

    def evaluate(self, columns: Mapping[str, Value]) -> FloatArray:
        """Compute the value.

        Parameters
        ----------
        columns
            A float or (n,) float array for each name, SI.

        Returns
        -------
        () or (n,) float array; NaN or infinite where the arithmetic leaves its domain.

        Raises
        ------
        ExpressionError
            A name is not among the columns.
        """
        with np.errstate(all="ignore"):
            return np.asarray(_value(self._tree, columns), dtype=np.float64)

    def dimension(self, of: Mapping[str, Dimension]) -> Dimension:
        """The dimension of the value, from those of its names. A literal zero goes with any.

        Raises
        ------
        ExpressionError
            It adds, compares or transforms what cannot be, or a name is unknown.
        """
        found = _dimension(self._tree, of)
        return DIMENSIONLESS if found is None else found


def _check(node: ast.AST, depth: int) -> None:
    """Refuse everything outside the grammar."""
    if depth == 0:
        raise ExpressionError(f"expected at most {DEEPEST} levels of nesting", _column(node))
    match node:
        case ast.Constant(value=bool()) | ast.Constant(value=complex()):
            raise ExpressionError(f"expected a number, got {node.value!r}", _column(node))
        case ast.Constant(value=int() | float()):
            if not np.isfinite(_number(node)):
                raise ExpressionError("expected a finite number", _column(node))
            parts: list[ast.expr] = []
        case ast.Name(id=name) if name in FUNCTIONS:
            raise ExpressionError(f"{name} is a function: expected {name}(...)", _column(node))
        case ast.Name() | ast.Attribute(value=ast.Name()):
            parts = []
        case ast.BinOp(op=op) if type(op) in BINARY:
            parts = [node.left, node.right]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
            parts = [node.operand]
        case ast.BoolOp():
            parts = node.values
        case ast.Compare(ops=ops) if all(type(op) in COMPARISONS for op in ops):
            parts = [node.left, *node.comparators]
        case ast.IfExp():
            parts = [node.test, node.body, node.orelse]
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            parts = _arguments(node, name)
        case _:
            raise ExpressionError(f"{type(node).__name__} is not part of the language", _column(node))
    for part in parts:
        _check(part, depth - 1)


def _arguments(call: ast.Call, name: str) -> list[ast.expr]:
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(f"no function {name!r}; there are {', '.join(sorted(FUNCTIONS))}", _column(call))
    if not function.least <= len(call.args) <= function.most:
        wanted = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
        raise ExpressionError(f"{name}: expected {wanted} arguments, got {len(call.args)}", _column(call))
    return call.args


def _value(node: ast.expr, columns: Mapping[str, Value]) -> Any:
    match node:
        case ast.Constant():
            return _number(node)
        case ast.Name() | ast.Attribute():
            return _looked_up(node, columns, CONSTANTS)
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](_value(left, columns), _value(right, columns))
        case ast.UnaryOp(op=op, operand=operand):
            value = _value(operand, columns)
            return (
                np.equal(value, 0) * 1.0 if isinstance(op, ast.Not) else -value if isinstance(op, ast.USub) else value
            )
        case ast.BoolOp(op=op, values=values):
            every = [np.not_equal(_value(value, columns), 0) for value in values]
            combine = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return combine.reduce(np.broadcast_arrays(*every)) * 1.0
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_value(side, columns) for side in (left, *comparators)]
            held = [COMPARISONS[type(op)](a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
            return np.logical_and.reduce(np.broadcast_arrays(*held)) * 1.0
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return np.where(np.not_equal(_value(test, columns), 0), _value(body, columns), _value(orelse, columns))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name].compute(*(_value(arg, columns) for arg in args))
    raise AssertionError(f"{type(node).__name__} passed the check")


def _dimension(node: ast.expr, of: Mapping[str, Dimension]) -> Dimension | None:
    """None is the dimension of a literal zero, which goes with any."""
    match node:
        case ast.Constant():
            return None if _number(node) == 0 else DIMENSIONLESS
        case ast.Name() | ast.Attribute():
            found: Dimension = _looked_up(node, of, PURE)
            return found
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_dimension(left, of), right, of)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            a, b = (_dimension(side, of) or DIMENSIONLESS for side in (left, right))
            return a * b if isinstance(op, ast.Mult) else a / b
        case ast.BinOp(left=left, right=right):
            return _common(node, [_dimension(left, of), _dimension(right, of)])
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            for part in [node.operand] if isinstance(node, ast.UnaryOp) else node.values:
                _dimension(part, of)
            return DIMENSIONLESS
        case ast.UnaryOp(operand=operand):
            return _dimension(operand, of)
        case ast.Compare(left=left, comparators=comparators):
            _common(node, [_dimension(side, of) for side in (left, *comparators)])
            return DIMENSIONLESS
        case ast.IfExp(test=test, body=body, orelse=orelse):
            _dimension(test, of)
            return _common(node, [_dimension(body, of), _dimension(orelse, of)])
        case ast.Call(func=ast.Name(id=name), args=args):
            return _of_function(node, name, [_dimension(arg, of) for arg in args])
    raise AssertionError(f"{type(node).__name__} passed the check")


def _power(base: Dimension | None, exponent: ast.expr, of: Mapping[str, Dimension]) -> Dimension | None:
    if (_dimension(exponent, of) or DIMENSIONLESS) != DIMENSIONLESS:
        raise ExpressionError("an exponent must be a plain number", _column(exponent))
    if base is None or base == DIMENSIONLESS:
        return DIMENSIONLESS
    try:
        with np.errstate(all="ignore"):
            power = float(_value(exponent, {}))
    except ExpressionError:
        raise ExpressionError(f"a quantity ({base}) can only be raised to a literal power", _column(exponent)) from None
    if not abs(power) <= LARGEST_POWER:
        raise ExpressionError(f"expected a power of at most {LARGEST_POWER}, got {power:g}", _column(exponent))
    return base.power(Fraction(power).limit_denominator(64))


def _common(node: ast.expr, sides: list[Dimension | None]) -> Dimension | None:
    known = [side for side in sides if side is not None]
    if not known:
        return None
    try:
        return alike(known)
    except Incompatible:
        other = next(side for side in known if side != known[0])
        raise ExpressionError(f"{known[0]} and {other} cannot be added or compared", _column(node)) from None


def _of_function(node: ast.expr, name: str, arguments: list[Dimension | None]) -> Dimension | None:
    known = [argument for argument in arguments if argument is not None]
    stand_in = known[0] if known and FUNCTIONS[name].most > 1 else DIMENSIONLESS
    try:
        return FUNCTIONS[name].rule([stand_in if argument is None else argument for argument in arguments])
    except Incompatible as error:
        raise ExpressionError(f"{name}: {error}", _column(node)) from None


def _looked_up(node: ast.expr, known: Mapping[str, Any], constants: Mapping[str, Any]) -> Any:
    name = _variable(node)
    for names in (known, constants):
        if name is not None and name in names:
            return names[name]
    raise ExpressionError(f"unknown name {name!r}", _column(node))


def _names(node: ast.AST) -> Iterator[str]:
    name = _variable(node)
    if name is not None:
        yield name
    else:
        for part in ast.iter_child_nodes(node):
            yield from _names(part)


def _variable(node: ast.AST) -> str | None:
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return f"{owner}.{attribute}"
        case ast.Name(id=name) if name not in FUNCTIONS:
            return name
    return None


def _number(node: ast.Constant) -> float:
    try:
        return float(node.value)  # type: ignore[arg-type]  # checked to be a number
    except OverflowError:
        return float("inf")


def _column(node: ast.AST) -> int:
    return int(getattr(node, "col_offset", 0)) + 1
