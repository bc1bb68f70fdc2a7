"""A board: its part, oscillator, LEDs, buttons and connectors, from a file that names its sources."""

from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from proofmark_boards.clocks import Clocks, Wanted, solved
from proofmark_boards.errors import UnknownBoard
from proofmark_boards.families import Family, family_of
from proofmark_boards.parts import Part, part_of

FOLDER = Path(__file__).parent / "boards"
DEBUG_PINS = {"PA13": "the debugger's SWDIO", "PA14": "the debugger's SWCLK"}
"""After reset, on every STM32."""
OSCILLATOR_PINS = ("OSC_IN", "OSC_OUT")


class Record(BaseModel):
    """Refuses what it does not know: the files are ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Oscillator(Record):
    """Where the core clock comes from, and what it is."""

    source: Literal["hse", "hsi"]
    hz: int
    bypass: bool = False
    core_hz: int
    apb1_hz: int
    apb2_hz: int


class Log(Record):
    """The UART of the log."""

    uart: str
    pin: str
    baud: int = 115_200


class Light(Record):
    """An LED, or a button: its pin, and the level at which it is lit or pressed."""

    pin: str
    active: Literal["high", "low"]


class Board(Record):
    """What a person can buy."""

    name: str
    title: str
    part_name: str
    platformio: str
    """What PlatformIO calls it."""
    reference_v: float
    """Of the converter: the voltage of the highest code."""
    oscillator: Oscillator
    log: Log
    leds: dict[str, Light]
    buttons: dict[str, Light]
    connectors: dict[str, dict[str, str]]
    """By connector and label, the pin."""
    sources: tuple[str, ...]

    @cached_property
    def part(self) -> Part:
        return part_of(self.part_name)

    @property
    def family(self) -> Family:
        return family_of(self.part_name)

    @cached_property
    def clocks(self) -> Clocks:
        wanted = self.oscillator
        return solved(
            self.part,
            self.family,
            Wanted(
                external=wanted.source == "hse",
                bypass=wanted.bypass,
                source_hz=wanted.hz,
                core_hz=wanted.core_hz,
                apb1_hz=wanted.apb1_hz,
                apb2_hz=wanted.apb2_hz,
            ),
        )

    @property
    def log_alternate(self) -> int:
        """The log pin's alternate function."""
        tx = f"{self.log.uart}_TX"
        return next(f.alternate for f in self.part.functions(self.log.pin) if str(f) == tx and f.alternate is not None)

    @property
    def taken(self) -> dict[str, str]:
        """By pin, what the board or the run-time needs it for."""
        used = DEBUG_PINS | {self.log.pin: f"the log, {self.log.uart}_TX"}
        if self.oscillator.source == "hse":
            for pin, functions in self.part.pins.items():
                if any(f.peripheral == "RCC" and f.signal in OSCILLATOR_PINS for f in functions):
                    used[pin] = "the oscillator"
        return used

    def notes(self, pin: str) -> list[str]:
        """What else of the board is at a pin."""
        things = [(f"{name} LED", led) for name, led in self.leds.items()]
        things += [(f"{name} button", button) for name, button in self.buttons.items()]
        at = [
            f"{connector} {label}"
            for connector, pins in self.connectors.items()
            for label in pins
            if pins[label] == pin
        ]
        return [f"{what}, active {thing.active}" for what, thing in things if thing.pin == pin] + at


def boards() -> tuple[str, ...]:
    """The names of all boards."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


@cache
def board_of(name: str) -> Board:
    """Read a board's file.

    Raises
    ------
    UnknownBoard
    """
    if name not in boards():
        raise UnknownBoard(boards(), name)
    return Board.model_validate(YAML(typ="safe").load(FOLDER / f"{name}.yaml"))
