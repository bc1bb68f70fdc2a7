"""Co-simulation beside published numbers, closed forms, a plain Python loop and FMPy: accuracy and speed.

Prints one JSON line for each figure. Exits with 1 if one misses its limit.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from proofmark_contracts.temperatures import ReducedHeat
from proofmark_controller.host import compilers
from proofmark_cosim import Always, Metric, Placed, Predicate, System, simulate
from proofmark_cosim.plants import RcThermal
from proofmark_cosim.scenarios import ConstantHeater, StepWorkload
from proofmark_cosim.simulation import Runs
from proofmark_systems import heat_of
from tests.cosim import test_thermalres as published
from tests.cosim.systems import closed_loop, columns, thermal_resonator, trace
from tests.cosim.test_plants import controlled_temperature, reference_temperature
from tests.thermal.reduced.test_transient_reduction import reduced

CONFIGURATIONS = 1000
CYCLES = 20_000
STEPS_WANTED, HEAT_STEPS_WANTED = 2e7, 3e5
failures: list[str] = []


def tell(figure: str, met: bool = True, **facts: Any) -> None:
    if not met:
        failures.append(figure)
    print(json.dumps({"figure": figure, "met": met, **facts}), flush=True)


def accuracy() -> None:
    worst, frames = 0.0, True
    for name, (_, _, chunk_cycles) in published.OPEN_LOOP.items():
        system, told = published.compatible(name), published.PUBLISHED[name]
        for key, (signal, factor, offset) in published.IN_UNITS.items():
            ours = trace(system, signal)[chunk_cycles::chunk_cycles] * factor + offset
            worst = max(worst, float(np.abs(ours - told[key]).max()))
        chances = trace(system, "frame.crc_fail_probability")[chunk_cycles::chunk_cycles]
        worst = max(worst, float(np.abs(chances - told["p"]).max()))
        draws = random.Random(42)
        frames &= [draws.random() < p for p in chances] == told["crc"]
    tell("compatibility mode against thermalres.json", worst <= 1e-12 and frames, worst=worst, frames_equal=frames)

    rise = trace(thermal_resonator(ConstantHeater(heater=0.5), 1000), "heat.rise")
    error = float(np.abs(rise - 5 * -np.expm1(-0.1 * np.arange(1001))).max())
    tell("RC against the closed form", error <= 1e-12, worst_k=error)

    switches, theirs = reference_temperature()
    system = controlled_temperature(0.01)
    count = int(simulate(system, {}).metrics["switches"][0])
    error = float(np.nanmax(np.abs(trace(system, "it.temperature") - theirs)))
    tell("ControlledTemperature, 10 ms", count == len(switches) == 18 and error < 0.02, switches=count, worst_k=error)


def invariance() -> None:
    cycles = 400
    whole = simulate(closed_loop(cycles), columns(), seed=1)
    for chunk_cycles in (1, 7, 10, 50, cycles):
        for runs in get_args(Runs):
            cut = simulate(closed_loop(cycles), columns(), seed=1, chunk_cycles=chunk_cycles, runs=runs)
            same = all(cut.metrics[name].tobytes() == whole.metrics[name].tobytes() for name in whole.metrics)
            tell("bits by time chunk", same, chunk_cycles=chunk_cycles, runs=runs)


def loop(cycles: int = CYCLES) -> System:
    """RC, resonator, impairment and the PID of the example, one tick a cycle, with four metrics."""
    system = closed_loop(cycles, StepWorkload(at=50.0, before=0.1, after=0.3))
    assert system.controller is not None
    plants = {name: Placed(system.plants[name].component) for name in ("heat", "ring", "frame")}
    wires = {name: text for name, text in system.connect.items() if not name.startswith(("crc.", "link."))}
    metrics = {name: metric for name, metric in system.metrics.items() if name in ("lock", "crc", "settled", "t_max")}
    return replace(
        system, plants=plants, connect=wires, metrics=metrics, controller=replace(system.controller, period_s=0.01)
    )


def best(task: Callable[[], object], times: int = 3) -> float:
    """The shortest of some times, in seconds of this process: others use the machine too."""
    found = []
    for _ in range(times):
        began = time.process_time()
        task()
        found.append(time.process_time() - began)
    return min(found)


def speed() -> None:
    given = columns(CONFIGURATIONS)
    simulate(loop(), given)  # compiles
    steps = CONFIGURATIONS * CYCLES
    ours = steps / best(lambda: simulate(loop(), given))
    tell("closed loop, steps/s/core", ours >= STEPS_WANTED, value=f"{ours:.3g}", configurations=CONFIGURATIONS)
    watched = replace(loop(), formulas={"locked": Always(Predicate("ring.locked"), 2.0)})
    simulate(watched, given)
    value = steps / best(lambda: simulate(watched, given))
    tell("with a formula over every cycle, steps/s/core", value=f"{value:.3g}")
    few = 300
    value = CONFIGURATIONS * few / best(lambda: simulate(loop(few), given, runs="numpy"), 1)
    tell("without a compiler, steps/s/core", value=f"{value:.3g}", ratio=round(ours / value, 1))
    plain = 20_000 / best(lambda: plain_python(20_000))
    tell("a plain Python loop, steps/s/core", value=f"{plain:.3g}", ratio=round(ours / plain, 1))
    by_fmpy = fmpy_steps()
    tell(
        "FMPy stepping heat and ring, steps/s/core",
        value=f"{by_fmpy:.3g}",
        ratio=round(ours / by_fmpy, 1),
    )


def reduced_heat() -> None:
    """A body of 22 shapes with a film and two heats that a scenario changes."""
    amounts = {name: name for name in ("k", "pad", "air", "start")}
    amounts |= {"h": "100 + 400 * scenario.value", "chip": "5 + 20 * scenario.value", "die": "10 * scenario.value"}
    told = ReducedHeat(kind="transient", model="0" * 64, size=0, parameters=amounts, metrics=(), mesh_error_k=0.0)
    heat = heat_of(told, reduced().to_bytes())
    system = System(
        cycle_s=1.0,
        duration_s=600.0,
        plants={"heat": Placed(heat.plant)},
        connect={f"heat.{name}": text for name, text in heat.amounts.items()},
        scenario=StepWorkload(at=100.0, before=0.0, after=1.0),
        metrics={"t_max": Metric("max", "heat.t_max")},
    )
    rng = np.random.default_rng(1)
    ranges = {"k": (140, 180), "pad": (2e-5, 5e-5), "air": (285, 305), "start": (285, 305)}
    given = {name: rng.uniform(*ends, CONFIGURATIONS) for name, ends in ranges.items()}
    simulate(system, given)
    value = CONFIGURATIONS * system.cycles / best(lambda: simulate(system, given))
    tell("reduced heat as a plant, steps/s/core", value >= HEAT_STEPS_WANTED, value=f"{value:.3g}")


class PlainPid:
    """A PID as one writes it in Python."""

    def __init__(self) -> None:
        self.integral = self.before = 0.0

    def step(self, detuning_nm: float) -> float:
        slope = (detuning_nm - self.before) / 0.01
        self.before = detuning_nm
        self.integral += 2.0 * 0.01 * detuning_nm
        return min(max(0.5 * detuning_nm + self.integral + 0.02 * slope, 0.0), 1.0)


def plain_python(cycles: int) -> float:
    """The seed's kind of loop: objects, floats, one configuration."""
    pid, rise, duty, locked_cycles, crc = PlainPid(), 0.0, 0.0, 0, 0.0
    for cycle in range(cycles):
        power = min(max(duty, 0.0), 1.0) + (0.1 if cycle < cycles // 4 else 0.3)
        detuning_nm = 1550.3 - (1550.0 + 0.1 * rise)
        locked = abs(detuning_nm) <= 0.5
        x = min(abs(detuning_nm), 1.0)
        x = 0.5 * x / 0.3 if x <= 0.3 else 0.5 + 0.5 * (x - 0.3) / 0.7
        crc += x * x * (3 - 2 * x) if locked else 1.0
        locked_cycles += locked
        duty = pid.step(detuning_nm)
        rise += 0.01 * (power * 10.0 - rise)
    return locked_cycles / cycles + crc / cycles


def fmpy_steps() -> float:
    """One configuration: two doSteps a cycle through FMPy, and the PID above."""
    from fmpy import extract, read_model_description
    from fmpy.simulation import instantiate_fmu

    from proofmark_cosim.fmi.export import export_fmu
    from proofmark_cosim.plants import Resonator

    units = []
    with tempfile.TemporaryDirectory() as folder:
        for plant in (RcThermal(), Resonator(target=1550.3e-9)):
            path = Path(folder) / f"{plant.kind}.fmu"
            path.write_bytes(export_fmu(plant, 0.01, "2.0", compilers()[0]))
            unit = instantiate_fmu(extract(str(path), f"{folder}/{plant.kind}"), read_model_description(path))
            unit.setupExperiment()
            unit.enterInitializationMode()
            unit.exitInitializationMode()
            units.append(unit)
        heat, ring = units
        pid, cycles = PlainPid(), 5000

        def run() -> None:
            duty = 0.0
            for cycle in range(cycles):
                heat.setReal([1, 2], [duty, 0.1 if cycle < cycles // 4 else 0.3])
                heat.doStep(cycle * 0.01, 0.01)
                ring.setReal([1], heat.getReal([4]))
                ring.doStep(cycle * 0.01, 0.01)
                duty = pid.step(ring.getReal([3])[0] * 1e9)

        return cycles / best(run, 2)


def main() -> int:
    accuracy()
    invariance()
    speed()
    reduced_heat()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
