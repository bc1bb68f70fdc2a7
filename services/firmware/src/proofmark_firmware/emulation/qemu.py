"""QEMU as an independent witness: whether an image boots and what it says on its serial port.

QEMU's Netduino Plus 2 is an STM32F405 with a core, memories and serial ports; it has no clocks to switch, so that
firmware has to find out that its oscillator is dead, and say so.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from proofmark_firmware.emulation.errors import EmulatorFailed, NotInstalled
from proofmark_firmware.emulation.loaded import Loaded

PROGRAM, MACHINE = "qemu-system-arm", "netduinoplus2"
BROUGHT_BY = "Debian's package qemu-system-arm brings it"
UART = "USART2"
"""QEMU's second serial port."""
PATIENCE_S = 30.0


def installed() -> bool:
    """Whether this machine has it."""
    return which(PROGRAM) is not None


@dataclass(frozen=True)
class Witnessed:
    """What QEMU saw."""

    version: str
    log: str


def runs(firmware: Loaded) -> bool:
    """Whether QEMU has the machine for an image: an STM32F4 that logs on its second serial port."""
    return firmware.board.family.name == "stm32f4" and firmware.board.log.uart == UART


def witness(firmware: Loaded, lines: int) -> Witnessed:
    """Boot an image that is linked alone, until its log has so many lines.

    Raises
    ------
    NotInstalled, EmulatorFailed
    """
    if not installed():
        raise NotInstalled("QEMU", BROUGHT_BY)
    with TemporaryDirectory(prefix="proofmark-qemu-") as folder:
        image = Path(folder) / "firmware.elf"
        image.write_bytes(firmware.elf)
        command = [PROGRAM, "-M", MACHINE, "-kernel", str(image), "-nographic", "-monitor", "none"]
        serial = ["-serial", "null", "-serial", "stdio", "-icount", "shift=3,sleep=off"]
        return Witnessed(_version(), _log([*command, *serial], lines))


def _log(command: list[str], lines: int) -> str:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        try:
            said = _read(program, lines)
        finally:
            program.kill()
    return said


def _read(program: "subprocess.Popen[bytes]", lines: int) -> str:
    from threading import Timer

    watch = Timer(PATIENCE_S, program.kill)
    watch.start()
    try:
        assert program.stdout is not None
        said = b"".join(program.stdout.readline() for _ in range(lines))
    finally:
        watch.cancel()
    if said.count(b"\n") < lines:
        raise EmulatorFailed("QEMU", f"expected {lines} lines on {UART}, got {said.decode(errors='replace')!r}")
    return said.decode(errors="replace")


def _version() -> str:
    told = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.splitlines()[0].removeprefix("QEMU emulator version ").split()[0]
