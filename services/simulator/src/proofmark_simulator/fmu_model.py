"""Runs the vectors of a chunk through a Functional Mock-up Unit, one by one, in a process that holds it.

An FMU that breaks, hangs or ends its process takes the run along in which it does, and no other.
"""

from collections.abc import Mapping

import numpy as np

from proofmark_contracts.cosimulation import FmuModel
from proofmark_contracts.design import files_of
from proofmark_contracts.frozen import Frozen
from proofmark_simulator.child import Program
from proofmark_simulator.cosim_model import Described
from proofmark_simulator.outcome import FloatArray, Outcome, Tally
from proofmark_simulator.process import ModelProcess
from proofmark_simulator.python_model import evaluate_alone
from proofmark_systems import noise_seed

TASK = "task.json"
PLACE = "#place"
"""The input that is no parameter: the place of a run in its batch, on which its random numbers depend."""


class Task(Frozen):
    """What the process is told once."""

    model: FmuModel
    parameters: tuple[str, ...]
    seed: str
    """Of random numbers within runs, 64 bits in decimal."""


def program_of(described: Described, model: FmuModel, parameters: frozenset[str]) -> Program:
    """What the process of an FMU runs."""
    seed = noise_seed(described.noise.seed, described.batch) if model.scenario is not None else 0
    task = Task(model=model, parameters=tuple(sorted(parameters)), seed=str(seed))
    files = {file.sha256: described.files[file.path] for file in files_of(model, None)}
    return Program("proofmark_simulator.fmu_worker", (), {TASK: task.model_dump_json().encode(), **files})


def evaluate_fmu(
    process: ModelProcess,
    described: Described,
    time_limit_s: float,
    columns: Mapping[str, FloatArray],
    metrics: tuple[str, ...],
) -> Outcome:
    """Run every vector of a chunk.

    Parameters
    ----------
    columns : mapping of (n,) float arrays, SI
        Every parameter.
    metrics : tuple of str
        The metrics to return, in this order.

    Raises
    ------
    Stopped
        The process was stopped meanwhile.
    """
    places = np.array(described.noise.vectors, np.float64)
    inputs = np.array([*columns.values(), places])
    tally = Tally.of(metrics, places.size)

    def call(part: slice) -> FloatArray:
        return process.call((*columns, PLACE), inputs[:, part], metrics, time_limit_s)

    before_s = process.cpu_s
    evaluate_alone(call, tally)
    return tally.outcome(process.cpu_s - before_s)
