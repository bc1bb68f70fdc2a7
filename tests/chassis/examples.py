"""Small true messages to send around."""

from proofmark_contracts.assessment import Causes, Estimate, ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.campaign import BatchCompleted, ChunkSimulated, SimulateChunk
from proofmark_contracts.custody import DesignDecided, Envelope
from proofmark_contracts.design import ExpressionModel
from proofmark_contracts.message import TableRef
from proofmark_contracts.study import StudyClosed


def assessed(study: str = "s-r1", failures: int = 0) -> ReliabilityAssessed:
    system = Estimate(
        name="system",
        target=0.9,
        samples=100,
        failures=failures,
        missing=0,
        r=1 - failures / 100,
        r_low=0.96,
        r_high=1.0,
        bound_low=0.97,
        bound_high=1.0,
        certified="exact",
    )
    return ReliabilityAssessed(
        study=study,
        outcome="assessed",
        method="monte-carlo",
        confidence=0.95,
        estimates=(system,),
        margins=(),
        causes=Causes(method="not-identifiable", sentence="too few failures"),
        batches=(),
    )


def live(study: str = "s-r1", samples: int = 1, width: float = 0.5) -> ReliabilityUpdated:
    """An estimate whose interval is so wide."""
    counts = {"samples": samples, "planned": 100, "failures": 0, "missing": 0, "cpu_s": 0.0}
    return ReliabilityUpdated.model_validate({"study": study, **counts, "r_low": 1 - width, "r_high": 1.0})


def decided(study: str = "s-r1", verdict: str = "approved") -> DesignDecided:
    envelope = Envelope(payload="", payloadType="text/plain", signatures=())
    return DesignDecided.model_validate({"study": study, "verdict": verdict, "envelope": envelope})


def closed(study: str = "s-r1", outcome: str = "released") -> StudyClosed:
    return StudyClosed.model_validate({"study": study, "outcome": outcome})


def chunk(study: str = "s-r1", n: int = 0, table: bytes = b"") -> SimulateChunk:
    model = ExpressionModel(metrics={"gap": "1"})
    return SimulateChunk(study=study, batch=0, n=n, rows=1, model=model, metrics=("gap",), table=table)


def simulated(study: str = "s-r1", n: int = 0, table: bytes = b"", cpu_s: float = 0.0) -> ChunkSimulated:
    return ChunkSimulated(study=study, batch=0, n=n, table=table, cpu_s=cpu_s)


def completed(study: str = "s-r1", batch: int = 0, size: int = 0) -> BatchCompleted:
    return BatchCompleted(study=study, batch=batch, outcomes=TableRef(sha256=f"{batch:064x}", size=size))
