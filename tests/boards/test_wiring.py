import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_boards import Asked, BoardError, board_of, boards, wired
from proofmark_boards.wiring import Use

DISCOVERY = board_of("stm32f4-discovery")


def problem(*asked: Asked) -> str:
    """Of the last pin, the others being sound."""
    wiring = wired(DISCOVERY, {f"p{index}": one for index, one in enumerate(asked)})
    assert list(wiring.problems) == [f"p{len(asked) - 1}"]
    return str(wiring.problems[f"p{len(asked) - 1}"])


def test_pins_get_what_their_datasheet_gives_them() -> None:
    asked = {
        "temperature": Asked("PA1", "analog"),
        "enable": Asked("PA0", "input"),
        "motor": Asked("PA8", "pwm", 20e3),
        "fan": Asked("PC6", "pwm", 25e3),
        "led": Asked("PD12", "output"),
    }
    wiring = wired(DISCOVERY, asked)
    assert not wiring.problems
    functions = {name: str(pin.function) for name, pin in wiring.pins.items() if pin.function}
    assert functions == {"temperature": "ADC1_IN1", "motor": "TIM1_CH1", "fan": "TIM3_CH1"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([Asked("PA8", "pwm", 1e3, "TIM2_CH1")], "PA8 cannot be TIM2_CH1: it can be TIM1_CH1"),
        ([Asked("PK0", "input")], "STM32F407VGT6 has no pin PK0: there is no port K"),
        ([Asked("A8", "input")], "STM32F407VGT6 has no pin A8, expected one such as PA8"),
        (
            [Asked("PA8", "pwm", 50e6)],
            "frequency: expected 0.03912 Hz to 1.68 MHz, with 100 steps of duty at 168 MHz, got 50 MHz",
        ),
        ([Asked("PD8", "analog")], "PD8 cannot be an analogue input: it can be neither PWM nor analogue"),
        ([Asked("PA0", "input"), Asked("PA0", "output")], "PA0 is used already: p0"),
        ([Asked("PA13", "output")], "PA13 is used already: the debugger's SWDIO"),
        ([Asked("PA2", "input")], "PA2 is used already: the log, USART2_TX"),
        ([Asked("PH0", "input")], "PH0 is used already: the oscillator"),
        ([Asked("PA0", "input", None, "TIM2_CH1")], "PA0 cannot be TIM2_CH1 as a plain input"),
        (
            [Asked("PD12", "pwm", 1e3), Asked("PD13", "pwm", 1.1e3)],
            "PD13 has no timer left: TIM4 runs at 1 kHz for p0",
        ),
        (
            [Asked("PA8", "pwm", 1e3), Asked("PE9", "pwm", 1e3)],
            "PE9 has no timer left: TIM1_CH1 is p0's",
        ),
    ],
)
def test_what_a_pin_cannot_do_is_told(asked: list[Asked], expected: str) -> None:
    assert problem(*asked).startswith(expected)


def test_pins_of_one_timer_share_its_frequency() -> None:
    wiring = wired(DISCOVERY, {"a": Asked("PD12", "pwm", 1e3), "b": Asked("PD13", "pwm", 1e3)})
    assert {str(pin.function) for pin in wiring.pins.values()} == {"TIM4_CH1", "TIM4_CH2"}


def test_an_earlier_pin_makes_room_for_a_later_one() -> None:
    wiring = wired(DISCOVERY, {"free": Asked("PC6", "pwm", 1e3), "bound": Asked("PB4", "pwm", 2e3)})
    assert {name: str(pin.function) for name, pin in wiring.pins.items()} == {"free": "TIM8_CH1", "bound": "TIM3_CH1"}


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Asked]]:
    name = draw(st.sampled_from(boards()))
    pins = draw(st.lists(st.sampled_from(sorted(board_of(name).part.pins)), max_size=12))
    uses: st.SearchStrategy[Use] = st.sampled_from(["analog", "pwm", "input", "output"])
    hertz = st.sampled_from([1e3, 20e3])
    return name, {f"p{i}": Asked(pin, draw(uses), draw(hertz)) for i, pin in enumerate(pins)}


@settings(max_examples=60)
@given(requests())
def test_no_pin_channel_or_frequency_is_given_twice(case: tuple[str, dict[str, Asked]]) -> None:
    board, asked = board_of(case[0]), case[1]
    wiring = wired(board, asked)
    assert wiring.pins.keys() | wiring.problems.keys() == asked.keys()
    assert not wiring.pins.keys() & wiring.problems.keys()
    assert all(isinstance(error, BoardError) for error in wiring.problems.values())
    taken = [pin.pin for pin in wiring.pins.values()]
    assert len(set(taken)) == len(taken)
    assert not set(taken) & set(board.taken)
    pwm = [pin for pin in wiring.pins.values() if pin.use == "pwm"]
    assert len({pin.function for pin in pwm}) == len(pwm)
    channels = {str(pin.function) for pin in pwm}
    assert len(channels) == len(pwm)
    of_timer: dict[str, set[object]] = {}
    for pin in pwm:
        assert pin.function is not None
        assert pin.function in board.part.functions(pin.pin)
        of_timer.setdefault(pin.function.peripheral, set()).add(pin.timing)
    assert all(len(timings) == 1 for timings in of_timer.values())
