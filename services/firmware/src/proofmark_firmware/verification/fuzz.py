"""Random codes on the chip and in the interpreter: no plant, every corner of the controller."""

import numpy as np

from proofmark_controller import Controller
from proofmark_firmware.emulation import Emulator, Loaded, Observed
from proofmark_firmware.emulation.loaded import ANALOG
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.checks import Checked, checked
from proofmark_firmware.verification.interface import IntArray
from proofmark_firmware.verification.ticks import expected, on_chip

WALK, JUMPS = 40.0, 0.05
"""Codes of a step, and how often it is a jump to anywhere instead."""
HELD = 0.95
"""How often a level stays as it is."""


def random_inputs(firmware: Loaded, chips: int, ticks: int, seed: int) -> IntArray:
    """(chips, ticks, k): codes that wander and jump, levels that hold and change."""
    rng = np.random.default_rng(seed)
    columns = [_codes(rng, told["bits"], chips, ticks) if told["kind"] == ANALOG else _levels(rng, chips, ticks)
               for told in firmware.inputs]  # fmt: skip
    return np.stack(columns, axis=-1)


def _codes(rng: np.random.Generator, bits: int, chips: int, ticks: int) -> IntArray:
    top = 2**bits - 1
    steps = rng.normal(0.0, WALK, (chips, ticks))
    anywhere = rng.uniform(0.0, top, (chips, ticks))
    jumps = rng.random((chips, ticks)) < JUMPS
    jumps[:, 0] = True
    codes = np.empty((chips, ticks))
    now = np.zeros(chips)
    for tick in range(ticks):
        now = np.clip(np.where(jumps[:, tick], anywhere[:, tick], now + steps[:, tick]), 0, top)
        codes[:, tick] = now
    return np.rint(codes).astype(np.int32)


def _levels(rng: np.random.Generator, chips: int, ticks: int) -> IntArray:
    changes = rng.random((chips, ticks)) > HELD
    return (np.cumsum(changes, axis=1) % 2).astype(np.int32)


def fuzzed(
    firmware: Loaded, emulator: Emulator, controller: Controller, ticks: int, seed: int
) -> tuple[Checked, Observed]:
    """Compare a chip for each of the controller's vectors with it."""
    chips = controller.vectors
    inputs = random_inputs(firmware, chips, ticks, seed)
    emulator.boot(firmware, chips)
    seen = emulator.run(inputs)
    problems = [f"stopped after {done} of {ticks} ticks" for done in seen.ticks if done < ticks]
    problems += differences(on_chip(firmware, controller.program, seen), expected(firmware, controller, inputs))
    total = int(seen.ticks.sum())
    told = f"{total} ticks of random inputs: codes, compare values, levels and state bits equal"
    return checked("fuzz", problems, told, {"ticks": total}), seen
