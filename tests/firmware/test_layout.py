from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofmark_controller import check
from proofmark_controller.values import Block, Scalar
from proofmark_firmware.layout import FAULT, layout_of

from .conftest import FAN

LOCK = FAN.parents[2] / "examples" / "photonic-lock" / "controller.py"


def aligned(block: Block) -> Any:
    """The same struct as numpy aligns it, which is as C does."""
    kinds: dict[object, Any] = {Scalar.FLOAT32: np.float32, Scalar.BOOL: np.bool_}
    fields = [
        (name, aligned(kind) if isinstance(kind, Block) else kinds.get(kind, np.int32)) for name, kind in block.fields
    ]
    return np.dtype(fields, align=True)


@pytest.mark.parametrize("path", [FAN / "controller.py", LOCK])
def test_every_value_lies_where_numpy_aligns_it(path: Path) -> None:
    program = check(path.read_text())
    state = aligned(program.block)
    whole: Any = np.dtype([*((name, state[name]) for name in state.names), (FAULT, np.int32)], align=True)
    layout = layout_of(program)
    assert layout.size == whole.itemsize
    assert [slot.name for slot in layout.slots[:-1]] == [value.name for value in program.state]
    for slot in layout.slots:
        at, part = 0, whole
        for name in slot.name.split("."):
            part, offset = part.fields[name][:2]
            at += offset
        assert slot.offset == at, slot.name
