"""How fast the emulated chip is, alone and in its loop, and that a million random ticks on it are everyone's.

`python -m bench.firmware_emulation [TICKS]`; prints JSON, and exits with 1 if anybody disagrees.
"""

import sys
from dataclasses import replace
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from proofmark_controller import Controller, Interpreter
from proofmark_controller.host import HostController, compilers, shared_object
from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.target import Target, target_of
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.fuzz import random_inputs
from proofmark_firmware.verification.loop import emulated, replayed, simulated
from proofmark_firmware.verification.ticks import expected, on_chip
from proofmark_reliability.sample import medians
from proofmark_spec import Spec, load
from proofmark_systems import system_of

FAN = Path(__file__).parents[1] / "tests" / "firmware" / "fan" / "spec.yaml"
MILLION = 1_000_000
CHIPS, AT_ONCE = 40, 1_000
LOOP_CHIPS, LOOP_TICKS = 100, 100


def main(ticks: int) -> int:
    spec = load(FAN)
    target = target_of(spec.design, spec.files)
    with TemporaryDirectory() as folder:
        firmware = Loaded.of(built(target, compiler_of("zig"), Cache(Path(folder))))
    found: dict[str, Any] = {
        "alone": [alone(firmware, processes) for processes in (1, 2)],
        "in the loop": in_the_loop(spec, firmware),
    }
    found["fuzz"] = fuzz(target, firmware, ticks)
    print(dumps(found, indent=2))
    return int(bool(found["fuzz"]["differences"]))


def alone(firmware: Loaded, processes: int) -> dict[str, float]:
    """Ticks in a second on codes that are there already."""
    inputs = random_inputs(firmware, 2 * processes, 5_000, seed=1)
    with EmbeddedEmulator(processes) as emulator:
        emulator.boot(firmware, inputs.shape[0])
        begin = perf_counter()
        seen = emulator.run(inputs)
        return {"processes": processes, "ticks_per_s": round(float(seen.ticks.sum()) / (perf_counter() - begin))}


def in_the_loop(spec: Spec, firmware: Loaded) -> dict[str, float]:
    """Ticks in a second with the plant around the chips: tick by tick, and on the codes of the simulation."""
    design = spec.design
    system = system_of(design.model, design.controller, spec.files)  # type: ignore[arg-type]
    system = replace(system, duration_s=LOOP_TICKS * firmware.period_s)
    rng = np.random.default_rng(0)
    point = design.constants | medians(design.marginals)
    columns = {name: value * rng.uniform(0.95, 1.05, LOOP_CHIPS) for name, value in point.items()}
    numbers, total = np.arange(LOOP_CHIPS), LOOP_CHIPS * LOOP_TICKS
    with EmbeddedEmulator(2) as emulator:
        emulator.boot(firmware, LOOP_CHIPS)
        begin = perf_counter()
        emulated(firmware, emulator, system, columns, numbers, 0)
        closed_s = perf_counter() - begin
        begin = perf_counter()
        simulation = simulated(firmware, system, columns, numbers, 0)
        replayed(firmware, emulator, {}, simulation.sampled)
        replayed_s = perf_counter() - begin
    return {"closed_ticks_per_s": round(total / closed_s), "replayed_ticks_per_s": round(total / replayed_s)}


def fuzz(target: Target, firmware: Loaded, ticks: int) -> dict[str, Any]:
    """Random inputs on chips, in the interpreter and in C of every compiler that there is."""
    program = target.program
    start = {name: np.full(CHIPS, value, np.float32) for name, value in target.start.items()}
    controllers: dict[str, Controller] = {"interpreter": Interpreter(program, CHIPS, start)}
    for compiler in compilers():
        library = shared_object(program, compiler)
        controllers[compiler.name] = HostController(program, library, CHIPS, start)
    different: dict[str, list[str]] = {}
    each = -(-ticks // CHIPS)
    begin = perf_counter()
    with EmbeddedEmulator(2) as emulator:
        emulator.boot(firmware, CHIPS)
        for first in range(0, each, AT_ONCE):
            inputs = random_inputs(firmware, CHIPS, min(AT_ONCE, each - first), seed=first)
            chip = on_chip(firmware, program, emulator.run(inputs))
            for name, controller in controllers.items():
                wrong = differences(chip, expected(firmware, controller, inputs))
                if wrong:
                    different.setdefault(name, wrong)
    told = {"ticks": each * CHIPS, "beside": list(controllers), "seconds": round(perf_counter() - begin, 1)}
    return {**told, "differences": different}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION))
