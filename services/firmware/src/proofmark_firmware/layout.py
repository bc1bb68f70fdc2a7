"""How C lays out the controller's state on an Arm: every type aligned to its own size (AAPCS32, 5.3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from proofmark_controller.program import Program
from proofmark_controller.values import Block, Scalar, Value

WORD = 4
FAULT = "pm_fault"
"""The generator's own value behind the state's: 0, or the number of the operation that had no result."""


@dataclass(frozen=True)
class Slot:
    """A value of the state."""

    name: str
    """Such as `pid.kp`."""
    type: str
    """`float32`, `int32` or `bool`; an enumeration is an int32."""
    offset: int


@dataclass(frozen=True)
class StateLayout:
    """All of them, and the size of it all in bytes."""

    slots: tuple[Slot, ...]
    size: int


def layout_of(program: Program) -> StateLayout:
    """Lay out the state."""
    slots = list(_slots(program.block, "", 0))
    fault = _aligned(_end(program.block), WORD)
    return StateLayout((*slots, Slot(FAULT, str(Scalar.INT32), fault)), fault + WORD)


def _slots(block: Block, prefix: str, start: int) -> Iterator[Slot]:
    offset = start
    for name, kind in block.fields:
        offset = _aligned(offset, _alignment(kind))
        if isinstance(kind, Block):
            yield from _slots(kind, f"{prefix}{name}.", offset)
        else:
            yield Slot(f"{prefix}{name}", _told(kind), offset)
        offset += _size(kind)


def _end(block: Block) -> int:
    """Where a block's last field ends."""
    offset = 0
    for _, kind in block.fields:
        offset = _aligned(offset, _alignment(kind)) + _size(kind)
    return offset


def _size(kind: Value | Block) -> int:
    if isinstance(kind, Block):
        return _aligned(_end(kind), _alignment(kind))
    return 1 if kind is Scalar.BOOL else WORD


def _alignment(kind: Value | Block) -> int:
    if isinstance(kind, Block):
        return max((_alignment(inner) for _, inner in kind.fields), default=1)
    return 1 if kind is Scalar.BOOL else WORD


def _aligned(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


def _told(kind: Value) -> str:
    return str(kind) if isinstance(kind, Scalar) else str(Scalar.INT32)
