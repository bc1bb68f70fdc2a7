"""Runs models for whoever holds vectors: the service its chunks, the command line a handful of rows."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from proofmark_contracts import sha256_hex
from proofmark_contracts.design import ExpressionModel, PythonModel
from proofmark_simulator.child import Limits
from proofmark_simulator.cosim_model import Described, Systems, simulate
from proofmark_simulator.errors import InvalidChunk, Stopped
from proofmark_simulator.expression_model import evaluate_expressions
from proofmark_simulator.outcome import FloatArray, Outcome
from proofmark_simulator.process import ModelProcess
from proofmark_simulator.python_model import evaluate_python

PROCESSES = 4
"""Models whose process is kept for the next chunk."""


class ModelRunner:
    """Runs models, and keeps the processes of the last few Python models.

    An asynchronous context manager; leaving it kills every process. A runner is one worker: Python models take turns.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._turn = asyncio.Lock()
        self._systems = Systems()
        self._processes: OrderedDict[tuple[str, str, str], ModelProcess] = OrderedDict()
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
        async with self._turn:
            process = self._process(model, source)
            run = asyncio.create_task(
                asyncio.to_thread(evaluate_python, process, model, columns, constants, metrics, rows)
            )
            try:
                return await asyncio.shield(run)
            except asyncio.CancelledError:
                del self._processes[_key(model)]
                process.stop()
                await asyncio.gather(run, return_exceptions=True)
                process.close()
                raise

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
        """
        _check_shapes(columns, len(described.noise.vectors))
        return await asyncio.to_thread(simulate, self._systems, described, columns, constants, metrics)

    def _process(self, model: PythonModel, source: bytes | None) -> ModelProcess:
        if self._closed:
            raise Stopped(f"{model.file.path}: the runner is closed")
        if source is None or sha256_hex(source) != model.file.sha256:
            got = "none" if source is None else f"sha256 {sha256_hex(source)}"
            raise InvalidChunk(f"{model.file.path}: expected a file of sha256 {model.file.sha256}, got {got}")
        name, _, entry = key = _key(model)
        if key not in self._processes:
            self._processes[key] = ModelProcess(source, name, entry, self._limits)
        self._processes.move_to_end(key)
        if len(self._processes) > PROCESSES:
            self._processes.popitem(last=False)[1].close()
        return self._processes[key]


def _check_shapes(columns: Mapping[str, FloatArray], rows: int) -> None:
    for name, column in columns.items():
        if column.shape != (rows,):
            raise InvalidChunk(f"column {name!r} of the vectors: expected shape {(rows,)}, got {column.shape}")


def _key(model: PythonModel) -> tuple[str, str, str]:
    return PurePosixPath(model.file.path).name, model.file.sha256, model.entry
