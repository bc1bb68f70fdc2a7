"""Uses every block of the library."""

from dataclasses import dataclass, field

from proofmark_controller import float32, int32
from proofmark_controller.blocks import (
    BangBang,
    FirstOrderFilter,
    LeadLag,
    Phase,
    Pid,
    RateLimiter,
    Supervisor,
    clamp,
    is_nan,
)

PERIOD: float32 = float32(0.01)


@dataclass(frozen=True)
class Inputs:
    setpoint: float32
    measured: float32
    enable: bool
    reset: bool
    manual: bool


@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.0)
    heat: bool = False
    phase: Phase = Phase.TRIPPED


@dataclass
class EveryBlock:
    supervisor: Supervisor = field(default_factory=lambda: Supervisor(start_ticks=int32(3), trip_ticks=int32(2)))
    two_point: BangBang = field(default_factory=lambda: BangBang(half_band=float32(1.0)))
    smooth: FirstOrderFilter = field(
        default_factory=lambda: FirstOrderFilter(time_constant=float32(0.1), period=PERIOD)
    )
    compensator: LeadLag = field(
        default_factory=lambda: LeadLag(gain=float32(1.0), lead=float32(0.2), lag=float32(0.05), period=PERIOD)
    )
    pid: Pid = field(
        default_factory=lambda: Pid(
            kp=float32(2.0),
            ki=float32(1.5),
            kd=float32(0.05),
            period=PERIOD,
            low=float32(-1.0),
            high=float32(1.0),
            smoothing=float32(0.02),
        )
    )
    ramp: RateLimiter = field(default_factory=lambda: RateLimiter(rise=float32(5.0), fall=float32(9.0), period=PERIOD))
    duty: float32 = float32(0.0)

    def step(self, inputs: Inputs) -> Outputs:
        healthy = not is_nan(inputs.measured) and abs(inputs.measured) < 1000.0
        phase = self.supervisor.step(inputs.enable, healthy, inputs.reset)
        heat = self.two_point.step(inputs.setpoint, inputs.measured)
        smoothed = self.smooth.step(inputs.measured)
        ahead = self.compensator.step(smoothed)
        if inputs.manual:
            self.pid.follow(inputs.setpoint, ahead, self.duty)
        else:
            self.duty = self.pid.step(inputs.setpoint, ahead)
        wanted = self.duty if phase == Phase.RUNNING else float32(0.0)
        ramped = self.ramp.step(clamp(wanted, float32(-0.9), float32(0.9)))
        return Outputs(duty=ramped, heat=heat, phase=phase)
