"""Plain numbers: literals and counters of loops, which take the type of the value they meet."""

import ast
from collections.abc import Callable
from ctypes import c_float
from dataclasses import dataclass
from math import isfinite
from typing import Any

from proofmark_controller.module import one, told
from proofmark_controller.nodes import Expression, Local
from proofmark_controller.scalars import HIGHEST, LOWEST
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Constant, Scalar, Type

FLOAT32_MAX = 3.4028234663852886e38


def rounded_to_float32(value: float) -> float:
    """The nearest float32, ties to even; infinite beyond the largest."""
    try:
        return c_float(value).value
    except OverflowError:
        return float("inf")


@dataclass(frozen=True)
class Number:
    """A literal, or arithmetic of literals: computed as Python does, rounded where it meets a type."""

    value: int | float


@dataclass(frozen=True)
class Counter:
    """The counter of a loop: a whole number that an int32 holds, but plain under CPython."""

    name: str


Plain = Number | Counter

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}


def fold(node: ast.BinOp, left: Number, right: Number) -> Number:
    """Arithmetic of literals."""
    try:
        return Number(ARITHMETIC[type(node.op)](left.value, right.value))
    except ArithmeticError as exc:
        raise Outside(node, "arithmetic without a result", "write its value") from exc


def float32_constant(node: ast.AST, value: float) -> Constant:
    """A number rounded to float32."""
    if not isfinite(rounded := rounded_to_float32(value)):
        raise Outside(node, "a number beyond float32", f"write at most {FLOAT32_MAX:.8g}")
    return Constant(Scalar.FLOAT32, rounded)


def int32_constant(node: ast.AST, value: int | float) -> Constant:
    """A whole number of 32 bits."""
    if isinstance(value, float):
        raise Outside(node, f"{value!r} where an int32 belongs", "write a whole number, or float32(n)")
    if not LOWEST <= value <= HIGHEST:
        raise Outside(node, "a number beyond int32", f"write {LOWEST} to {HIGHEST}")
    return Constant(Scalar.INT32, value)


def settle(node: ast.AST, plain: Plain, met: Type) -> Expression:
    """Give a plain number the type of the value that it meets."""
    if met is Scalar.FLOAT32 and isinstance(plain, Counter):
        raise Outside(node, f"the counter {plain.name} meets a float32", f"write float32({plain.name})")
    if met is Scalar.FLOAT32 and isinstance(plain, Number):
        constant = float32_constant(node, plain.value)
        if isinstance(plain.value, int) and constant.value != plain.value:
            raise Outside(node, f"{plain.value} is no float32", f"write float32({plain.value}) to round it")
        return constant
    if met is Scalar.INT32:
        return Local(met, plain.name) if isinstance(plain, Counter) else int32_constant(node, plain.value)
    if met is Scalar.BOOL:
        raise Outside(node, "a plain number meets a bool", "write True or False")
    raise Outside(node, f"a plain number meets {one(met)}", f"write a value of {told(met)}")


def untyped(node: ast.AST, plain: Plain) -> Outside:
    """What to say of a plain number that meets no type."""
    if isinstance(plain, Counter):
        return Outside(node, f"the counter {plain.name} has no type here", f"write int32({plain.name})")
    kind = "float32" if isinstance(plain.value, float) else "int32"
    return Outside(node, f"{plain.value!r} has no type here", f"write {kind}({plain.value!r})")
