"""Systems that run in time: plants, a scenario, a controller, and what is asked of their signals; in SI.

Signals are `component.output`, such as `heat.temperature`; the scenario is the component `scenario`, the controller
the component `controller`.
"""

from typing import Literal

from proofmark_contracts.frozen import FileRef, Frozen
from proofmark_contracts.heat import Amount

TRAP, TRAPPED = "controller_trap", 200.0
"""The metric of a run whose controller met an operation without a result, and its value; 0 where it met none. The
limit in between is far from both in spreads of a metric, so that the nearest limit is that of another requirement."""

HEAT = "thermal"
"""The kind of the plant that is the design's section `thermal`."""


class Link(Frozen):
    """What joins two nodes of a thermal network."""

    between: tuple[str, str]
    resistance: Amount


class Part(Frozen):
    """A plant or a scenario."""

    kind: str
    period_s: float | None = None
    """From exchange to exchange; every cycle if None."""
    numbers: dict[str, Amount] = {}
    """Its parameters that have units."""
    options: dict[str, int | str] = {}
    """Counts, and choices among words."""
    capacities: dict[str, Amount] = {}
    """Of a thermal network, by node."""
    links: tuple[Link, ...] = ()
    """Of a thermal network."""


class Profile(Frozen):
    """A recorded scenario: a CSV or Parquet file with a column `time_s` and one of values."""

    file: FileRef
    column: str


class SignalMetric(Frozen):
    """A number that a run gives; `proofmark_cosim.Metric` says how."""

    kind: Literal["max", "min", "mean", "fraction", "integral", "last", "settling-time", "overshoot"]
    of: str
    """An expression over signals and parameters; so are the others."""
    to: Amount | None = None
    within: Amount | None = None
    after_s: float = 0.0


class Formula(Frozen):
    """A requirement on signals over time; its metric is the robustness, above 0 where it holds."""

    operator: Literal["holds", "not", "all", "any", "always", "eventually", "until"]
    condition: str | None = None
    """Of `holds`: an expression over signals and parameters."""
    of: tuple["Formula", ...] = ()
    """Of `until`: what has to hold, and the goal."""
    from_s: float = 0.0
    to_s: float | None = None
    """Of the window; the end of the run if None."""


class InTime(Frozen):
    """A model that runs for a while, and what is measured on it."""

    cycle_s: float
    duration_s: float
    """A whole number of cycles, as every period is."""
    scenario: Part | None = None
    profile: Profile | None = None
    """Of the scenario, if it is a recorded one."""
    metrics: dict[str, SignalMetric] = {}
    formulas: dict[str, Formula] = {}


class CosimModel(InTime):
    """Metrics as measurements on a system that runs for a while."""

    kind: Literal["cosim"] = "cosim"
    plants: dict[str, Part]
    connect: dict[str, str] = {}
    """From destination, `component.input`, to source, an expression over signals and parameters."""
    signal: str | None = None
    """The destination that the scenario's value drives."""

    @property
    def heat(self) -> str | None:
        """The plant that is the design's section `thermal`; None if there is none."""
        return next((name for name, part in self.plants.items() if part.kind == HEAT), None)


class FmuModel(InTime):
    """Metrics as measurements on a Functional Mock-up Unit: the component `fmu`. It is native code, and as hostile as
    a Python file; it runs alone in a process of its own."""

    kind: Literal["fmu"] = "fmu"
    file: FileRef
    use: Literal["co-simulation", "model-exchange"]
    parameters: dict[str, Amount] = {}
    """Parameters and start values, by the FMU's names; in SI, where the FMU tells its units."""
    inputs: dict[str, str] = {}
    """By the FMU's names, expressions over the scenario's signals and parameters."""
    outputs: dict[str, str] = {}
    """The FMU's variable of each signal `fmu.name`, by that name."""
    time_limit_s: float = 60.0
    """Of one run."""


class Converter(Frozen):
    """What an analogue pin takes a number for, in the controller's unit."""

    low: float
    """At code 0."""
    high: float
    """At the code `2^bits`."""
    bits: int


class Drive(Frozen):
    """What a PWM pin makes of a duty."""

    top: int
    """The auto-reload value: a duty has `top + 1` steps."""
    switched: bool = False
    """Whether plants see it go on and off within their periods; averaged otherwise."""


class Controller(Frozen):
    """A controller in the typed subset of Python."""

    file: FileRef
    name: str
    """Of its class."""
    period_s: float
    safe_state: dict[str, bool | int | float | str] = {}
    """Outputs once an operation had no result, where they are not the file's defaults; an enumeration's by name."""
    safe_within_s: float | None = None
    """How long it may take until the outputs of a failing chip are safe."""
    parameters: dict[str, Amount] = {}
    """Values of its state at the start, such as `pid.kp`, in the controller's own units."""
    converters: dict[str, Converter] = {}
    """By input, of the pins that the design gives it; an ideal one where there is none."""
    drives: dict[str, Drive] = {}
    """By output, of the pins that the design gives it; 12 bits where there is none."""


class Noise(Frozen):
    """What the random numbers within runs depend on, beside their purpose and the cycle."""

    seed: int
    """Of the study."""
    vectors: tuple[int, ...]
    """The place of each run in its batch."""
