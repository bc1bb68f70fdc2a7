"""Controllers on four machines: interpreter, CPython and compiled C, bit for bit on 1e6 fuzzed ticks, and their speed.

Prints one JSON line for each comparison, with how many ticks of how many programs were compared and what differed, and
one for each speed. Exits with 1 if a bit differs.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from proofmark_controller import Controller, Interpreter, Program, check
from proofmark_controller.cpython import CPython
from proofmark_controller.evaluation import Columns
from proofmark_controller.host import Compiler, HostController, compilers, shared_object
from tests.controller.agreement import differences
from tests.controller.inputs import columns, starts
from tests.controller.programs import Programs

TICKS_COMPARED = 1_000_000
"""In vectors that have not faulted: the others only repeat their safe state."""
TICKS, VECTORS = 10, 500
SAMPLES = Path(__file__).parents[1] / "tests" / "controller"
ODD = (0.0, 0.01, 0.05, 0.3)
"""How many inputs are NaN, infinite, subnormal, at an edge or random bits; each program gets one of these."""

Make = Callable[[Program, Columns], Controller]


def programs() -> Iterator[Program]:
    """The samples, then random programs without end."""
    for name in ("fan_control", "every_block", "every_statement"):
        yield check((SAMPLES / f"{name}.py").read_text(), file=f"{name}.py")
    seed = 1000
    while True:
        yield check(Programs(seed).text())
        seed += 1


def by_cpython(program: Program, values: Columns) -> Controller:
    return CPython(program, VECTORS, values)


def compiled(compiler: Compiler, program: Program, values: Columns) -> Controller:
    return HostController(program, shared_object(program, compiler), VECTORS, values)


def compare() -> int:
    """Compare everything with the interpreter; how many differences there are."""
    others: dict[str, Make] = {"cpython": by_cpython}
    others |= {compiler.name: partial(compiled, compiler) for compiler in compilers()}
    compared, living, sites, found = 0, 0, 0, dict.fromkeys(others, 0)
    for number, program in enumerate(programs()):
        if living >= TICKS_COMPARED:
            break
        odd = ODD[number % len(ODD)]
        inputs, values = columns(program, number, TICKS, VECTORS, odd), starts(program, number, VECTORS, odd)
        for name, make in others.items():
            told = list(differences(Interpreter(program, VECTORS, values), make(program, values), inputs))
            found[name] += len(told)
            if told:
                tell(compared="interpreter", **{"with": name}, program=number, differences=told)
        compared += TICKS * VECTORS
        ours = Interpreter(program, VECTORS, values)
        for tick in range(TICKS):
            living += int((ours.faults == 0).sum())
            ours.step({name: column[tick] for name, column in inputs.items()})
        sites += len(set(ours.faults.tolist()) - {0})
    for name, count in found.items():
        tell(
            compared="interpreter",
            **{"with": name},
            ticks=living,
            ticks_in_the_safe_state=compared - living,
            programs=number,
            sites_that_faulted=sites,
            differences=count,
        )
    return sum(found.values())


def speeds() -> None:
    """Nanoseconds a tick, of the sample controller under a smooth temperature; ticks in one call, and one a call."""
    program = check((SAMPLES / "fan_control.py").read_text(), file="fan_control.py")
    vectors = 1000
    makers: dict[str, tuple[Callable[[], Controller], int]] = {
        "interpreter": (partial(Interpreter, program, vectors), 100),
        "cpython": (partial(CPython, program, vectors), 3),
    }
    for compiler in compilers():
        library = shared_object(program, compiler)
        makers[compiler.name] = (partial(HostController, program, library, vectors), 20_000)
    for name, (make, ticks) in makers.items():
        phase = np.arange(ticks)[:, None] / 1000 + np.linspace(0, 6, vectors)
        inputs = {
            "temp_degc": (60 + 30 * np.sin(phase)).astype(np.float32),
            "enable": np.ones((ticks, vectors), np.bool_),
        }
        calls = min(ticks, 2000)
        together = best(partial(make().run, inputs))
        single = best(partial(steps, make(), {input_: column[0] for input_, column in inputs.items()}, calls))
        tell(
            speed=name,
            ns_a_tick=round(together / (ticks * vectors) * 1e9, 1),
            ns_a_tick_one_a_call=round(single / (calls * vectors) * 1e9, 1),
        )


def steps(controller: Controller, row: Columns, calls: int) -> None:
    for _ in range(calls):
        controller.step(row)


def best(task: Callable[[], object]) -> float:
    """The shortest of three times, in seconds: others use the machine too."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return min(times)


def tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    speeds()
    sys.exit(1 if compare() else 0)
