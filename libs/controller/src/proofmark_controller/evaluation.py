"""Expressions in numpy: one value for each vector, every operation in the type that it has on the chip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_controller.nodes import (
    Binary,
    Call,
    Choose,
    Compare,
    Convert,
    Expression,
    Field,
    Function,
    Local,
    Logic,
    Make,
    Member,
    Unary,
)
from proofmark_controller.scalars import HIGHEST, LOWEST
from proofmark_controller.values import Constant, Enumeration, Scalar, Value

Column = npt.NDArray[Any]
"""(n,) array: float32, int32 or bool; enumerations are int32."""
Columns = dict[str, Column]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int32]

CANONICAL_NAN = np.uint32(0x7FC00000).view(np.float32)

OF_FLOAT: Mapping[str, Callable[[Column, Column], Column]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
OF_INTEGER: Mapping[str, Callable[..., Column]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "//": np.floor_divide,
    "%": np.remainder,
}
OF_BITS: Mapping[str, Callable[[Column, Column], Column]] = {
    "&": np.bitwise_and,
    "|": np.bitwise_or,
    "^": np.bitwise_xor,
}
ORDER: Mapping[str, Callable[[Column, Column], Column]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def dtype_of(kind: Value) -> np.dtype[Any]:
    """How a column of a type is stored."""
    return np.dtype("int32" if isinstance(kind, Enumeration) else str(kind))


def canonical(values: Column) -> Column:
    """The same values, every NaN with the bits 7FC00000; nothing happens to what is no float."""
    return np.where(values == values, values, CANONICAL_NAN) if values.dtype == np.float32 else values  # noqa: PLR0124


@dataclass
class Frame:
    """Where expressions are evaluated: one call of a function or method, in all vectors at once."""

    locals: dict[str, Any]
    """Columns, and a mapping of columns for each record."""
    state: Columns
    prefix: tuple[str, ...]
    """Of the block that is `self`."""
    faults: IntArray
    """(n,) sites that faulted, 0 for none; written here."""
    call: Callable[[Function, tuple[Any, ...], BoolArray], Any]
    """Runs a function in the vectors of a mask."""

    def evaluate(self, expression: Expression, lanes: BoolArray, site: int) -> Any:
        """Compute a column, or a mapping of columns for a record; faults count in these lanes only.

        Parameters
        ----------
        lanes : (n,) bool array
            Vectors that execute this.
        site
            What `faults` becomes where an operation has no result; the values there mean nothing.
        """
        match expression:
            case Constant():
                return dtype_of(expression.type).type(expression.value)
            case Local(name=name):
                return self.locals[name]
            case Field(path=path):
                return self.state[".".join((*self.prefix, *path))]
            case Member(record=record, name=name):
                return self.locals[record.name][name]
            case Logic(operator=operator, left=left, right=right):
                first = self.evaluate(left, lanes, site)
                rest = self.evaluate(right, lanes & (first if operator == "and" else ~first), site)
                return first & rest if operator == "and" else first | rest
            case Choose(test=test, then=then, otherwise=otherwise):
                chosen = self.evaluate(test, lanes, site)
                return np.where(
                    chosen, self.evaluate(then, lanes & chosen, site), self.evaluate(otherwise, lanes & ~chosen, site)
                )
            case Compare(operator=operator, left=left, right=right):
                return ORDER[operator](self.evaluate(left, lanes, site), self.evaluate(right, lanes, site))
            case Binary(left=left, right=right):
                a, b = self.evaluate(left, lanes, site), self.evaluate(right, lanes, site)
                return self._binary(expression, a, b, lanes, site)
            case Unary(operand=operand):
                return self._unary(expression, self.evaluate(operand, lanes, site), lanes, site)
            case Convert(operand=operand):
                return self._convert(expression, self.evaluate(operand, lanes, site), lanes, site)
            case Call(function=function, arguments=arguments):
                return self.call(function, tuple(self.evaluate(a, lanes, site) for a in arguments), lanes)
            case Make(type=record, values=values):
                columns = (self.evaluate(value, lanes, site) for value in values)
                return {name: canonical(c) for (name, _), c in zip(record.fields, columns, strict=True)}

    def _binary(self, node: Binary, a: Column, b: Column, lanes: BoolArray, site: int) -> Column:
        match node.operator:
            case "min":
                return np.where(b < a, b, a)
            case "max":
                return np.where(b > a, b, a)
            case "/" | "//" | "%":
                self._mark(b == 0, lanes, site)
                if node.type is Scalar.INT32:
                    b = np.where(b == 0, np.int32(1), b)
        if node.type is Scalar.FLOAT32:
            return OF_FLOAT[node.operator](a, b)
        if node.operator in OF_BITS:
            return OF_BITS[node.operator](a, b)
        return self._narrow(OF_INTEGER[node.operator](a, b, dtype=np.int64), lanes, site)

    def _unary(self, node: Unary, a: Column, lanes: BoolArray, site: int) -> Column:
        match node.operator:
            case "not":
                return np.logical_not(a)
            case "~":
                return np.invert(a)
        apply: Callable[..., Column] = np.negative if node.operator == "-" else np.abs
        return apply(a) if node.type is Scalar.FLOAT32 else self._narrow(apply(a, dtype=np.int64), lanes, site)

    def _convert(self, node: Convert, a: Column, lanes: BoolArray, site: int) -> Column:
        if a.dtype == np.float32:
            inside = (a >= np.float32(LOWEST)) & (a < -np.float32(LOWEST))
            self._mark(~inside, lanes, site)
            a = np.where(inside, a, np.float32(0))
        return a.astype(dtype_of(node.type))

    def _narrow(self, wide: Column, lanes: BoolArray, site: int) -> Column:
        self._mark((wide < LOWEST) | (wide > HIGHEST), lanes, site)
        return wide.astype(np.int32)

    def _mark(self, bad: Column, lanes: BoolArray, site: int) -> None:
        self.faults[bad & lanes & (self.faults == 0)] = site
