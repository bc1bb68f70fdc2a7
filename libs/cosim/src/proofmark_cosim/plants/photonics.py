"""A thermo-optic resonator, and what its detuning does to the frames of a link."""

from dataclasses import dataclass
from typing import ClassVar

from proofmark_cosim.component import Component, FloatArray, Given, Moment, Number, Port, number
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.graph import Kind, Node, clamp, where

EDGE = 1 + 1e-12
"""Edges belong to the window although conversions of units round the twelfth digit behind them."""


@dataclass(frozen=True, kw_only=True)
class Resonator(Component):
    """Resonance that shifts with temperature: wavelength + shift (T - ambient).

    Detuning is target minus resonance, positive where the resonator is too cold; it is locked where the detuning's
    magnitude is at most the lock window.
    """

    kind: ClassVar[str] = "resonator"

    wavelength: Number = number("m", 1550e-9, above=0)
    """At ambient temperature."""
    shift: Number = number("m/K", 0.1e-9)
    ambient: Number = number("K", 298.15, low=0)
    target: Number = number("m", 1550e-9, above=0)
    lock_window: Number = number("m", 0.5e-9, low=0)
    """To each side."""

    def inputs(self) -> tuple[Port, ...]:
        return (Port("temperature", "K"),)

    def outputs(self) -> tuple[Port, ...]:
        return Port("resonance", "m"), Port("detuning", "m"), Port("locked", "", Kind.BOOL)

    def observe(self, now: Moment) -> dict[str, Node]:
        shifted = now.p["shift"] * (now.u["temperature"] - now.p["ambient"])
        detuning = (now.p["target"] - now.p["wavelength"]) - shifted
        locked = abs(detuning) <= now.p["lock_window"] * EDGE
        return {"resonance": now.p["wavelength"] + shifted, "detuning": detuning, "locked": locked}


@dataclass(frozen=True, kw_only=True)
class Impairment(Component):
    """Probability that a frame fails its CRC: a cubic smoothstep of the detuning's magnitude; 1 while unlocked.

    0 up to `clean`, 1/2 at `half`, 1 from `lost` on; each side of `half` is stretched to its half of the smoothstep.
    """

    kind: ClassVar[str] = "crc-impairment"

    clean: Number = number("m", 0.0, low=0)
    half: Number = number("m", 0.3e-9, above=0)
    lost: Number = number("m", 1e-9, above=0)

    def inputs(self) -> tuple[Port, ...]:
        return Port("detuning", "m"), Port("locked", "", Kind.BOOL)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("crc_fail_probability", ""),)

    def prepare(self, given: Given) -> dict[str, FloatArray]:
        clean, half, lost = (given.p[name] for name in ("clean", "half", "lost"))
        if (odd := ~((clean < half) & (half < lost))).any():
            raise OutOfRange(given.name, "clean < half < lost", tuple(float(x[odd][0]) for x in (clean, half, lost)))
        return {"width": lost - clean, "half_at": (half - clean) / (lost - clean)}

    def observe(self, now: Moment) -> dict[str, Node]:
        at, half_at = (abs(now.u["detuning"]) - now.p["clean"]) / now.p["width"], now.p["half_at"]
        stretched = where(at <= half_at, 0.5 * (at / half_at), 0.5 + 0.5 * ((at - half_at) / (1 - half_at)))
        t = clamp(stretched, 0.0, 1.0)
        return {"crc_fail_probability": where(now.u["locked"], t * t * (3 - 2 * t), 1.0)}
