"""A heating resistor behind a relay that switches between cycles, where the temperature crosses its band."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from proofmark_cosim.component import Component, Moment, Number, Port, Values, number
from proofmark_cosim.graph import Kind, Node, constant, where

BISECTIONS = 40
"""Of the cubic through a period: to 1e-12 of it."""


@dataclass(frozen=True, kw_only=True)
class Thermostat(Component):
    """C dT/dt = V^2 / R(T) - G (T - ambient) while on, R(T) = R0 (1 + a (T - T0)); the relay has a band.

    It goes off where T reaches reference + half_band, on where T falls to reference - half_band. The moment is found
    within the period, in every vector by itself: the root of the cubic Hermite polynomial through the period's ends,
    by bisection; the rest of the period is stepped again. Runge-Kutta of order 4; the relay switches once a period.
    """

    kind: ClassVar[str] = "thermostat"

    capacity: Number = number("J/K", 1.0, above=0)
    conductance: Number = number("W/K", 0.1, low=0)
    ambient: Number = number("K", 293.15, low=0)
    initial: Number = number("K", 293.15, low=0)
    voltage: Number = number("V", 10.0)
    resistance: Number = number("ohm", 10.0, above=0)
    resistance_temperature: Number = number("K", 293.15, low=0)
    """At which the resistance is `resistance`."""
    resistance_slope: Number = number("1/K", 1 / 255)
    half_band: Number = number("K", 1.0, above=0)
    on_at_start: bool = True

    def inputs(self) -> tuple[Port, ...]:
        """The rate carries the reference through the period."""
        return Port("reference", "K"), Port("reference_rate", "K/s", default=0.0)

    def outputs(self) -> tuple[Port, ...]:
        return Port("temperature", "K"), Port("on", "", Kind.BOOL), Port("switches", "", Kind.INT64)

    def start(self, p: Values) -> dict[str, Node]:
        return {
            "temperature": p["initial"],
            "on": constant(self.on_at_start, Kind.BOOL),
            "switches": constant(0, Kind.INT64),
        }

    def observe(self, now: Moment) -> dict[str, Node]:
        return {name: now.x[name] for name in ("temperature", "on", "switches")}

    def advance(self, now: Moment) -> dict[str, Node]:
        was_on, begin, step = now.x["on"], now.x["temperature"], constant(now.period_s)
        end = _stepped(now.p, begin, was_on, step)
        limit = now.u["reference"] + where(was_on, now.p["half_band"], -now.p["half_band"])

        def beyond(temperature: Node, after: Node) -> Node:
            """How far past the relay's limit, > 0 where it has to switch."""
            past = temperature - (limit + now.u["reference_rate"] * after)
            return where(was_on, past, -past)

        through = _hermite(begin, end, _slope(now.p, begin, was_on), _slope(now.p, end, was_on), now.period_s)
        switching = (beyond(end, step) >= 0) | (beyond(begin, constant(0.0)) >= 0)
        at = _first_root(lambda after: beyond(through(after), after), now.period_s)
        rest = _stepped(now.p, through(at), ~was_on, step - at)
        return {
            "temperature": where(switching, rest, end),
            "on": where(switching, ~was_on, was_on),
            "switches": now.x["switches"] + where(switching, 1, 0),
        }


def _slope(p: Values, temperature: Node, on: Node) -> Node:
    warmer = temperature - p["resistance_temperature"]
    resistance = p["resistance"] * (1 + p["resistance_slope"] * warmer)
    power = where(on, p["voltage"] * p["voltage"] / resistance, 0.0)
    return (power - p["conductance"] * (temperature - p["ambient"])) / p["capacity"]


def _stepped(p: Values, temperature: Node, on: Node, step: Node) -> Node:
    half = step * 0.5
    k1 = _slope(p, temperature, on)
    k2 = _slope(p, temperature + half * k1, on)
    k3 = _slope(p, temperature + half * k2, on)
    k4 = _slope(p, temperature + step * k3, on)
    return temperature + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def _hermite(begin: Node, end: Node, slope: Node, last: Node, period_s: float) -> Callable[[Node], Node]:
    """The cubic with these values and slopes at both ends."""
    chord = (end - begin) / period_s
    square, cube = (3 * chord - 2 * slope - last) / period_s, (slope + last - 2 * chord) / (period_s * period_s)
    return lambda after: begin + after * (slope + after * (square + after * cube))


def _first_root(beyond: Callable[[Node], Node], period_s: float) -> Node:
    """Where it gets past the limit; 0 where it already is."""
    low = constant(0.0)
    high = where(beyond(low) >= 0, 0.0, period_s)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        past = beyond(middle) >= 0
        low, high = where(past, low, middle), where(past, middle, high)
    return high
