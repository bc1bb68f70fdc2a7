"""What the finite elements found: the nominal temperatures, and the model that every vector is judged by."""

from typing import ClassVar, Literal

from proofmark_contracts.frozen import FileRef, Frozen, Sha256
from proofmark_contracts.message import Message, Zone


class ReducedHeat(Frozen):
    """How a worker finds the temperatures of its vectors."""

    kind: Literal["steady", "transient"] = "steady"
    """`transient`: followed through time, as a plant of a system; else the temperatures of a run are known beside it,
    where its heat is a course in time the highest."""
    model: Sha256
    """Of the reduced model, in the object store; of the full one where there is no reduced one."""
    size: int
    """Bytes."""
    full: Sha256 | None = None
    """Of the full model, in the object store: it settles the vectors that the reduced one leaves open."""
    parameters: dict[str, str]
    """The models' parameters, each an expression over the design's, and over signals of its system."""
    metrics: tuple[str, ...]
    """The temperatures that it gives beside what the model gives; none as a plant of the model."""
    limits: dict[str, tuple[float, ...]] = {}
    """SI, by metric: the mesh's error counts against them, so that a run within it of one is undecided."""
    mesh_error_k: float
    """What the mesh may be wrong by, shared by all vectors."""

    @property
    def objects(self) -> tuple[Sha256, ...]:
        """What a worker may ask for."""
        return tuple(dict.fromkeys(digest for digest in (self.model, self.full) if digest is not None))


class NominalCheck(Frozen):
    """One thermal requirement, where every parameter has its median."""

    requirement: str
    metric: str
    value: float
    """K"""
    low: float | None = None
    """K"""
    high: float | None = None


Reduction = Literal["reduced-basis", "reduced-course", "full"]
"""`reduced-course`: followed through time, with an estimate instead of a bound; `full`: every vector is solved by the
full model."""


class ThermalModelled(Message):
    """The model of a study's heat for any vector; published before the first batch is planned."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "ESTIMATE"
    verb: ClassVar = "thermal.modelled"

    study: str
    heat: ReducedHeat
    unknowns: int
    """Of the full model that it stands for."""
    order: int
    """Of the reduced one; 0 where there is none."""
    bound_k: float
    """What the reduced model differs from the full one by at most, over 99 of 100 vectors drawn from the parameters'
    distributions; of a course the worst that was seen."""
    reduction: Reduction = "reduced-basis"
    reason: str = ""
    """Why there is no reduced model; empty where there is one."""


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
    hot_spot_at_s: float | None = None
    """Where it is a course in time, when."""
    error_estimate_k: float | None = None
    """What the mesh may be wrong by; None if nothing could be compared."""
    entering_w: dict[str, float] = {}
    leaving_w: dict[str, float] = {}
    stored_w: float = 0.0
    """Taken up by the body, at the end of a course in time."""
    checks: tuple[NominalCheck, ...] = ()
    files: tuple[FileRef, ...] = ()
    """Field, pictures and figures, for the evidence, in the core object store."""
