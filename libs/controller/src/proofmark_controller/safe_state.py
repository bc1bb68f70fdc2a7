"""What stands on the outputs once an operation had no result."""

import ast
from collections.abc import Mapping
from math import isfinite

from proofmark_controller.errors import OutOfRange, UnknownName
from proofmark_controller.plain import FLOAT32_MAX, rounded_to_float32
from proofmark_controller.scalars import HIGHEST, LOWEST
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Constant, Enumeration, Record, Scalar, Value


def safe_outputs(
    step: ast.AST, outputs: Record, defaults: Mapping[str, Constant], wanted: Mapping[str, float | str]
) -> tuple[Constant, ...]:
    """A constant for each output: what is wanted, or its field's default."""
    names = [name for name, _ in outputs.fields]
    for name in wanted:
        if name not in names:
            raise UnknownName("output in the safe state", names, name)
    for name, kind in outputs.fields:
        if name not in wanted and name not in defaults:
            raise Outside(step, f"the output {name} has no safe value", f"write {name}: {kind} = ... in {outputs.name}")
    return tuple(
        _constant(name, kind, wanted[name]) if name in wanted else defaults[name] for name, kind in outputs.fields
    )


def _constant(name: str, kind: Value, value: float | str) -> Constant:
    if isinstance(kind, Enumeration):
        for member, number in kind.members:
            if member == value:
                return Constant(kind, number, member)
        raise OutOfRange(name, f"one of {', '.join(member for member, _ in kind.members)}", value)
    if kind is Scalar.BOOL:
        if isinstance(value, bool) or value in (0, 1):
            return Constant(kind, bool(value))
        raise OutOfRange(name, "true or false", value)
    if isinstance(value, str | bool):
        raise OutOfRange(name, "a number", value)
    if kind is Scalar.INT32:
        if value == value // 1 and LOWEST <= value <= HIGHEST:
            return Constant(kind, int(value))
        raise OutOfRange(name, f"a whole number from {LOWEST} to {HIGHEST}", value)
    if not isfinite(rounded_to_float32(value)):
        raise OutOfRange(name, f"at most {FLOAT32_MAX:.8g}", value)
    return Constant(kind, rounded_to_float32(value))
