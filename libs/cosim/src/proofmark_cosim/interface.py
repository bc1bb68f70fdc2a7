"""Between plant and controller only whole numbers cross, as on a chip.

Into the controller: a float64 of the plant, clamped to what the converter takes, becomes a code; the code becomes a
float32 by one multiplication and one addition in float32. Out of it: a float32 duty becomes a compare value; the plant
sees compare / (top + 1). Rounding is to the nearest code, halves up: a converter's first step is at half a code.
"""

from dataclasses import dataclass

import numpy as np

from proofmark_cosim.graph import Kind, Node, clamp, constant, convert, floor, maximum, minimum, real

IDEAL_BITS = 12
SPLIT = 2.0 ** (53 - IDEAL_BITS) + 1
MOST = 2.0**31


@dataclass(frozen=True)
class Adc:
    """A converter of `bits` bits over a range, in the controller's unit.

    Code 0 is `low`; code 2^bits would be `high`.
    """

    low: float
    high: float
    bits: int = IDEAL_BITS

    @property
    def step(self) -> float:
        """Of one code."""
        return (self.high - self.low) / float(2**self.bits)

    def code(self, value: Node) -> Node:
        """The code of a value, int64."""
        steps = (real(value) - self.low) / self.step
        return convert(clamp(floor(steps + 0.5), 0.0, float(2**self.bits - 1)), Kind.INT64)

    def decoded(self, code: Node) -> Node:
        """What the controller takes it for, float32."""
        gain, offset = (constant(float(np.float32(x)), Kind.FLOAT32) for x in (self.step, self.low))
        return convert(code, Kind.FLOAT32) * gain + offset

    def taken(self, value: Node) -> Node:
        """From the plant's value to the controller's, float32."""
        return self.decoded(self.code(value))

    def __str__(self) -> str:
        return f"{self.bits} bits from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Ranging:
    """The ideal converter, where a system states none: its range follows the value in powers of two.

    The code has 12 significant bits, rounded to nearest (Veltkamp's splitting); code and power are whole numbers.
    """

    def taken(self, value: Node) -> Node:
        """From the plant's value to the controller's, float32."""
        x = real(value)
        spread = x * SPLIT
        return convert(spread - (spread - x), Kind.FLOAT32)

    def __str__(self) -> str:
        return f"ideal, {IDEAL_BITS} significant bits"


@dataclass(frozen=True)
class Pwm:
    """A compare register that counts to `top`, the auto-reload value."""

    top: int = 2**IDEAL_BITS - 1
    switched: bool = False
    """Whether a plant that it drives sees it go on and off; averaged over a period otherwise."""

    def compare(self, duty: Node) -> Node:
        """The compare value of a duty, int64: 0 for what is no number."""
        scaled = clamp(duty, 0.0, 1.0) * constant(float(self.top + 1), Kind.FLOAT32)
        return convert(floor(real(scaled + 0.5)), Kind.INT64)

    def seen(self, compare: Node) -> Node:
        """What the plant sees of it, averaged over the period of the PWM, float64."""
        return real(compare) / float(self.top + 1)

    def __str__(self) -> str:
        return f"PWM of {self.top + 1} steps{', switched' if self.switched else ''}"


def level(value: Node) -> Node:
    """A pin: high above one half."""
    return value if value.kind is Kind.BOOL else real(value) > 0.5


def whole(value: Node) -> Node:
    """A whole number for an int32 of the controller: the nearest, halves up, at an end of its range beyond it."""
    nearest = floor(real(value) + 0.5)
    return convert(minimum(maximum(-MOST, nearest), MOST - 1), Kind.INT64)


Converter = Adc | Ranging
