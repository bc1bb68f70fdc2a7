from dataclasses import dataclass

from proofmark_controller import float32


@dataclass(frozen=True)
class Inputs:
    temp_degc: float32
    enable: bool


@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.0)
    fan: float32 = float32(1.0)


@dataclass
class Cooler:
    blowing: bool = False

    def step(self, inputs: Inputs) -> Outputs:
        if inputs.temp_degc > float32(121.0):
            self.blowing = True
        if inputs.temp_degc < float32(119.0):
            self.blowing = False
        duty = float32(1.0) if inputs.enable else float32(0.0)
        fan = float32(1.0) if self.blowing else float32(0.0)
        return Outputs(duty=duty, fan=fan)
