"""The emulator that comes with Proofmark, as a program of its own: `emulator/`."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import TracebackType
from typing import Any

import numpy as np

from proofmark_firmware.emulation.errors import EmulatorFailed
from proofmark_firmware.emulation.frames import Message
from proofmark_firmware.emulation.loaded import ANALOG, WORD, Loaded
from proofmark_firmware.emulation.program import NAME, Program
from proofmark_firmware.emulation.protocol import Breakage, Cause, Change, IntArray, Observed, State, Wave

BOOT_LIMIT_S = 5.0
"""Of the chip's time: a loader checks a signature at the slow clock that follows a reset."""
CYCLES_PER_INSTRUCTION = 2
"""What an instruction is taken to last: with wait states and branches a Cortex-M4 needs 1.2 to 1.8 on the average."""

TOLD = ("ticks", "overruns", "most_instructions")
"""Of every chip, in the answer to a run."""


class EmbeddedEmulator:
    """Starts the program, once or more, and deals chips out among the processes."""

    name = NAME

    def __init__(self, processes: int = 1) -> None:
        """Start it.

        Raises
        ------
        NotInstalled
        """
        self._programs = [Program() for _ in range(processes)]
        self._shares: list[range] = []
        self._firmware: Loaded | None = None

    def __enter__(self) -> "EmbeddedEmulator":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def boot(self, firmware: Loaded, chips: int = 1, broken: Sequence[Breakage] = ()) -> list[bool]:
        """Power chips on; whether each awaits its first tick."""
        self._firmware = firmware
        bounds = [chips * part // len(self._programs) for part in range(len(self._programs) + 1)]
        self._shares = [range(*pair) for pair in pairwise(bounds) if pair[0] < pair[1]]
        message = {
            "do": "boot",
            "board": _board(firmware),
            "options": {
                "entry": firmware.start,
                "period_s": firmware.period_s,
                "systicks_per_tick": firmware.statement["tick"]["systick_per_tick"],
                "cycles_per_instruction": CYCLES_PER_INSTRUCTION,
                "idle": firmware.symbol("pm_idle"),
            },
            "image": [[address, len(part)] for address, part in firmware.parts.items()],
            "limit_s": BOOT_LIMIT_S,
            "break": list(broken),
        }
        image = b"".join(firmware.parts.values())
        for program, share in self._working():
            program.ask(message | {"chips": len(share)}, image)
        booted = [booted for program, _ in self._working() for booted in program.answer()[0]["booted"]]
        self._watch(firmware)
        return booted

    def _watch(self, firmware: Loaded) -> None:
        """Say what every run is given and gives."""
        message = {
            "do": "watch",
            "analogue": firmware.analogue,
            "digital": firmware.digital,
            "outputs": firmware.driven,
            "memory": [firmware.record, firmware.status, firmware.state],
        }
        for program, _ in self._working():
            program.ask(message)
        for program, _ in self._working():
            program.answer()
        self._order = np.argsort([one["kind"] != ANALOG for one in firmware.inputs], kind="stable")
        self._row = np.dtype(
            [
                ("pins", "<i4", (len(firmware.driven),)),
                ("record", "<i4", (firmware.record[1] // WORD,)),
                ("status", "<i4", (firmware.status[1] // WORD,)),
                ("state", f"V{firmware.state[1]}"),
            ]
        )

    def run(self, inputs: IntArray, *, keep: bool = False) -> Observed:
        """Go through ticks."""
        firmware = self._running()
        given = np.ascontiguousarray(inputs[:, :, self._order], "<i4")
        for program, share in self._working():
            program.ask(
                {"do": "run", "ticks": inputs.shape[1], "keep": keep}, given[share.start : share.stop].tobytes()
            )
        answers = [program.answer() for program, _ in self._working()]
        rows = np.frombuffer(b"".join([payload for _, payload in answers]), self._row).reshape(inputs.shape[:2])
        told = {name: [value for answer, _ in answers for value in answer[name]] for name in TOLD}
        return Observed(
            ticks=np.array(told["ticks"]),
            pins=rows["pins"],
            record=rows["record"],
            status=rows["status"],
            state=np.ascontiguousarray(rows["state"]).view(firmware.state_dtype),
            overruns=told["overruns"],
            instructions=np.array(told["most_instructions"]),
        )

    def look(self, chip: int = 0) -> State:
        """What a chip has done since power-on."""
        told, _ = self._ask_of(chip, {"do": "look", "pins": self._running().driven})
        waves = {pin: None if wave is None else Wave(**wave) for pin, wave in told["waves"].items()}
        return State(
            tick=told["tick"],
            cycle=told["cycle"],
            time_s=told["time_s"],
            core_hz=told["clocks"]["core"],
            log=told["log"],
            faults=told["faults"],
            resets=[(time_s, cause) for time_s, cause in told["resets"]],
            trace_sha256=told["trace"],
            waves=waves,
            changes=[Change(*change) for change in told["changes"]],
        )

    def read(self, address: int, size: int, chip: int = 0) -> bytes:
        """What a memory holds."""
        return self._ask_of(chip, {"do": "read", "address": address, "size": size})[1]

    def write(self, address: int, data: bytes, chip: int = 0) -> None:
        """Put bytes into a memory, as a debugger would."""
        self._ask_of(chip, {"do": "write", "address": address}, data)

    def breaks(self, what: Breakage, on: bool = True, chip: int = 0) -> None:
        """Break something, or mend it."""
        self._ask_of(chip, {"do": "break", "what": what, "on": on})

    def reset(self, cause: Cause, chip: int = 0) -> bool:
        """Reset a chip."""
        return bool(self._ask_of(chip, {"do": "reset", "cause": cause, "limit_s": BOOT_LIMIT_S})[0]["booted"])

    def close(self) -> None:
        """End the processes."""
        for program in self._programs:
            program.close()

    def _working(self) -> Iterator[tuple[Program, range]]:
        """Processes that have chips, and which."""
        return zip(self._programs, self._shares, strict=False)

    def _running(self) -> Loaded:
        if self._firmware is None:
            raise EmulatorFailed(self.name, "nothing is booted")
        return self._firmware

    def _ask_of(self, chip: int, message: Message, payload: bytes = b"") -> tuple[Message, bytes]:
        for program, share in self._working():
            if chip in share:
                program.ask(message | {"chip": chip - share.start}, payload)
                return program.answer()
        raise EmulatorFailed(self.name, f"expected a chip that is booted, got {chip}")


def _board(firmware: Loaded) -> dict[str, Any]:
    """What the chip is wired to, as its part's description has it."""
    board, part = firmware.board, firmware.board.part
    alternates: dict[str, dict[int, list[str]]] = {}
    converters = {}
    for pin, functions in part.pins.items():
        for function in functions:
            if function.alternate is not None:
                alternates.setdefault(pin, {}).setdefault(function.alternate, []).append(str(function))
            elif function.peripheral.startswith("ADC"):
                converters[str(function)] = pin
    return {
        "part": board.part_name,
        "hse_hz": board.oscillator.hz if board.oscillator.source == "hse" else 0,
        "memories": {name: [start, size] for name, start, size in firmware.memories()},
        "alternates": {pin: functions for pin, functions in alternates.items() if pin in _used(firmware)},
        "converters": converters,
        "baud": board.log.baud,
    }


def _used(firmware: Loaded) -> set[str]:
    return {firmware.board.log.pin, *firmware.driven}
