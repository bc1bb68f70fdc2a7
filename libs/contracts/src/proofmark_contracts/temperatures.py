"""What the finite elements found: the nominal temperatures, and the reduced model that every vector is judged by."""

from typing import ClassVar, Literal

from proofmark_contracts.frozen import FileRef, Frozen, Sha256
from proofmark_contracts.message import Message, Zone


class ReducedHeat(Frozen):
    """How a worker finds the temperatures of its vectors."""

    kind: Literal["steady", "transient"] = "steady"
    """`transient`: followed through time, as a plant of a system."""
    model: Sha256
    """Of the reduced model, in the object store."""
    size: int
    """Bytes."""
    parameters: dict[str, str]
    """The reduced model's parameters, each an expression over the design's, and over signals of its system."""
    metrics: tuple[str, ...]
    """The temperatures that it gives beside what the model gives; none as a plant of the model."""
    limits: dict[str, tuple[float, ...]] = {}
    """SI, by metric: a run whose temperature cannot be told from one of them is undecided."""
    mesh_error_k: float
    """What the mesh may be wrong by, shared by all vectors."""


class NominalCheck(Frozen):
    """One thermal requirement, where every parameter has its median."""

    requirement: str
    metric: str
    value: float
    """K"""
    low: float | None = None
    """K"""
    high: float | None = None


class ThermalModelled(Message):
    """The reduced model of a study's heat; published before the first batch is planned."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "ESTIMATE"
    verb: ClassVar = "thermal.modelled"

    study: str
    heat: ReducedHeat
    unknowns: int
    """Of the full model that it stands for."""
    order: int
    """Of the reduced one."""
    bound_k: float
    """What the reduced model differs from the full one by at most, over 99 of 100 vectors drawn from the parameters'
    distributions."""


class ThermalAssessed(Message):
    """The thermal assessment of a study: final."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "ESTIMATE"
    verb: ClassVar = "thermal.assessed"

    study: str
    outcome: Literal["assessed", "failed"]
    """`failed`: the problem has no answer, or none that can be had for every vector."""
    reasons: tuple[str, ...] = ()
    engine: str = ""
    unknowns: int = 0
    temperatures: dict[str, float] = {}
    """K, by the metric that a requirement would ask for."""
    hot_spot_m: tuple[float, ...] = ()
    hot_spot_in: str = ""
    error_estimate_k: float | None = None
    """What the mesh may be wrong by; None if nothing could be compared."""
    entering_w: dict[str, float] = {}
    leaving_w: dict[str, float] = {}
    checks: tuple[NominalCheck, ...] = ()
    files: tuple[FileRef, ...] = ()
    """Field, pictures and figures, for the evidence, in the core object store."""
