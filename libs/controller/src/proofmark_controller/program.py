"""A controller in its typed form: what the checker makes, and all that interpreter and generator read."""

from collections.abc import Mapping
from dataclasses import dataclass

from proofmark_controller.nodes import Function
from proofmark_controller.values import Block, Constant, Record, Value


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
