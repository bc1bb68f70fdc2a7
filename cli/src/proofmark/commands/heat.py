"""`proofmark thermal`: the heat of a spec without the bus, with every parameter at its median."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.specs import load_spec
from proofmark_contracts.design import Design
from proofmark_thermal.engine import Solution
from proofmark_thermal.errors import ThermalError

MODEL = "reduced.npz"


def thermal(
    action: Literal["solve", "reduce"],
    spec: Path,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    out: Path | None = None,
) -> int:
    """Solve the heat of a spec here and now, with every parameter at its median.

    Parameters
    ----------
    action
        solve writes temperature.vtu for ParaView, two pictures and thermal.json; reduce also writes reduced.npz, the
        model that gives every vector its temperatures.
    spec : Path
        The spec file.
    as_json
        Print one JSON document instead of tables.
    out : Path
        Folder for what is written; ./thermal by default.

    Returns
    -------
    int
        Exit code: 0 solved, 2 where the spec is invalid or its heat has no answer.
    """
    design, folder = load_spec(spec).design, out or Path("thermal")
    if design.thermal is None:
        raise Failure(f"{spec}: expected a section thermal, got none", Exit.USAGE)
    began = time.perf_counter()
    try:
        told, lines = _solved(design, spec.parent, folder, action == "reduce")
    except ThermalError as error:
        raise Failure(f"{spec}: thermal: {error}", Exit.USAGE) from error
    lines.append(f"{time.perf_counter() - began:.1f} s, written to {folder}")
    print(json.dumps(told) if as_json else "\n".join(lines))
    return Exit.OK


def _solved(design: Design, files: Path, folder: Path, reduce: bool) -> tuple[dict[str, object], list[str]]:
    """What `thermal.json` holds, and lines for people."""
    from proofmark_thermal.echo import echo
    from proofmark_thermal.finite_elements import FiniteElements
    from proofmark_thermal.output import write
    from proofmark_thermal.summary import summary, table
    from proofmark_thermal_fem.study import nominal_problem

    _progress("meshing and solving")
    solution = FiniteElements().solve(nominal_problem(design, files))
    _progress("drawing")
    write(solution, folder)
    lines = [*echo(solution.model).lines, *table(solution)]
    if reduce:
        _progress("reducing")
        lines.append(_reduced(design, solution, folder))
    return summary(solution), lines


def _reduced(design: Design, solution: Solution, folder: Path) -> str:
    from proofmark_thermal_fem.distilling import distil

    found = distil(design, solution)
    (folder / MODEL).write_bytes(found.model)
    asked = ", ".join(f"{name} = {amount}" for name, amount in found.parameters.items()) or "nothing varies"
    return (
        f"reduced to {found.order} shapes ({asked}); 99 of 100 vectors differ from the mesh's temperatures by at most "
        f"{found.bound_k:.2g} K"
    )


def _progress(step: str) -> None:
    print(f"{step} ...", file=sys.stderr, flush=True)
