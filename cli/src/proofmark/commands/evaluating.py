"""`proofmark eval`: one run of a spec's model in this process, without a bus."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.heat_plant import heat_plant
from proofmark.specs import checked, load_spec
from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.cosimulation import InTime, Noise
from proofmark_contracts.design import Design, Requirement, ThermalModel, Unit
from proofmark_reliability.sample import medians
from proofmark_sampler.asking import propose
from proofmark_sampler.vectors import batch_vectors
from proofmark_simulator.cosim_model import Described, Plant
from proofmark_simulator.heat import without_model
from proofmark_simulator.outcome import Outcome
from proofmark_simulator.runner import ModelRunner
from proofmark_spec import Spec, parse
from proofmark_thermal.errors import ThermalError


def evaluate(
    spec: Path,
    *,
    sample: int | None = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Run a spec's model once: every parameter at its median, or at a vector of the study.

    Parameters
    ----------
    spec
        The spec file.
    sample
        Take the vector of this index, as a study would draw it.
    set_
        Replace a parameter, such as load=110N; may be repeated.
    as_json
        Print one JSON document on stdout.
    """
    loaded = _with_replacements(load_spec(spec), set_ or [], spec)
    design = loaded.design
    point = _median(design) if sample is None else _vector(design, sample)
    plant = heat_plant(design, spec.parent)
    heat = {} if plant else _temperatures(design, point, spec.parent)
    outcome = _joined(asyncio.run(_run(loaded, point, sample or 0, heat, plant)), heat)
    rows = [_judged(requirement, outcome) for requirement in design.requirements]
    passed = all(row["passed"] for row in rows)
    status = RUN_STATUS[outcome.status[0]]
    if as_json:
        print(json.dumps({"parameters": point, "status": status, "passed": passed, "requirements": rows}, indent=2))
    else:
        _print(design, point, rows)
        if outcome.logs:
            Console(stderr=True).print(outcome.logs[0], highlight=False, markup=False)
    if status != "ok":
        return Exit.RUN_FAILED
    return Exit.OK if passed else Exit.REJECTED


def _with_replacements(spec: Spec, replacements: list[str], path: Path) -> Spec:
    if not replacements:
        return spec
    parameters = dict(spec.document["parameters"])
    for replacement in replacements:
        name, equals, quantity = replacement.partition("=")
        if not equals or name not in parameters:
            raise Failure(f"--set {replacement}: expected one of {', '.join(parameters)}=<quantity>", Exit.USAGE)
        parameters[name] = quantity
    document = {**spec.document, "parameters": parameters}
    document.pop("correlations", None)
    return checked(lambda: parse(document, spec.files, source=str(path)))


def _median(design: Design) -> dict[str, float]:
    known = design.constants | medians(design.marginals)
    return {name: known[name] for name in design.parameters}


def _vector(design: Design, index: int) -> dict[str, float]:
    points = propose(design, []).uniforms
    if not 0 <= index < len(points):
        raise Failure(f"--sample {index}: expected 0 to {len(points) - 1}", Exit.USAGE)
    drawn = batch_vectors(design, points)
    return {name: float(drawn[name][index]) if name in drawn else value for name, value in _median(design).items()}


def _temperatures(design: Design, point: dict[str, float], folder: Path) -> dict[str, float]:
    """Solve the heat at this very point, by the full model; nothing without a thermal section."""
    if design.thermal is None:
        return {}
    from proofmark_thermal.finite_elements import FiniteElements
    from proofmark_thermal_fem.study import problem_at, temperatures

    print("solving the heat ...", file=sys.stderr, flush=True)
    try:
        return temperatures(FiniteElements().solve(problem_at(design, point, folder)).readings)
    except ThermalError as error:
        raise Failure(f"thermal: {error}", Exit.RUN_FAILED) from error


def _joined(outcome: Outcome, heat: dict[str, float]) -> Outcome:
    found = {name: np.array([kelvin]) for name, kelvin in heat.items()}
    return Outcome(outcome.metrics | found, outcome.status, outcome.cpu_s, outcome.logs)


async def _run(spec: Spec, point: dict[str, float], place: int, heat: dict[str, float], plant: Plant | None) -> Outcome:
    """The metrics that are no temperatures."""
    design = spec.design
    model, metrics = design.model, tuple(name for name in design.metrics if name not in heat)
    if isinstance(model, ThermalModel):
        return without_model(1)
    random = set(design.random_parameters)
    columns = {name: np.array([value]) for name, value in point.items() if name in random}
    constants = {name: value for name, value in point.items() if name not in random}
    async with ModelRunner() as runner:
        if isinstance(model, InTime):
            noise = Noise(seed=design.reliability.seed, vectors=(place,))
            described = Described(model, design.controller, spec.files, noise, 0, plant)
            return await runner.simulate(described, columns, constants, metrics)
        source = spec.files[model.file.path] if model.kind == "python" else None
        return await runner.run(model, source, columns, constants, metrics, 1)


def _judged(requirement: Requirement, outcome: Outcome) -> dict[str, Any]:
    value = float(outcome.metrics[requirement.metric][0])
    inside = [value - requirement.low] if requirement.low is not None else []
    inside += [requirement.high - value] if requirement.high is not None else []
    answered = np.isfinite(value)
    return {
        "name": requirement.name,
        "metric": requirement.metric,
        "value": value if answered else None,
        "min": requirement.low,
        "max": requirement.high,
        "margin": min(inside) if answered else None,
        "passed": bool(answered and min(inside) >= 0),
    }


def _print(design: Design, point: dict[str, float], rows: list[dict[str, Any]]) -> None:
    console = Console()
    for name, value in point.items():
        console.print(f"{name} = {_written(value, design.units[name])}", highlight=False, markup=False, style="dim")
    table = Table(box=None, header_style="bold")
    for column in ("requirement", "metric", "value", "limit", "margin", ""):
        table.add_column(column)
    for row in rows:
        unit = design.units[row["metric"]]
        limits = [f"min {_written(row['min'], unit)}"] if row["min"] is not None else []
        limits += [f"max {_written(row['max'], unit)}"] if row["max"] is not None else []
        margin = _written(row["margin"], Unit(symbol=unit.symbol, factor=unit.factor))
        mark = "[green]passes[/]" if row["passed"] else "[red]fails[/]"
        table.add_row(row["name"], row["metric"], _written(row["value"], unit), ", ".join(limits), margin, mark)
    console.print(table)


def _written(value: float | None, unit: Unit) -> str:
    return "no answer" if value is None else f"{unit.from_si(value):.6g} {unit.symbol}".rstrip()
