"""A chip: core, clocks, peripherals, memories; boots an image and goes from tick to tick."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from struct import unpack_from
from typing import Any

from proofmark_emulator.board import Board
from proofmark_emulator.bus import Bus
from proofmark_emulator.core import Core
from proofmark_emulator.engine import Engine
from proofmark_emulator.errors import WrongRequest
from proofmark_emulator.exceptions import BUS_FAULT
from proofmark_emulator.faults import Fault
from proofmark_emulator.parts import part
from proofmark_emulator.peripherals.adc import AdcCommonF4, AdcCommonL4, AdcF4, AdcL4
from proofmark_emulator.peripherals.clock_tree import Clocks
from proofmark_emulator.peripherals.flash import Flash, FlashF4, FlashL4
from proofmark_emulator.peripherals.gpio import Gpio, GpioL4
from proofmark_emulator.peripherals.power import PwrF4, PwrL4
from proofmark_emulator.peripherals.rcc import Rcc, RccF4, RccL4
from proofmark_emulator.peripherals.system import (
    DEBUG_WATCH,
    SPACE,
    CycleCounter,
    DebugControl,
    Interrupts,
    SystemControl,
    SysTick,
)
from proofmark_emulator.peripherals.timer import Timer
from proofmark_emulator.peripherals.usart import UsartF4, UsartL4
from proofmark_emulator.peripherals.watchdog import NAME as WATCHDOG
from proofmark_emulator.peripherals.watchdog import Iwdg
from proofmark_emulator.registers import Peripheral
from proofmark_emulator.timeline import Timeline
from proofmark_emulator.trace import Trace

KINDS: dict[str, Callable[["Chip", str, int], Peripheral]] = {
    "rcc-f4": RccF4,
    "rcc-l4": RccL4,
    "pwr-f4": PwrF4,
    "pwr-l4": PwrL4,
    "flash-f4": FlashF4,
    "flash-l4": FlashL4,
    "gpio": Gpio,
    "gpio-l4": GpioL4,
    "timer": Timer,
    "usart-f4": UsartF4,
    "usart-l4": UsartL4,
    "adc-f4": AdcF4,
    "adc-l4": AdcL4,
    "adc-common-f4": AdcCommonF4,
    "adc-common-l4": AdcCommonL4,
    "iwdg": Iwdg,
}
PERIPHERALS, PERIPHERALS_END = 0x40000000, 0x60000000
SYSTEM, SYSTEM_END = 0xE0000000, 0xE0100000
GARBAGE = 0xA5
"""What RAM holds when power comes: nothing that a program may rely on."""
HANDLED = frozenset({"bus", "usage"})
"""Faults that go to the firmware's own handler; all others end the run where the chip is strict."""
LOST = frozenset({"power-on", "brown-out"})
"""Causes of a reset that RAM does not survive."""


@dataclass(frozen=True)
class Options:
    """How a chip is run."""

    entry: int
    """Where the vector table is."""
    period_s: float
    """From tick to tick where SysTick does not run."""
    systicks_per_tick: int = 1
    strict: bool = True
    cycles_per_instruction: int = 1
    idle: int | None = None
    """The function that a tick is over with; without, it is over when the core sleeps."""


