"""A serial link's monitor, and where its failing frames come from."""

from dataclasses import dataclass
from typing import ClassVar

from proofmark_cosim.component import Component, Moment, Port, Values
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.graph import Kind, Node, constant, where

WORD = 0xFFFFFFFF
TAPS = (31, 21, 1, 0)
"""x^32 + x^22 + x^2 + x + 1, which is primitive."""


@dataclass(frozen=True, kw_only=True)
class CrcSampler(Component):
    """One frame a period; it fails with the probability on the input."""

    kind: ClassVar[str] = "crc-sampler"

    def inputs(self) -> tuple[Port, ...]:
        return (Port("probability", ""),)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("crc_fail", "", Kind.BOOL),)

    def observe(self, now: Moment) -> dict[str, Node]:
        return {"crc_fail": now.uniform("frame") < now.u["probability"]}


@dataclass(frozen=True, kw_only=True)
class LinkMonitor(Component):
    """State machine of a link: some failing frames in a row take it down, some passing ones bring it up again.

    Outputs are registered: they tell of the frames before this period's.
    """

    kind: ClassVar[str] = "link-monitor"

    fails_to_down: int = 4
    passes_to_up: int = 8

    def __post_init__(self) -> None:
        for name in ("fails_to_down", "passes_to_up"):
            if getattr(self, name) < 1:
                raise OutOfRange(name, "at least 1 frame", getattr(self, name))

    def inputs(self) -> tuple[Port, ...]:
        return (Port("crc_fail", "", Kind.BOOL),)

    def outputs(self) -> tuple[Port, ...]:
        return Port("up", "", Kind.BOOL), Port("frames", "", Kind.INT64), Port("crc_fails", "", Kind.INT64)

    def start(self, _: Values) -> dict[str, Node]:
        none = constant(0, Kind.INT64)
        return {"up": constant(True, Kind.BOOL), "frames": none, "crc_fails": none, "failed": none, "passed": none}

    def observe(self, now: Moment) -> dict[str, Node]:
        return {name: now.x[name] for name in ("up", "frames", "crc_fails")}

    def advance(self, now: Moment) -> dict[str, Node]:
        fail = now.u["crc_fail"]
        failed, passed = where(fail, now.x["failed"] + 1, 0), where(fail, 0, now.x["passed"] + 1)
        return {
            "up": where(now.x["up"], failed < self.fails_to_down, passed >= self.passes_to_up),
            "frames": now.x["frames"] + 1,
            "crc_fails": now.x["crc_fails"] + where(fail, 1, 0),
            "failed": failed,
            "passed": passed,
        }


@dataclass(frozen=True, kw_only=True)
class Lfsr(Component):
    """Fibonacci shift register of 32 bits: a test pattern for a link, 2^32 - 1 words before it repeats."""

    kind: ClassVar[str] = "lfsr"

    seed: int = 0xDEADBEEF

    def __post_init__(self) -> None:
        if not 0 < self.seed <= WORD:
            raise OutOfRange("seed", f"1 to {WORD:#x}", self.seed)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("word", "", Kind.INT64),)

    def start(self, _: Values) -> dict[str, Node]:
        return {"word": constant(self.seed, Kind.INT64)}

    def observe(self, now: Moment) -> dict[str, Node]:
        return {"word": now.x["word"]}

    def advance(self, now: Moment) -> dict[str, Node]:
        word = now.x["word"]
        first, *rest = (word >> tap for tap in TAPS)
        for tap in rest:
            first = first ^ tap
        return {"word": ((word << 1) & WORD) + (first & 1)}
