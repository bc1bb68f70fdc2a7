"""One heat capacity behind one thermal resistance."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from proofmark_cosim.component import Component, FloatArray, Given, Moment, Number, Port, Values, number
from proofmark_cosim.errors import UnstableStep
from proofmark_cosim.graph import Node, clamp


@dataclass(frozen=True, kw_only=True)
class RcThermal(Component):
    """First-order thermal model, C dT/dt = P - (T - ambient) / R.

    `exact` is the solution for a power that stands still within a period. `euler` is Euler's method.
    `one-step-a-period` is Euler's method with the step `step` once a period, however long the period is:
    the public ThermalRes project steps its plant once a time chunk in this way, so that its results depend on the
    length of its chunks.
    """

    kind: ClassVar[str] = "rc-thermal"

    resistance: Number = number("K/W", 10.0, above=0)
    capacity: Number = number("J/K", 0.1, above=0)
    ambient: Number = number("K", 298.15, low=0)
    initial_rise: Number = number("K", 0.0)
    """Above ambient, at cycle 0."""
    heater_power: Number = number("W", 1.0, low=0)
    workload_power: Number = number("W", 1.0, low=0)
    """Of heater and workload at 1."""
    step: Number = number("s", 0.1, above=0)
    """Of the scheme `one-step-a-period`."""
    scheme: Literal["exact", "euler", "one-step-a-period"] = "exact"

    def inputs(self) -> tuple[Port, ...]:
        """Heater and workload are clamped to 0 ... 1."""
        return Port("heater", "", default=0.0), Port("workload", "", default=0.0), Port("power", "W", default=0.0)

    def outputs(self) -> tuple[Port, ...]:
        return Port("temperature", "K"), Port("rise", "K"), Port("input_power", "W")

    def prepare(self, given: Given) -> dict[str, FloatArray]:
        p = given.p
        constant_s = p["resistance"] * p["capacity"]
        if self.scheme == "exact":
            decay = -given.period_s / constant_s
            return {"decay": np.exp(decay), "gain": -p["resistance"] * np.expm1(decay)}
        step_s = np.full_like(constant_s, given.period_s) if self.scheme == "euler" else p["step"]
        if (unstable := step_s >= 2 * constant_s).any():
            worst = int(np.flatnonzero(unstable)[0])
            raise UnstableStep(given.name, float(2 * constant_s[worst]), float(step_s[worst]))
        return {"step_taken": step_s}

    def start(self, p: Values) -> dict[str, Node]:
        return {"rise": p["initial_rise"]}

    def observe(self, now: Moment) -> dict[str, Node]:
        return {"temperature": now.p["ambient"] + now.x["rise"], "rise": now.x["rise"], "input_power": _power(now)}

    def advance(self, now: Moment) -> dict[str, Node]:
        power, rise = _power(now), now.x["rise"]
        if self.scheme == "exact":
            return {"rise": now.p["decay"] * rise + now.p["gain"] * power}
        slope = (power * now.p["resistance"] - rise) / (now.p["resistance"] * now.p["capacity"])
        return {"rise": rise + now.p["step_taken"] * slope}


def _power(now: Moment) -> Node:
    heater = clamp(now.u["heater"], 0.0, 1.0) * now.p["heater_power"]
    return heater + clamp(now.u["workload"], 0.0, 1.0) * now.p["workload_power"] + now.u["power"]