class Chip:
    """A part on a board, with an image in its flash."""

    def __init__(self, board: Board, image: dict[int, bytes], options: Options) -> None:
        self.board, self.options = board, options
        self.part = part(board.part)
        self.engine = Engine()
        self.time = Timeline(self.engine.state, options.cycles_per_instruction)
        self.engine.state.watched = options.idle or 0
        self.trace, self.log, self.faults = Trace(), bytearray(), list[Fault]()
        self.resets: list[tuple[float, str]] = []
        self.stopped = False
        self.dead: frozenset[str] = frozenset()
        self._injected: set[str] = set()
        self._derived: list[dict[Any, Any]] = []
        self.reset_for: str | None = None
        self._memories = self._mapped(image)
        self.core = Core(self, self.engine)
        self.bus = Bus(self)
        self.peripherals = self._made()
        self.engine.connect(self.bus.read, self.bus.write)
        self.engine.add_registers(PERIPHERALS, PERIPHERALS_END - PERIPHERALS)
        self.engine.add_registers(SYSTEM, SYSTEM_END - SYSTEM)
        self.reset("power-on")

    def _mapped(self, image: dict[int, bytes]) -> list[tuple[int, int, memoryview, bool]]:
        memories = []
        for name, (start, size) in self.board.memories.items():
            memories.append((start, size, self.engine.add_memory(start, size, name != "flash"), name == "flash"))
        for start, size, view, fixed in memories:
            if fixed:
                view[:] = b"\xff" * size
                for address, part_of in image.items():
                    if not start <= address <= address + len(part_of) <= start + size:
                        raise WrongRequest("image", f"within {start:#x} + {size:#x}", f"{address:#x}")
                    view[address - start : address - start + len(part_of)] = part_of
        return memories

    def _made(self) -> dict[str, Peripheral]:
        self.scb = SystemControl(self, "SCB", SPACE)
        self.systick = SysTick(self, "SysTick", SPACE)
        self._cycles = DebugControl(self, "DCB", SPACE)
        own: dict[str, Peripheral] = {
            "SCB": self.scb,
            "SysTick": self.systick,
            "NVIC": Interrupts(self, "NVIC", SPACE),
            "DWT": CycleCounter(self, "DWT", DEBUG_WATCH),
            "DCB": self._cycles,
        }
        made = {name: KINDS[place.kind](self, name, place.base) for name, place in self.part.places.items()}
        rcc, flash, power = made["RCC"], made["FLASH"], made["PWR"]
        assert isinstance(rcc, Rcc) and isinstance(flash, Flash) and isinstance(power, PwrF4 | PwrL4)
        self.rcc, self._flash, self._power = rcc, flash, power
        self._routed: dict[str, bool] = self.derived()
        self._shown: dict[tuple[str, ...], list[Callable[[], int]]] = self.derived()
        self._pins: dict[str, tuple[Gpio, int]] = {}
        self._ports = {name[-1]: one for name, one in made.items() if isinstance(one, Gpio)}
        self._timers = {name: one for name, one in made.items() if isinstance(one, Timer)}
        return own | made

    # Resets

    def ask_for_reset(self, cause: str) -> None:
        """Reset as soon as the present instruction is over."""
        self.reset_for = cause
        self.time.stop_now()

    def reset(self, cause: str) -> None:
        """Begin anew at the vector table."""
        self.reset_for = None
        self.time.restart()
        self.bus.connect({}, frozenset())
        if cause in LOST:
            for _, size, view, fixed in self._memories:
                if not fixed:
                    view[:] = bytes([GARBAGE]) * size
        self.rcc.reset()
        self.rcc.caused_by(cause)
        self.time.retune(self.rcc.clocks.core)
        for peripheral in self.peripherals.values():
            if peripheral is not self.rcc:
                peripheral.reset()
        self.clock_peripherals()
        self.scb.write_vtor(self.options.entry)
        stack, entry = unpack_from("<II", *self._at(self.options.entry, 8))
        self.core.restart(stack, entry & ~1)
        self.resets.append((self.time.now_s, cause))

    # What the core asks

    def events(self) -> None:
        """Let happen what is due: resets, the watchdog, SysTick."""
        if self.reset_for is not None:
            self.reset(self.reset_for)
        if self.time.now >= self.time.alarm:
            if self.time.ready(WATCHDOG):
                self.reset("watchdog")
            self.systick.count()

    def tell_of_failed_access(self) -> None:
        """Tell the core that the latest access found nothing."""
        assert self.bus.failed is not None
        address, access = self.bus.failed
        self.bus.failed = None
        detail = f"a {access} at {address:#x}, where nothing is"
        self.core.fault(BUS_FAULT, 1 << 9, "bus", detail, self.engine.state.address, address)

    def _at(self, address: int, size: int) -> tuple[memoryview, int]:
        for start, length, view, _ in self._memories:
            if start <= address and address + size <= start + length:
                return view, address - start
        raise WrongRequest("address", "within a memory", f"{address:#x}")

    def program(self) -> bool:
        """Repeat a write that was refused, if it is one that programs flash; whether it was."""
        refused = self.engine.refused
        if refused is None or not self._flash.programs:
            return False
        address, width = refused
        start, size, view = next((s, n, v) for s, n, v, fixed in self._memories if fixed and s <= address < s + n)
        at = address - start
        before = bytes(view[at : at + width])
        self.engine.step_writing(start, size)
        wanted = bytes(view[at : at + width])
        view[at : at + width] = before
        view[at : at + width] = self._flash.programmed(address, before, wanted)
        return True

    def view(self, address: int, size: int) -> memoryview:
        """Bytes of a memory, as they are whenever they are looked at."""
        view, offset = self._at(address, size)
        return view[offset : offset + size]

    def read(self, address: int, size: int) -> bytes:
        """What a memory holds now."""
        return bytes(self.view(address, size))

    # What peripherals ask

    @property
    def accessed(self) -> int:
        """The address of the latest access to a register."""
        return self.engine.state.accessed

    @property
    def clocks(self) -> Clocks:
        """Frequencies at the moment."""
        return self.rcc.clocks

    def fault(
        self,
        kind: str,
        detail: str,
        address: int | None = None,
        access: str | None = None,
        value: int | None = None,
    ) -> None:
        """Firmware did what it must not, or what the model does not know."""
        if kind == "unclocked" and not self.options.strict:
            return
        at = self.engine.state.address
        self.faults.append(Fault(kind, detail, self.trace.tick, self.time.now, at, address, access, value))
        if self.options.strict and kind not in HANDLED:
            self.stopped = True
            self.time.stop_now()

    def clock_peripherals(self) -> None:
        """Enable bits changed."""
        self.dead = frozenset(
            name
            for name, place in self.part.places.items()
            if place.enable is not None and not self.rcc.enabled(*place.enable)
        )
        self.bus.connect(self.peripherals, self.dead)

    def is_clocked(self, name: str) -> bool:
        """Whether a peripheral is."""
        return name not in self.dead

    def clocks_changed(self) -> None:
        """Another core clock: time goes on in other steps."""
        self.changed()
        self.time.retune(self.clocks.core)
        self.systick.retuned()
        for timer in self._timers.values():
            timer.retuned()
        self.time.stop_now()
        self.check_clocks()

    def check_clocks(self) -> None:
        """Fast enough flash, a high enough voltage, buses within their limits."""
        clocks, limits = self.clocks, self.part
        needed = (clocks.core - 1) // limits.wait_state_hz
        if self._flash.wait_states < needed:
            detail = f"flash at {clocks.core} Hz: expected {needed} wait states, got {self._flash.wait_states}"
            self.fault("wait-states", detail)
        scale = self._power.scale
        highest = limits.voltage_scales.get(scale, 0)
        if clocks.core > highest:
            self.fault("clock", f"VOS = {scale}: expected at most {highest} Hz, got {clocks.core}")
        for name, hz, most in (("APB1", clocks.apb1, limits.apb1_max), ("APB2", clocks.apb2, limits.apb2_max)):
            if hz > most:
                self.fault("clock", f"{name}: expected at most {most} Hz, got {hz}")

    def check_floating_point(self) -> None:
        """No instruction of the floating-point unit came before it was on."""
        if self.scb.values["CPACR"] != 0xF << 20 and self.core.uses_floating_point():
            self.fault("floating-point", "the floating-point unit is used while it is off")

    def trace_enabled(self) -> bool:
        """TRCENA."""
        return bool(self._cycles.values["DEMCR"])

    def inject(self, name: str, on: bool = True) -> None:
        """Break something: `adc-dead`, `hse-dead`, `pll-dead`, `systick-dead`."""
        (self._injected.add if on else self._injected.discard)(name)

    def injected(self, name: str) -> bool:
        """Whether something is broken."""
        return name in self._injected

    # Pins

    def port(self, pin: str) -> tuple[Gpio, int]:
        """A pin's port and number.

        Raises
        ------
        WrongRequest
        """
        if pin not in self._pins:
            port, number = self._ports.get(pin[1:2]), pin[2:]
            if port is None or not number.isdigit() or int(number) > 15:
                raise WrongRequest("pin", f"P, one of {''.join(sorted(self._ports))}, 0 to 15", pin)
            self._pins[pin] = port, int(number)
        return self._pins[pin]

    def is_analogue(self, pin: str) -> bool:
        """Whether a converter sees a pin."""
        port, number = self.port(pin)
        return port.is_analogue(number)

    def routed(self, signal: str) -> bool:
        """Whether a peripheral's signal comes out at a pin."""
        if signal not in self._routed:
            self._routed[signal] = any(self._carries(pin, signal) for pin in self.board.alternates)
        return self._routed[signal]

    def derived(self) -> dict[Any, Any]:
        """A dictionary for what follows from clocks, modes and functions of pins: emptied whenever these change."""
        self._derived.append({})
        return self._derived[-1]

    def changed(self) -> None:
        """Clocks, modes or functions of pins did."""
        for dictionary in self._derived:
            dictionary.clear()

    def _carries(self, pin: str, signal: str) -> bool:
        port, number = self.port(pin)
        return self.board.carries(pin, port.alternate(number), signal)

    def shown(self, pins: tuple[str, ...]) -> list[Callable[[], int]]:
        """What tells of each pin its level, or the compare value of its PWM; -1 where nothing is driven."""
        if pins not in self._shown:
            shown = [(self.channel(pin) or self.port(pin)) for pin in pins]
            self._shown[pins] = [partial(one.shown, which) for one, which in shown]
        return self._shown[pins]

    def channel(self, pin: str) -> tuple[Timer, int] | None:
        """The compare channel that a pin is connected to."""
        port, number = self.port(pin)
        alternate = port.alternate(number)
        for signal in self.board.alternates.get(pin, {}).get(-1 if alternate is None else alternate, ()):
            name, _, channel = signal.partition("_CH")
            if name in self._timers and channel.isdigit():
                return self._timers[name], int(channel)
        return None
