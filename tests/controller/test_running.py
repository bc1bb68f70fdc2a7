"""What every implementation of a controller promises to whoever runs it."""

from collections.abc import Callable

import numpy as np
import pytest

from proofmark_controller import Controller, Interpreter, Program
from proofmark_controller.cpython import CPython
from proofmark_controller.errors import MissingInput, OutOfRange, UnknownName, WrongColumn
from proofmark_controller.evaluation import Columns
from proofmark_controller.host import HostController, compilers, shared_object

from .agreement import bits
from .inputs import columns

VECTORS = 5
Make = Callable[[Program, Columns], Controller]


def interpreted(program: Program, values: Columns) -> Controller:
    return Interpreter(program, VECTORS, values)


def by_cpython(program: Program, values: Columns) -> Controller:
    return CPython(program, VECTORS, values)


def compiled(program: Program, values: Columns) -> Controller:
    found = compilers()
    if not found:
        pytest.skip("no C compiler is installed")
    return HostController(program, shared_object(program, found[0]), VECTORS, values)


@pytest.fixture(params=[interpreted, by_cpython, compiled])
def make(request: pytest.FixtureRequest) -> Make:
    found: Make = request.param
    return found


def test_a_run_is_its_steps(make: Make, fan_control: Program) -> None:
    inputs = columns(fan_control, 3, 6, VECTORS)
    whole = make(fan_control, {}).run(inputs)
    controller = make(fan_control, {})
    for tick in range(6):
        row = controller.step({name: column[tick] for name, column in inputs.items()})
        for name, column in row.items():
            np.testing.assert_array_equal(bits(column), bits(whole[name][tick]))


def test_a_vector_does_not_depend_on_the_others(make: Make, fan_control: Program) -> None:
    inputs = columns(fan_control, 4, 6, VECTORS)
    alone = {name: np.repeat(column[:, 2:3], VECTORS, axis=1) for name, column in inputs.items()}
    together, repeated = make(fan_control, {}).run(inputs), make(fan_control, {}).run(alone)
    for name, column in together.items():
        np.testing.assert_array_equal(bits(column[:, 2]), bits(repeated[name][:, 0]))


def test_each_vector_has_the_parameters_that_it_is_given(make: Make, fan_control: Program) -> None:
    gains = np.array([-0.01, -0.02, -0.04, -0.08, -0.16], np.float32)
    controller = make(fan_control, {"fan.kp": gains, "fan.ki": np.zeros(VECTORS, np.float32)})
    made = controller.step({"temp_degc": np.full(VECTORS, 64.0, np.float32), "enable": np.zeros(VECTORS, np.bool_)})
    np.testing.assert_array_equal(made["fan_duty"], gains * np.float32(-4.0))
    np.testing.assert_array_equal(controller.state["fan.kp"], gains)


def test_the_state_begins_as_the_source_says(make: Make, fan_control: Program) -> None:
    for value in fan_control.state:
        assert set(make(fan_control, {}).state[value.name].tolist()) == {value.initial.value}


def test_the_state_that_is_handed_out_is_a_copy(make: Make, fan_control: Program) -> None:
    controller = make(fan_control, {})
    controller.state["tick"][:] = 7
    controller.faults[:] = 7
    assert set(controller.state["tick"].tolist()) == set(controller.faults.tolist()) == {0}


def test_a_nan_at_the_start_is_canonical(make: Make, fan_control: Program) -> None:
    odd = np.full(VECTORS, 0xFFFFFFFF, np.uint32).view(np.float32)
    assert set(bits(make(fan_control, {"fan.kp": odd}).state["fan.kp"]).tolist()) == {0x7FC00000}


@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ({"fan.gain": np.zeros(5)}, UnknownName, "unknown state value: expected one of mode, hot_ticks, tick, smooth"),
        (
            {"fan.kp": np.zeros(VECTORS)},
            WrongColumn,
            r"fan.kp: expected float32 of shape \(5,\), got float64 of shape \(5,\)",
        ),
        (
            {"tick": np.zeros(4, np.int32)},
            WrongColumn,
            r"tick: expected int32 of shape \(5,\), got int32 of shape \(4,\)",
        ),
        ({"mode": np.full(VECTORS, 3, np.int32)}, OutOfRange, "mode: expected numbers of Mode, got 3"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(
    make: Make, fan_control: Program, values: Columns, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        make(fan_control, values)


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"temp_degc": np.zeros((2, VECTORS))}, WrongColumn, "temp_degc: expected float32 of shape"),
        (
            {"enable": np.zeros((3, VECTORS), np.bool_)},
            WrongColumn,
            r"enable: expected bool of shape \(2, 5\), got bool of",
        ),
        (
            {"speed": np.zeros((2, VECTORS), np.float32)},
            UnknownName,
            "unknown input: expected one of temp_degc, enable, got",
        ),
        ({"enable": None}, MissingInput, "missing input: expected temp_degc, enable, got temp_degc"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    make: Make, fan_control: Program, changes: Columns, error: type[Exception], told: str
) -> None:
    inputs = {"temp_degc": np.zeros((2, VECTORS), np.float32), "enable": np.zeros((2, VECTORS), np.bool_), **changes}
    with pytest.raises(error, match=told):
        make(fan_control, {}).run({name: column for name, column in inputs.items() if column is not None})
