"""Comparison of controllers bit for bit."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_controller import Controller
from proofmark_controller.evaluation import Columns


def bits(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What memory holds: tells -0 from 0, and NaNs apart."""
    return column.view(np.uint32) if column.dtype == np.float32 else column


def differences(one: Controller, other: Controller, inputs: Columns) -> Iterator[str]:
    """Tick both, and say what differs: outputs of every tick, then state and faults."""
    first, second = one.run(inputs), other.run(inputs)
    compared = {
        **{f"output {name}": (column, second[name]) for name, column in first.items()},
        **{f"state {name}": (column, other.state[name]) for name, column in one.state.items()},
        "faults": (one.faults, other.faults),
    }
    for name, (ours, theirs) in compared.items():
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        if count := int((bits(ours) != bits(theirs)).sum()):
            yield f"{name}: {count} of {ours.size}"
