"""Keeps a resonator locked to its laser by heating it: a PID on the detuning, and a supervisor around it."""

from dataclasses import dataclass, field
from enum import IntEnum

from proofmark_controller import float32, int32
from proofmark_controller.blocks import Pid, is_nan

PERIOD: float32 = float32(0.01)  # seconds from tick to tick
SEARCH_DUTY: float32 = float32(0.5)
LOST_TICKS: int32 = int32(100)


class Mode(IntEnum):
    """What the controller is doing."""

    SEARCH = 0
    LOCK = 1
    FAULT = 2


@dataclass(frozen=True)
class Inputs:
    """What the chip measures."""

    detuning_nm: float32
    locked: bool


@dataclass(frozen=True)
class Outputs:
    """The safe state is the default: no heating."""

    heater_duty: float32 = float32(0.0)
    mode: Mode = Mode.FAULT


@dataclass
class LockControl:
    """Heats more while the laser's wavelength is above the resonance: the resonator is too cold then."""

    mode: Mode = Mode.SEARCH
    lost_ticks: int32 = int32(0)
    pid: Pid = field(
        default_factory=lambda: Pid(
            kp=float32(-0.5),
            ki=float32(-2.0),
            kd=float32(-0.02),
            period=PERIOD,
            low=float32(0.0),
            high=float32(1.0),
            smoothing=float32(0.05),
        )
    )

    def step(self, inputs: Inputs) -> Outputs:
        """One tick."""
        if is_nan(inputs.detuning_nm):
            self.mode = Mode.FAULT
        match self.mode:
            case Mode.SEARCH:
                self.pid.follow(float32(0.0), inputs.detuning_nm, SEARCH_DUTY)
                if inputs.locked:
                    self.enter(Mode.LOCK)
                return Outputs(heater_duty=SEARCH_DUTY, mode=self.mode)
            case Mode.LOCK:
                duty = self.pid.step(float32(0.0), inputs.detuning_nm)
                self.lost_ticks = int32(0) if inputs.locked else self.lost_ticks + 1
                if self.lost_ticks >= LOST_TICKS:
                    self.enter(Mode.SEARCH)
                return Outputs(heater_duty=duty, mode=self.mode)
            case Mode.FAULT:
                return Outputs()

    def enter(self, mode: Mode) -> None:
        """Begin a mode."""
        self.mode = mode
        self.lost_ticks = int32(0)
