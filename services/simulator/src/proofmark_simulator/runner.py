"""Runs models for whoever holds vectors: the service its chunks, the command line a handful of rows."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

import numpy as np

from proofmark_contracts import sha256_hex
from proofmark_contracts.cosimulation import FmuModel
from proofmark_contracts.design import ExpressionModel, PythonModel
from proofmark_contracts.frozen import FileRef
from proofmark_simulator.child import Limits, Program
from proofmark_simulator.cosim_model import Described, Systems, simulate
from proofmark_simulator.errors import InvalidChunk, Stopped
from proofmark_simulator.expression_model import evaluate_expressions
from proofmark_simulator.fmu_model import evaluate_fmu, program_of
from proofmark_simulator.outcome import FloatArray, Outcome
from proofmark_simulator.process import ModelProcess
from proofmark_simulator.python_model import evaluate_python

PYTHON = "proofmark_simulator.worker"
PROCESSES = 4
"""Models whose process is kept for the next chunk."""


class ModelRunner:
    """Runs models, and keeps the processes of the last few that have one.

    An asynchronous context manager; leaving it kills every process. A runner is one worker: models in processes take
    turns.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._turn = asyncio.Lock()
        self._systems = Systems()
        self._processes: OrderedDict[str, ModelProcess] = OrderedDict()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Kill every process; a run in progress raises `Stopped`."""
        self._closed = True
        for process in self._processes.values():
            process.stop()
        async with self._turn:
            while self._processes:
                self._processes.popitem()[1].close()

    async def run(
        self,
        model: ExpressionModel | PythonModel,
        source: bytes | None,
        columns: Mapping[str, FloatArray],
        constants: Mapping[str, float],
        metrics: tuple[str, ...],
        rows: int,
    ) -> Outcome:
        """Run every row; whatever the model does, each row gets an answer or the reason why it has none.

        A run that is cancelled kills its process.

        Parameters
        ----------
        model : ExpressionModel or PythonModel
        source : bytes or None
            The file of a Python model.
        columns : mapping of (n,) float arrays, SI
            Parameters that vary; there may be none.
        constants : mapping of floats, SI
        metrics : tuple of str
            The metrics to return, in this order.
        rows : int
            n

        Raises
        ------
        InvalidChunk
            The arguments do not belong together.
        Stopped
            The runner is closed.
        """
        _check_shapes(columns, rows)
        if isinstance(model, ExpressionModel):
            return await asyncio.to_thread(evaluate_expressions, model, columns, constants, metrics, rows)
        name = PurePosixPath(model.file.path).name
        program = Program(PYTHON, (model.entry, name), {name: _checked(model.file, source)})
        return await self._isolated(
            program, lambda process: evaluate_python(process, model, columns, constants, metrics, rows)
        )

    async def simulate(
        self,
        described: Described,
        columns: Mapping[str, FloatArray],
        constants: Mapping[str, float],
        metrics: tuple[str, ...],
    ) -> Outcome:
        """Run every row of a model that runs in time; the other parameters as in `run`.

        Raises
        ------
        InvalidChunk
            The arguments do not belong together.
        Stopped
            The runner is closed.
        """
        model, rows = described.model, len(described.noise.vectors)
        _check_shapes(columns, rows)
        if isinstance(model, FmuModel):
            every = {**columns, **{name: np.full(rows, value) for name, value in constants.items()}}
            program = program_of(described, model, frozenset(every))
            return await self._isolated(
                program, lambda process: evaluate_fmu(process, described, model.time_limit_s, every, metrics)
            )
        return await asyncio.to_thread(simulate, self._systems, described, columns, constants, metrics)

    async def _isolated(self, program: Program, evaluate: Callable[[ModelProcess], Outcome]) -> Outcome:
        """Evaluate by a process that runs this program."""
        async with self._turn:
            process = self._process(program)
            run = asyncio.create_task(asyncio.to_thread(evaluate, process))
            try:
                return await asyncio.shield(run)
            except asyncio.CancelledError:
                del self._processes[program.digest]
                process.stop()
                await asyncio.gather(run, return_exceptions=True)
                process.close()
                raise

    def _process(self, program: Program) -> ModelProcess:
        if self._closed:
            raise Stopped("the runner is closed")
        key = program.digest
        if key not in self._processes:
            self._processes[key] = ModelProcess(program, self._limits)
        self._processes.move_to_end(key)
        if len(self._processes) > PROCESSES:
            self._processes.popitem(last=False)[1].close()
        return self._processes[key]


def _check_shapes(columns: Mapping[str, FloatArray], rows: int) -> None:
    for name, column in columns.items():
        if column.shape != (rows,):
            raise InvalidChunk(f"column {name!r} of the vectors: expected shape {(rows,)}, got {column.shape}")


def _checked(file: FileRef, source: bytes | None) -> bytes:
    if source is None or sha256_hex(source) != file.sha256:
        got = "none" if source is None else f"sha256 {sha256_hex(source)}"
        raise InvalidChunk(f"{file.path}: expected a file of sha256 {file.sha256}, got {got}")
    return source
