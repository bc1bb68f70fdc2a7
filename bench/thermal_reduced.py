"""Reduced thermal models: what they take to make, how fast they are, and how near to full solutions; pyMOR beside them.

Prints a line of figures for each part, then what each promise comes to, then one line of JSON. Times are of one thread,
of the process's own processor time.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.thermal import THREADS
from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import build
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.model import Model
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, ThermalProblem, Transient
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.greedy import one
from proofmark_thermal.reduced.steady import Reduction, reduce_steady
from proofmark_thermal.reduced.temperatures import Bounded
from proofmark_thermal.reduced.transient import reduce_transient
from proofmark_thermal.reduced.transient_model import ReducedTransient
from proofmark_thermal.shapes import Box, FinnedSink, Shapes
from proofmark_thermal.transient import run
from proofmark_thermal.values import Schedule

STEADY_SIZE_M, SMALL_SIZE_M, TRANSIENT_SIZE_M = 0.0026, 0.008, 0.005
VECTORS = 100_000
COMPARED = 60
"""Vectors that are solved in full beside the reduced model."""
DURATION_S, PERIOD_S = 600.0, 1.0
FAN = (60.0, 10.0, 35.0, 10.0, 60.0, 20.0)
LOSS = (60.0, 50.0, 40.0, 60.0, 60.0, 45.0)

PROBLEM = ThermalProblem(
    Shapes(
        {
            "sink": (FinnedSink(0.1, 0.08, 0.008, 9, 0.03, 0.002),),
            "bridge": (Box((0.03, 0.03, 0.004), (0.035, 0.025, -0.004)),),
        }
    ),
    {
        "sink": Region(k=167.0, rho=2700.0, cp=900.0),
        "bridge": Region(k=120.0, rho=2330.0, cp=700.0, power=50.0),
    },
    {"fins": Sink(Faces(name="fins"), convection=40.0, ambient=293.15)},
    contacts=(Contact(("sink", "bridge"), resistance=2e-5),),
    probes={"ntc": Probe((0.01, 0.01, 0.0), "sink")},
    transient=Transient(DURATION_S, 293.15, tolerance=0.002),
)
VARIED = {
    "k": Varied(140, 190, ("regions.sink.k",)),
    "bridge_k": Varied(90, 150, ("regions.bridge.k",)),
    "h": Varied(10, 60, ("sinks.fins.convection",)),
    "loss": Varied(40, 60, ("regions.bridge.power",)),
    "ambient": Varied(280, 310, ("sinks.fins.ambient",)),
    "pad": Varied(1e-5, 4e-5, ("contacts.sink.bridge.resistance",)),
}


def main() -> int:
    found = {"steady": _steady(), "transient": _transient(), "pymor": _pymor()}
    steady, transient = found["steady"], found["transient"]
    lines = {
        "steady: 1e5 evaluations/s with bound": steady["evaluations_per_s"] >= 1e5,
        "steady: p99 bound below 0.1 K": steady["bound_p99_k"] < 0.1,
        "steady: bounds hold": steady["bounds_hold"],
        "steady: offline within 60 s": steady["offline_s"] <= 60 and steady["unknowns"] >= 1e5,
        "steady: 1e5 vectors within 10 s": steady["monte_carlo_s"] <= 10,
        "transient: 0.05 K with switched h": transient["error_k"] <= 0.05,
        "transient: 3e5 steps/s": transient["steps_per_s"] >= 3e5,
        "transient: 3e5 steps/s, two conductances": transient["steps_per_s_several_conductances"] >= 3e5,
    }
    for line, holds in lines.items():
        print(f"line {line}: {'holds' if holds else 'missed'}")
    print(json.dumps({"bench": "thermal_reduced", **found, "missed": [line for line, ok in lines.items() if not ok]}))
    return 0 if all(lines.values()) else 1


def _steady() -> dict[str, Any]:
    model = _built(STEADY_SIZE_M)
    start = time.process_time()
    made = reduce_steady(model, VARIED)
    offline = time.process_time() - start
    drawn = _drawn(VARIED, VECTORS, 1)
    start = time.process_time()
    hottest = made.model.evaluate(drawn).hottest
    evaluated = time.process_time() - start
    limit = float(np.quantile(hottest.values, 0.99))
    undecided = int(hottest.undecided(limit).sum())
    errors, holds, full_s = _against_full(made, hottest, drawn)
    found = {
        "unknowns": model.size,
        "shapes": made.model.system.shapes,
        "offline_s": offline,
        "evaluations_per_s": VECTORS / evaluated,
        "monte_carlo_s": evaluated,
        "bound_median_k": float(np.median(hottest.bounds)),
        "bound_p99_k": float(np.quantile(hottest.bounds, 0.99)),
        "bound_max_k": float(hottest.bounds.max()),
        "error_max_k": float(errors.max()),
        "bounds_hold": holds,
        "full_solution_s": full_s,
        "limit_k": limit,
        "full_solutions_at_limit": undecided,
        "bytes": len(made.model.to_bytes()),
    }
    _show("steady", found)
    return found


def _against_full(made: Reduction, hottest: Bounded, drawn: Mapping[str, FloatArray]) -> tuple[FloatArray, bool, float]:
    some = {name: values[:COMPARED] for name, values in drawn.items()}
    start = time.process_time()
    exact = made.solve(some).hottest.values
    seconds = (time.process_time() - start) / COMPARED
    errors = np.abs(hottest.values[:COMPARED] - exact)
    return errors, bool((errors <= hottest.bounds[:COMPARED]).all()), seconds


def _transient() -> dict[str, Any]:
    model = _built(TRANSIENT_SIZE_M)
    varied = {**VARIED, "start": Varied(280, 310, ("transient.initial",))}
    start = time.process_time()
    made = reduce_transient(model, varied, PERIOD_S, changing=("h", "loss"))
    offline = time.process_time() - start
    drawn = _drawn(varied, 512, 2)
    found = {
        "unknowns": model.size,
        "shapes": len(made.capacity),
        "offline_s": offline,
        "error_estimate_k": made.error_estimate_k,
        "error_k": _switched_error(made, model),
        "steps_per_s": _steps_per_s(made, drawn, ["h"]),
        "steps_per_s_several_conductances": _steps_per_s(made, drawn, ["h", "k"]),
    }
    _show("transient", found)
    return found


def _switched_error(made: ReducedTransient, model: Model) -> float:
    """The worst difference of the hottest temperature from the adaptive full course, every ten seconds."""
    transient = Transient(DURATION_S, 293.15, 0.002, tuple(float(t) for t in range(10, int(DURATION_S), 10)))
    regions = {**PROBLEM.regions, "bridge": Region(k=120.0, rho=2330.0, cp=700.0, power=_steps(LOSS))}
    sinks = {"fins": Sink(Faces(name="fins"), convection=_steps(FAN), ambient=293.15)}
    problem = ThermalProblem(
        PROBLEM.geometry, regions, sinks, contacts=PROBLEM.contacts, probes=PROBLEM.probes, transient=transient
    )
    full = run(build(problem, model.space.mesh), transient).course
    nominal = {"k": 167.0, "bridge_k": 120.0, "ambient": 293.15, "pad": 2e-5, "start": 293.15}
    first = {name: np.array([value]) for name, value in {**nominal, "h": FAN[0], "loss": LOSS[0]}.items()}
    course = made.begin(first, PERIOD_S, ["h"])
    worst = 0.0
    for second in range(int(DURATION_S)):
        part = second * len(FAN) // int(DURATION_S)
        course.step({"h": np.array([FAN[part]]), "loss": np.array([LOSS[part]])})
        if course.time_s in full.fields:
            hottest = float(course.temperatures().hottest[0])
            worst = max(worst, abs(hottest - float(full.fields[course.time_s].max())))
    return worst


def _steps_per_s(made: ReducedTransient, drawn: Mapping[str, FloatArray], changing: list[str]) -> float:
    """Steps of one vector, with other conductances and heat in each, and the hottest temperature read after each."""
    course = made.begin(drawn, PERIOD_S, changing)
    start = time.process_time()
    for step in range(100):
        course.step({"h": drawn["h"] * (1 + 0.002 * step), "loss": drawn["loss"] * (1 + 0.001 * step)})
        course.temperatures()
    return 100 * len(drawn["h"]) / (time.process_time() - start)


def _pymor() -> dict[str, Any]:
    """The same small model by both, to the same training accuracy."""
    try:
        from pymor.algorithms.greedy import rb_greedy
        from pymor.core.logger import set_log_levels
        from pymor.models.basic import StationaryModel
        from pymor.operators.constructions import LincombOperator
        from pymor.operators.numpy import NumpyMatrixOperator
        from pymor.parameters.functionals import MinThetaParameterFunctional, ProjectionParameterFunctional
        from pymor.reductors.coercive import CoerciveRBReductor
    except ImportError:
        print("pymor: not installed, not run")
        return {}
    set_log_levels({"pymor": "ERROR"})
    start = time.process_time()
    made = reduce_steady(_built(SMALL_SIZE_M), VARIED)
    own_offline = time.process_time() - start
    form, middle = made.full.form, made.full.middle
    drawn = _drawn(VARIED, 400, 3)
    factors = form.factors(drawn)
    hot = int(made.full.rise(*one(factors, 0)).argmax())
    start = time.process_time()
    thetas = [ProjectionParameterFunctional("theta", len(middle), q) for q in range(len(middle))]
    operator = LincombOperator([NumpyMatrixOperator(each.tocsc()) for each in form.operators], thetas)
    heat = ProjectionParameterFunctional("loss", 1, 0)
    rhs = LincombOperator([NumpyMatrixOperator(form.loads[:, :1])], [heat])
    row = np.zeros((1, form.model.size))
    row[0, hot] = 1
    product = NumpyMatrixOperator(form.matrix(middle).tocsc())
    full = StationaryModel(operator, rhs, NumpyMatrixOperator(row), products={"energy": product})
    estimator = MinThetaParameterFunctional(thetas, {"theta": middle})
    reductor = CoerciveRBReductor(full, product=product, coercivity_estimator=estimator)
    points = [
        full.parameters.parse({"theta": conductances, "loss": loads})
        for conductances, loads in zip(factors.conductances, factors.loads, strict=True)
    ]
    rom = rb_greedy(full, reductor, points, max_extensions=made.model.system.shapes)["rom"]
    offline = time.process_time() - start
    start = time.process_time()
    values = [float(rom.output(point)[0, 0]) for point in points[:200]]
    bounds = [float(np.ravel(rom.estimate_error(point))[0]) for point in points[:200]]
    seconds = (time.process_time() - start) / 200
    own = made.model.evaluate({name: each[:200] for name, each in drawn.items()}).hottest.values
    found = {
        "unknowns": form.model.size,
        "shapes": made.model.system.shapes,
        "offline_s": offline,
        "own_offline_s": own_offline,
        "evaluations_per_s": 1 / seconds,
        "energy_bound_p99": float(np.quantile(bounds, 0.99)),
        "difference_max_k": float(np.abs(np.array(values) + factors.reference_k[:200] - own).max()),
    }
    _show("pymor", found)
    return found


def _built(size_m: float) -> Model:
    return build(PROBLEM, mesh_of(PROBLEM.geometry, size_m))


def _drawn(varied: Mapping[str, Varied], count: int, seed: int) -> dict[str, FloatArray]:
    generator = np.random.default_rng(seed)
    return {name: generator.uniform(each.low, each.high, count) for name, each in varied.items()}


def _steps(values: tuple[float, ...]) -> Schedule:
    ends = np.linspace(0, DURATION_S, len(values) + 1)
    return Schedule(tuple(np.repeat(ends, 2)[1:-1].tolist()), tuple(np.repeat(values, 2).tolist()))


def _show(what: str, found: Mapping[str, Any]) -> None:
    parts = [f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in found.items()]
    print(f"{what}: " + ", ".join(parts))


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in THREADS.items()):
        os.execve(sys.executable, [sys.executable, "-m", "bench.thermal_reduced"], {**os.environ, **THREADS})
    sys.exit(main())
