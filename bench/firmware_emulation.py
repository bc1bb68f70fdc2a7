"""How fast the emulated chip is, alone, in its loop and beside QEMU, and that random ticks on it are everyone's.

`python -m bench.firmware_emulation [TICKS]`, a million without; prints JSON, and exits with 1 if a promise is missed.
"""

import sys
from dataclasses import replace
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from bench.firmware_qemu import side_by_side
from proofmark_controller import Controller, Interpreter
from proofmark_controller.host import HostController, compilers, shared_object
from proofmark_cosim import System
from proofmark_cosim.component import FloatArray
from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.target import Target, target_of
from proofmark_firmware.verification.agreement import differences
from proofmark_firmware.verification.fuzz import random_inputs
from proofmark_firmware.verification.loop import simulated, waited_for
from proofmark_firmware.verification.ticks import expected, on_chip
from proofmark_firmware.verification.verifying import Vectors
from proofmark_firmware.verification.verifying import in_the_loop as looked_at_in_the_loop
from proofmark_reliability.sample import medians
from proofmark_spec import Spec, load
from proofmark_systems import system_of

FAN = Path(__file__).parents[1] / "tests" / "firmware" / "fan" / "spec.yaml"
MILLION = 1_000_000
CHIPS, AT_ONCE = 40, 1_000
WORST, LOOP_TICKS, WAITED_TICKS = 100, 10_000, 1_000
LEAST_TICKS_PER_S, ALLOWED_S = 20_000, 60.0


def main(ticks: int) -> int:
    spec = load(FAN)
    target = target_of(spec.design, spec.files)
    with TemporaryDirectory() as folder:
        firmware = Loaded.of(built(target, compiler_of("zig"), Cache(Path(folder))))
    found: dict[str, Any] = {
        "alone": [alone(firmware, processes) for processes in (1, 2)],
        "in_the_loop": [in_the_loop(spec, firmware, *case) for case in ((1, 1), (WORST, 2))],
        "tick_by_tick": tick_by_tick(spec, firmware),
        "beside_qemu": side_by_side(),
        "fuzz": fuzz(target, firmware, ticks),
    }
    worst = found["in_the_loop"][-1]
    held = {
        f"{LEAST_TICKS_PER_S} ticks/s with the plant in the loop": worst["ticks_per_s"] >= LEAST_TICKS_PER_S,
        f"{WORST} vectors of {LOOP_TICKS} ticks within {ALLOWED_S} s": worst["seconds"] <= ALLOWED_S,
        "everybody agrees": not found["fuzz"]["differences"],
    }
    print(dumps({**found, "missed": [promise for promise, kept in held.items() if not kept]}, indent=2))
    return int(not all(held.values()))


def alone(firmware: Loaded, processes: int) -> dict[str, float]:
    """Ticks in a second on codes that are there already."""
    inputs = random_inputs(firmware, 2 * processes, 5_000, seed=1)
    with EmbeddedEmulator(processes) as emulator:
        emulator.boot(firmware, inputs.shape[0])
        begin = perf_counter()
        seen = emulator.run(inputs)
        return {"processes": processes, "ticks_per_s": round(float(seen.ticks.sum()) / (perf_counter() - begin))}


def around(spec: Spec, firmware: Loaded, vectors: int, ticks: int) -> tuple[System, dict[str, FloatArray]]:
    """The system for so many ticks, and vectors around the middle of their distributions."""
    design = spec.design
    system = system_of(design.model, design.controller, spec.files)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    point = design.constants | medians(design.marginals)
    columns = {name: value * rng.uniform(0.95, 1.05, vectors) for name, value in point.items()}
    return replace(system, duration_s=ticks * firmware.period_s), columns


def in_the_loop(spec: Spec, firmware: Loaded, vectors: int, processes: int) -> dict[str, float]:
    """Simulation of the plant, boot, ticks on chips that follow it, and all that a verification says of these.

    The programs run and have compiled what they need before.
    """
    system, columns = around(spec, firmware, vectors, LOOP_TICKS)
    assert system.controller is not None
    drawn = Vectors(columns, np.arange(vectors), 0)
    with EmbeddedEmulator(processes) as emulator:
        emulator.boot(firmware, processes)
        begin = perf_counter()
        simulation = simulated(firmware, system, drawn.columns, drawn.numbers, drawn.seed)
        checks = list(looked_at_in_the_loop(firmware, emulator, system.controller.program, system, drawn, simulation))
        assert not any(check.failed for check in checks)
        seconds = perf_counter() - begin
    return {
        "vectors": vectors,
        "ticks": LOOP_TICKS,
        "processes": processes,
        "seconds": round(seconds, 1),
        "ticks_per_s": round(vectors * LOOP_TICKS / seconds),
    }


def tick_by_tick(spec: Spec, firmware: Loaded) -> dict[str, float]:
    """The same for one chip that is asked for every tick before the plant goes on."""
    system, columns = around(spec, firmware, 1, WAITED_TICKS)
    with EmbeddedEmulator() as emulator:
        emulator.boot(firmware)
        begin = perf_counter()
        waited_for(firmware, emulator, system, columns, np.arange(1), 0)
        return {"ticks": WAITED_TICKS, "ticks_per_s": round(WAITED_TICKS / (perf_counter() - begin))}


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
