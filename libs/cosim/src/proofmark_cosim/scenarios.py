"""Scenarios: what happens to a system from outside, open loop.

A scenario is a component without inputs. `value` is what it is about; `heater` and `workload` are what a thermal plant
takes: the one that the scenario is about, and a constant for the other.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from proofmark_cosim.component import (
    Columns,
    Component,
    FloatArray,
    Given,
    Moment,
    Number,
    Port,
    Source,
    Values,
    number,
)
from proofmark_cosim.errors import OutOfRange, ShortProfile
from proofmark_cosim.graph import Kind, Node, clamp, constant, where

GRID = 1e-6
"""Of a period: a moment that this little after the cycle's is the cycle's, since both were rounded."""


@dataclass(frozen=True, kw_only=True)
class Scenario(Component):
    """Base of scenarios about a workload."""

    heater: Number = number("", 0.0)

    def outputs(self) -> tuple[Port, ...]:
        return Port("value", ""), Port("rate", "1/s"), Port("heater", ""), Port("workload", "")

    @abstractmethod
    def value(self, now: Moment) -> tuple[Node, Node]:
        """The value, and how fast it grows."""

    def observe(self, now: Moment) -> dict[str, Node]:
        value, rate = self.value(now)
        return {"value": value, "rate": rate, "heater": now.p["heater"], "workload": value}


@dataclass(frozen=True, kw_only=True)
class ConstantHeater(Scenario):
    """The heater at one value, and a constant workload."""

    kind: ClassVar[str] = "constant-heater"
    heater: Number = number("", 0.5)
    workload: Number = number("", 0.0)

    def value(self, now: Moment) -> tuple[Node, Node]:
        return now.p["heater"], constant(0.0)

    def observe(self, now: Moment) -> dict[str, Node]:
        return super().observe(now) | {"workload": now.p["workload"]}


@dataclass(frozen=True, kw_only=True)
class HeaterOffWorkloadOn(Scenario):
    """A constant workload, by default without heating."""

    kind: ClassVar[str] = "heater-off-workload-on"
    workload: Number = number("", 0.5)

    def value(self, now: Moment) -> tuple[Node, Node]:
        return now.p["workload"], constant(0.0)


@dataclass(frozen=True, kw_only=True)
class StepWorkload(Scenario):
    """One value before a time, another from that time on."""

    kind: ClassVar[str] = "step-workload"
    at: Number = number("s", 5.0)
    before: Number = number("", 0.0)
    after: Number = number("", 1.0)

    def value(self, now: Moment) -> tuple[Node, Node]:
        return where(now.time_s + GRID * now.period_s >= now.p["at"], now.p["after"], now.p["before"]), constant(0.0)


@dataclass(frozen=True, kw_only=True)
class RampWorkload(Scenario):
    """From one value to another along a line."""

    kind: ClassVar[str] = "ramp-workload"
    at: Number = number("s", 0.0)
    over: Number = number("s", 10.0, above=0)
    before: Number = number("", 0.0)
    after: Number = number("", 1.0)

    def value(self, now: Moment) -> tuple[Node, Node]:
        along = (now.time_s - now.p["at"]) / now.p["over"]
        rise = now.p["after"] - now.p["before"]
        rising = (along >= 0) & (along < 1)
        return now.p["before"] + clamp(along, 0.0, 1.0) * rise, where(rising, rise / now.p["over"], 0.0)


@dataclass(frozen=True, kw_only=True)
class Sine(Scenario):
    """mean + amplitude sin(2 pi frequency t + phase)."""

    kind: ClassVar[str] = "sine"
    mean: Number = number("", 0.5)
    amplitude: Number = number("", 0.5)
    frequency: Number = number("Hz", 0.1, low=0)
    phase: Number = number("rad", 0.0)

    def value(self, now: Moment) -> tuple[Node, Node]:
        numbers = ("mean", "amplitude", "frequency", "phase")
        return now.source(Source("sine", _sine, numbers)), now.source(Source("cosine", _cosine, numbers))


def _sine(time_s: FloatArray, p: Columns) -> FloatArray:
    angle = (2 * np.pi * p["frequency"])[:, None] * time_s + p["phase"][:, None]
    return p["mean"][:, None] + p["amplitude"][:, None] * np.sin(angle)


def _cosine(time_s: FloatArray, p: Columns) -> FloatArray:
    speed = (2 * np.pi * p["frequency"])[:, None]
    return p["amplitude"][:, None] * speed * np.cos(speed * time_s + p["phase"][:, None])


@dataclass(frozen=True, kw_only=True)
class Profile(Scenario):
    """Recorded samples; each holds until the next."""

    kind: ClassVar[str] = "profile"
    times_s: tuple[float, ...]
    """Ascending, the first at 0 or before."""
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.times_s) != len(self.values) or not self.times_s:
            raise OutOfRange("profile", "as many values as times", (len(self.times_s), len(self.values)))
        if not np.isfinite([*self.times_s, *self.values]).all() or not (np.diff(self.times_s) > 0).all():
            raise OutOfRange("profile", "finite values at ascending times", self.times_s[:3])
        if self.times_s[0] > 0:
            raise OutOfRange("profile", "a first sample at 0 s or before", self.times_s[0])

    def covers(self, last_s: float) -> None:
        """Refuse a run that begins a cycle after the last sample.

        Raises
        ------
        ShortProfile
        """
        if self.times_s[-1] < last_s * (1 - GRID):
            raise ShortProfile(last_s, self.times_s[-1])

    def value(self, now: Moment) -> tuple[Node, Node]:
        slack_s = GRID * now.period_s

        def held(time_s: FloatArray, _: Columns) -> FloatArray:
            last = np.searchsorted(self.times_s, time_s + slack_s, side="right") - 1
            return np.array(self.values)[last][None, :]

        return now.source(Source("profile", held)), constant(0.0)


@dataclass(frozen=True, kw_only=True)
class RandomTelegraph(Scenario):
    """Jumps between two values at random moments, `rate` a second on average; it starts at `low`."""

    kind: ClassVar[str] = "random-telegraph"
    low: Number = number("", 0.0)
    high: Number = number("", 1.0)
    rate: Number = number("1/s", 0.1, low=0)
    seed: int = 0

    def prepare(self, given: Given) -> dict[str, FloatArray]:
        """The probability of an odd number of jumps in a period."""
        return {"jumps": -0.5 * np.expm1(-2 * given.p["rate"] * given.period_s)}

    def start(self, _: Values) -> dict[str, Node]:
        return {"up": constant(False, Kind.BOOL)}

    def value(self, now: Moment) -> tuple[Node, Node]:
        return where(now.x["up"], now.p["high"], now.p["low"]), constant(0.0)

    def advance(self, now: Moment) -> dict[str, Node]:
        return {"up": now.x["up"] ^ (now.uniform(f"jump.{self.seed}") < now.p["jumps"])}


SCENARIOS: dict[str, type[Scenario]] = {
    scenario.kind: scenario
    for scenario in (
        ConstantHeater,
        StepWorkload,
        RampWorkload,
        HeaterOffWorkloadOn,
        Sine,
        Profile,
        RandomTelegraph,
    )
}
"""By the kind that specs name."""
