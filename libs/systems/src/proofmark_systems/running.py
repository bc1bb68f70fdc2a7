"""A system that is ready to run, and what a handful of vectors gave: each as if it were alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from proofmark_contracts.cosimulation import TRAP, TRAPPED
from proofmark_controller import ControllerError
from proofmark_cosim import CosimError, Recording, Simulator, System, Traces
from proofmark_cosim.simulation import Group
from proofmark_cosim.simulation import Runs as Engines

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Runs:
    """What n runs gave.

    Attributes
    ----------
    metrics : dict of (n,) float arrays, SI
        Those of the system, and whether the controller was trapped; NaN where a run has no answer.
    without : dict
        Why a run has no answer, by row: a number out of its range, or a plant that gave no number.
    traces : mapping of (n, m) float arrays, SI
        What was recorded; NaN where a run could not begin.
    """

    metrics: dict[str, FloatArray]
    without: dict[int, str] = field(default_factory=dict)
    traces: dict[str, FloatArray] = field(default_factory=dict)


def noise_seed(seed: int, batch: int) -> int:
    """The seed of random numbers within runs, 64 bits, from that of the study and the number of a batch."""
    return int.from_bytes(sha256(f"{seed}.{batch}".encode()).digest()[:8], "big")


class WorkingSystem:
    """A system that is planned and, where there is a compiler, compiled."""

    def __init__(
        self,
        system: System,
        parameters: frozenset[str],
        seed: int,
        recording: Recording | None = None,
        engines: Engines = "auto",
    ) -> None:
        """Plan.

        Parameters
        ----------
        parameters
            Names of the columns that runs are given.
        seed
            See `noise_seed`.
        recording
            How often and what; the rows in it do not count, since all are recorded.

        Raises
        ------
        CosimError
            The system cannot be run.
        """
        self._system = system
        self._simulator = Simulator(system, parameters, seed, recording, engines)

    def run(self, columns: Mapping[str, FloatArray], vectors: IntArray) -> Runs:
        """Run each row of the columns.

        Parameters
        ----------
        columns : mapping of (n,) float arrays, SI
            Every parameter.
        vectors : (n,) int array
            What a run's random numbers depend on.
        """
        n = vectors.size
        names = (*self._system.metrics, *self._system.formulas, TRAP)
        runs = Runs({name: np.full(n, np.nan) for name in names})
        size = self._simulator.group_size()
        for first in range(0, n, size):
            for rows, group in self._begun(np.arange(first, min(first + size, n)), columns, vectors, runs):
                group.advance(self._system.cycles)
                self._put(rows, group, runs, n)
        return runs

    def _begun(
        self, rows: IntArray, columns: Mapping[str, FloatArray], vectors: IntArray, runs: Runs
    ) -> Iterator[tuple[IntArray, Group]]:
        """Groups of rows at cycle 0: a row whose numbers are out of range does not take others along."""
        try:
            group = self._simulator.group({name: column[rows] for name, column in columns.items()}, vectors[rows])
        except (CosimError, ControllerError) as error:
            if rows.size == 1:
                runs.without[int(rows[0])] = str(error)
                return
            for half in np.array_split(rows, 2):
                yield from self._begun(half, columns, vectors, runs)
        else:
            yield rows, group

    def _put(self, rows: IntArray, group: Group, runs: Runs, n: int) -> None:
        result = group.result()
        trapped = np.where(result.broken_at < 0, np.where(result.faults > 0, TRAPPED, 0.0), np.nan)
        for name, column in {**result.metrics, TRAP: trapped}.items():
            runs.metrics[name][rows] = column
        for at, (row, cycle) in enumerate(zip(rows.tolist(), result.broken_at.tolist(), strict=True)):
            if cycle >= 0:
                why = result.reasons.get(at, "expected finite numbers, got none from a plant")
                runs.without[row] = f"cycle {cycle}: {why}"
        if self._simulator.recording is not None:
            found: Traces = group.traces()
            for name, signal in found.signals.items():
                runs.traces.setdefault(name, np.full((n, signal.shape[1]), np.nan))[rows] = signal
