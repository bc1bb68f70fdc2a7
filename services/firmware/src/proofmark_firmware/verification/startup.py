"""Boot: the banner, and what the image says of itself."""

from struct import Struct

from proofmark_firmware.emulation import Emulator, Loaded, State
from proofmark_firmware.verification.checks import Checked, checked

INFO = Struct("<II32s4HI")
BOOTS = "boots"
MAGIC, LAYOUT = 0x57464D50, 1


def banner(firmware: Loaded, state: str = "ready") -> str:
    """The first line of the log."""
    return f"proofmark {firmware.statement['design'][:16]} {firmware.statement['version']} {state}"


def ends_with(log: str, lines: list[str]) -> bool:
    """Whether these are the last lines of a log; a reset may have cut off what stands before them."""
    return log.endswith("".join(f"{line}\n" for line in lines))


def boots(firmware: Loaded, emulator: Emulator) -> Checked:
    """Power-on to the first tick: the banner alone, no fault, and `pm_info` of this design."""
    booted = emulator.boot(firmware)[0]
    state = emulator.look()
    problems = [] if booted else [f"the first tick was not reached{_why(state)}"]
    lines = state.log.splitlines()
    if lines != [banner(firmware)]:
        problems.append(f"log: expected {banner(firmware)!r}, got {state.log!r}")
    wanted_hz = firmware.statement["clocks"]["core_hz"]
    if state.core_hz != wanted_hz:
        problems.append(f"core clock: expected {wanted_hz} Hz, got {state.core_hz} Hz")
    problems += _information(firmware, emulator)
    told = f"{banner(firmware)!r} at {state.core_hz / 1e6:g} MHz"
    return checked(BOOTS, problems, told, {"boot_s": state.time_s, "core_hz": state.core_hz})


def _why(state: State) -> str:
    return f": {state.faults[0]['detail']}" if state.faults else ""


def _information(firmware: Loaded, emulator: Emulator) -> list[str]:
    magic, layout, design, *version, _, period_us = INFO.unpack(emulator.read(firmware.symbol("pm_info"), INFO.size))
    found = {
        "magic": (MAGIC, magic),
        "layout": (LAYOUT, layout),
        "design": (firmware.statement["design"], design.hex()),
        "version": (firmware.statement["version"], ".".join(map(str, version))),
        "period": (round(firmware.statement["tick"]["period_s"] * 1e6), period_us),
    }
    return [f"pm_info, {what}: expected {wanted}, got {got}" for what, (wanted, got) in found.items() if wanted != got]
