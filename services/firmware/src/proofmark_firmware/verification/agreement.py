"""Tick by tick: what the chip took, made and kept is what the simulation took, made and kept."""

import numpy as np
import numpy.typing as npt

from proofmark_firmware.verification.ticks import Ticks

BITS = {4: np.uint32, 1: np.uint8}


def differences(chip: Ticks, simulation: Ticks) -> list[str]:
    """The first difference of each kind; none if every bit is the same."""
    found = [
        *_first("input", chip.sampled, simulation.sampled),
        *_first("output", chip.made, simulation.made),
        *_first("fault", chip.faults[:, :, None], simulation.faults[:, :, None]),
    ]
    for name, column in simulation.state.items():
        pair = (_bits(chip.state[name])[:, :, None], _bits(column)[:, :, None])
        found += _first(f"state {name}", *pair)
    return found


def _bits(column: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return np.ascontiguousarray(column).view(BITS[column.dtype.itemsize])


def _first(what: str, got: npt.NDArray[np.generic], wanted: npt.NDArray[np.generic]) -> list[str]:
    wrong = np.argwhere(got != wanted)
    if not wrong.size:
        return []
    vector, tick, index = wrong[np.lexsort((wrong[:, 0], wrong[:, 1]))][0]
    expected, found = wanted[vector, tick, index], got[vector, tick, index]
    which = f"{what} {index}" if got.shape[2] > 1 else what
    return [f"vector {vector}, tick {tick}, {which}: expected {expected}, got {found}"]
