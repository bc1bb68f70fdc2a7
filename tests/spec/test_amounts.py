"""Amounts: quantities and expressions over parameters are told apart, and each must have the dimension asked for."""

from fractions import Fraction

import pytest

from proofmark_contracts.design import Constant
from proofmark_expression import Dimension
from proofmark_spec.amounts import amount, difference
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Wrong
from proofmark_spec.units import unit

POWER, TEMPERATURE = unit("W").dimension, unit("K").dimension


def known() -> dict[str, Parameter | None]:
    return {"loss": Parameter(Constant(value=50.0), unit("W")), "broken": None}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12 mW", 0.012),
        ("1e3 W", 1000.0),
        ("loss", "loss"),
        (" 2 * loss ", "2 * loss"),
        ("loss - 0.5 * loss", "loss - 0.5 * loss"),
        ("(loss + loss) / 2", "(loss + loss) / 2"),
        ("3 * broken", "3 * broken"),
    ],
)
def test_a_quantity_is_read_in_si_and_an_expression_is_kept(written: str, read: float | str) -> None:
    assert amount(written, POWER, known()) == read


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12 mm", f"expected {POWER}, got length"),
        (12, f"expected {POWER}, got a plain number"),
        ("12 W +/- 1", "expected a quantity without a tolerance"),
        ("los", "no parameter 'los', did you mean 'loss'?"),
        ("loss * loss", f"expected {POWER}"),
        ("12 watts of it", "watts"),
        ("loss +", "expected an arithmetic expression"),
        (["loss"], "expected a quantity such as 10 mm, got a list"),
    ],
)
def test_what_is_neither_or_of_another_kind_is_refused(written: object, said: str) -> None:
    with pytest.raises(Wrong) as told:
        amount(written, POWER, known())
    assert said in str(told.value)


def test_a_difference_of_temperatures_has_no_zero() -> None:
    assert difference("9 degF", TEMPERATURE) == float(Fraction(5))
    assert amount("50 degF", TEMPERATURE, known()) == pytest.approx(283.15)


def test_dimensions_are_what_they_say() -> None:
    assert unit("W/m^2/K").dimension == POWER / Dimension.of({"length": 2}) / TEMPERATURE
