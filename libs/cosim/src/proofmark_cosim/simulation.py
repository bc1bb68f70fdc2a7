"""Runs systems: thousands of vectors at once, each as if it were alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from proofmark_controller import Interpreter
from proofmark_controller.evaluation import dtype_of
from proofmark_controller.host import compilers, start
from proofmark_cosim.assembly import BROKEN, TAKEN, TRACE, Assembly
from proofmark_cosim.c_engine import CEngine, Compiled, runs_in_c
from proofmark_cosim.component import Columns, FloatArray
from proofmark_cosim.engine import Array, Engine
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.kernel import time_chunks
from proofmark_cosim.logic import check_windows, robustness
from proofmark_cosim.noise import normal, uniform
from proofmark_cosim.numbers import controller_start, every_column
from proofmark_cosim.numpy_engine import NumpyEngine
from proofmark_cosim.plan import Draw, Stream
from proofmark_cosim.scenarios import Profile
from proofmark_cosim.system import System

IntArray = npt.NDArray[np.int64]
Runs = Literal["auto", "numpy"]

BLOCK = 1024
"""Cycles for which streams are computed at once."""
MEMORY = 64 * 2**20
"""Bytes of streams and records of a group, about."""
LARGEST_GROUP = 4096


@dataclass(frozen=True)
class Recording:
    """Which traces to keep."""

    rows: Sequence[int]
    """Of the columns, from 0."""
    every: int = 1
    """Cycles between two samples; the first is cycle 0."""
    signals: Sequence[str] = ()
    """Such as `heat.temperature`; all if none is named."""


@dataclass(frozen=True, eq=False)
class Traces:
    """What was recorded.

    Attributes
    ----------
    cycles : (m,) int array
    signals : mapping of (k, m) float arrays, SI
        A row for each row of the recording; false and true are 0 and 1.
    """

    cycles: IntArray
    signals: Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False)
class Result:
    """What n runs gave.

    Attributes
    ----------
    metrics : mapping of (n,) float arrays, SI
        Metrics of the system and the robustness of its formulas; NaN where `broken_at` is not -1.
    broken_at : (n,) int array
        The first cycle in which a component gave no finite number; -1 for none.
    faults : (n,) int array
        Where the controller entered its safe state: from 1, an index into `program.sites`; 0 for nowhere.
    traces : Traces or None
    reasons : mapping
        Why, by row, where a component itself says why it gives no number.
    """

    metrics: dict[str, FloatArray]
    broken_at: IntArray
    faults: npt.NDArray[np.int32]
    traces: Traces | None = None
    reasons: dict[int, str] = field(default_factory=dict)


def simulate(
    system: System,
    columns: Columns,
    *,
    rows: int = 1,
    vectors: Sequence[int] | IntArray | None = None,
    seed: int = 0,
    recording: Recording | None = None,
    chunk_cycles: int | None = None,
    runs: Runs = "auto",
) -> Result:
    """Run a system once for each row of its parameters.

    A row's bits depend on its numbers, its vector and the seed only: not on the other rows, the time chunks, or on
    who computes (compiled C, or numpy where there is no compiler).

    Parameters
    ----------
    columns : mapping of (n,) float arrays, SI
        Every parameter that the system names.
    rows
        n, where there are no columns.
    vectors : (n,) int array, optional
        What random numbers depend on; 0 ... n - 1 by default.
    seed
        Of the system's noise, 64 bits.
    recording
        Traces to keep.
    chunk_cycles
        Length of a time chunk; changes nothing but how often C hands over.
    runs
        `numpy` leaves compilers alone.

    Raises
    ------
    CosimError
        The system cannot be run.
    """
    n = len(next(iter(columns.values()))) if columns else rows
    for name, column in columns.items():
        if np.shape(column) != (n,):
            raise OutOfRange(name, f"{n} values", np.shape(column))
    ids = np.arange(n) if vectors is None else np.asarray(vectors, dtype=np.int64)
    kept = list(dict.fromkeys(recording.rows)) if recording else []
    result = Result({}, np.zeros(n, np.int64), np.zeros(n, np.int32))
    traces: list[Traces] = []
    for part, keeps in ((np.array(kept, dtype=np.int64), recording), (np.setdiff1d(np.arange(n), kept), None)):
        if not part.size:
            continue
        simulator = Simulator(system, frozenset(columns), seed, keeps, runs)
        size = simulator.group_size()
        for rows_ in (part[first : first + size] for first in range(0, part.size, size)):
            group = simulator.group({name: np.asarray(column)[rows_] for name, column in columns.items()}, ids[rows_])
            for chunk in time_chunks(system.cycles, chunk_cycles or system.cycles):
                group.advance(chunk.end_cycle)
            _put(result, rows_, group.result())
            traces += [group.traces()] if keeps else []
    return replace(result, traces=_joined(traces) if traces else None)


class Simulator:
    """A system that is ready to run: planned and, where there is a compiler, compiled."""

    def __init__(
        self,
        system: System,
        parameters: frozenset[str],
        seed: int = 0,
        recording: Recording | None = None,
        runs: Runs = "auto",
        taken: bool = False,
    ) -> None:
        """Plan.

        Parameters
        ----------
        parameters
            Names of the columns that runs are given.
        taken
            Whether to keep what the controller takes.

        Raises
        ------
        CosimError
        """
        if isinstance(system.scenario, Profile):
            system.scenario.covers((system.cycles - 1) * system.cycle_s)
        for name, formula in system.formulas.items():
            check_windows(f"formulas.{name}", formula, system.duration_s)
        assembly = Assembly(system, parameters)
        self.system, self.seed, self.recording = system, seed, recording
        self.measures = assembly.measures()
        self.signals = () if recording is None else tuple(recording.signals) or tuple(assembly.signals)
        traces = [assembly.trace(name, recording.every) for name in self.signals] if recording else []
        traces += assembly.taken() if taken else []
        self.plan = assembly.plan(self.measures, (*assembly.margins(), *traces))
        found = compilers() if runs == "auto" and runs_in_c(self.plan) else []
        self._compiled = Compiled(self.plan, found[0]) if found else None
        self._controller = Interpreter if runs == "numpy" else start

    def group_size(self) -> int:
        """How many vectors to run together, so that what they keep fits into the memory meant for it."""
        plan = self.plan
        if any(stepping.component.alone for stepping in plan.foreign):
            return 1
        numbers = len(plan.streams) * BLOCK + sum(plan.cycles // record.every + 1 for record in plan.records)
        return int(np.clip(MEMORY // (8 * max(numbers, 1)), 1, LARGEST_GROUP))

    def group(self, columns: Columns, vectors: IntArray) -> "Group":
        """Vectors at cycle 0."""
        return Group(self, every_column(self.system, columns, vectors.size), vectors)

    def engine(self, columns: Columns, vectors: int) -> Engine:
        """What runs them."""
        begin = controller_start(self.system, columns, vectors)
        if self._compiled is not None:
            return CEngine(self.plan, self._compiled, columns, vectors, begin)
        sampling = self.plan.sampling
        controller = None if sampling is None else self._controller(sampling.program, vectors, begin)
        return NumpyEngine(self.plan, columns, vectors, controller)


class Group:
    """Some vectors of a run, on their way."""

    def __init__(self, simulator: Simulator, columns: Columns, vectors: IntArray) -> None:
        self._simulator, self._columns, self._vectors = simulator, columns, vectors
        self._plan = simulator.plan
        self._engine = simulator.engine(columns, vectors.size)
        self._kept = {
            record.name: np.zeros((vectors.size, self._plan.cycles // record.every + 1))
            for record in self._plan.records
        }
        self.cycle = 0

    def advance(self, to_cycle: int) -> None:
        """Go on to a cycle, the end of the run at most."""
        while self.cycle < to_cycle:
            last = min(to_cycle, self.cycle + BLOCK) if self._plan.streams else to_cycle
            self._engine.run(self.cycle, last, self._streams(self.cycle, last), self._kept)
            self.cycle = last

    def result(self) -> Result:
        """What the runs gave, once they are at their end."""
        assert self.cycle == self._plan.cycles
        self._engine.look(self.cycle, self._streams(self.cycle, self.cycle + 1), self._kept)
        state, system = {**self._columns, **self._engine.state}, self._simulator.system
        found = {name: evaluated(measure.value, state) for name, measure in self._simulator.measures.items()}
        for name, formula in system.formulas.items():
            found[name] = robustness(formula, self._kept, system.cycle_s)
        broken_at = state.get(BROKEN, np.full(self._vectors.size, -1))
        metrics = {name: np.where(broken_at < 0, column, np.nan) for name, column in found.items()}
        reasons = dict(self._engine.failures)
        self._engine.close()
        return Result(metrics, np.array(broken_at, np.int64), self._engine.faults, reasons=reasons)

    def traces(self) -> Traces:
        """What was recorded so far; later cycles are 0."""
        recording = self._simulator.recording
        assert recording is not None
        cycles = np.arange(0, self._plan.cycles + 1, recording.every)
        return Traces(cycles, {name: self._kept[f"{TRACE}{name}"] for name in self._simulator.signals})

    def taken(self) -> dict[str, Array]:
        """What the controller took, (ticks, n) columns in its types; ticks that are to come took 0."""
        sampling = self._plan.sampling
        assert sampling is not None
        types = {name: dtype_of(kind) for name, kind in sampling.program.inputs.fields}
        ticks = -(-self._plan.cycles // sampling.period)
        kept = {name: self._kept[f"{TAKEN}{name}"][:, :ticks].T for name in types}
        return {name: np.ascontiguousarray(kept[name].astype(dtype)) for name, dtype in types.items()}

    def _streams(self, first: int, last: int) -> dict[str, FloatArray]:
        cycles = np.arange(first, last)
        return {name: self._stream(stream, cycles) for name, stream in self._plan.streams.items()}

    def _stream(self, stream: Stream, cycles: IntArray) -> FloatArray:
        if isinstance(stream, Draw):
            drawn = normal if stream.normal else uniform
            return drawn(self._simulator.seed, stream.name, self._vectors, cycles // stream.period)
        source, name = stream.source, stream.component
        own = {parameter: self._columns[f"{name}.{parameter}"] for parameter in source.parameters}
        return source.values(cycles.astype(np.float64) * self._plan.cycle_s, own)


def _put(result: Result, rows: IntArray, part: Result) -> None:
    n = result.broken_at.size
    for name, column in part.metrics.items():
        result.metrics.setdefault(name, np.empty(n))[rows] = column
    result.broken_at[rows], result.faults[rows] = part.broken_at, part.faults
    result.reasons.update({int(rows[row]): why for row, why in part.reasons.items()})


def _joined(traces: list[Traces]) -> Traces:
    names = traces[0].signals
    return Traces(traces[0].cycles, {name: np.concatenate([one.signals[name] for one in traces]) for name in names})
