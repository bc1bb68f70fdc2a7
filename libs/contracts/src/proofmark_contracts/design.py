"""The normalised design: what a spec means, in SI units and without the spelling of the file it came from.

`proofmark_spec` makes it from YAML or JSON; every service reads it; nobody else interprets a spec.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from proofmark_contracts.cosimulation import Controller, CosimModel, FmuModel, InTime
from proofmark_contracts.firmware import Firmware, MicropythonModule
from proofmark_contracts.frozen import FileRef, Frozen, Sha256, canonical_json, sha256_hex
from proofmark_contracts.heat import Thermal


class Constant(Frozen):
    kind: Literal["constant"] = "constant"
    value: float


class Normal(Frozen):
    kind: Literal["normal"] = "normal"
    mean: float
    std: float


class LogNormal(Frozen):
    """Mean and standard deviation are those of the variable itself, not of its logarithm."""

    kind: Literal["lognormal"] = "lognormal"
    mean: float
    std: float


class Uniform(Frozen):
    kind: Literal["uniform"] = "uniform"
    low: float
    high: float


class Triangular(Frozen):
    kind: Literal["triangular"] = "triangular"
    low: float
    mode: float
    high: float


class TruncatedNormal(Frozen):
    """Mean and standard deviation are those of the normal before truncation."""

    kind: Literal["truncated-normal"] = "truncated-normal"
    mean: float
    std: float
    low: float
    high: float


class Weibull(Frozen):
    kind: Literal["weibull"] = "weibull"
    shape: float
    scale: float


class Gumbel(Frozen):
    """Extreme value distribution of maxima, by its mean and standard deviation."""

    kind: Literal["gumbel"] = "gumbel"
    mean: float
    std: float


class Exponential(Frozen):
    kind: Literal["exponential"] = "exponential"
    rate: float


class Beta(Frozen):
    kind: Literal["beta"] = "beta"
    a: float
    b: float
    low: float
    high: float


class Discrete(Frozen):
    kind: Literal["discrete"] = "discrete"
    values: tuple[float, ...]
    weights: tuple[float, ...]
    """Positive; their sum is one."""


Distribution = Annotated[
    Constant
    | Normal
    | LogNormal
    | Uniform
    | Triangular
    | TruncatedNormal
    | Weibull
    | Gumbel
    | Exponential
    | Beta
    | Discrete,
    Field(discriminator="kind"),
]


class Unit(Frozen):
    """How a person writes a quantity: `SI value = factor * written value + offset`."""

    symbol: str
    """As written, such as `mm`; empty for a dimensionless number."""
    factor: float = 1.0
    offset: float = 0.0

    def to_si(self, written: float) -> float:
        return self.factor * written + self.offset

    def from_si(self, value: float) -> float:
        return (value - self.offset) / self.factor


class Correlations(Frozen):
    """Correlation in standard-normal space (Gaussian copula) of the named parameters."""

    order: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]


class ExpressionModel(Frozen):
    """Metrics as arithmetic over parameters, in SI units."""

    kind: Literal["expression"] = "expression"
    metrics: dict[str, str]


class PythonModel(Frozen):
    """A Python file with `evaluate` (vectorised) or `evaluate_one`."""

    kind: Literal["python"] = "python"
    file: FileRef
    entry: Literal["evaluate", "evaluate_one"]
    units: dict[str, Unit] = {}
    """Units the file expects of its inputs and returns its metrics in; SI where absent."""
    time_limit_s: float = 60.0
    """Of one run (`evaluate_one`) or of one call with a chunk (`evaluate`)."""


class ThermalModel(Frozen):
    """Nothing but the temperatures of the section `thermal`."""

    kind: Literal["thermal"] = "thermal"


Model = Annotated[ExpressionModel | PythonModel | CosimModel | FmuModel | ThermalModel, Field(discriminator="kind")]


def files_of(model: Model, controller: Controller | None) -> tuple[FileRef, ...]:
    """The files that a run reads."""
    files = [model.file] if isinstance(model, PythonModel | FmuModel) else []
    if isinstance(model, InTime):
        files += [] if controller is None else [controller.file]
        files += [] if model.profile is None else [model.profile.file]
    return tuple(files)


class Requirement(Frozen):
    """A limit on a metric in SI; met with equality passes."""

    name: str
    metric: str
    low: float | None = None
    high: float | None = None
    target: float | None = None
    """Its own target, judged apart; None means that it counts for the system's."""


