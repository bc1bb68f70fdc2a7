"""How many vectors a study takes, in which batches, blocks and chunks."""

from proofmark_contracts.design import Design, Model
from proofmark_contracts.message import TABLE_BYTES_INLINE
from proofmark_reliability.designs import layout

BATCH_VECTORS = 1_000_000
"""Independent vectors are planned a million at a time, which bounds the memory of everybody who holds a batch."""
EXPRESSION_CHUNK, VECTORISED_CHUNK, SINGLE_CHUNK = 10_000, 500, 25
TABLE_OVERHEAD_BYTES, COLUMN_OVERHEAD_BYTES = 1024, 256


def batches(design: Design) -> tuple[tuple[int, ...], ...]:
    """The blocks of each batch. Only independent vectors can be split over batches: a hypercube is one whole.

    Raises
    ------
    TooFewSamples
        The method needs more vectors than the spec asks for.
    """
    method, samples = design.reliability.method, design.reliability.samples
    if method != "monte-carlo":
        return (layout(method, samples),)
    whole, rest = divmod(samples, BATCH_VECTORS)
    sizes = (BATCH_VECTORS,) * whole + ((rest,) if rest else ())
    return tuple(layout(method, size) for size in sizes)


def chunks(design: Design, vectors: int, chunk_vectors: int | None) -> tuple[int, ...]:
    """Vectors in each chunk of a batch: as many as suit the model and fit into a message."""
    columns = max(1, len(design.random_parameters))
    room = TABLE_BYTES_INLINE - TABLE_OVERHEAD_BYTES - COLUMN_OVERHEAD_BYTES * columns
    fitting = max(1, room // (8 * columns))
    size = min(chunk_vectors or _suiting(design.model), fitting)
    whole, rest = divmod(vectors, size)
    return (size,) * whole + ((rest,) if rest else ())


def _suiting(model: Model) -> int:
    if model.kind == "expression":
        return EXPRESSION_CHUNK
    return VECTORISED_CHUNK if model.entry == "evaluate" else SINGLE_CHUNK
