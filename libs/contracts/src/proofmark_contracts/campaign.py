"""Batches of vectors, the chunks workers take, and what came back."""

from typing import ClassVar, Literal

from proofmark_contracts.cosimulation import Controller, Noise
from proofmark_contracts.design import Model
from proofmark_contracts.frozen import Frozen
from proofmark_contracts.message import Message, TableMessage, TableRef, Zone
from proofmark_contracts.temperatures import ReducedHeat

Role = Literal["plain", "learning", "final"]
"""What a block counts for: `plain` runs are drawn from the parameters' own distribution, `learning` ones estimate
nothing, `final` ones estimate the probability of failure by their weights."""


class Stated(Frozen):
    """An estimate that the algorithm makes itself, where weights cannot express it."""

    pf: float
    relative_error: float
    """Standard error of pf, divided by pf."""


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
    roles: tuple[Role, ...] = ()
    """What each block counts for; empty if all are plain."""
    weights: TableRef | None = None
    """Column `log_weight`: log of the nominal density over the one drawn from; None if all blocks are plain."""
    looks: int = 1
    """Times the weighed interval may be looked at in the whole study: the level is split among them."""
    stated: Stated | None = None
    reason: str = ""
    """What the algorithm does in this batch, and why."""
    refusal: str = ""
    """Why the weighed or stated estimate must not be relied on."""
    imported: TableRef | None = None
    """Outcomes that the parent study had for these vectors; there may be fewer of them."""
    rows: TableRef | None = None
    """Column `row`: the vectors that the chunks hold, in their order; None if all. Whatever else has an outcome keeps
    it, and a row that has one runs again to see whether the model still says the same."""


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
    controller: Controller | None = None
    noise: Noise | None = None
    """Of a model that runs in time."""
    heat: ReducedHeat | None = None
    """Gives the temperatures among the metrics."""


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
    full_solutions: int = 0
    """Vectors whose temperatures took the full model."""


class ChunkStop(Message):
    """All that workers need to know of the core: this study wants no more runs."""

    zone: ClassVar = Zone.COMPUTE
    stream: ClassVar = "STOP"
    verb: ClassVar = "chunk.stop"

    study: str


RUN_STATUS: tuple[str, ...] = ("ok", "error", "timeout", "not-a-number", "worker-lost", "undecided")
"""Why a run has an answer (0) or none (the rest); the `status` column indexes it."""
