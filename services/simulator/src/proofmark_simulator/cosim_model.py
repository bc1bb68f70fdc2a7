"""Runs the vectors of a chunk through a system that runs in time, all of them together.

What a vector gives depends on its numbers, on its place in its batch and on the study's seed: not on the chunk, the
worker, or whether there is a compiler. A plant that gives no number leaves its vector without an answer. A controller
that meets an operation without a result does not: its safe state is simulated to the end, every metric tells of that
run, and `controller_trap` tells that it happened. Where heat is a plant, its error leaves a run open whose metric is on
another side of a limit with all temperatures that much higher or lower.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import numpy as np

from proofmark_contracts.cosimulation import Controller, CosimModel, FmuModel, Noise
from proofmark_contracts.frozen import canonical_json, sha256_hex
from proofmark_contracts.temperatures import ReducedHeat
from proofmark_controller import ControllerError
from proofmark_cosim import CosimError
from proofmark_simulator.errors import InvalidChunk
from proofmark_simulator.heat import UNDECIDED
from proofmark_simulator.outcome import ERROR, NOT_A_NUMBER, FloatArray, Outcome, Tally
from proofmark_systems import COLDER, HOTTER, Runs, WorkingSystem, heat_of, noise_seed, system_of
from proofmark_thermal.errors import ThermalError

SYSTEMS = 4
"""Planned and compiled systems that are kept for the next chunk."""


@dataclass(frozen=True)
class Plant:
    """The reduced heat that is a plant of a system."""

    told: ReducedHeat
    content: bytes


@dataclass(frozen=True)
class Described:
    """A system as a chunk's command describes it."""

    model: CosimModel | FmuModel
    controller: Controller | None
    files: Mapping[str, bytes]
    """By path."""
    noise: Noise
    batch: int
    heat: Plant | None = None

    def digest(self, parameters: frozenset[str]) -> str:
        """Of all that planning depends on; the files by the digests that the records hold."""
        told = (self.model, self.controller, None if self.heat is None else self.heat.told)
        records = [None if one is None else one.model_dump(mode="json") for one in told]
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
        CosimError, ControllerError, ThermalError
        """
        digest = described.digest(parameters)
        with self._lock:
            if digest not in self._kept:
                assert isinstance(described.model, CosimModel)
                plant = described.heat
                heat = None if plant is None else heat_of(plant.told, plant.content)
                system = system_of(described.model, described.controller, described.files, heat)
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
    except (CosimError, ControllerError, ThermalError) as error:
        tally.miss(slice(0, places.size), ERROR, str(error))
        return tally.outcome(time.thread_time() - started)
    for metric, values in zip(metrics, tally.values, strict=True):
        if metric not in runs.metrics:
            raise InvalidChunk(f"metric {metric!r}: expected one of {', '.join(runs.metrics)}")
        values[:] = runs.metrics[metric]
    left_open = _left_open(runs, described.heat.told) if described.heat else {}
    for row, why in sorted({**left_open, **runs.without}.items()):
        tally.miss(slice(row, row + 1), NOT_A_NUMBER if row in runs.without else UNDECIDED, why)
    return tally.outcome(time.thread_time() - started)


def _left_open(runs: Runs, told: ReducedHeat) -> dict[int, str]:
    """Why rows have no answer: the errors of mesh and reduced model put a metric on both sides of a limit."""
    found: dict[int, str] = {}
    for metric, limits in told.limits.items():
        names = [name for name in (metric, f"{metric}{HOTTER}", f"{metric}{COLDER}") if name in runs.metrics]
        every = np.array([runs.metrics[name] for name in names])
        low, high = every.min(axis=0), every.max(axis=0)
        for limit in limits:
            for row in np.flatnonzero((low < high) & (low <= limit) & (limit <= high)).tolist():
                found[row] = f"{metric}: {low[row]:g} to {high[row]:g} within its error, the limit is {limit:g} (SI)"
    return found
