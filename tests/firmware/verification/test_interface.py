"""Codes and compare values: the firmware's arithmetic is the co-simulation's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_cosim import Adc, Pwm
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.graph import Kind, slot
from proofmark_firmware.verification.interface import NotACode, _encoded, _made, decoded

BITS = 12


def analogue(low: float, high: float) -> dict[str, Any]:
    converter = Adc(low, high, BITS)
    gain, offset = float(np.float32(converter.step)), float(np.float32(low))
    return {"name": "x", "kind": "analog", "bits": BITS, "gain": gain, "offset": offset}


@given(st.floats(-100.0, 100.0), st.floats(0.5, 500.0), st.integers(0, 2**BITS - 1))
def test_a_code_is_found_again_behind_its_number(low: float, span: float, code: int) -> None:
    told = analogue(low, low + span)
    codes = np.array([code], np.int32)
    np.testing.assert_array_equal(_encoded(told, decoded(told, codes)), codes)


@given(st.floats(width=32), st.integers(100, 65_535))
def test_a_compare_value_is_that_of_the_simulation(duty: float, steps: int) -> None:
    top = steps - 1
    column = np.array([duty], np.float32)
    expected = evaluated(Pwm(top).compare(slot("duty", Kind.FLOAT32)), {"duty": column})
    np.testing.assert_array_equal(_made({"kind": "pwm", "top": top}, column), expected)


@given(st.integers(0, 65_535), st.integers(100, 65_535))
def test_a_duty_of_a_compare_value_gives_it_again(compare: int, steps: int) -> None:
    compare = min(compare, steps)
    duty = np.array([compare], np.float32) / np.float32(steps)
    assert _made({"kind": "pwm", "top": steps - 1}, duty)[0] == compare


def test_a_number_between_two_codes_is_refused() -> None:
    told = analogue(0.0, 4096.0)
    with pytest.raises(NotACode, match=r"x: expected a number that its converter gives, got 1\.5"):
        _encoded(told, np.array([1.5], np.float32))
