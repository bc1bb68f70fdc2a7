"""Uses every kind of statement and expression, so that the golden files show how each is written in C."""

from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32

STEPS: int32 = int32(6)
LARGE: float32 = float32(3.4e38)
LEAST: int32 = int32(-2147483648)


class Gear(IntEnum):
    REVERSE = -1
    NEUTRAL = 0
    FIRST = 1


@dataclass(frozen=True)
class Inputs:
    speed: float32
    ticks: int32
    go: bool


@dataclass(frozen=True)
class Point:
    x: float32
    n: int32


@dataclass(frozen=True)
class Outputs:
    root: float32 = float32(-0.0)
    count: int32 = LEAST
    gear: Gear = Gear.NEUTRAL
    unused: bool = False


def square_root(x: float32) -> float32:
    """Newton's method, */ from a guess that is too large."""
    if not x > 0.0:
        return float32(0.0)
    root = max(x, float32(1.0))
    for _ in range(40):
        better = 0.5 * (root + x / root)
        if better >= root:
            break
        root = better
    return root


def midpoint(a: Point, b: Point) -> Point:
    """Records go in and out."""
    return Point(x=0.5 * (a.x + b.x), n=a.n if a.n < b.n else b.n)


@dataclass
class EveryStatement:
    """Has a method for each kind."""

    gear: Gear = Gear.NEUTRAL
    bits: int32 = int32(1)
    total: float32 = float32(0.0)

    def step(self, inputs: Inputs) -> Outputs:
        self.shift(inputs.go, inputs.speed)
        root = square_root(abs(inputs.speed))
        count = self.search(inputs.ticks)
        sign = int32(self.gear) * -1
        if (count > 2 and not (inputs.go or root > LARGE * 0.5)) or count == LEAST:
            here = Point(x=-root, n=count)
            middle = midpoint(here, Point(x=root * 2, n=inputs.ticks))
            self.total += middle.x - (root - float32(inputs.ticks))
            return Outputs(root=middle.x, count=middle.n, gear=self.gear)
        if inputs.ticks % STEPS // 2 == 1:
            self.total = -self.total
        elif inputs.ticks // STEPS == 0:
            sign = 1 - sign
        else:
            sign = ~(self.bits & 255 | inputs.ticks ^ -self.bits)
        return Outputs(root=root, count=sign, gear=self.gear)

    def shift(self, go: bool, speed: float32) -> None:
        """A match of every member."""
        match self.gear:
            case Gear.REVERSE | Gear.FIRST:
                if not go:
                    self.gear = Gear.NEUTRAL
            case Gear.NEUTRAL:
                if go:
                    self.gear = Gear.FIRST if -1.0 <= speed < 100.0 else Gear.REVERSE
                    return
        self.total = self.total * 0.9 + speed

    def search(self, ticks: int32) -> int32:
        """Loops that are left from inside a match."""
        found = int32(0)
        for i in range(7, -1, -2):
            match ticks ^ self.bits:
                case 0 | 1:
                    break
                case -5:
                    found = found - 1
                case _:
                    if found > i:
                        break
                    found = found + int32(i) * 2
            for j in range(2):
                self.bits = (self.bits * 5 + j) % 1000
            self.total -= 1.0
        return min(found, int32(float32(ticks) * 0.25), STEPS)
