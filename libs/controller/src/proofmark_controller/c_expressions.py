"""Expressions in C, with the parentheses that they need and those that compilers ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from proofmark_controller.c_names import function_name, member_name, type_name
from proofmark_controller.nodes import (
    Binary,
    Call,
    Choose,
    Compare,
    Convert,
    Expression,
    Field,
    Local,
    Logic,
    Make,
    Member,
    Unary,
)
from proofmark_controller.scalars import LOWEST
from proofmark_controller.values import Constant, Enumeration, Scalar

PRIMARY, SIGN, PRODUCT, SUM, LOWER = 5, 4, 3, 2, 1
"""How tightly the outermost operator of a text binds; what binds less tightly than a sum always gets parentheses."""

CHECKED = {
    "+": "pm_add",
    "-": "pm_subtract",
    "*": "pm_multiply",
    "//": "pm_floor_divide",
    "%": "pm_remainder",
    "/": "pm_divide",
}
OF_TYPE = {Scalar.FLOAT32: "float", Scalar.INT32: "int32"}


@dataclass
class Writer:
    """Writes expressions, and notes which helpers and constants they need."""

    constants: Mapping[str, Constant]
    """What the file defines; other named constants are written out."""
    helpers: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    parameters: frozenset[str] = frozenset()
    """Locals whose NaN may have any bits, as their values were given and not stored."""

    def text(self, expression: Expression, site: int = 0) -> str:
        """An expression that nothing stands beside."""
        return self._write(expression, site)[0]

    def stored(self, expression: Expression, site: int = 0) -> str:
        """An expression whose value is kept: a NaN gets its bits here."""
        text = self.text(expression, site)
        settled = isinstance(expression, Constant | Convert | Field) or (
            isinstance(expression, Local) and expression.name not in self.parameters
        )
        return text if expression.type is not Scalar.FLOAT32 or settled else self._call("pm_canonical", text)

    def constant(self, constant: Constant) -> str:
        """A constant, by its name if the file defines it."""
        if isinstance(constant.type, Enumeration):
            member = next(name for name, number in constant.type.members if number == constant.value)
            return member_name(constant.type, member)
        if constant.name is not None and self.constants.get(constant.name) == constant:
            self.used.add(constant.name)
            return constant.name
        return literal(constant)

    def _write(self, expression: Expression, site: int) -> tuple[str, int]:
        match expression:
            case Constant():
                text = self.constant(expression)
                return text, SIGN if text.startswith("-") else PRIMARY
            case Local(name=name):
                return name, PRIMARY
            case Field(path=path):
                return f"self->{'.'.join(path)}", PRIMARY
            case Member(record=record, name=name):
                return f"{record.name}.{name}", PRIMARY
            case Unary():
                return self._unary(expression, site)
            case Binary():
                return self._binary(expression, site)
            case Compare(operator=operator, left=left, right=right):
                return f"{self._inner(left, SUM, site)} {operator} {self._inner(right, SUM, site)}", LOWER
            case Logic(operator=operator, left=left, right=right):
                symbol = "&&" if operator == "and" else "||"
                return f"{self._beside(left, symbol, site)} {symbol} {self._beside(right, symbol, site)}", LOWER
            case Choose(test=test, then=then, otherwise=otherwise):
                sides = (self._inner(side, SUM, site) for side in (test, then, otherwise))
                return "{} ? {} : {}".format(*sides), LOWER
            case Convert(type=kind, operand=operand):
                return self._convert(expression, type_name(kind), self.text(operand, site), site)
            case Call(function=function, arguments=arguments):
                return self._call(function_name(function), *(self.text(a, site) for a in arguments)), PRIMARY
            case Make(type=record, values=values):
                pairs = zip(record.fields, values, strict=True)
                members = ", ".join(f".{name} = {self.stored(value, site)}" for (name, _), value in pairs)
                return f"({type_name(record)}){{{members}}}", PRIMARY

    def _unary(self, node: Unary, site: int) -> tuple[str, int]:
        if node.operator in ("not", "~"):
            symbol = "!" if node.operator == "not" else "~"
            return f"{symbol}{self._inner(node.operand, PRIMARY, site)}", SIGN
        assert isinstance(node.type, Scalar)
        checked = (str(site), "pm_fault") if node.type is Scalar.INT32 else ()
        if node.operator == "abs":
            return self._call(f"pm_abs_{OF_TYPE[node.type]}", self.text(node.operand, site), *checked), PRIMARY
        if checked:
            return self._call("pm_negate", self.text(node.operand, site), *checked), PRIMARY
        return f"-{self._inner(node.operand, PRIMARY, site)}", SIGN

    def _binary(self, node: Binary, site: int) -> tuple[str, int]:
        assert isinstance(node.type, Scalar)
        operator = node.operator
        if operator in ("min", "max"):
            name = f"pm_{operator}_{OF_TYPE[node.type]}"
            return self._call(name, self.text(node.left, site), self.text(node.right, site)), PRIMARY
        if operator in ("&", "|", "^"):
            return f"{self._inner(node.left, SIGN, site)} {operator} {self._inner(node.right, SIGN, site)}", LOWER
        if node.type is Scalar.INT32 or operator == "/":
            sides = (self.text(node.left, site), self.text(node.right, site))
            return self._call(CHECKED[operator], *sides, str(site), "pm_fault"), PRIMARY
        level = PRODUCT if operator == "*" else SUM
        return f"{self._inner(node.left, level, site)} {operator} {self._inner(node.right, level + 1, site)}", level

    def _convert(self, node: Convert, name: str, text: str, site: int) -> tuple[str, int]:
        if node.type is Scalar.INT32 and node.operand.type is Scalar.FLOAT32:
            return self._call("pm_to_int32", text, str(site), "pm_fault"), PRIMARY
        return f"({name}){self._inner(node.operand, PRIMARY, site)}", SIGN

    def _inner(self, expression: Expression, least: int, site: int) -> str:
        text, level = self._write(expression, site)
        return text if level >= least else f"({text})"

    def _beside(self, expression: Expression, symbol: str, site: int) -> str:
        """A side of && or ||: a comparison may stand bare, and so may the same operator on the left."""
        text, level = self._write(expression, site)
        bare = isinstance(expression, Compare) or (isinstance(expression, Logic) and _symbol(expression) == symbol)
        return text if bare or level > LOWER else f"({text})"

    def _call(self, name: str, *arguments: str) -> str:
        if name.startswith("pm_"):
            self.helpers.add(name)
        return f"{name}({', '.join(arguments)})"


def literal(constant: Constant) -> str:
    """A number as C writes it: floats in hexadecimal, which no reader rounds."""
    match constant.type:
        case Scalar.BOOL:
            return "true" if constant.value else "false"
        case Scalar.FLOAT32:
            digits, exponent = float(constant.value).hex().split("p")
            digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
            return f"{digits}p{exponent}f /* {np.float32(constant.value)!s} */"
    return "INT32_MIN" if constant.value == LOWEST else str(int(constant.value))


def _symbol(node: Logic) -> str:
    return "&&" if node.operator == "and" else "||"
