"""Runs the vectors of a chunk through a system that runs in time, all of them together.

What a vector gives depends on its numbers, on its place in its batch and on the study's seed: not on the chunk, the
worker, or whether there is a compiler. A plant that gives no number leaves its vector without an answer. A controller
that meets an operation without a result does not: its safe state is simulated to the end, every metric tells of that
run, and `controller_trap` tells that it happened.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import numpy as np

from proofmark_contracts.cosimulation import Controller, CosimModel, Noise
from proofmark_contracts.frozen import canonical_json, sha256_hex
from proofmark_controller import ControllerError
from proofmark_cosim import CosimError
from proofmark_simulator.errors import InvalidChunk
from proofmark_simulator.outcome import ERROR, NOT_A_NUMBER, FloatArray, Outcome, Tally
from proofmark_systems import WorkingSystem, noise_seed, system_of

SYSTEMS = 4
"""Planned and compiled systems that are kept for the next chunk."""


@dataclass(frozen=True)
class Described:
    """A system as a chunk's command describes it."""

    model: CosimModel
    controller: Controller | None
    files: Mapping[str, bytes]
    """By path."""
    noise: Noise
    batch: int

    def digest(self, parameters: frozenset[str]) -> str:
        """Of all that planning depends on; the files by the digests that the records hold."""
        records = [None if one is None else one.model_dump(mode="json") for one in (self.model, self.controller)]
        return sha256_hex(canonical_json([*records, str(self.noise.seed), self.batch, sorted(parameters)]))


class Systems:
    """The last few systems, planned and compiled."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, WorkingSystem] = OrderedDict()
        self._lock = Lock()

    def ready(self, described: Described, parameters: frozenset[str]) -> WorkingSystem:
        """A system that can run.

        Raises
        ------
        CosimError, ControllerError
        """
        digest = described.digest(parameters)
        with self._lock:
            if digest not in self._kept:
                system = system_of(described.model, described.controller, described.files)
                seed = noise_seed(described.noise.seed, described.batch)
                self._kept[digest] = WorkingSystem(system, parameters, seed)
            self._kept.move_to_end(digest)
            if len(self._kept) > SYSTEMS:
                self._kept.popitem(last=False)
            return self._kept[digest]


def simulate(
    systems: Systems,
    described: Described,
    columns: Mapping[str, FloatArray],
    constants: Mapping[str, float],
    metrics: tuple[str, ...],
) -> Outcome:
    """Run every vector of a chunk.

    Parameters
    ----------
    columns : mapping of (n,) float arrays, SI
        Parameters that vary; n is the number of places that the noise names.
    constants : mapping of floats, SI
    metrics : tuple of str
        The metrics to return, in this order.

    Returns
    -------
    Outcome
        A system that cannot be run at all leaves every row with status `error`.

    Raises
    ------
    InvalidChunk
        The system gives no such metric.
    """
    started = time.thread_time()
    places = np.array(described.noise.vectors, dtype=np.int64)
    tally = Tally.of(metrics, places.size)
    every = {**columns, **{name: np.full(places.size, value) for name, value in constants.items()}}
    try:
        runs = systems.ready(described, frozenset(every)).run(every, places)
    except (CosimError, ControllerError) as error:
        tally.miss(slice(0, places.size), ERROR, str(error))
        return tally.outcome(time.thread_time() - started)
    for metric, values in zip(metrics, tally.values, strict=True):
        if metric not in runs.metrics:
            raise InvalidChunk(f"metric {metric!r}: expected one of {', '.join(runs.metrics)}")
        values[:] = runs.metrics[metric]
    for row, why in sorted(runs.without.items()):
        tally.miss(slice(row, row + 1), NOT_A_NUMBER, why)
    return tally.outcome(time.thread_time() - started)
