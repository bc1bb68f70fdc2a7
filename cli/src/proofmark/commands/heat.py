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
    action: Literal["solve", "reduce", "cross-check"],
    spec: Path,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    out: Path | None = None,
    engine: str | None = None,
    within: float | None = None,
    mesher: Literal["netgen", "gmsh"] = "netgen",
) -> int:
    """Solve the heat of a spec here and now, with every parameter at its median.

    Parameters
    ----------
    action
        solve writes temperature.vtu for ParaView, two pictures and thermal.json; reduce also writes reduced.npz, the
        model that gives every vector its temperatures; cross-check solves by every engine that is installed.
    spec : Path
        The spec file.
    as_json
        Print one JSON document instead of tables.
    out : Path
        Folder for what is written; ./thermal by default.
    engine
        For solve: fenicsx, calculix, ngsolve or elmer, on the mesh that the default engine makes fine enough.
    within : float
        For cross-check: K by which engines may differ; 0.1 by default.
    mesher
        Of STEP files: netgen, or gmsh where its extra is installed.

    Returns
    -------
    int
        Exit code: 0 solved, 2 where the spec is invalid or its heat has no answer; of cross-check 3 where engines
        differ by more, 4 where one failed, 8 where there is none to compare with.
    """
    for option, given, goes_with in (("--engine", engine, "solve"), ("--within", within, "cross-check")):
        if given is not None and action != goes_with:
            raise Failure(f"{option}: expected with {goes_with}, got with {action}", Exit.USAGE)
    design, folder = load_spec(spec).design, out or Path("thermal")
    if design.thermal is None:
        raise Failure(f"{spec}: expected a section thermal, got none", Exit.USAGE)
    began, code = time.perf_counter(), Exit.OK
    try:
        solution = _solution(design, spec.parent, engine, mesher)
        if action == "cross-check":
            from proofmark.commands.cross_checking import cross_checked

            told, lines, code = cross_checked(solution, folder, within)
        else:
            told, lines = _written(solution, folder)
            if action == "reduce":
                _progress("reducing")
                lines.append(_reduced(design, solution, folder))
    except ThermalError as error:
        raise Failure(f"{spec}: thermal: {error}", Exit.USAGE) from error
    lines.append(f"{time.perf_counter() - began:.1f} s, written to {folder}")
    print(json.dumps(told) if as_json else "\n".join(lines))
    return code


def _solution(design: Design, files: Path, name: str | None, mesher: str) -> Solution:
    from proofmark_thermal.engines.gmsh_meshes import MeshedByGmsh
    from proofmark_thermal.engines.known import engine
    from proofmark_thermal.finite_elements import FiniteElements
    from proofmark_thermal_fem.study import nominal_problem

    solver = engine(name, MeshedByGmsh() if mesher == "gmsh" else FiniteElements())
    _progress(f"meshing and solving by {solver.name}")
    return solver.solve(nominal_problem(design, files))


def _written(solution: Solution, folder: Path) -> tuple[dict[str, object], list[str]]:
    """What `thermal.json` holds, and lines for people."""
    from proofmark_thermal.echo import echo
    from proofmark_thermal.output import write
    from proofmark_thermal.summary import summary, table

    _progress("drawing")
    write(solution, folder)
    return summary(solution), [*echo(solution.model).lines, *table(solution)]


def _reduced(design: Design, solution: Solution, folder: Path) -> str:
    from proofmark_thermal_fem.distilling import distil
    from proofmark_thermal_fem.in_the_loop import in_the_loop, plant_modelled

    if in_the_loop(design):
        modelled, (content,) = plant_modelled("", design, solution)
        (folder / MODEL).write_bytes(content)
        asked = ", ".join(f"{name} = {amount}" for name, amount in modelled.heat.parameters.items())
        return (
            f"reduced to {modelled.order} shapes, followed through time ({asked}); at most {modelled.bound_k:.2g} K "
            "from full courses"
        )
    found = distil(design, solution)
    (folder / MODEL).write_bytes(found.model)
    asked = ", ".join(f"{name} = {amount}" for name, amount in found.parameters.items()) or "nothing varies"
    return (
        f"reduced to {found.order} shapes ({asked}); 99 of 100 vectors differ from the mesh's temperatures by at most "
        f"{found.bound_k:.2g} K"
    )


def _progress(step: str) -> None:
    print(f"{step} ...", file=sys.stderr, flush=True)
