"""What stands on the outputs once an operation had no result."""

import math

import numpy as np
import pytest

from proofmark_controller import Controller, Interpreter, Refused, check
from proofmark_controller.errors import ControllerError, OutOfRange, UnknownName
from proofmark_controller.host import HostController, compilers, shared_object

SOURCE = """\
from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32


class Mode(IntEnum):
    RUN = 0
    STOPPED = 4


@dataclass(frozen=True)
class Inputs:
    x: int32


@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.25)
    steps: int32 = int32(3)
    brake: bool = True
    mode: Mode = Mode.STOPPED


@dataclass
class Divider:
    ticks: int32 = int32(0)

    def step(self, inputs: Inputs) -> Outputs:
        self.ticks = self.ticks + 1
        steps = 100 // inputs.x
        return Outputs(duty=float32(1.0), steps=steps, brake=False, mode=Mode.RUN)
"""
WANTED: dict[str, float | str] = {"duty": 0.1, "steps": -7, "brake": False, "mode": "RUN"}


def outputs(controller: Controller, x: int) -> dict[str, object]:
    made = controller.step({"x": np.array([x], np.int32)})
    return {name: column[0].item() for name, column in made.items()}


def test_the_defaults_of_the_outputs_are_the_safe_state() -> None:
    controller = Interpreter(check(SOURCE), 1)
    assert outputs(controller, 5) == {"duty": 1.0, "steps": 20, "brake": False, "mode": 0}
    assert outputs(controller, 0) == {"duty": 0.25, "steps": 3, "brake": True, "mode": 4}


def test_the_safe_state_stays_and_no_tick_is_counted() -> None:
    controller = Interpreter(check(SOURCE), 1)
    outputs(controller, 0)
    assert outputs(controller, 5) == {"duty": 0.25, "steps": 3, "brake": True, "mode": 4}
    assert controller.state["ticks"] == 1
    assert str(controller.program.sites[controller.faults[0] - 1]) == "controller.py:31"


@pytest.mark.parametrize("compiled", [False, True])
def test_what_is_wanted_takes_the_place_of_defaults(compiled: bool) -> None:
    if compiled and not compilers():
        pytest.skip("no C compiler is installed")
    program = check(SOURCE, safe_state=WANTED)
    controller: Controller = Interpreter(program, 1)
    if compiled:
        controller = HostController(program, shared_object(program, compilers()[0]), 1)
    assert outputs(controller, 0) == {"duty": float(np.float32(0.1)), "steps": -7, "brake": False, "mode": 0}


def test_an_output_without_a_default_takes_what_is_wanted() -> None:
    bare = SOURCE.replace("duty: float32 = float32(0.25)", "duty: float32")
    assert check(bare, safe_state={"duty": 2}).safe_state[0].value == 2.0
    with pytest.raises(Refused, match="the output duty has no safe value"):
        check(bare)


@pytest.mark.parametrize(
    ("wanted", "error", "told"),
    [
        (
            {"fan": 1.0},
            UnknownName,
            "unknown output in the safe state: expected one of duty, steps, brake, mode, got 'fan'",
        ),
        ({"duty": "full"}, OutOfRange, "duty: expected a number, got 'full'"),
        ({"duty": 1e39}, OutOfRange, "duty: expected at most 3.4028235e+38, got 1e+39"),
        ({"duty": math.nan}, OutOfRange, "duty: expected at most 3.4028235e+38, got nan"),
        ({"steps": 0.5}, OutOfRange, "steps: expected a whole number from -2147483648 to 2147483647, got 0.5"),
        ({"steps": 2**31}, OutOfRange, "steps: expected a whole number from -2147483648 to 2147483647, got 2147483648"),
        ({"steps": math.inf}, OutOfRange, "steps: expected a whole number from -2147483648 to 2147483647, got inf"),
        ({"brake": 2}, OutOfRange, "brake: expected true or false, got 2"),
        ({"mode": 4}, OutOfRange, "mode: expected one of RUN, STOPPED, got 4"),
    ],
)
def test_what_an_output_cannot_be_is_refused(
    wanted: dict[str, float | str], error: type[ControllerError], told: str
) -> None:
    with pytest.raises(error) as refusal:
        check(SOURCE, safe_state=wanted)
    assert str(refusal.value) == told
