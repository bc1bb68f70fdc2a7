"""Types of the subset, and values of them."""

from dataclasses import dataclass
from enum import StrEnum


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
class Block:
    """A dataclass with methods."""

    name: str
    fields: tuple[tuple[str, "Value | Block"], ...]
    doc: str = ""
    library: bool = False
