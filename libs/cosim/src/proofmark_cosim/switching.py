"""Switched PWM: a plant that sees an output go on and off within its period, on the integers of the chip.

A period of the plant is one of the PWM: it is on for `compare` of its `top + 1` steps, then off. Both parts are made of
pieces whose lengths are powers of two of such a step, and which of them a part takes are the bits of its number: so
every piece has the same length in every vector and cycle, and what a plant needs to know of a length is prepared once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proofmark_cosim.component import Component, Foreign
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.expressions import parsed
from proofmark_cosim.graph import Kind, Node, convert, equal, floor, slot
from proofmark_cosim.interface import Pwm
from proofmark_cosim.system import CONTROLLER, System


@dataclass(frozen=True)
class Switching:
    """The output that switches a plant."""

    signal: str
    """Such as `controller.duty`."""
    pwm: Pwm

    @property
    def pieces(self) -> range:
        """Powers of two of a step, the longest first."""
        return range((self.pwm.top + 1).bit_length() - 1, -1, -1)

    def length_s(self, piece: int, period_s: float) -> float:
        """Of a piece."""
        return period_s * 2.0**piece / (self.pwm.top + 1)

    def parts(self) -> Iterator[tuple[float, Node]]:
        """The level of each part of a period, and how many steps it takes."""
        steps = self.pwm.top + 1
        on = convert(floor(slot(self.signal) * float(steps) + 0.5), Kind.INT64)
        yield 1.0, on
        yield 0.0, steps - on


def takes(steps: Node, piece: int) -> Node:
    """Whether a part of so many steps has this piece."""
    return equal((steps >> piece) & 1, 1)


def prepared(name: str, piece: int) -> str:
    """What a plant is called where it is prepared for a piece."""
    return f"{name}@{piece}"


def switchings(system: System, wires: Mapping[str, str]) -> dict[str, Switching]:
    """The plants that are switched, by name.

    Raises
    ------
    OutOfRange
        Two outputs switch one plant, or the plant is an FMU.
    """
    drives = {} if system.controller is None else system.controller.drives
    switched = {f"{CONTROLLER}.{name}": pwm for name, pwm in drives.items() if pwm.switched}
    found: dict[str, Switching] = {}
    for destination, text in wires.items():
        name = destination.partition(".")[0]
        if name not in system.plants:
            continue
        for signal in sorted(parsed(f"connect.{destination}", text).names & switched.keys()):
            other = found.setdefault(name, Switching(signal, switched[signal]))
            if other.signal != signal:
                raise OutOfRange(f"connect.{destination}", f"one switched output, {other.signal}", signal)
            _check(name, system.plants[name].component, signal)
    return found


def _check(name: str, component: Component, signal: str) -> None:
    if isinstance(component, Foreign):
        raise OutOfRange(name, f"an averaged {signal}: it steps by itself", "a switched one")


def without_noise(name: str) -> Node:
    """What a switched plant gets where it asks for a random number or a function of time.

    Raises
    ------
    OutOfRange
    """
    raise OutOfRange(name, "a plant without noise behind a switched output", "one that draws within its step")
