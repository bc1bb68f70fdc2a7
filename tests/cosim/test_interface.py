"""Only whole numbers cross between plant and controller."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_controller import check
from proofmark_cosim import (
    Adc,
    ControllerUse,
    CosimError,
    Placed,
    Pwm,
    Ranging,
    Recording,
    System,
    assumptions,
    simulate,
)
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.graph import Kind, parameter, slot
from proofmark_cosim.plants import RcThermal

from .systems import closed_loop

ECHO = check("""
from dataclasses import dataclass
from enum import IntEnum
from proofmark_controller import float32, int32

class Mode(IntEnum):
    COLD = 3
    HOT = 7

@dataclass(frozen=True)
class Inputs:
    x: float32
    n: int32
    pin: bool

@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.25)
    n: int32 = int32(-1)
    pin: bool = True
    mode: Mode = Mode.HOT

@dataclass
class Echo:
    state: Mode = Mode.COLD
    ticks: int32 = int32(0)

    def step(self, inputs: Inputs) -> Outputs:
        self.ticks = self.ticks + 1
        self.state = Mode.HOT if self.ticks >= 3 else Mode.COLD
        return Outputs(duty=inputs.x, n=inputs.n, pin=inputs.pin, mode=self.state)
""")
FLOATS = st.floats(-1e3, 1e3)


def echo(period_s: float = 0.1, **connect: str) -> System:
    return System(
        cycle_s=0.1,
        duration_s=1.2,
        plants={"heat": Placed(RcThermal())},
        connect={
            "heat.heater": "controller.duty",
            "controller.x": "heat.rise",
            "controller.n": "heat.rise * 1000",
            "controller.pin": "heat.rise > 0.3",
        }
        | {name.replace("_", "."): text for name, text in connect.items()},
        controller=ControllerUse(ECHO, period_s, converters={"x": Adc(0.0, 2.0)}),
    )


def signals(system: System) -> dict[str, list[float]]:
    traces = simulate(system, {}, recording=Recording([0])).traces
    assert traces is not None
    return {name: column[0].tolist() for name, column in traces.signals.items()}


@given(FLOATS, st.integers(1, 16))
def test_an_adc_gives_the_nearest_code_and_clamps(x: float, bits: int) -> None:
    adc = Adc(-40.0, 160.0, bits)
    code = int(evaluated(adc.code(parameter("x")), {"x": np.array([x])})[0])
    ideal = (x + 40) / 200 * 2**bits
    assert 0 <= code <= 2**bits - 1
    assert abs(code - ideal) <= 0.5 + 1e-9 or (code == 0 and ideal < 0) or (code == 2**bits - 1 and ideal > code)


@given(st.integers(0, 4095))
def test_a_code_means_one_number_of_the_controller(code: int) -> None:
    """One multiplication and one addition in float32, as the chip does them."""
    adc = Adc(-50.0, 280.0)
    taken = evaluated(adc.decoded(slot("code", Kind.INT64)), {"code": np.array([code])})
    assert taken.dtype == np.float32
    assert taken[0] == np.float32(code) * np.float32(330 / 4096) + np.float32(-50)


def test_a_plant_that_is_no_number_reads_as_code_0() -> None:
    assert evaluated(Adc(0.0, 1.0).code(parameter("x")), {"x": np.array([np.nan])})[0] == 0


@given(st.floats(-1e30, 1e30).filter(lambda x: x == 0 or abs(x) > 1e-30))
def test_the_ideal_converter_keeps_twelve_bits(x: float) -> None:
    taken = float(evaluated(Ranging().taken(parameter("x")), {"x": np.array([x])})[0])
    mantissa, _ = np.frexp(taken)
    assert mantissa * 2**12 == round(mantissa * 2**12)
    assert abs(taken - x) <= abs(x) * 2.0**-12


@given(st.floats(width=32), st.integers(1, 65535))
def test_a_duty_becomes_the_nearest_compare_value(duty: float, top: int) -> None:
    pwm = Pwm(top)
    compare = int(evaluated(pwm.compare(slot("d", Kind.FLOAT32)), {"d": np.array([duty], np.float32)})[0])
    wanted = min(max(duty, 0.0), 1.0) * (top + 1) if duty == duty else 0.0  # noqa: PLR0124
    assert 0 <= compare <= top + 1
    assert abs(compare - wanted) <= 0.5 + (top + 1) * 2.0**-23
    seen = evaluated(pwm.seen(slot("c", Kind.INT64)), {"c": np.array([compare])})[0]
    assert seen == compare / (top + 1)


def test_what_a_tick_makes_takes_effect_at_the_next() -> None:
    seen = signals(echo())
    codes = np.floor(np.array(seen["heat.rise"]) / 2 * 4096 + 0.5)
    np.testing.assert_array_equal(seen["controller.duty"][1:], np.minimum(codes[:-1] / 2048, 1))
    np.testing.assert_array_equal(seen["controller.n"][1:], np.floor(np.array(seen["heat.rise"][:-1]) * 1000 + 0.5))
    np.testing.assert_array_equal(seen["controller.pin"][1:], np.array(seen["heat.rise"][:-1]) > 0.3)


def test_a_slow_controller_holds_its_outputs_for_a_period() -> None:
    seen = signals(echo(0.3))
    taken = np.minimum(np.floor(np.array(seen["heat.rise"])[::3] / 2 * 4096 + 0.5) / 2048, 1)
    expected = [0.25] * 3 + np.repeat(taken, 3).tolist()
    assert seen["controller.duty"] == expected[: len(seen["controller.duty"])]


def test_before_the_first_tick_the_safe_state_stands_and_the_state_is_told() -> None:
    seen = signals(echo())
    assert [seen[f"controller.{name}"][0] for name in ("duty", "n", "pin", "mode")] == [0.25, -1, 1, 3]
    assert seen["controller.mode"][:5] == [3, 3, 3, 7, 7]


@pytest.mark.parametrize(("given_", "taken"), [("1e12", 2.0**31 - 1), ("-1e12", -(2.0**31)), ("2.5", 3), ("-2.5", -2)])
def test_whole_numbers_are_rounded_and_clamped(given_: str, taken: float) -> None:
    assert signals(echo(controller_n=given_))["controller.n"][1] == taken


def test_a_fault_enters_the_safe_state_and_is_told() -> None:
    """A trap inside the controller is a result of the run, not a missing one."""
    program = check(ECHO.source.replace("n=inputs.n", "n=inputs.n // (self.ticks - 4)"))
    system = replace(echo(), controller=ControllerUse(program, 0.1))
    result = simulate(system, {}, rows=2)
    assert [str(program.sites[fault - 1]) for fault in result.faults] == ["controller.py:31"] * 2
    assert result.broken_at.tolist() == [-1, -1]
    seen = signals(system)
    assert seen["controller.duty"][4:] == [0.25] * 9
    assert seen["controller.mode"][4:] == [7] * 9


@settings(max_examples=5, deadline=None)
@given(st.lists(st.floats(-1.0, -0.1), min_size=1, max_size=3))
def test_parameters_of_the_controller_differ_from_row_to_row(gains: list[float]) -> None:
    columns = {"kp": np.array(gains), "r": np.full(len(gains), 10.0), "offset": np.full(len(gains), 0.3)}
    together = simulate(closed_loop(60), columns, vectors=[0] * len(gains))
    for row in range(len(gains)):
        one = simulate(closed_loop(60), {name: column[row : row + 1] for name, column in columns.items()})
        assert one.metrics["energy"][0] == together.metrics["energy"][row]


def test_the_interface_is_stated() -> None:
    system = echo()
    assert assumptions(system) == {"x": "12 bits from 0 to 2", "duty": "PWM of 4096 steps"}
    bare = replace(system, controller=ControllerUse(ECHO, 0.1))
    assert assumptions(bare)["x"] == "ideal, 12 significant bits"


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (ControllerUse(ECHO, 0.1, parameters={"gain": 1.0}), "controller.parameters: expected one of state, ticks"),
        (ControllerUse(ECHO, 0.1, converters={"n": Adc(0.0, 1.0)}), "controller: expected one of x, got 'n'"),
        (ControllerUse(ECHO, 0.1, drives={"pin": Pwm()}), "controller: expected one of duty, got 'pin'"),
        (ControllerUse(ECHO, 0.15), "controller.period: expected a positive multiple of the cycle, 0.1 s, got 0.15 s"),
    ],
)
def test_what_is_no_part_of_the_controller_is_refused(use: ControllerUse, told: str) -> None:
    with pytest.raises(CosimError, match=told):
        simulate(replace(echo(), controller=use), {})
