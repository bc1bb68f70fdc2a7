"""Small firmware for tests: C on a bare chip, compiled once for each text."""

import subprocess
import sys
from array import array
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from proofmark_emulator.board import Board
from proofmark_emulator.chip import Chip, Options
from proofmark_emulator.running import Surroundings, Ticks, Watched, boot

FLASH, RAM = 0x08000000, 0x20000000
RESULT = RAM + 0x1000
"""Where firmware leaves numbers for its test."""
PRELUDE = f"""
#include <stdint.h>
#define R(a) (*(volatile uint32_t *)(a))
#define RESULT ((volatile uint32_t *){RESULT:#x}u)
#define SYSTICK(load) (R(0xE000E014u) = (load), R(0xE000E018u) = 0u, R(0xE000E010u) = 7u)
#define FPU_ON() (R(0xE000ED88u) |= 0xFu << 20)
#define SLEEP() __asm volatile("wfi" ::: "memory")
typedef void (*handler)(void);
"""
LINKER = f"""
ENTRY(Reset_Handler)
MEMORY {{ FLASH (rx): ORIGIN = {FLASH:#x}, LENGTH = 64K RAM (rwx): ORIGIN = {RAM + 0x2000:#x}, LENGTH = 4K }}
SECTIONS {{
  .vectors : {{ KEEP(*(.vectors)) }} > FLASH
  .text : {{ *(.text*) *(.rodata*) }} > FLASH
  .ARM.exidx : {{ *(.ARM.exidx*) }} > FLASH
  .bss (NOLOAD) : {{ *(.data*) *(.bss*) }} > RAM
}}
"""
SOURCES = {
    "STM32F407VGT6": (8_000_000, 0x1C000),
    "STM32F446RET6": (8_000_000, 0x20000),
    "STM32F411CEU6": (25_000_000, 0x20000),
    "STM32L476RGT6": (0, 0x18000),
}
"""Of each part: the crystal of its board, and the size of its first SRAM."""
ALTERNATES = {
    "PA8": {1: ("TIM1_CH1",)},
    "PD12": {2: ("TIM4_CH1",)},
    "PA2": {7: ("USART2_TX",), 1: ("TIM2_CH3",)},
}
CONVERTERS = {"ADC1_IN1": "PA1", "ADC1_IN6": "PA1"}


@cache
def image(body: str, handlers: str = "") -> bytes:
    """Compile C with a `Reset_Handler`; `handlers` are designated initialisers of the vector table, such as
    `[15] = tick`.
    """
    vectors = f"""
__attribute__((section(".vectors"), used)) const handler vectors[] = {{
    (handler)0x20001000u, Reset_Handler, {handlers or "0"} }};
"""
    with TemporaryDirectory() as folder:
        source, script, linked = (Path(folder) / name for name in ("test.c", "test.ld", "test.elf"))
        source.write_text(PRELUDE + body + vectors)
        script.write_text(LINKER)
        target = ["-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m4+vfp4d16sp", "-ffp-contract=off"]
        options = ["-O2", "-nostdlib", "-ffreestanding", f"-Wl,-T,{script}", "-Wl,-e,Reset_Handler"]
        zig = [sys.executable, "-m", "ziglang"]
        subprocess.run([*zig, "cc", *target, *options, "-o", linked, source], check=True)
        binary = Path(folder) / "test.bin"
        subprocess.run([*zig, "objcopy", "-O", "binary", linked, binary], check=True)
        return binary.read_bytes()


def board(part: str = "STM32F407VGT6") -> Board:
    """The part with a crystal and a few wires."""
    crystal, sram = SOURCES[part]
    return Board(part, crystal, {"flash": (FLASH, 0x80000), "sram1": (RAM, sram)}, ALTERNATES, CONVERTERS)


def chip(firmware: bytes, part: str = "STM32F407VGT6", *, strict: bool = True, idle: int | None = None) -> Chip:
    """A chip at power-on."""
    return Chip(board(part), {FLASH: firmware}, Options(FLASH, 1e-3, strict=strict, idle=idle))


def booted(body: str, handlers: str = "", part: str = "STM32F407VGT6", limit_s: float = 0.1) -> Chip:
    """A chip that has run firmware to its first tick, or for a while."""
    made = chip(image(body, handlers), part)
    boot(made, limit_s)
    return made


def results(made: Chip, count: int = 1) -> list[int]:
    """What firmware left."""
    found = made.read(RESULT, 4 * count)
    return [int.from_bytes(found[4 * i : 4 * i + 4], "little") for i in range(count)]


def ticked(made: Chip, ticks: int, outputs: tuple[str, ...] = (), codes: list[int] | None = None) -> Ticks:
    """Go through ticks, with codes at PA1 if there are any."""
    analogue = () if codes is None else ("PA1",)
    return Surroundings(made, Watched(analogue, (), outputs, ())).run(ticks, codes or [])


def shown(seen: Ticks) -> list[int]:
    """What the pins showed, where nothing else was watched."""
    return array("i", bytes(seen.rows)).tolist()
