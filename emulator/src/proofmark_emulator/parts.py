"""What differs from part to part: addresses, layouts, limits.

Sources: reference manuals RM0090 (F407), RM0390 (F446), RM0383 (F411), RM0351 (L476) for addresses, enable bits and
wait states at 2.7 V to 3.6 V; data sheets for clocks and start-up times.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from proofmark_emulator.errors import WrongRequest

Family = Literal["f4", "l4"]


@dataclass(frozen=True)
class Place:
    """Where a peripheral is, and the bit that clocks it."""

    kind: str
    base: int
    enable: tuple[str, int] | None = None


@dataclass(frozen=True)
class Part:
    """A part's limits and peripherals."""

    family: Family
    places: Mapping[str, Place]
    voltage_scales: Mapping[int, int]
    """From VOS to the highest core clock, Hz."""
    apb1_max: int
    apb2_max: int
    wait_state_hz: int
    """Core clock for each wait state begun."""
    adc_max: int
    interrupts: int
    timers_32: frozenset[str] = field(default_factory=lambda: frozenset({"TIM2", "TIM5"}))


BASIC_TIMERS = {f"TIM{number}": (0x40000000 + 0x400 * (number - 2), number - 2) for number in range(2, 8)}
"""Of APB1: base, bit."""
SMALL_TIMERS = {f"TIM{number}": (0x40001800 + 0x400 * (number - 12), number - 6) for number in (12, 13, 14)}


def _f4(ports: str, timers: tuple[int, ...], usarts: tuple[int, ...], adcs: int) -> Iterator[tuple[str, Place]]:
    yield "RCC", Place("rcc-f4", 0x40023800)
    yield "FLASH", Place("flash-f4", 0x40023C00)
    yield "PWR", Place("pwr-f4", 0x40007000, ("APB1ENR", 28))
    yield "IWDG", Place("iwdg", 0x40003000)
    for port in ports:
        number = ord(port) - ord("A")
        yield f"GPIO{port}", Place("gpio", 0x40020000 + 0x400 * number, ("AHB1ENR", number))
    late = {1: (0x40010000, 0), 8: (0x40010400, 1), 9: (0x40014000, 16), 10: (0x40014400, 17), 11: (0x40014800, 18)}
    for number in timers:
        name = f"TIM{number}"
        if number in late:
            base, bit = late[number]
            yield name, Place("timer", base, ("APB2ENR", bit))
        else:
            base, bit = (BASIC_TIMERS | SMALL_TIMERS)[name]
            yield name, Place("timer", base, ("APB1ENR", bit))
    serial = {1: (0x40011000, "APB2ENR", 4), 6: (0x40011400, "APB2ENR", 5)}
    serial |= {number: (0x40004400 + 0x400 * (number - 2), "APB1ENR", 15 + number) for number in range(2, 6)}
    for number in usarts:
        base, register, bit = serial[number]
        yield f"{'U' if number in (4, 5) else 'US'}ART{number}", Place("usart-f4", base, (register, bit))
    for number in range(adcs):
        yield f"ADC{number + 1}", Place("adc-f4", 0x40012000 + 0x100 * number, ("APB2ENR", 8 + number))
    yield "ADC", Place("adc-common-f4", 0x40012300, ("APB2ENR", 8))


def _l4(ports: str) -> Iterator[tuple[str, Place]]:
    yield "RCC", Place("rcc-l4", 0x40021000)
    yield "FLASH", Place("flash-l4", 0x40022000)
    yield "PWR", Place("pwr-l4", 0x40007000, ("APB1ENR1", 28))
    yield "IWDG", Place("iwdg", 0x40003000)
    for port in ports:
        number = ord(port) - ord("A")
        yield f"GPIO{port}", Place("gpio-l4", 0x48000000 + 0x400 * number, ("AHB2ENR", number))
    for name, (base, bit) in BASIC_TIMERS.items():
        yield name, Place("timer", base, ("APB1ENR1", bit))
    for number, base, bit in ((1, 0x40012C00, 11), (8, 0x40013400, 13)):
        yield f"TIM{number}", Place("timer", base, ("APB2ENR", bit))
    for number in (15, 16, 17):
        yield f"TIM{number}", Place("timer", 0x40014000 + 0x400 * (number - 15), ("APB2ENR", number + 1))
    yield "USART1", Place("usart-l4", 0x40013800, ("APB2ENR", 14))
    for number in range(2, 6):
        name = f"{'U' if number in (4, 5) else 'US'}ART{number}"
        yield name, Place("usart-l4", 0x40004400 + 0x400 * (number - 2), ("APB1ENR1", 15 + number))
    for number in range(3):
        yield f"ADC{number + 1}", Place("adc-l4", 0x50040000 + 0x100 * number, ("AHB2ENR", 13))
    yield "ADC", Place("adc-common-l4", 0x50040300, ("AHB2ENR", 13))


M = 1_000_000
EVERY_TIMER = tuple(range(1, 15))
PARTS = {
    "STM32F407": Part(
        family="f4",
        places=dict(_f4("ABCDEFGHI", EVERY_TIMER, (1, 2, 3, 4, 5, 6), 3)),
        voltage_scales={0: 144 * M, 1: 168 * M},
        apb1_max=42 * M,
        apb2_max=84 * M,
        wait_state_hz=30 * M,
        adc_max=36 * M,
        interrupts=82,
    ),
    "STM32F446": Part(
        family="f4",
        places=dict(_f4("ABCDEFGH", EVERY_TIMER, (1, 2, 3, 4, 5, 6), 3)),
        voltage_scales={1: 120 * M, 2: 144 * M, 3: 168 * M},
        apb1_max=45 * M,
        apb2_max=90 * M,
        wait_state_hz=30 * M,
        adc_max=36 * M,
        interrupts=97,
    ),
    "STM32F411": Part(
        family="f4",
        places=dict(_f4("ABCDEH", (1, 2, 3, 4, 5, 9, 10, 11), (1, 2, 6), 1)),
        voltage_scales={1: 64 * M, 2: 84 * M, 3: 100 * M},
        apb1_max=50 * M,
        apb2_max=100 * M,
        wait_state_hz=30 * M,
        adc_max=36 * M,
        interrupts=86,
    ),
    "STM32L476": Part(
        family="l4",
        places=dict(_l4("ABCDEFGH")),
        voltage_scales={1: 80 * M, 2: 26 * M},
        apb1_max=80 * M,
        apb2_max=80 * M,
        wait_state_hz=16 * M,
        adc_max=80 * M,
        interrupts=82,
    ),
}
"""By the beginning of the name."""


def part(name: str) -> Part:
    """Of a part's full name, such as STM32F407VGT6.

    Raises
    ------
    WrongRequest
    """
    for beginning, found in PARTS.items():
        if name.upper().startswith(beginning):
            return found
    raise WrongRequest("part", f"one of {', '.join(PARTS)}", name)
