"""A brushed DC motor that drives a load."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from proofmark_cosim.component import Component, FloatArray, Given, Moment, Number, Port, Values, number
from proofmark_cosim.graph import Node, clamp, constant, sign, total, where
from proofmark_cosim.linear import discretised

STATE = ("current", "speed", "angle")


@dataclass(frozen=True, kw_only=True)
class DcMotor(Component):
    """L di/dt = U - R i - k w,  J dw/dt = k i - b w - T,  with a torque T that opposes the motion.

    T is dry friction and load: it holds the rotor until the motor's torque exceeds it, and never drives. Between
    standstills the step is exact for a voltage that stands still within a period; a rotor that comes to rest within a
    period rests at its end.
    """

    kind: ClassVar[str] = "dc-motor"

    voltage: Number = number("V", 24.0)
    """At duty 1."""
    resistance: Number = number("ohm", 1.0, above=0)
    inductance: Number = number("H", 1e-3, above=0)
    torque_constant: Number = number("N*m/A", 0.05, above=0)
    inertia: Number = number("kg*m^2", 1e-4, above=0)
    viscous_friction: Number = number("N*m*s/rad", 1e-5, low=0)
    dry_friction: Number = number("N*m", 0.0, low=0)
    load: Number = number("N*m", 0.0, low=0)

    def inputs(self) -> tuple[Port, ...]:
        """Duty is clamped to -1 ... 1."""
        return (Port("duty", ""),)

    def outputs(self) -> tuple[Port, ...]:
        return (
            Port("speed", "rad/s"),
            Port("angle", "rad"),
            Port("current", "A"),
            Port("torque", "N*m"),
            Port("power", "W"),
            Port("loss", "W"),
        )

    def prepare(self, given: Given) -> dict[str, FloatArray]:
        p = given.p
        a = np.zeros((p["voltage"].size, 3, 3))
        a[:, 0, 0] = -p["resistance"] / p["inductance"]
        a[:, 0, 1] = -p["torque_constant"] / p["inductance"]
        a[:, 1, 0] = p["torque_constant"] / p["inertia"]
        a[:, 1, 1] = -p["viscous_friction"] / p["inertia"]
        a[:, 2, 1] = 1
        b = np.zeros((p["voltage"].size, 3, 2))
        b[:, 0, 0], b[:, 1, 1] = 1 / p["inductance"], -1 / p["inertia"]
        kept, gained = discretised(a, b, given.period_s)
        decay = -given.period_s * p["resistance"] / p["inductance"]
        found = {"decay": np.exp(decay), "gain": -np.expm1(decay) / p["resistance"]}
        for i in range(3):
            found |= {f"kept_{i}_{j}": kept[:, i, j] for j in range(3)}
            found |= {f"gained_{i}_{j}": gained[:, i, j] for j in range(2)}
        return found

    def start(self, _: Values) -> dict[str, Node]:
        return dict.fromkeys(STATE, constant(0.0))

    def observe(self, now: Moment) -> dict[str, Node]:
        current = now.x["current"]
        return {
            **{name: now.x[name] for name in STATE},
            "torque": now.p["torque_constant"] * current,
            "power": _voltage(now) * current,
            "loss": now.p["resistance"] * current * current,
        }

    def advance(self, now: Moment) -> dict[str, Node]:
        voltage, held = _voltage(now), now.p["dry_friction"] + now.p["load"]
        pull = now.p["torque_constant"] * now.x["current"]
        resting = (abs(now.x["speed"]) <= 0) & (abs(pull) <= held) & (held > 0)
        way = where(abs(now.x["speed"]) > 0, sign(now.x["speed"]), sign(pull))
        forces = (voltage, held * way)
        moved = [
            total(now.p[f"kept_{i}_{j}"] * now.x[name] for j, name in enumerate(STATE))
            + total(now.p[f"gained_{i}_{j}"] * force for j, force in enumerate(forces))
            for i in range(3)
        ]
        turned = moved[1] * way < 0
        return {
            "current": where(resting, now.p["decay"] * now.x["current"] + now.p["gain"] * voltage, moved[0]),
            "speed": where(resting | turned, 0.0, moved[1]),
            "angle": where(resting, now.x["angle"], moved[2]),
        }


def _voltage(now: Moment) -> Node:
    return now.p["voltage"] * clamp(now.u["duty"], -1.0, 1.0)
