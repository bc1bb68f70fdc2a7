"""One image on the emulated chip and on QEMU: how many of its ticks each does in a second.

The image needs nothing that QEMU lacks: no oscillator but the one that runs after a reset, no converter, no timer.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from proofmark_firmware.emulation import qemu
from proofmark_firmware.emulation.frames import Message
from proofmark_firmware.emulation.program import Program
from tests.emulator.images import ALTERNATES, FLASH, RAM, image

FIRST, LAST = 2_000, 42_000
"""Ticks behind which the image says something; what is before the first is the start of the program."""
CODE = f"""
static volatile uint32_t due;
static volatile float state;
static void tick(void) {{ due += 1u; }}
static void say(uint32_t letter) {{ while ((R(0x40004400u) & 0x80u) == 0u) {{}} R(0x40004404u) = letter; }}
void Reset_Handler(void)
{{
    due = 0u; state = 1.0f; FPU_ON();
    R(0x40023830u) |= 1u; R(0x40023840u) |= 1u << 17;
    R(0x40020000u) |= 2u << 4; R(0x40020020u) |= 7u << 8;
    R(0x40004408u) = 139u; R(0x4000440Cu) = 0x2008u;
    SYSTICK(15999u);
    for (uint32_t seen = 0u;;) {{
        while (seen == due) SLEEP();
        seen += 1u;
        float x = state;
        for (uint32_t i = 0u; i < 64u; i += 1u) {{ x = x * 0.5f + (float)i; }}
        state = x;
        if (seen == {FIRST}u) {{ say('a'); }}
        if (seen == {LAST}u) {{ say('b'); }}
    }}
}}"""


def side_by_side() -> dict[str, int | None]:
    """Ticks in a second, QEMU's only where it is installed."""
    firmware = image(CODE, "[15] = tick")
    instructions, ticks_per_s = ours(firmware)
    theirs_per_s = theirs(firmware) if qemu.installed() else None
    return {"instructions_of_a_tick": instructions, "ticks_per_s": ticks_per_s, "qemu_ticks_per_s": theirs_per_s}


def ours(firmware: bytes) -> tuple[int, int]:
    """On the emulated chip; the instructions of a tick first."""
    program = Program()
    board = {
        "part": "STM32F407VGT6", "hse_hz": 0, "memories": {"flash": [FLASH, 0x80000], "sram1": [RAM, 0x1C000]},
        "alternates": ALTERNATES, "converters": {},
    }  # fmt: skip
    options = {"entry": FLASH, "period_s": 1e-3}
    nothing: Message = {"analogue": [], "digital": [], "outputs": [], "memory": []}
    image_of = [[FLASH, len(firmware)]]
    program.ask({"do": "boot", "board": board, "options": options, "image": image_of}, firmware)
    program.answer()
    program.ask({"do": "watch", **nothing})
    program.answer()
    program.ask({"do": "run", "ticks": FIRST})
    program.answer()
    begin = perf_counter()
    program.ask({"do": "run", "ticks": LAST - FIRST})
    told, _ = program.answer()
    seconds = perf_counter() - begin
    program.ask({"do": "look"})
    assert program.answer()[0]["log"] == "ab"
    program.close()
    return told["most_instructions"][0], round((LAST - FIRST) / seconds)


def theirs(firmware: bytes) -> int:
    """On QEMU, its clock counted in instructions too, from the first letter on its serial port to the second."""
    with TemporaryDirectory() as folder:
        binary = Path(folder) / "ticks.bin"
        binary.write_bytes(firmware)
        command = [qemu.PROGRAM, "-M", qemu.MACHINE, "-kernel", str(binary), "-nographic", "-monitor", "none"]
        serial = ["-serial", "null", "-serial", "stdio", "-icount", "shift=3,sleep=off"]
        with subprocess.Popen([*command, *serial], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            assert program.stdout.read(1) == b"a"
            begin = perf_counter()
            assert program.stdout.read(1) == b"b"
            seconds = perf_counter() - begin
            program.kill()
    return round((LAST - FIRST) / seconds)
