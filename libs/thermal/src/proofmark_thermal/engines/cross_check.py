"""One problem on one mesh by every engine that is here, and how far their temperatures lie apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from proofmark_thermal.engine import Solution
from proofmark_thermal.engines.errors import EngineFailed, NotCovered, NotInstalled
from proofmark_thermal.engines.other import Repeated, repeated, write
from proofmark_thermal.engines.program import Program
from proofmark_thermal.summary import KELVIN, summary

WITHIN_K = 0.1


@dataclass(frozen=True, eq=False)
class CrossCheck:
    """What the engines say."""

    default: Solution
    repeated: Mapping[str, Repeated]
    """By engine."""
    absent: Mapping[str, NotInstalled | NotCovered]
    """Engines that did not run, and why."""
    failed: Mapping[str, EngineFailed]

    def difference_k(self, engine: str) -> float:
        """Return the worst difference to the default engine, K, in maxima, probes and junctions, of all times."""
        return difference_k(self.default, self.repeated[engine].solution)

    @property
    def worst_k(self) -> float | None:
        """The worst of all; None where there is nothing to compare with."""
        return max((self.difference_k(engine) for engine in self.repeated), default=None)


def cross_check(solution: Solution, programs: Sequence[Program], folder: Path) -> CrossCheck:
    """Solve again by each program.

    Parameters
    ----------
    solution
        By the default engine, on the mesh that all are given.
    folder
        Each engine's files are left in a folder of its name, also of those that are not installed.
    """
    found: dict[str, Repeated] = {}
    absent: dict[str, NotInstalled | NotCovered] = {}
    failed: dict[str, EngineFailed] = {}
    for program in programs:
        here = folder / program.name
        try:
            found[program.name] = repeated(solution, program, here)
        except NotInstalled as error:
            write(solution, program, here)
            absent[program.name] = error
        except NotCovered as error:
            absent[program.name] = error
        except EngineFailed as error:
            failed[program.name] = error
    return CrossCheck(solution, found, absent, failed)


def difference_k(one: Solution, other: Solution) -> float:
    """Return the worst difference in maxima, probes and junctions, K; in a transient also of the probes' ways."""
    found = float(np.abs(one.readings.every - other.readings.every).max())
    if one.course is None or other.course is None:
        return found
    ways = [float(np.abs(way - other.course.probes_k[probe]).max()) for probe, way in one.course.probes_k.items()]
    return max(found, float(np.abs(one.course.hottest_k - other.course.hottest_k).max()), *ways)


def told(found: CrossCheck, within_k: float) -> dict[str, Any]:
    """Return a cross-check as plain data."""
    engines = [{**summary(found.default), "version": None, "difference_k": 0.0}]
    for engine, each in found.repeated.items():
        more = {"version": each.version, "difference_k": found.difference_k(engine)}
        engines.append({**summary(each.solution), **more})
    worst = found.worst_k
    return {
        "engines": engines,
        "absent": {engine: str(error) for engine, error in found.absent.items()},
        "failed": {engine: str(error) for engine, error in found.failed.items()},
        "worst_difference_k": worst,
        "within_k": within_k,
        "agree": worst is not None and worst <= within_k and not found.failed,
    }


def table(found: CrossCheck) -> list[str]:
    """Return a cross-check in lines for people."""
    probes = list(found.default.readings.probes)
    head = ["engine", "version", "T_max degC", "hot spot mm", *(f"{name} degC" for name in probes)]
    rows = [[*head, "difference K", "imbalance W", "s"], _row(found.default, "", 0.0, "")]
    for engine, each in found.repeated.items():
        rows.append(_row(each.solution, each.version, found.difference_k(engine), f"{each.seconds:.1f}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"failed: {error}" for error in found.failed.values()]
    lines += [f"not run here: {error}" for error in found.absent.values()]
    return lines


def _row(solution: Solution, version: str, difference: float, seconds: str) -> list[str]:
    return [
        solution.engine,
        version,
        f"{solution.hottest.temperature - KELVIN:.4f}",
        "(" + ", ".join(f"{1e3 * x:.4g}" for x in solution.hottest.place) + ")",
        *(f"{kelvin - KELVIN:.4f}" for kelvin in solution.readings.probes.values()),
        f"{difference:.2e}",
        f"{solution.balance.imbalance:.1e}",
        seconds,
    ]
