"""Solves by another engine, on the mesh that the default one has made fine enough."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.balance import balance
from proofmark_thermal.engine import Course, Engine, Solution
from proofmark_thermal.engines.errors import NotInstalled
from proofmark_thermal.engines.features import refuse
from proofmark_thermal.engines.program import Fields, Program
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.readings import Readings, hotter, read


@dataclass(frozen=True)
class OtherEngine:
    """An `Engine`."""

    program: Program
    default: Engine
    """Makes the mesh."""

    @property
    def name(self) -> str:
        return self.program.name

    def solve(self, problem: ThermalProblem) -> Solution:
        """Solve a problem; see `Engine`. The error estimate is the default engine's: it is of the mesh."""
        installed(self.program)
        solution = self.default.solve(problem)
        with TemporaryDirectory() as folder:
            return repeated(solution, self.program, Path(folder)).solution


@dataclass(frozen=True, eq=False)
class Repeated:
    """A solution by another engine, and what it took."""

    solution: Solution
    version: str
    seconds: float


def installed(program: Program) -> str:
    """Return a program's version.

    Raises
    ------
    NotInstalled
        It is not there.
    """
    version = program.version()
    if version is None:
        raise NotInstalled(program.name, program.get)
    return version


def repeated(solution: Solution, program: Program, folder: Path) -> Repeated:
    """Solve the same problem on the same mesh by another engine, with its files in a folder.

    Raises
    ------
    NotInstalled
        Its program is not there.
    NotCovered
        It cannot do a part of the problem.
    EngineFailed
        It gave no temperatures.
    """
    refuse(program.name, solution.model, program.covered)
    version = installed(program)
    began = time.perf_counter()
    write(solution, program, folder)
    found = program.run(solution.model, folder)
    return Repeated(_read(solution, program.name, found), version, time.perf_counter() - began)


def write(solution: Solution, program: Program, folder: Path) -> None:
    """Write what an engine would be given."""
    folder.mkdir(parents=True, exist_ok=True)
    program.write(solution.model, folder, None if solution.course is None else solution.course.times_s)


def _read(solution: Solution, engine: str, found: Fields) -> Solution:
    model, end = solution.model, found.temperatures[-1]
    if solution.course is None:
        readings, watts = read(model, end), balance(model, end)
        return replace(
            solution,
            engine=engine,
            temperatures=end,
            peak=end,
            readings=readings,
            balance=watts,
            levels=(),
            course=None,
        )
    times = solution.course.times_s
    each = [read(model, field, float(when)) for field, when in zip(found.temperatures, times, strict=True)]
    hottest = np.array([one.hottest.temperature for one in each])
    readings = _over_time(each)
    asked = {when: found.temperatures[int(np.searchsorted(times, when))] for when in solution.course.fields}
    probes = {name: np.array([one.probes[name] for one in each]) for name in each[-1].probes}
    return replace(
        solution,
        engine=engine,
        temperatures=end,
        peak=found.temperatures[hottest.argmax()],
        readings=readings,
        balance=balance(model, end, float(times[-1]), _stored(model, end, found.rates)),
        levels=(),
        course=Course(times, hottest, probes, asked),
    )


def _over_time(each: list[Readings]) -> Readings:
    best = each[0]
    for one in each[1:]:
        best = hotter(one, best)
    return best


def _stored(model: Model, temperatures: FloatArray, rates: FloatArray | None) -> FloatArray | None:
    if rates is None:
        return None
    return np.asarray(sum(storage.taken_up(temperatures, rates) for storage in model.storages))
