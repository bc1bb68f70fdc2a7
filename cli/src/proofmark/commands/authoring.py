"""Verbs for whoever writes a spec: a first one to start from, a check, the schema for editors."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.specs import load_spec
from proofmark_contracts.design import Design, Distribution, Unit
from proofmark_spec import json_schema

FIRST_SPEC = """\
# A first spec: change the names and numbers, then
#   proofmark validate spec.yaml && proofmark eval spec.yaml && proofmark run spec.yaml
apiVersion: proofmark/v1
name: first-fit
revision: A
tolerances: {sigma_level: 3}      # what every +/- below means

parameters:
  bore:  10.05 mm +/- 0.03
  shaft: 10.00 mm +/- 0.03

model:
  kind: expression
  metrics: {clearance: "bore - shaft"}

requirements:
  - {name: turns freely, metric: clearance, min: 5 um}
  - {name: does not rattle, metric: clearance, max: 0.1 mm}

reliability: {target: 0.99, confidence: 0.95, method: latin-hypercube, samples: 1000, seed: 1}
"""


def init(folder: Path = Path()) -> int:
    """Write a first spec.yaml to start from.

    Parameters
    ----------
    folder
        Where to write it; here by default.
    """
    path = folder / "spec.yaml"
    if path.exists():
        raise Failure(f"{path} exists; it is left as it is", Exit.USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(FIRST_SPEC)
    print(path)
    return Exit.OK


def schema() -> int:
    """Print the JSON Schema of spec files."""
    print(json.dumps(json_schema(), indent=2))
    return Exit.OK


def validate(spec: Path, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Check a spec, print it as understood, and warn of what it cannot prove.

    Parameters
    ----------
    spec
        The spec file.
    as_json
        Print the normalised design, in SI units, as one JSON document on stdout.
    """
    loaded = load_spec(spec)
    for warning in loaded.warnings:
        Console(stderr=True).print(f"[yellow]warning:[/] {warning}", highlight=False)
    if as_json:
        print(json.dumps({"design": loaded.design.model_dump(mode="json"), "warnings": loaded.warnings}, indent=2))
    else:
        _print(loaded.design)
    return Exit.OK


def _print(design: Design) -> None:
    console = Console()
    console.print(f"[bold]{design.name}[/] is valid", highlight=False)
    table = Table(box=None, header_style="bold")
    for column in ("parameter", "as understood", "SI"):
        table.add_column(column)
    for name, law in design.parameters.items():
        table.add_row(name, _told(law, design.units[name]), _told(law, Unit(symbol="")))
    console.print(table)
    plan = design.reliability
    console.print(
        f"{plan.samples:,} runs by {plan.method}, to prove {plan.target:g} at {100 * plan.confidence:g} %",
        highlight=False,
    )


def _told(law: Distribution, unit: Unit) -> str:
    """A distribution's numbers, each in the unit given; standard deviations are differences."""
    numbers: dict[str, Any] = law.model_dump(exclude={"kind"})
    told = ", ".join(f"{name} {_number(name, value, unit)}" for name, value in numbers.items())
    return f"{law.kind}: {told} {unit.symbol}".rstrip()


def _number(name: str, value: Any, unit: Unit) -> str:
    if isinstance(value, (list, tuple)):
        return "/".join(_number("value" if name == "values" else name, entry, unit) for entry in value)
    if name == "std":
        return f"{value / unit.factor:.6g}"
    if name in ("shape", "a", "b", "weights"):
        return f"{value:.6g}"
    if name == "rate":
        return f"{value * unit.factor:.6g}/"
    return f"{unit.from_si(value):.6g}"
