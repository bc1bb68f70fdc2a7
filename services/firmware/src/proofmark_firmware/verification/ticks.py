"""What controllers took and made, tick by tick, on chips and beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proofmark_controller import Controller, Program
from proofmark_firmware.emulation import Loaded, Observed
from proofmark_firmware.verification.interface import IntArray, decoded, made, made_in, sampled_in


@dataclass(frozen=True, eq=False)
class Ticks:
    """What n controllers took and made in m ticks.

    Attributes
    ----------
    sampled : (n, m, k) int32 array
        Codes and levels.
    made : (n, m, o) int32 array
        Compare values, levels and whole numbers.
    state : mapping of (n, m) arrays
        Behind each tick.
    faults : (n, m) int32 array
    """

    sampled: IntArray
    made: IntArray
    state: Mapping[str, npt.NDArray[np.generic]]
    faults: IntArray


def on_chip(firmware: Loaded, program: Program, seen: Observed) -> Ticks:
    """What chips took and made."""
    return Ticks(
        sampled=sampled_in(firmware, seen.record),
        made=made_in(firmware, seen.record),
        state={value.name: seen.state[value.name] for value in program.state},
        faults=seen.status[:, :, 3],
    )


def expected(firmware: Loaded, controller: Controller, inputs: IntArray) -> Ticks:
    """What a controller makes of (n, m, k) codes and levels.

    Parameters
    ----------
    controller
        At its start, with a vector for each chip.
    """
    given = {told["name"]: decoded(told, inputs[..., i]).T for i, told in enumerate(firmware.inputs)}
    trace = controller.trace(given)
    return Ticks(
        sampled=inputs,
        made=made(firmware, trace.outputs).swapaxes(0, 1),
        state={name: column.T for name, column in trace.state.items()},
        faults=trace.faults.T,
    )
