"""Every message class there is."""

from proofmark_contracts.assessment import ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.campaign import BatchCompleted, BatchPlanned, ChunkSimulated, ChunkStop, SimulateChunk
from proofmark_contracts.custody import ArtifactSigned, DesignDecided, FirmwareFinished, ReleaseSealed, ReportCompiled
from proofmark_contracts.message import Message
from proofmark_contracts.study import (
    SpecAnswered,
    SpecSubmitted,
    StudyClosed,
    StudyCommanded,
    StudyExpired,
    StudyOpened,
    StudyOutcome,
)
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled

MESSAGES: tuple[type[Message], ...] = (
    SpecSubmitted,
    SpecAnswered,
    StudyCommanded,
    StudyOutcome,
    StudyOpened,
    StudyExpired,
    StudyClosed,
    BatchPlanned,
    BatchCompleted,
    SimulateChunk,
    ChunkSimulated,
    ChunkStop,
    ReliabilityUpdated,
    ReliabilityAssessed,
    ThermalModelled,
    ThermalAssessed,
    DesignDecided,
    FirmwareFinished,
    ReportCompiled,
    ArtifactSigned,
    ReleaseSealed,
)

ASSESSMENTS: dict[str, type[Message]] = {"reliability": ReliabilityAssessed, "thermal": ThermalAssessed}
"""By the names that `StudyOpened.requires` has for them."""
