"""A microcontroller as modm-devices describes it: pins and their functions, memories, vectors, wait states."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from proofmark_boards.errors import NoSuchPin, UnknownPart

FIRST_INTERRUPT = 16
"""Exceptions before it are the core's (ARMv7-M Architecture Reference Manual, B1.5.2)."""


@dataclass(frozen=True)
class Function:
    """What a peripheral can do on a pin."""

    peripheral: str
    """Such as `TIM1`."""
    signal: str
    """Such as `CH1`."""
    alternate: int | None
    """Number of the alternate function; None where the function is analogue."""

    def __str__(self) -> str:
        return f"{self.peripheral}_{self.signal}"


@dataclass(frozen=True)
class Memory:
    """A stretch of addresses."""

    start: int
    size: int


@dataclass(frozen=True)
class Part:
    """A microcontroller in its package."""

    name: str
    core: str
    package: str
    flash: Memory
    ram: Memory
    """The first; contiguous ones together."""
    vectors: Mapping[int, str]
    """Names by exception number, from 16 on."""
    pins: Mapping[str, tuple[Function, ...]]
    """By name such as `PA8`."""
    core_hz_max: int
    wait_states: tuple[tuple[int, int], ...]
    """(highest core clock in Hz, wait states) at the highest supply, rising."""

    def functions(self, pin: str) -> tuple[Function, ...]:
        """What a pin can do.

        Raises
        ------
        NoSuchPin
        """
        if pin not in self.pins:
            near = sorted((name for name in self.pins if name[:2] == pin[:2]), key=lambda name: int(name[2:]))
            raise NoSuchPin(pin, self.name.upper(), near)
        return self.pins[pin]

    def waiting(self, core_hz: int) -> int:
        """Wait states of the flash at a core clock."""
        return next(states for highest, states in self.wait_states if core_hz <= highest)


@cache
def part_of(name: str) -> Part:
    """Read a part's description.

    Raises
    ------
    UnknownPart
    """
    for device in _devices(name):
        if device.partname == name:
            return _part(name, device)
    raise UnknownPart(name)


def _devices(name: str) -> Iterator[Any]:
    import modm_devices
    from modm_devices.parser import DeviceParser

    folder = Path(modm_devices.__file__).parent / "resources" / "devices" / "stm32"
    for file in sorted(folder.glob(f"{name[:7]}-*.xml")):
        numbers = file.stem.split("-", 1)[1].split("-")[0].split("_")
        if name[7:9] in numbers:
            yield from DeviceParser().parse(str(file)).get_devices()


def _part(name: str, device: Any) -> Part:
    core, gpio = device.get_driver("core"), device.get_driver("gpio")
    memories = {memory["name"]: Memory(int(memory["start"], 0), int(memory["size"])) for memory in core["memory"]}
    states = device.get_driver("flash")["latency"][-1]["wait-state"]
    return Part(
        name=name,
        core=core["type"],
        package=gpio["package"][0]["name"],
        flash=memories["flash"],
        ram=_joined([memory for key, memory in memories.items() if key.startswith("sram")]),
        vectors={int(vector["position"]) + FIRST_INTERRUPT: vector["name"] for vector in core["vector"]},
        pins={f"P{pin['port'].upper()}{pin['pin']}": _functions(pin) for pin in gpio["gpio"]},
        core_hz_max=int(device.get_driver("rcc")["max-frequency"][0]),
        wait_states=tuple((int(state["hclk-max"]), int(state["ws"])) for state in states),
    )


def _joined(memories: list[Memory]) -> Memory:
    first, *rest = sorted(memories, key=lambda memory: memory.start)
    size = first.size
    for memory in rest:
        if memory.start == first.start + size:
            size += memory.size
    return Memory(first.start, size)


def _functions(pin: Mapping[str, Any]) -> tuple[Function, ...]:
    return tuple(
        Function(
            f"{signal['driver']}{signal.get('instance', '')}".upper(),
            signal["name"].upper(),
            int(signal["af"]) if "af" in signal else None,
        )
        for signal in pin.get("signal", [])
    )
