"""`float32` and `int32` under CPython compute what numpy's types and exact arithmetic do."""

import operator
import struct
from collections.abc import Callable
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_controller import float32, int32
from proofmark_controller.errors import InvalidOperation

FLOATS = st.integers(0, 2**32 - 1).map(lambda bits: float32(struct.unpack("<f", struct.pack("<I", bits))[0]))
INTEGERS = st.integers(-(2**31), 2**31 - 1) | st.integers(-5, 5)
ARITHMETIC = [operator.add, operator.sub, operator.mul]
ORDER = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def bits(value: float | np.float32) -> int:
    """Of a float32; every NaN is one."""
    return 0x7FC00000 if isnan(value) else int(np.float32(value).view(np.uint32))


@pytest.mark.parametrize("apply", [*ARITHMETIC, operator.truediv])
@given(FLOATS, FLOATS)
def test_float32_arithmetic_is_that_of_numpy(apply: Callable[[Any, Any], Any], a: float32, b: float32) -> None:
    if apply is operator.truediv and b == 0:
        with pytest.raises(InvalidOperation):
            apply(a, b)
        return
    result = apply(a, b)
    assert type(result) is float32
    with np.errstate(all="ignore"):
        assert bits(result) == bits(apply(np.float32(a), np.float32(b)))


@pytest.mark.parametrize("apply", [*ARITHMETIC, operator.truediv])
@given(FLOATS, st.floats(allow_subnormal=True))
def test_a_plain_number_is_rounded_where_it_meets_a_float32(
    apply: Callable[[Any, Any], Any], a: float32, plain: float
) -> None:
    for left, right, rounded in ((a, plain, (a, float32(plain))), (plain, a, (float32(plain), a))):
        if apply is operator.truediv and rounded[1] == 0:
            continue
        assert bits(apply(left, right)) == bits(apply(*rounded))


@pytest.mark.parametrize("apply", ORDER)
@given(FLOATS, FLOATS, st.floats())
def test_float32_is_ordered_as_numpy_orders(
    apply: Callable[[Any, Any], Any], a: float32, b: float32, plain: float
) -> None:
    assert apply(a, b) is bool(apply(np.float32(a), np.float32(b)))
    assert apply(a, plain) is apply(a, float32(plain))


@given(FLOATS)
def test_signs_of_float32_are_those_of_numpy(a: float32) -> None:
    assert bits(-a) == bits(-np.float32(a))
    assert bits(abs(a)) == bits(abs(np.float32(a)))
    assert +a is a


def test_a_literal_that_no_float32_holds_equals_the_float32_it_rounds_to() -> None:
    assert float32(0.1) == 0.1
    assert not float32(0.1) > 0.1
    assert float32(0.1) != 0.2


def exact(apply: Callable[[Any, Any], Any], a: int, b: int) -> int | None:
    """In whole numbers without a bound; None where there is no result in 32 bits."""
    try:
        value = int(apply(a, b))
    except ZeroDivisionError:
        return None
    return value if -(2**31) <= value < 2**31 else None


@pytest.mark.parametrize(
    "apply", [*ARITHMETIC, operator.floordiv, operator.mod, operator.and_, operator.or_, operator.xor]
)
@given(INTEGERS, INTEGERS)
def test_int32_arithmetic_is_exact_or_refused(apply: Callable[[Any, Any], Any], a: int, b: int) -> None:
    for left, right in ((int32(a), int32(b)), (int32(a), b), (a, int32(b))):
        wanted = exact(apply, a, b)
        if wanted is None:
            with pytest.raises(InvalidOperation):
                apply(left, right)
        else:
            assert apply(left, right) == wanted
            assert type(apply(left, right)) is int32


@given(INTEGERS)
def test_signs_of_int32_are_exact_or_refused(a: int) -> None:
    for apply in (operator.neg, abs):
        if a == -(2**31):
            with pytest.raises(InvalidOperation):
                apply(int32(a))
        else:
            assert apply(int32(a)) == apply(a)
    assert ~int32(a) == ~a
    assert +int32(a) == a


@given(FLOATS)
def test_a_float32_is_cut_towards_zero_or_refused(a: float32) -> None:
    if abs(float(a)) < 2**31 or a == -(2**31):
        whole = int32(a)
        assert abs(whole) <= abs(Fraction(float(a))) < abs(whole) + 1
        assert whole == 0 or (whole > 0) is (a > 0)
    else:
        with pytest.raises(InvalidOperation):
            int32(a)


@given(INTEGERS)
def test_an_int32_becomes_the_nearest_float32(a: int) -> None:
    assert bits(float32(int32(a))) == bits(np.int32(a).astype(np.float32))
