"""Between the controller's numbers and the chip's: codes and levels in, compare values and levels out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_controller.evaluation import Columns
from proofmark_firmware.emulation.loaded import ANALOG, Loaded
from proofmark_firmware.errors import FirmwareError

IntArray = npt.NDArray[np.int32]
PWM = "pwm"


class NotACode(FirmwareError):
    """A number of the simulation that no code of the converter stands for."""

    def __init__(self, name: str, value: float) -> None:
        super().__init__(f"{name}: expected a number that its converter gives, got {value!r}")


def encoded(firmware: Loaded, inputs: Mapping[str, Any]) -> IntArray:
    """Codes and levels behind the controller's inputs.

    Parameters
    ----------
    inputs : mapping of arrays of one shape
        As the simulated controller is given them.

    Returns
    -------
    (..., k) int32 array

    Raises
    ------
    NotACode
    """
    return np.stack([_encoded(told, np.asarray(inputs[told["name"]])) for told in firmware.inputs], axis=-1)


def _encoded(told: Mapping[str, Any], column: npt.NDArray[Any]) -> IntArray:
    if told["kind"] != ANALOG:
        return column.astype(np.int32)
    gain, offset = np.float32(told["gain"]), np.float32(told["offset"])
    code = np.rint((column.astype(np.float64) - float(offset)) / float(gain))
    code = np.clip(code, 0, 2 ** told["bits"] - 1).astype(np.int32)
    wrong = decoded(told, code) != column
    if wrong.any():
        raise NotACode(told["name"], float(column[wrong].flat[0]))
    return code


def decoded(told: Mapping[str, Any], codes: IntArray) -> npt.NDArray[Any]:
    """What the controller takes codes or levels for."""
    if told["kind"] != ANALOG:
        return codes.astype(np.bool_)
    values: npt.NDArray[Any] = codes.astype(np.float32) * np.float32(told["gain"]) + np.float32(told["offset"])
    return values


def made(firmware: Loaded, outputs: Mapping[str, Any]) -> IntArray:
    """Compare values, levels and whole numbers of the controller's outputs.

    Returns
    -------
    (..., m) int32 array
    """
    return np.stack([_made(told, np.asarray(outputs[told["name"]])) for told in firmware.outputs], axis=-1)


def _made(told: Mapping[str, Any], column: npt.NDArray[Any]) -> IntArray:
    if told.get("kind") != PWM:
        return column.astype(np.int32)
    duty = np.where(column > 0, column, np.float32(0))
    scaled = np.where(duty < 1, duty, np.float32(1)) * np.float32(told["top"] + 1)
    return np.floor((scaled + np.float32(0.5)).astype(np.float64)).astype(np.int32)


def as_outputs(firmware: Loaded, record: IntArray, kinds: Columns) -> Columns:
    """The controller's outputs that these numbers stand for, in the types of `kinds`.

    A duty is the least exact of them: compare / (top + 1), which gives the same compare value again.
    """
    found: Columns = {}
    for index, told in enumerate(firmware.outputs):
        column: npt.NDArray[Any] = record[..., index]
        if told.get("kind") == PWM:
            column = column.astype(np.float32) / np.float32(told["top"] + 1)
        found[told["name"]] = column.astype(kinds[told["name"]].dtype)
    return found


def pins_of(firmware: Loaded, record: IntArray) -> IntArray:
    """Of numbers that were made, those that have a pin."""
    return record[..., [index for index, told in enumerate(firmware.outputs) if "pin" in told]]


def safe_pins(firmware: Loaded) -> IntArray:
    """(p,) what pins show in the safe state."""
    return pins_of(firmware, _constants(firmware, "safe"))


def first_pins(firmware: Loaded) -> IntArray:
    """(p,) what pins show before any tick took effect."""
    return pins_of(firmware, _constants(firmware, "first"))


def _constants(firmware: Loaded, which: str) -> IntArray:
    values = {told["name"]: np.array(told[which], np.float32 if told.get("kind") == PWM else np.int32)
              for told in firmware.outputs}  # fmt: skip
    return made(firmware, values)


def sampled_in(firmware: Loaded, record: IntArray) -> IntArray:
    """Of `pm_record`, what was sampled."""
    return record[..., 1 : 1 + len(firmware.inputs)]


def made_in(firmware: Loaded, record: IntArray) -> IntArray:
    """Of `pm_record`, what was made."""
    return record[..., 1 + len(firmware.inputs) :]
