"""Batches of vectors, the chunks workers take, and what came back."""

from typing import ClassVar

from proofmark_contracts.design import Model
from proofmark_contracts.message import Message, TableMessage, TableRef, Zone


class BatchPlanned(Message):
    """One round of the algorithm, laid out before any of its chunks."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "PLAN"
    verb: ClassVar = "batch.planned"
    ids: ClassVar = ("study", "batch")

    study: str
    batch: int
    vectors: TableRef
    """Every vector of the batch, in order: one float64 column in SI for each random parameter."""
    chunks: tuple[int, ...]
    """Vectors in each chunk."""
    blocks: tuple[int, ...]
    """Vectors in each statistical unit (one hypercube, one scramble; for Monte Carlo one block of all)."""
    last: bool
    """No batch follows."""


class BatchCompleted(Message):
    """Every vector of a batch is counted."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "PLAN"
    verb: ClassVar = "batch.completed"
    ids: ClassVar = ("study", "batch")

    study: str
    batch: int
    outcomes: TableRef
    """The canonical outcome table: the metrics and the status of each vector, in vector order."""


class SimulateChunk(TableMessage):
    """Run these vectors. The table holds one float64 column in SI for each random parameter."""

    zone: ClassVar = Zone.COMPUTE
    stream: ClassVar = "CHUNK"
    verb: ClassVar = "chunk.simulate"
    ids: ClassVar = ("study", "batch", "n")

    study: str
    batch: int
    n: int
    rows: int
    """Vectors in the table; said here because a study without random parameters has no columns."""
    model: Model
    constants: dict[str, float] = {}
    """Parameters that do not vary, in SI."""
    metrics: tuple[str, ...]
    """The metrics to return, in this order."""


class ChunkSimulated(TableMessage):
    """What the vectors of a chunk gave: a float64 column for each metric, and `status` (int8, see `RUN_STATUS`)."""

    zone: ClassVar = Zone.COMPUTE
    stream: ClassVar = "RESULT"
    verb: ClassVar = "chunk.simulated"
    ids: ClassVar = ("study", "batch", "n")
    volatile: ClassVar = frozenset({"cpu_s", "logs"})

    study: str
    batch: int
    n: int
    cpu_s: float = 0.0
    logs: dict[int, str] = {}
    """What failing runs said, by row; the first few only."""


class ChunkStop(Message):
    """All that workers need to know of the core: this study wants no more runs."""

    zone: ClassVar = Zone.COMPUTE
    stream: ClassVar = "STOP"
    verb: ClassVar = "chunk.stop"

    study: str


RUN_STATUS: tuple[str, ...] = ("ok", "error", "timeout", "not-a-number", "worker-lost")
"""Why a run has an answer (0) or none (the rest); the `status` column indexes it."""
