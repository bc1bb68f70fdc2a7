"""What can go wrong with a chunk as a whole, and with a single run."""

from proofmark_simulator.outcome import ERROR, TIMEOUT


class SimulatorError(Exception):
    """Root of the simulator's errors."""


class InvalidChunk(SimulatorError):
    """Vectors, model and source that do not belong together."""


class Stopped(SimulatorError):
    """The run was cancelled, or its runner closed."""


class RunMissing(SimulatorError):
    """A call of the model gave no answer."""

    status = ERROR
    """Index into `RUN_STATUS`."""
    printed = ""
    """What the model printed during the call."""

    @property
    def log(self) -> str:
        return f"{self.printed}{self}"


class Raised(RunMissing):
    """The model raised, or returned what cannot be read. Its process lives on."""


class Died(RunMissing):
    """The model's process ended during the call."""


class Killed(Died):
    """The model's process was sent SIGKILL, more often by its surroundings than by itself."""


class TimedOut(RunMissing):
    """No answer within the time limit."""

    status = TIMEOUT


class NotLoaded(RunMissing):
    """The model's file cannot be executed, so no run has an answer."""

    def __init__(self, cause: RunMissing) -> None:
        super().__init__(str(cause))
        self.status = cause.status


class NotRowInvariant(RunMissing):
    """A row's answer depends on the rows it was evaluated with."""

    def __init__(self, metric: str, row: int, together: float, alone: float) -> None:
        super().__init__(
            f"evaluate is not row-invariant: metric {metric!r} of row {row} is {together!r} among the chunk's rows "
            f"and {alone!r} alone; expected no difference"
        )
