"""How a batch is cut into chunks, and the commands that workers take."""

from collections.abc import Mapping

from proofmark_contracts.campaign import BatchPlanned, SimulateChunk
from proofmark_contracts.design import Design, Model
from proofmark_contracts.message import TABLE_BYTES_INLINE
from proofmark_contracts.tables import Column, encode_table

EXPRESSION_CHUNK, VECTORISED_CHUNK, SINGLE_CHUNK = 10_000, 500, 25
TABLE_OVERHEAD_BYTES, COLUMN_OVERHEAD_BYTES = 1024, 256


def chunks(design: Design, vectors: int, chunk_vectors: int | None) -> tuple[int, ...]:
    """Vectors in each chunk of a batch: as many as suit the model and fit into a message."""
    columns = max(1, len(design.random_parameters))
    room = TABLE_BYTES_INLINE - TABLE_OVERHEAD_BYTES - COLUMN_OVERHEAD_BYTES * columns
    fitting = max(1, room // (8 * columns))
    size = min(chunk_vectors or _suiting(design.model), fitting)
    whole, rest = divmod(vectors, size)
    return (size,) * whole + ((rest,) if rest else ())


def commands(design: Design, planned: BatchPlanned, columns: Mapping[str, Column]) -> list[SimulateChunk]:
    """One command a chunk, with its slice of the vectors that are to run."""
    constants = {name: law.value for name, law in design.parameters.items() if law.kind == "constant"}
    found: list[SimulateChunk] = []
    first = 0
    for n, size in enumerate(planned.chunks):
        piece = {name: column[first : first + size] for name, column in columns.items()}
        found.append(
            SimulateChunk(
                study=planned.study,
                batch=planned.batch,
                n=n,
                rows=size,
                model=design.model,
                constants=constants,
                metrics=design.metrics,
                table=encode_table(piece),
            )
        )
        first += size
    return found


def _suiting(model: Model) -> int:
    if model.kind == "expression":
        return EXPRESSION_CHUNK
    return VECTORISED_CHUNK if model.entry == "evaluate" else SINGLE_CHUNK
