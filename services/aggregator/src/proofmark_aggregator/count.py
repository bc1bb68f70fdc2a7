"""What is counted so far: the state of the fold, and the fact it needs next."""

from pydantic import BaseModel, ConfigDict

from proofmark_contracts.assessment import Round, RunLog
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated
from proofmark_contracts.design import Design
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import Continues, StudyOpened
from proofmark_reliability.tally import Tally
from proofmark_reliability.weighing import Weighed


class Count(BaseModel):
    """Counts over the contiguous prefix of a study's vectors, in (batch, chunk, vector) order."""

    model_config = ConfigDict(frozen=True)

    study: str
    design: Design
    continues: Continues | None = None
    mixed_model: bool = False
    planned: BatchPlanned | None = None
    """The batch being counted; None while the next one is awaited."""
    batch: int = 0
    chunk: int = 0
    vectors: int = 0
    """Counted in all batches."""
    before: int = 0
    """Of those, in the batches before this one."""
    blocks: tuple[int, ...] = ()
    """Of all batches planned so far."""
    plain: tuple[bool, ...] = ()
    """Whether each block is plain."""
    tally: Tally
    weighed: tuple[Weighed, ...] = ()
    """Of the final runs of completed batches, for each group that is judged; empty while there are none."""
    missing_by_status: dict[str, int] = {}
    cpu_s: float = 0.0
    full_solutions: int = 0
    logs: tuple[RunLog, ...] = ()
    """What the first failing runs said."""
    batches: tuple[tuple[TableRef, TableRef], ...] = ()
    """Vectors and outcomes of each completed batch."""
    rounds: tuple[Round, ...] = ()
    checked: int = 0
    """Runs of the parent that ran again although they had an answer."""
    disagreed: int = 0
    """Of those, the ones that now say something else."""
    settled: bool = False
    stopped: str = ""
    """Why the study ends before its plan does; empty while it does not."""
    cut_short: bool = False
    """Whether what stopped it was cost or time, which another run of the same study would not repeat."""
    assessed: bool = False

    @property
    def watched(self) -> bool:
        """Whether a rule may stop the study at any vector: its runs are independent, and all plain so far."""
        plan = self.design.reliability
        return plan.stop != "samples" and plan.method in ("auto", "monte-carlo") and all(self.plain)


def wanted(count: Count | None, study: str) -> tuple[type[Message], tuple[object, ...]] | None:
    """The one fact that comes next in canonical order."""
    if count is None:
        return StudyOpened, (study,)
    if count.assessed:
        return None
    if count.planned is None:
        return BatchPlanned, (study, count.batch)
    return ChunkSimulated, (study, count.batch, count.chunk)
