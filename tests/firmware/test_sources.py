"""What the run-time is generated from: headers that know every peripheral, arithmetic that is the simulation's."""

import ctypes
import re
from importlib.resources import files
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_boards import board_of, boards
from proofmark_boards.wiring import PWM_CHANNELS, timer_number
from proofmark_controller.host import compilers
from proofmark_cosim import Adc, Pwm
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.graph import Kind, convert, parameter, slot
from proofmark_firmware.sources import script, sources
from proofmark_firmware.target import Target

from .conftest import fan

RUNTIME = files("proofmark_firmware") / "runtime"


def header(family: str) -> str:
    return (RUNTIME / f"{family}.h").read_text()


@pytest.mark.parametrize("name", boards())
def test_the_header_of_a_family_knows_every_timer_and_converter_of_its_parts(name: str) -> None:
    board = board_of(name)
    text = header(board.family.name)
    functions = {function for pin in board.part.pins for function in board.part.functions(pin)}
    timers = {f.peripheral for f in functions if f.peripheral.startswith("TIM") and f.signal in PWM_CHANNELS}
    converters = {f.peripheral for f in functions if f.peripheral.startswith("ADC")}
    assert timers and converters
    for peripheral in timers | converters | {board.log.uart}:
        assert f"#define PM_{peripheral} 0x" in text
        assert f"#define PM_{peripheral}_CLOCK " in text


@pytest.mark.parametrize("name", boards())
def test_a_timer_is_enabled_on_the_bus_that_its_frequency_is_computed_from(name: str) -> None:
    board = board_of(name)
    buses = dict(re.findall(r"#define PM_(TIM\d+)_CLOCK PM_RCC_(APB\d)", header(board.family.name)))
    functions = {function for pin in board.part.pins for function in board.part.functions(pin)}
    for function in functions:
        if function.peripheral.startswith("TIM") and function.signal in PWM_CHANNELS:
            expected = "APB2" if timer_number(function) in board.family.apb2_timers else "APB1"
            assert buses[function.peripheral] == expected


def test_the_same_target_gives_the_same_text() -> None:
    assert sources(fan()) == sources(fan())
    assert script(fan()) == script(fan())


def test_the_controller_starts_with_the_medians_of_its_parameters() -> None:
    assert fan().start == {"gain": float(np.float32(0.025))}
    assert f"pm_controller.gain = {float(np.float32(0.025)).hex()}f;" in sources(fan())["interface.c"]


def test_outputs_that_tell_of_the_state_start_as_it_does_and_others_safe() -> None:
    first = {written.name: written.first.value for written in fan().outputs()}
    assert first == {"motor_duty": 0.0, "fan_duty": 1.0, "led": False, "mode": 0}


def code(target: Target) -> str:
    return sources(target)["interface.c"]


def test_pins_are_set_up_as_the_part_wants_them() -> None:
    text = code(fan())
    assert "pm_pwm_start(PM_TIM1, 1u, 0u, 8399u, 0u, true);" in text
    assert "pm_pwm_start(PM_TIM3, 1u, 0u, 3359u, 3360u, false);" in text
    assert "pm_pin_start(0u, 8u, PM_ALTERNATE, 1u); /* Motor_PWM */" in text
    assert "pm_pin_start(0u, 1u, PM_ANALOG, 0u); /* Temp_ADC */" in text
    assert "pm_adc_read(PM_ADC1, 1u, &code_0)" in text
    assert "pm_adc_read(PM_ADC1, 6u, &code_0)" in code(fan("nucleo-l476rg"))


def test_every_source_is_of_the_family_of_its_board() -> None:
    of_f4, of_l4 = set(sources(fan())), set(sources(fan("nucleo-l476rg")))
    assert {"clock_stm32f4.c", "adc_stm32f4.c", "stm32f4.h"} == of_f4 - of_l4
    assert {"clock_stm32l4.c", "adc_stm32l4.c", "stm32l4.h"} == of_l4 - of_f4


CODES = np.arange(4096)


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4))
def test_a_code_is_taken_for_what_the_simulation_takes_it_for(low: float, width: float) -> None:
    adc = Adc(low, low + width)
    gain, offset = np.float32(adc.step), np.float32(adc.low)
    on_chip = CODES.astype(np.float32) * gain + offset
    simulated = evaluated(adc.decoded(convert(parameter("code"), Kind.INT64)), {"code": CODES.astype(np.float64)})
    assert on_chip.tobytes() == np.asarray(simulated, np.float32).tobytes()


@pytest.fixture(scope="module")
def compare(tmp_path_factory: pytest.TempPathFactory) -> "ctypes.CDLL":
    """`pm_compare` of the run-time, compiled for this machine."""
    found = compilers()
    if not found:
        pytest.skip("no C compiler on this machine")
    folder: Path = tmp_path_factory.mktemp("compare")
    text = (RUNTIME / "pins.c").read_text()
    function = text[text.index("uint32_t pm_compare") :]
    (folder / "compare.c").write_text(f"#include <stdint.h>\n{function}")
    command = [*found[0].command, "-std=c11", "-O2", "-ffp-contract=off", "-shared", "-fPIC", "compare.c", "-o", "c.so"]
    run(command, cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "c.so"))
    library.pm_compare.argtypes, library.pm_compare.restype = [ctypes.c_float, ctypes.c_float], ctypes.c_uint32
    return library


@given(st.floats(width=32), st.integers(100, 65_535))
def test_a_duty_becomes_the_compare_value_of_the_simulation(compare: ctypes.CDLL, duty: float, steps: int) -> None:
    simulated = evaluated(Pwm(steps - 1).compare(slot("d", Kind.FLOAT32)), {"d": np.array([duty], np.float32)})
    assert compare.pm_compare(duty, float(steps)) == int(np.asarray(simulated).ravel()[0])
