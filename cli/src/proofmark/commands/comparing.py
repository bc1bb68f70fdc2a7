"""`proofmark compare`: two studies side by side."""

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from proofmark.bus_file import bus
from proofmark.comparison import Comparison, Sealed
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.folder import write_release
from proofmark_contracts.assessment import Estimate
from proofmark_contracts.custody import ReleaseSealed


def compare(a: str, b: str, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Say how two studies differ: their specs, their intervals, and their runs on common random numbers.

    Parameters
    ----------
    a, b
        Output folders, release folders, or studies on the running bus.
    as_json
        Print one JSON document on stdout.
    """
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (_sealed(study, Path(scratch) / side) for study, side in ((a, "a"), (b, "b")))
        found = _document(Comparison(first, second))
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)
    return Exit.OK


def _sealed(study: str, scratch: Path) -> Sealed:
    if Path(study).is_dir():
        return Sealed.read(Path(study))

    scratch.mkdir()

    async def fetch() -> Path:
        async with bus() as client:
            sealed = await client.read(ReleaseSealed, study)
            if sealed is None:
                raise Failure(f"{study}: expected a folder or a study with a report, found neither", Exit.USAGE)
            return await write_release(client, sealed, scratch)

    return Sealed.read(asyncio.run(fetch()))


def _document(comparison: Comparison) -> dict[str, Any]:
    why_not = comparison.unpaired
    return {
        "studies": [side.opened.study for side in (comparison.first, comparison.second)],
        "spec": {path: list(values) for path, values in comparison.differences.items()},
        "estimates": {name: [_told(one), _told(other)] for name, one, other in comparison.estimates},
        "confidence": comparison.first.assessed.confidence,
        "paired": None if why_not else asdict(comparison.paired()),
        "unpaired": why_not,
    }


def _told(estimate: Estimate | None) -> dict[str, Any] | None:
    return estimate.model_dump(mode="json") if estimate else None


def _print(found: dict[str, Any]) -> None:
    console = Console()
    differences = Table("spec", *found["studies"], box=None, header_style="bold")
    for path, values in found["spec"].items():
        differences.add_row(path, *("" if value is None else str(value) for value in values))
    console.print(differences if found["spec"] else "the specs ask the same")
    estimates = Table("estimate", *found["studies"], box=None, header_style="bold")
    for name, sides in found["estimates"].items():
        estimates.add_row(name, *map(_interval, sides))
    console.print(estimates)
    pair = found["paired"]
    if pair is None:
        console.print(found["unpaired"])
        return
    console.print(
        f"on {pair['runs']:,} common vectors both fail {pair['both']:,}, only the first {pair['only_first']:,}, "
        f"only the second {pair['only_second']:,}: the second's probability of failure is higher by "
        f"{pair['difference']:.3g}, with {100 * found['confidence']:g} % confidence between {pair['low']:.3g} and "
        f"{pair['high']:.3g}",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _interval(estimate: dict[str, Any] | None) -> str:
    if estimate is None:
        return ""
    return f"R in \\[{estimate['r_low']:.6g}, {estimate['r_high']:.6g}] ({estimate['certified']})"
