"""Controllers outside the subset and the exact errors that each gets: one sound controller, and a change to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

SOUND = """\
from dataclasses import dataclass, field
from enum import IntEnum

from proofmark_controller import float32, int32
from proofmark_controller.blocks import Pid

LIMIT: float32 = float32(80.0)


class Mode(IntEnum):
    RUN = 0
    FAULT = 1


@dataclass(frozen=True)
class Inputs:
    temp_degc: float32
    pulses: int32
    enable: bool


@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.0)


def half(x: float32) -> float32:
    return x * 0.5


@dataclass
class Heater:
    mode: Mode = Mode.RUN
    level: float32 = float32(0.0)
    count: int32 = int32(0)
    pid: Pid = field(
        default_factory=lambda: Pid(
            kp=float32(0.1), ki=float32(0.0), kd=float32(0.0), period=float32(0.1), low=float32(0.0), high=LIMIT
        )
    )

    def step(self, inputs: Inputs) -> Outputs:
        x = inputs.temp_degc
        n = inputs.pulses
        self.level = half(x)
        return Outputs(duty=self.level)
"""
PLACES = {
    "statement": "self.level = half(x)",
    "last": "return Outputs(duty=self.level)",
    "field": "count: int32 = int32(0)",
    "object": SOUND[SOUND.index("pid: Pid") : SOUND.index("\n    def step")].rstrip(),
    "method": "def step(self, inputs: Inputs) -> Outputs:",
    "controller": SOUND[SOUND.index("@dataclass\nclass Heater") : SOUND.index("    mode: Mode")].rstrip(),
    "constant": "LIMIT: float32 = float32(80.0)",
    "import": "from proofmark_controller import float32, int32",
    "function": SOUND[SOUND.index("def half") : SOUND.index("\n\n\n@dataclass\nclass Heater")],
    "enumeration": "RUN = 0\n    FAULT = 1",
    "record": "pulses: int32",
    "output": "duty: float32 = float32(0.0)",
    "outputs": "@dataclass(frozen=True)\nclass Outputs:",
}
"""What a case replaces in the sound controller."""
CASES = Path(__file__).with_name("battery.yaml")


@dataclass(frozen=True)
class Case:
    section: str
    wrong: str
    """What is wrong, in words."""
    written: str
    text: str
    errors: tuple[str, ...]


def cases() -> Iterator[Case]:
    """Every case, in the order of the reference page."""
    for section, entries in YAML(typ="safe", pure=True).load(CASES.read_text()).items():
        for entry in entries:
            written = entry["written"]
            yield Case(section, entry["wrong"], written, _text(entry["place"], written), tuple(entry["errors"]))


def _text(place: str, written: str) -> str:
    if place == "whole":
        return written
    old = PLACES[place]
    assert SOUND.count(old) == 1
    before = SOUND[: SOUND.index(old)]
    indent = before[before.rindex("\n") + 1 :]
    return SOUND.replace(old, written.replace("\n", f"\n{indent}"))