Method = Literal[
    "auto",
    "monte-carlo",
    "latin-hypercube",
    "latin-hypercube-centred",
    "latin-hypercube-decorrelated",
    "sobol",
    "halton",
    "saltelli",
    "cross-entropy",
    "kriging",
    "subset",
    "form",
]


class ReliabilityPlan(Frozen):
    """What must be shown, and how it is sampled. Not part of the design: another plan asks the same question again."""

    target: float
    confidence: float = 0.95
    method: Method = "latin-hypercube"
    samples: int = 1000
    """Most model evaluations that may be spent."""
    stop: Literal["samples", "settled", "width", "budget"] = "samples"
    """What ends the study before `samples` runs: a settled verdict, an interval narrow enough, a budget spent."""
    width: float | None = None
    """With `stop: width`: relative width of the two-sided interval of the probability of failure, (high - low) / pf."""
    budget_cpu_s: float | None = None
    """CPU seconds after which the study is assessed on what it has."""
    seed: int = 0


class Provenance(Frozen):
    """Who or what made the design; prompt and context are known by their hashes only."""

    agent: str | None = None
    prompt_sha256: Sha256 | None = None
    context_sha256: Sha256 | None = None


class Design(Frozen):
    """A normalised spec."""

    api_version: Literal["proofmark/v1"] = "proofmark/v1"
    name: str
    revision: str = ""
    parameters: dict[str, Distribution]
    correlations: Correlations | None = None
    model: Model
    controller: Controller | None = None
    thermal: Thermal | None = None
    firmware: Firmware | MicropythonModule | None = None
    requirements: tuple[Requirement, ...]
    reliability: ReliabilityPlan
    artifacts: tuple[FileRef, ...] = ()
    provenance: Provenance = Provenance()
    units: dict[str, Unit]
    """How to show each parameter and each metric a requirement names."""

    @property
    def random_parameters(self) -> tuple[str, ...]:
        """Parameters that vary, sorted: the columns of a sample. (Canonical JSON keeps no other order.)"""
        return tuple(sorted(name for name, law in self.parameters.items() if law.kind != "constant"))

    @property
    def constants(self) -> dict[str, float]:
        """Parameters that do not vary, in SI."""
        return {name: law.value for name, law in self.parameters.items() if law.kind == "constant"}

    @property
    def marginals(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Kind and numbers of each random parameter, in the order of a sample's columns."""
        laws = {name: self.parameters[name] for name in self.random_parameters}
        return {name: (law.kind, law.model_dump(exclude={"kind"})) for name, law in laws.items()}

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that requirements ask for, each once, in their order."""
        return tuple(dict.fromkeys(requirement.metric for requirement in self.requirements))

    def steady_temperature(self, metric: str) -> str | None:
        """The temperature of the thermal section's steady state that a requirement on this metric limits too: itself,
        or that which the metric is the greatest of while the model runs."""
        if self.thermal is None:
            return None
        if isinstance(self.model, CosimModel):
            asked = self.model.metrics.get(metric)
            outputs = {f"{self.model.heat}.{name}": steady for name, steady in self.thermal.outputs.items()}
            return outputs.get(asked.of) if asked is not None and asked.kind == "max" else None
        return metric if metric in self.thermal.metrics else None

    def builds_firmware(self, verdict: str) -> bool:
        """Whether firmware comes of a verdict."""
        return self.firmware is not None and verdict == "approved"

    @property
    def run_files(self) -> tuple[FileRef, ...]:
        """The files that a run reads."""
        return files_of(self.model, self.controller)

    @property
    def limits(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """The metric of each requirement, and its limits below and above."""
        return tuple((asked.metric, asked.low, asked.high) for asked in self.requirements)

    def design_digest(self) -> str:
        """Identity of the design itself: a new seed, name, revision or provenance does not change it."""
        document = self.model_dump(mode="json", exclude={"name", "revision", "provenance", "reliability", "units"})
        return sha256_hex(canonical_json(document))

    def spec_digest(self) -> str:
        """Identity of everything that was asked."""
        return sha256_hex(canonical_json(self.model_dump(mode="json")))
