"""Other emulators than ours: what they saw of the same sources, or why they were not asked."""

from proofmark_firmware.emulation import EmbeddedEmulator, EmulationError, Loaded, qemu, renode
from proofmark_firmware.verification.checks import Checked, checked
from proofmark_firmware.verification.startup import banner

DEAD = "fault clock hse"
"""QEMU has no oscillator: firmware that looks for one says so."""


def by_qemu(alone: Loaded) -> Checked:
    """The image, linked alone, boots in QEMU and says there what it says in our emulator without an oscillator.

    Parameters
    ----------
    alone
        Linked for the start of the flash, where QEMU starts.
    """
    name = "boots in QEMU"
    if not qemu.runs(alone):
        return Checked(name, "not-run", f"QEMU has no {alone.board.title}")
    if not qemu.installed():
        return Checked(name, "not-run", f"QEMU is not on this machine: {qemu.BROUGHT_BY}")
    expected = [banner(alone, "safe"), DEAD]
    try:
        seen = qemu.witness(alone, len(expected))
    except EmulationError as error:
        return Checked(name, "failed", str(error))
    with EmbeddedEmulator() as emulator:
        emulator.boot(alone, broken=("hse-dead",))
        ours = emulator.look().log.splitlines()
    problems = [f"QEMU: expected {expected}, got {seen.log.splitlines()}"] if seen.log.splitlines() != expected else []
    problems += [f"embedded emulator: expected {expected}, got {ours}"] if ours != expected else []
    told = f"QEMU {seen.version}, which has no oscillator: {DEAD!r} behind the banner, as in the embedded emulator"
    return checked(name, problems, told)


def by_renode(firmware: Loaded) -> Checked:
    """The generated Robot test, where Renode is installed."""
    name = "boots in Renode"
    if not renode.installed():
        return Checked(name, "not-run", f"Renode is not on this machine: {renode.BROUGHT_BY}")
    try:
        renode.run(firmware)
    except EmulationError as error:
        return Checked(name, "failed", str(error))
    return Checked(name, "passed", "the Robot test found the banner and the pins")
