"""An image with what is known of it: where emulators find inputs, outputs and state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from json import loads
from typing import Any

import numpy as np

from proofmark_boards import Board, board_of
from proofmark_firmware.building import ELF, STATEMENT, Built

WORD = 4
ANALOG, INPUT = "analog", "input"
DTYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}


@dataclass(frozen=True)
class Loaded:
    """What goes into a chip's flash, and the statement of the image."""

    statement: Mapping[str, Any]
    parts: Mapping[int, bytes]
    """By address."""
    elf: bytes = b""
    entry: int | None = None
    """Of the vector table that reset finds; the image's own if None."""

    @classmethod
    def of(cls, built: Built) -> "Loaded":
        """An image as it was built."""
        return cls(loads(built.files[STATEMENT]), {built.image.start: built.image.data}, built.files[ELF])

    @property
    def start(self) -> int:
        """Of the vector table."""
        return int(self.statement["place"]["start"]) if self.entry is None else self.entry

    @cached_property
    def board(self) -> Board:
        return board_of(self.statement["board"])

    @property
    def period_s(self) -> float:
        """From tick to tick, as the chip's clock reaches it."""
        return float(self.statement["tick"]["reached_s"])

    def symbol(self, name: str) -> int:
        """The address of a symbol."""
        return int(self.statement["symbols"][name]["address"])

    @property
    def inputs(self) -> list[Mapping[str, Any]]:
        """Of the controller, in the order of its fields."""
        return list(self.statement["inputs"])

    @property
    def outputs(self) -> list[Mapping[str, Any]]:
        """Of the controller, in the order of its fields; some have no `pin`."""
        return list(self.statement["outputs"])

    @property
    def analogue(self) -> list[str]:
        """Pins of inputs that are codes."""
        return [one["pin"] for one in self.inputs if one["kind"] == ANALOG]

    @property
    def digital(self) -> list[str]:
        """Pins of inputs that are levels."""
        return [one["pin"] for one in self.inputs if one["kind"] == INPUT]

    @property
    def driven(self) -> list[str]:
        """Pins of outputs."""
        return [one["pin"] for one in self.outputs if "pin" in one]

    @property
    def record(self) -> tuple[int, int]:
        """Address and size of what a tick sampled and made."""
        return self.symbol("pm_record"), WORD * (1 + len(self.inputs) + len(self.outputs))

    @property
    def status(self) -> tuple[int, int]:
        """Address and size of the run-time's own numbers."""
        return self.symbol("pm_status"), 4 * WORD

    @property
    def state(self) -> tuple[int, int]:
        """Address and size of the controller's state."""
        return self.symbol("pm_controller"), int(self.statement["state"]["size"])

    @cached_property
    def state_dtype(self) -> np.dtype[Any]:
        """How the state lies in memory, by name such as `pid.kp`."""
        start, size = self.state
        values = self.statement["state"]["values"]
        return np.dtype(
            {
                "names": [value["name"] for value in values],
                "formats": [DTYPES[value["type"]] for value in values],
                "offsets": [value["address"] - start for value in values],
                "itemsize": size,
            }
        )

    def memories(self) -> Iterator[tuple[str, int, int]]:
        """Name, start and size of the part's memories that the image uses."""
        part = self.board.part
        yield "flash", part.flash.start, part.flash.size
        yield "ram", part.ram.start, part.ram.size
