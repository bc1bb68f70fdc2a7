"""`float32` and `int32` for CPython: what a controller imports, and how its source runs unmodified.

Every operation of `float32` is computed in double and rounded once. For + - * / this equals the float32 operation,
since 53 >= 2 * 24 + 2 bits (Figueroa, When is double rounding innocuous?, SIGNUM Newsletter 30(3), 1995). What raises
`InvalidOperation` here enters the safe state elsewhere: division by zero, an int32 that overflows, a float32 without
an int32.
"""

from __future__ import annotations

from ctypes import c_float

from proofmark_controller.errors import InvalidOperation

LOWEST, HIGHEST = -(2**31), 2**31 - 1


class float32(float):  # noqa: N801  # spelled as numpy spells it
    """A number of IEEE 754 binary32; plain numbers that it meets are rounded to it."""

    __slots__ = ()

    def __new__(cls, value: float) -> float32:
        return float.__new__(cls, c_float(value).value)

    def __add__(self, other: float) -> float32:
        return float32(float(self) + c_float(other).value)

    def __radd__(self, other: float) -> float32:
        return float32(c_float(other).value + float(self))

    def __sub__(self, other: float) -> float32:
        return float32(float(self) - c_float(other).value)

    def __rsub__(self, other: float) -> float32:
        return float32(c_float(other).value - float(self))

    def __mul__(self, other: float) -> float32:
        return float32(float(self) * c_float(other).value)

    def __rmul__(self, other: float) -> float32:
        return float32(c_float(other).value * float(self))

    def __truediv__(self, other: float) -> float32:
        return _quotient(float(self), c_float(other).value)

    def __rtruediv__(self, other: float) -> float32:
        return _quotient(c_float(other).value, float(self))

    def __neg__(self) -> float32:
        return float32(-float(self))

    def __pos__(self) -> float32:
        return self

    def __abs__(self) -> float32:
        return float32(abs(float(self)))

    def __lt__(self, other: float) -> bool:
        return float(self) < c_float(other).value

    def __le__(self, other: float) -> bool:
        return float(self) <= c_float(other).value

    def __gt__(self, other: float) -> bool:
        return float(self) > c_float(other).value

    def __ge__(self, other: float) -> bool:
        return float(self) >= c_float(other).value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | float) and float(self) == c_float(other).value

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__


class int32(int):  # noqa: N801  # spelled as numpy spells it
    """A whole number of 32 bits; a float32 is cut towards zero."""

    __slots__ = ()

    def __new__(cls, value: float) -> int32:
        try:
            whole = int(value)
        except (ValueError, OverflowError) as exc:
            raise InvalidOperation(f"int32: expected a number, got {value!r}") from exc
        if not LOWEST <= whole <= HIGHEST:
            raise InvalidOperation(f"int32: expected {LOWEST} to {HIGHEST}, got {whole}")
        return int.__new__(cls, whole)

    def __add__(self, other: int) -> int32:
        return int32(int(self) + int(other))

    def __radd__(self, other: int) -> int32:
        return int32(int(other) + int(self))

    def __sub__(self, other: int) -> int32:
        return int32(int(self) - int(other))

    def __rsub__(self, other: int) -> int32:
        return int32(int(other) - int(self))

    def __mul__(self, other: int) -> int32:
        return int32(int(self) * int(other))

    def __rmul__(self, other: int) -> int32:
        return int32(int(other) * int(self))

    def __floordiv__(self, other: int) -> int32:
        return _floored(int(self), int(other))

    def __rfloordiv__(self, other: int) -> int32:
        return _floored(int(other), int(self))

    def __mod__(self, other: int) -> int32:
        return _remainder(int(self), int(other))

    def __rmod__(self, other: int) -> int32:
        return _remainder(int(other), int(self))

    def __and__(self, other: int) -> int32:
        return int32(int(self) & int(other))

    __rand__ = __and__

    def __or__(self, other: int) -> int32:
        return int32(int(self) | int(other))

    __ror__ = __or__

    def __xor__(self, other: int) -> int32:
        return int32(int(self) ^ int(other))

    __rxor__ = __xor__

    def __invert__(self) -> int32:
        return int32(~int(self))

    def __neg__(self) -> int32:
        return int32(-int(self))

    def __pos__(self) -> int32:
        return self

    def __abs__(self) -> int32:
        return int32(abs(int(self)))


def _quotient(dividend: float, divisor: float) -> float32:
    if divisor == 0:
        raise InvalidOperation("division by zero")
    return float32(dividend / divisor)


def _floored(dividend: int, divisor: int) -> int32:
    if divisor == 0:
        raise InvalidOperation("division by zero")
    return int32(dividend // divisor)


def _remainder(dividend: int, divisor: int) -> int32:
    if divisor == 0:
        raise InvalidOperation("division by zero")
    return int32(dividend % divisor)
