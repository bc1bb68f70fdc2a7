"""A controller in its typed form: what the checker makes, and all that interpreter and generator read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofmark_controller.nodes import Local, Statement


class Scalar(StrEnum):
    FLOAT32 = "float32"
    INT32 = "int32"
    BOOL = "bool"


@dataclass(frozen=True)
class Enumeration:
    name: str
    members: tuple[tuple[str, int], ...]
    library: bool = False
    """Whether it comes from `proofmark_controller.blocks`; so below."""


Value = Scalar | Enumeration


@dataclass(frozen=True)
class Record:
    """A frozen dataclass: values that travel together."""

    name: str
    fields: tuple[tuple[str, Value], ...]
    library: bool = False


Type = Value | Record


@dataclass(frozen=True)
class Constant:
    type: Value
    value: float
    """An int, a bool, or a float that float32 holds exactly; never a NaN."""
    name: str | None = None
    """Of the constant of the module or the member of the enumeration that the source wrote, if it wrote one."""


@dataclass(frozen=True, eq=False)
class Function:
    """A function, or a method of a block."""

    name: str
    owner: "Block | None"
    parameters: "tuple[Local, ...]"
    returns: Type | None
    body: "tuple[Statement, ...]"
    faults: bool
    line: int
    doc: str = ""
    library: bool = False


@dataclass(frozen=True, eq=False)
class Block:
    """A dataclass with methods."""

    name: str
    fields: tuple[tuple[str, "Value | Block"], ...]
    doc: str = ""
    library: bool = False


@dataclass(frozen=True)
class StateValue:
    """One value of the state."""

    name: str
    """Below the controller, such as `pid.integral`."""
    type: Value
    initial: Constant
    parameter: bool
    """No method assigns it, so it keeps what it is given at the start."""


@dataclass(frozen=True)
class Site:
    """The part of a source whose operations may fault."""

    file: str
    start: tuple[int, int]
    """Line from 1, offset in bytes of UTF-8 from 0, as Python's syntax tree counts."""
    end: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.file}:{self.start[0]}"


@dataclass(frozen=True, eq=False)
class Program:
    """A checked controller."""

    name: str
    file: str
    source: str
    block: Block
    step: Function
    functions: tuple[Function, ...]
    """What `step` reaches, callees first; `step` is the last."""
    constants: Mapping[str, Constant]
    """Of the controller's own file."""
    inputs: Record
    outputs: Record
    safe_state: tuple[Constant, ...]
    """What stands on the outputs from the tick in which an operation faults; in their order."""
    state: tuple[StateValue, ...]
    sites: tuple[Site, ...]
