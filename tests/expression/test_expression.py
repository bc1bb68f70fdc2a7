"""The language against Python's own arithmetic, and against what must not be in it."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_expression import DIMENSIONLESS, FUNCTIONS, Dimension, Expression, ExpressionError

LENGTH, TIME = Dimension.of({"length": 1}), Dimension.of({"time": 1})
SPEED = LENGTH / TIME

numbers = st.floats(0.1, 10).map(lambda x: f"{x!r}")
leaves = st.sampled_from(["a", "b"]) | numbers
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda e: f"(-{e})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} < {t[2]} else {t[2]})"),
    ),
    max_leaves=12,
)


@given(text=expressions, a=st.floats(0.1, 10), b=st.floats(0.1, 10))
def test_values_are_those_of_python(text: str, a: float, b: float) -> None:
    try:
        expected = eval(text, {"min": min}, {"a": a, "b": b})
    except ZeroDivisionError:
        return
    got = Expression.parse(text).evaluate({"a": a, "b": b})
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(text=expressions)
def test_columns_give_row_by_row_what_single_values_give(text: str) -> None:
    a, b = np.linspace(0.5, 2, 7), np.linspace(3, 0.1, 7)
    whole = np.broadcast_to(Expression.parse(text).evaluate({"a": a, "b": b}), 7)
    rows = [float(Expression.parse(text).evaluate({"a": a[i], "b": b[i]})) for i in range(7)]
    np.testing.assert_array_equal(whole, rows)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 ** 3 ** 2", 512.0),
        ("-2 ** 2", -4.0),
        ("1 < 2 < 3", 1.0),
        ("1 < 3 < 2", 0.0),
        ("not (1 > 2 or 2 > 3)", 1.0),
        ("1 and 0", 0.0),
        ("pi", math.pi),
        ("hypot(3, 4)", 5.0),
        ("clip(7, 0, 5)", 5.0),
        ("max(1, 2, 3)", 3.0),
        ("round(2.5)", 2.0),
        ("heat.ntc + 1", 301.0),
    ],
)
def test_known_values(text: str, value: float) -> None:
    assert Expression.parse(text).evaluate({"heat.ntc": 300.0}) == value


OF_PYTHON: dict[str, Callable[..., float]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": round,
    "clip": lambda x, low, high: max(low, min(x, high)),
    "sign": lambda x: math.copysign(1, x),
    "in_degC": lambda kelvin: kelvin - 273.15,
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(st.floats(0.05, 0.95), st.floats(1.05, 9))
def test_every_function_is_what_its_name_says(name: str, small: float, large: float) -> None:
    expected = OF_PYTHON.get(name) or getattr(math, name)
    arguments = [large if name == "acosh" else small, 0.5, 0.6][: FUNCTIONS[name].least]
    text = f"{name}({', '.join(map(repr, arguments))})"
    assert Expression.parse(text).evaluate({}) == pytest.approx(expected(*arguments), rel=1e-14)


@pytest.mark.parametrize(("text", "expected"), [("1/0", math.inf), ("0/0", math.nan), ("log(-1)", math.nan)])
def test_leaving_the_domain_is_a_value_and_no_warning(text: str, expected: float) -> None:
    np.testing.assert_equal(float(Expression.parse(text).evaluate({})), expected)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "column 1: expected an arithmetic expression"),
        ("a +", "expected an arithmetic expression"),
        ("__import__(os)", "column 1: no function '__import__'"),
        ("a.b.c", "column 1: Attribute is not part of the language"),
        ("a.b(c)", "column 1: Call is not part of the language"),
        ("a[0]", "column 2: '[' is not part of the language"),
        ("{a}", "column 1: '{' is not part of the language"),
        ("lambda: 1", "column 7: ':' is not part of the language"),
        ("'text'", 'column 1: "\'" is not part of the language'),
        ("a @ b", "column 3: '@' is not part of the language"),
        ("2 · a", "column 3: '·' is not part of the language"),
        ("a\0", "column 2: '\\x00' is not part of the language"),
        ("a if b", "expected an arithmetic expression"),
        ("(x for x in y)", "column 1: GeneratorExp is not part of the language"),
        ("a, b", "column 1: Tuple is not part of the language"),
        ("await a", "column 1: Await is not part of the language"),
        ("None", "column 1: Constant is not part of the language"),
        ("True", "column 1: expected a number, got True"),
        ("1j", "column 1: expected a number, got 1j"),
        ("1e999", "column 1: expected a finite number"),
        ("9" * 400, "column 1: expected a finite number"),
        ("9" * 1999, "column 1: expected a finite number"),
        ("a // b", "column 1: BinOp is not part of the language"),
        ("a in b", "column 1: Compare is not part of the language"),
        ("a is b", "column 1: Compare is not part of the language"),
        ("1 + min", "column 5: min is a function: expected min(...)"),
        ("min(1)", "column 1: min: expected 2 to 16 arguments, got 1"),
        ("sqrt(1, 2)", "column 1: sqrt: expected 1 arguments, got 2"),
        ("max(*a)", "column 1: max: expected 2 to 16 arguments, got 1"),
        ("max(1, key=2)", "column 1: Call is not part of the language"),
        ("-" * 250 + "1", "expected at most 200 levels of nesting"),
        ("-" * 1999 + "1", "column 201: expected at most 200 levels of nesting"),
        ("(" * 1000 + ")" * 1000, "expected an arithmetic expression"),
        ("1" + "+1" * 1000, "column 2001: expected at most 2000 characters, got 2001"),
    ],
)
def test_everything_else_is_refused(text: str, told: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        Expression.parse(text)
    assert told in str(refusal.value)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="column 5: unknown name 'b'"):
        Expression.parse("a + b").evaluate({"a": 1.0})


def test_names_are_what_the_caller_must_give() -> None:
    assert Expression.parse("sqrt(a) + heat.ntc * pi").names == {"a", "heat.ntc"}


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("x / t", SPEED),
        ("x * x", LENGTH.power(Fraction(2))),
        ("sqrt(x ** 2)", LENGTH),
        ("x ** 0.5", Dimension.of({"length": 0.5})),
        ("max(x, 0)", LENGTH),
        ("0 if x > 0 else -x", LENGTH),
        ("exp(x / x)", DIMENSIONLESS),
        ("atan2(x, x)", DIMENSIONLESS),
        ("x < 2 * x", DIMENSIONLESS),
        ("2", DIMENSIONLESS),
        ("0", DIMENSIONLESS),
    ],
)
def test_dimensions_follow(text: str, dimension: Dimension) -> None:
    assert Expression.parse(text).dimension({"x": LENGTH, "t": TIME}) == dimension


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x + t", "column 1: length and time cannot be added or compared"),
        ("2 * (x - 1)", "column 6: length and a plain number cannot be added or compared"),
        ("x < t", "column 1: length and time cannot be added or compared"),
        ("exp(x)", "column 1: exp: expected a plain number, got length"),
        ("min(x, t)", "column 1: min: expected arguments of one dimension, got length and time"),
        ("2 ** x", "column 6: an exponent must be a plain number"),
        ("x ** (t / t)", "can only be raised to a literal power"),
        ("x ** 1000", "column 6: expected a power of at most 64, got 1000"),
        ("x ** (1 / 0)", "column 7: expected a power of at most 64, got inf"),
        ("x + nobody", "column 5: unknown name 'nobody'"),
    ],
)
def test_dimensions_that_do_not_go_together_are_refused(text: str, told: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        Expression.parse(text).dimension({"x": LENGTH, "t": TIME})
    assert told in str(refusal.value)


def test_a_sum_of_many_terms_is_no_nesting_to_speak_of() -> None:
    terms = [f"x{i}" for i in range(150)]
    assert Expression.parse(" + ".join(terms)).evaluate(dict.fromkeys(terms, 2.0)) == 300.0


def test_spelling_that_python_warns_of_is_read_in_silence() -> None:
    assert Expression.parse("1if 2else 3").evaluate({}) == 1.0


def test_columns_count_from_the_first_character_that_is_not_blank() -> None:
    with pytest.raises(ExpressionError, match="column 5: unknown name 'b'"):
        Expression.parse("  a + b").evaluate({"a": 1.0})


@given(st.text(max_size=60) | st.text("abx01.+-*/()<>=!, ,minsqrt", max_size=60))
def test_any_text_is_an_expression_or_an_error_with_a_column(text: str) -> None:
    try:
        expression = Expression.parse(text)
    except ExpressionError as error:
        assert 1 <= error.column <= len(text) + 2
        return
    value = expression.evaluate(dict.fromkeys(expression.names, 1.5))
    assert value.shape == ()


@given(st.integers(1, 60), st.integers(1, 60))
def test_roots_of_roots_are_exact(one: int, other: int) -> None:
    x = LENGTH.power(Fraction(1, one)).power(Fraction(1, other))
    assert x.power(Fraction(one * other)) == LENGTH


LAWS = [
    ("({a}) * ({b})", "({b}) * ({a})"),
    ("({a}) / ({b})", "({a}) * ({b}) ** -1"),
    ("sqrt(({a}) ** 2)", "abs({a})"),
    ("({a}) - 2 * ({a})", "-({a})"),
    ("hypot({a}, {a})", "max({a}, {a})"),
]
PRODUCTS = st.lists(st.sampled_from(["x", "t", "x ** 2", "2"]), min_size=1, max_size=4).map(" * ".join)


@pytest.mark.parametrize(("left", "right"), LAWS)
@given(a=PRODUCTS, b=PRODUCTS)
def test_what_is_equal_has_one_dimension(left: str, right: str, a: str, b: str) -> None:
    of = {"x": LENGTH, "t": TIME}
    one, other = (Expression.parse(law.format(a=a, b=b)).dimension(of) for law in (left, right))
    assert one == other


@given(st.sampled_from(sorted(FUNCTIONS)), st.floats(0.1, 5), st.floats(2, 7))
def test_a_function_that_keeps_a_dimension_scales_with_its_unit(name: str, value: float, unit: float) -> None:
    """The table's two columns agree: what is of dimension x^p grows with the unit to the p."""
    function = FUNCTIONS[name]
    try:
        dimension = function.rule([LENGTH] * function.least)
    except ValueError:
        return
    power = float(dict(dimension.exponents).get("length", 0))
    arguments = [value * (i + 1) for i in range(function.least)]
    scaled = function.compute(*(argument * unit for argument in arguments))
    assert scaled == pytest.approx(function.compute(*arguments) * unit**power)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(-3, 3)), max_size=4).map(dict),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(-3, 3)), max_size=4).map(dict),
)
def test_dimensions_are_a_group(one: dict[str, int], other: dict[str, int]) -> None:
    a, b = Dimension.of(one), Dimension.of(other)
    assert a * b == b * a
    assert a * b / b == a
    assert a / a == DIMENSIONLESS


def test_only_a_temperature_can_be_told_in_degrees_celsius() -> None:
    of = {"t": Dimension.of({"temperature": 1}), "x": LENGTH}
    assert Expression.parse("in_degC(t)").dimension(of) == DIMENSIONLESS
    with pytest.raises(ExpressionError, match="in_degC: expected a temperature, got length"):
        Expression.parse("in_degC(x)").dimension(of)
