"""What every emulator can be asked, in the words of firmware: ticks, codes, compare values, state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from proofmark_firmware.emulation.loaded import Loaded

IntArray = npt.NDArray[np.int32]
Breakage = Literal["adc-dead", "hse-dead", "pll-dead", "systick-dead"]
Cause = Literal["power-on", "brown-out", "pin"]


@dataclass(frozen=True, eq=False)
class Observed:
    """What n chips did in m ticks; fewer where they stopped.

    Attributes
    ----------
    ticks : (n,) int array
        Ticks done.
    pins : (n, m, p) int32 array
        At the end of each tick, of each driven pin: a level, the compare value of the PWM that comes out, or -1.
    record : (n, m, w) int32 array
        `pm_record`: number of the tick, what was sampled, what was made.
    status : (n, m, 4) int32 array
        `pm_status`: state, ticks, overruns, fault of the controller.
    state : (n, m) structured array
        The controller's state.
    overruns : list of list of int
        Of each chip, ticks that were not over in time.
    instructions : (n,) int array
        Of the longest tick.
    """

    ticks: npt.NDArray[np.int64]
    pins: IntArray
    record: IntArray
    status: IntArray
    state: npt.NDArray[Any]
    overruns: list[list[int]]
    instructions: npt.NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence["Observed"]) -> "Observed":
        """Of runs that followed one another."""
        chips = len(parts[0].overruns)
        return cls(
            ticks=np.sum([part.ticks for part in parts], axis=0),
            pins=np.concatenate([part.pins for part in parts], axis=1),
            record=np.concatenate([part.record for part in parts], axis=1),
            status=np.concatenate([part.status for part in parts], axis=1),
            state=np.concatenate([part.state for part in parts], axis=1),
            overruns=[[tick for part in parts for tick in part.overruns[chip]] for chip in range(chips)],
            instructions=np.max([part.instructions for part in parts], axis=0),
        )


@dataclass(frozen=True)
class Change:
    """A pin, or a compare channel such as `TIM1_CH1`, has another value from this cycle on."""

    tick: int
    cycle: int
    name: str
    value: int


@dataclass(frozen=True)
class Wave:
    """A PWM that comes out at a pin."""

    period_cycles: int
    """Of the core clock."""
    steps: int
    compare: int


@dataclass(frozen=True)
class State:
    """What a chip has done so far."""

    tick: int
    cycle: int
    time_s: float
    core_hz: int
    log: str
    faults: list[dict[str, Any]]
    resets: list[tuple[float, str]]
    """Time in s, and cause."""
    trace_sha256: str
    waves: dict[str, Wave | None] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


class Emulator(Protocol):
    """Chips that all run one image."""

    name: str

    def boot(self, firmware: Loaded, chips: int = 1, broken: Sequence[Breakage] = ()) -> list[bool]:
        """Power chips on; whether each awaits its first tick.

        Raises
        ------
        EmulationError
        """

    def run(self, inputs: IntArray, *, keep: bool = False) -> Observed:
        """Go through ticks.

        Parameters
        ----------
        inputs : (n, m, k) int32 array
            For each chip and tick, codes and levels of the controller's inputs; a level of -1 is an open wire.
        keep
            Keep changes of pins for `look`.
        """

    def look(self, chip: int = 0) -> State:
        """What a chip has done since power-on, and changes that were kept."""

    def read(self, address: int, size: int, chip: int = 0) -> bytes:
        """What a memory holds."""

    def write(self, address: int, data: bytes, chip: int = 0) -> None:
        """Put bytes into a memory, as a debugger would."""

    def breaks(self, what: Breakage, on: bool = True, chip: int = 0) -> None:
        """Break something, or mend it."""

    def reset(self, cause: Cause, chip: int = 0) -> bool:
        """Reset a chip; whether it awaits its first tick again."""

    def close(self) -> None:
        """End."""
