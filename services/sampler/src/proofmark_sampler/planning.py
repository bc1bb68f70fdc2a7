"""How a batch is cut into chunks, and the commands that workers take."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from proofmark_contracts.campaign import BatchPlanned, SimulateChunk
from proofmark_contracts.cosimulation import CosimModel, FmuModel, InTime, Noise
from proofmark_contracts.design import Design, Model, PythonModel
from proofmark_contracts.message import TABLE_BYTES_INLINE
from proofmark_contracts.tables import Column, encode_table
from proofmark_contracts.temperatures import ReducedHeat

EXPRESSION_CHUNK, VECTORISED_CHUNK, SINGLE_CHUNK = 10_000, 500, 25
CYCLES_OF_CHUNK = 10_000_000
"""A second or so of compiled runs in time."""
TABLE_OVERHEAD_BYTES, COLUMN_OVERHEAD_BYTES = 1024, 256


def chunks(design: Design, vectors: int, chunk_vectors: int | None) -> tuple[int, ...]:
    """Vectors in each chunk of a batch: as many as suit the model and fit into a message."""
    columns = max(1, len(design.random_parameters))
    room = TABLE_BYTES_INLINE - TABLE_OVERHEAD_BYTES - COLUMN_OVERHEAD_BYTES * columns
    fitting = max(1, room // (8 * columns))
    size = min(chunk_vectors or _suiting(design.model), fitting)
    whole, rest = divmod(vectors, size)
    return (size,) * whole + ((rest,) if rest else ())


def commands(
    design: Design,
    planned: BatchPlanned,
    columns: Mapping[str, Column],
    heat: ReducedHeat | None = None,
    places: npt.NDArray[np.int64] | None = None,
) -> list[SimulateChunk]:
    """One command a chunk, with its slice of the vectors that are to run; `places` are theirs in the batch, if those
    are not all of it."""
    constants = design.constants
    found: list[SimulateChunk] = []
    in_time = isinstance(design.model, InTime)
    first = 0
    for n, size in enumerate(planned.chunks):
        run = slice(first, first + size)
        piece = {name: column[run] for name, column in columns.items()}
        own = np.arange(first, first + size) if places is None else places[run]
        noise = Noise(seed=design.reliability.seed, vectors=tuple(own.tolist())) if in_time else None
        found.append(
            SimulateChunk(
                study=planned.study,
                batch=planned.batch,
                n=n,
                rows=size,
                model=design.model,
                constants=constants,
                metrics=design.metrics,
                controller=design.controller,
                noise=noise,
                heat=heat,
                table=encode_table(piece),
            )
        )
        first += size
    return found


def _suiting(model: Model) -> int:
    match model:
        case PythonModel(entry="evaluate_one") | FmuModel():
            return SINGLE_CHUNK
        case PythonModel():
            return VECTORISED_CHUNK
        case CosimModel(duration_s=duration_s, cycle_s=cycle_s):
            return max(1, min(VECTORISED_CHUNK, round(CYCLES_OF_CHUNK * cycle_s / duration_s)))
    return EXPRESSION_CHUNK
