"""What is counted so far: the state of the fold, and the fact it needs next."""

from pydantic import BaseModel, ConfigDict

from proofmark_contracts.assessment import RunLog
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated
from proofmark_contracts.design import Design
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyOpened
from proofmark_reliability.tally import Tally


class Count(BaseModel):
    """Counts over the contiguous prefix of a study's vectors, in (batch, chunk, vector) order."""

    model_config = ConfigDict(frozen=True)

    study: str
    design: Design
    planned: BatchPlanned | None = None
    """The batch being counted; None while the next one is awaited."""
    batch: int = 0
    chunk: int = 0
    vectors: int = 0
    """Counted in all batches."""
    blocks: tuple[int, ...] = ()
    """Of all batches planned so far."""
    tally: Tally
    missing_by_status: dict[str, int] = {}
    cpu_s: float = 0.0
    logs: tuple[RunLog, ...] = ()
    """What the first failing runs said."""
    batches: tuple[tuple[TableRef, TableRef], ...] = ()
    """Vectors and outcomes of each completed batch."""
    assessed: bool = False


def wanted(count: Count | None, study: str) -> tuple[type[Message], tuple[object, ...]] | None:
    """The one fact that comes next in canonical order."""
    if count is None:
        return StudyOpened, (study,)
    if count.assessed:
        return None
    if count.planned is None:
        return BatchPlanned, (study, count.batch)
    return ChunkSimulated, (study, count.batch, count.chunk)
