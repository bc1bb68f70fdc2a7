"""`make bench-thermal`: reference cases on every engine, orders, contacts, and what unknowns cost beside others.

Prints tables, then what each line comes to, then one line of JSON. Times are of one thread, by the processor; each size
runs in a process of its own, so that its peak of memory is its own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.thermal_engines import MEMORY_RATIO, TIME_RATIO, by_engines, fenicsx_on, installed, ratios
from proofmark_thermal.building import build
from proofmark_thermal.engines.programs.handed_over import peak_gb
from proofmark_thermal.finite_elements import FiniteElements, answer
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, Source, ThermalProblem
from proofmark_thermal.shapes import FinnedSink, Pad, Rod, Segment, Shapes
from proofmark_thermal.steady import steady
from tests.thermal.cases import cases
from tests.thermal.test_orders import errors

SIZES_M = (0.0023, 0.0017, 0.0011, 0.00078)
"""Of elements: from 5e4 to 1e6 unknowns."""
NEAR_LINEAR = 1.25
"""Exponent of time and memory over unknowns that still counts as near-linear."""
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=float, help="measure one element size, m, and print JSON")
    parser.add_argument("--sizes", type=float, nargs="*", default=SIZES_M)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(json.dumps(_one(arguments.one)))
        return 0
    found = {
        "cases": _cases(),
        "orders": _orders(),
        "contact": _contact(),
        "sizes": [_apart(size) for size in arguments.sizes],
    }
    lines = _lines(found)
    for line, holds in lines.items():
        print(f"line {line}: {'holds' if holds else 'missed'}")
    print(json.dumps({"bench": "thermal", **found, "missed": [line for line, holds in lines.items() if not holds]}))
    return 0 if all(lines.values()) else 1


def _cases() -> dict[str, Any]:
    programs = installed()
    names = " ".join(f"{program.name:>10}" for program in programs)
    head = (
        f"{'reference case':18} {'worst error':>12} {'tolerance':>10} {'estimate':>10} {'unknowns':>9} {'s':>6} {names}"
    )
    print(head)
    found = {}
    for name, case in cases().items():
        start = time.process_time()
        solution = FiniteElements().solve(case.problem)
        seconds = time.process_time() - start
        worst = float(np.abs(np.subtract(case.read(solution), case.expected)).max())
        estimate, unknowns = solution.error_estimate_k, solution.unknowns
        others = by_engines(case, solution, programs)
        own = {"error": worst, "tolerance": case.tolerance, "estimate_k": estimate, "unknowns": unknowns}
        found[name] = {**own, "engines": others}
        told = " ".join(f"{error:10.2e}" if isinstance(error, float) else f"({error})" for error in others.values())
        print(f"{name:18} {worst:12.2e} {case.tolerance:10.2g} {estimate:10.1e} {unknowns:9} {seconds:6.2f} {told}")
    return found


def _orders() -> dict[str, list[float]]:
    found = {}
    for degree, cells in ((1, (12, 24)), (2, (8, 16))):
        coarse, fine = (errors(count, degree) for count in cells)  # type: ignore[arg-type]
        found[f"P{degree}"] = [float(np.log2(a / b)) for a, b in zip(coarse, fine, strict=True)]
        print(f"P{degree}: temperature of order {found[f'P{degree}'][0]:.2f}, gradient {found[f'P{degree}'][1]:.2f}")
    return found


def _contact() -> float:
    problem = ThermalProblem(
        Shapes({"hot": (Segment(0.01),), "cold": (Segment(0.02, 0.01),)}, Rod(2e-4)),
        {"hot": Region(k=200.0), "cold": Region(k=50.0)},
        {"end": Sink(Faces(name="cold.right"), temperature=300.0)},
        {"heat": Source(Faces(name="hot.left"), power=5.0)},
        (Contact(("hot", "cold"), resistance=3e-5),),
        {name: Probe((0.01, 0, 0), name) for name in ("hot", "cold")},
    )
    probes = answer(build(problem, mesh_of(problem.geometry))).readings.probes
    wrong = abs((probes["hot"] - probes["cold"]) / (5.0 / 2e-4 * 3e-5) - 1)
    print(f"contact jump: relative error {wrong:.1e}")
    return float(wrong)


def _apart(size: float) -> Any:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "bench.thermal", "--one", str(size)]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[1],
        env={**os.environ, **THREADS},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    print(
        f"{found['unknowns']:8} unknowns: mesh {found['mesh_s']:.2f} s, assembly {found['assembly_s']:.2f} s, "
        f"solution {found['solution_s']:.2f} s, peak {found['peak_gb']:.2f} GB, T_max {found['t_max_c']:.4f} C; "
        f"scikit-fem's assembly {found['scikit_fem_assembly_s']:.2f} s"
    )
    if (over := ratios(found)) is not None:
        theirs = found["fenicsx"]
        print(
            f"{'':8} FEniCSx: assembly {theirs['assembly_s']:.2f} s, solution {theirs['solution_s']:.2f} s, peak "
            f"{theirs['peak_gb']:.2f} GB, T_max {theirs['t_max_c']:.4f} C; ours take {over[0]:.2f} of its time and "
            f"{over[1]:.2f} of its memory"
        )
    return found


def _one(size: float) -> dict[str, Any]:
    sink = FinnedSink(0.06, 0.05, 0.005, 8, 0.025, 0.002, {"pad": Pad((0.03, 0.025), (0.02, 0.02))})
    problem = ThermalProblem(
        Shapes({"sink": (sink,)}),
        {"sink": Region(k=180.0)},
        {"air": Sink(Faces(name="fins"), convection=50.0, ambient=298.15)},
        {"chip": Source(Faces(name="pad"), power=40.0)},
    )
    times = [time.process_time()]
    mesh = mesh_of(problem.geometry, size)
    times.append(time.process_time())
    model = build(problem, mesh)
    zero = np.zeros(model.size)
    model.tangent(zero, 0.0), model.leaving(zero, 0.0)
    times.append(time.process_time())
    temperatures = steady(model)
    times.append(time.process_time())
    peak = peak_gb()
    mesh_s, assembly_s, solution_s = np.diff(times).tolist()
    return {
        "unknowns": model.size,
        "mesh_s": mesh_s,
        "assembly_s": assembly_s,
        "solution_s": solution_s,
        "peak_gb": peak,
        "t_max_c": float(temperatures.max()) - 273.15,
        "scikit_fem_assembly_s": _scikit_fem_assembly_s(mesh),
        "fenicsx": fenicsx_on(model),
    }


def _scikit_fem_assembly_s(mesh: Mesh) -> float:
    import skfem
    from skfem.models.poisson import laplace, mass

    start = time.process_time()
    theirs = skfem.MeshTet(mesh.points.T.copy(), mesh.cells.T.copy())
    element = skfem.ElementTetP2()
    laplace.assemble(skfem.Basis(theirs, element, intorder=2))
    mass.assemble(skfem.FacetBasis(theirs, element, intorder=4))
    return time.process_time() - start


def _lines(found: dict[str, Any]) -> dict[str, bool]:
    sizes = found["sizes"]
    unknowns = np.log([each["unknowns"] for each in sizes])
    seconds = np.log([each["assembly_s"] + each["solution_s"] for each in sizes])
    memory = np.log([each["peak_gb"] for each in sizes])
    beside = [over for each in sizes if (over := ratios(each)) is not None]
    against = (
        {}
        if not beside
        else {
            f"at most {TIME_RATIO:g} times FEniCSx's time": all(over[0] <= TIME_RATIO for over in beside),
            f"at most {MEMORY_RATIO:g} times FEniCSx's memory": all(over[1] <= MEMORY_RATIO for over in beside),
        }
    )
    return {
        "every reference case within its tolerance": all(
            case["error"] <= case["tolerance"] for case in found["cases"].values()
        ),
        "and on every engine that covers it": all(
            error <= case["tolerance"]
            for case in found["cases"].values()
            for error in case["engines"].values()
            if isinstance(error, float)
        ),
        "orders within 0.1 of theory": all(
            abs(order - wanted) <= 0.1
            for degree, orders in ((1, found["orders"]["P1"]), (2, found["orders"]["P2"]))
            for order, wanted in zip(orders, (degree + 1, degree), strict=True)
        ),
        "contact jump exact to 1e-6": found["contact"] <= 1e-6,
        "time near-linear in unknowns": bool(np.polyfit(unknowns, seconds, 1)[0] <= NEAR_LINEAR),
        "memory near-linear in unknowns": bool(np.polyfit(unknowns, memory, 1)[0] <= NEAR_LINEAR),
        "assembly faster than scikit-fem's": all(each["assembly_s"] < each["scikit_fem_assembly_s"] for each in sizes),
        **against,
    }


if __name__ == "__main__":
    sys.exit(main())
