"""What pins did, as a Value Change Dump (IEEE 1364-2005, 18) and as lists of edges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO

import numpy as np
import numpy.typing as npt

from proofmark_firmware.emulation.protocol import Change, Wave

HIGH_IMPEDANCE = "z"
PERIODS = 100_000
"""Of PWM that are drawn, at most: more make files that nobody opens."""


@dataclass(frozen=True)
class Signal:
    """A pin over time.

    Attributes
    ----------
    edges : list of (cycle, level)
        Level 0, 1, or None where nothing is driven.
    """

    name: str
    edges: Sequence[tuple[int, int | None]]


def signals(
    changes: Sequence[Change], pins: Mapping[str, str], waves: Mapping[str, Wave | None], end: int
) -> list[Signal]:
    """Edges of pins from the changes that were kept.

    Parameters
    ----------
    pins : mapping
        From the name of a design's pin to what changes call it: `PD12`, or `TIM1_CH1`.
    waves : mapping
        By the latter, the PWM of those that have one.
    end
        The cycle up to which PWM is drawn.
    """
    return [Signal(name, list(_edges(changes, of, waves.get(of), end))) for name, of in pins.items()]


def _edges(changes: Sequence[Change], of: str, wave: Wave | None, end: int) -> Iterator[tuple[int, int | None]]:
    own = sorted((change for change in changes if change.name == of), key=lambda change: change.cycle)
    if wave is None:
        for change in own:
            yield change.cycle, change.value if change.value in (0, 1) else None
        return
    ends = [change.cycle for change in own[1:]] + [end]
    for change, until in zip(own, ends, strict=True):
        yield from _pulses(change, until, wave)


def _pulses(change: Change, until: int, wave: Wave) -> Iterator[tuple[int, int | None]]:
    """A channel between two updates: high first, low from the compare value on."""
    if change.value <= 0 or change.value >= wave.steps:
        yield change.cycle, None if change.value < 0 else int(change.value > 0)
        return
    high = change.value * wave.period_cycles // wave.steps
    for begin in range(change.cycle, min(until, change.cycle + PERIODS * wave.period_cycles), wave.period_cycles):
        yield begin, 1
        if begin + high < until:
            yield begin + high, 0


def worth_drawing(pins: npt.NDArray[np.int32], ticks: int) -> int:
    """Return the tick from which on so many are worth drawing, 1 at least: by then every pin that ever moves has.

    Parameters
    ----------
    pins : (m, p) int array
        What they are told, tick by tick.
    """
    moves = [np.flatnonzero(np.diff(pin)) for pin in pins.T]
    last = max((int(at[0]) for at in moves if at.size), default=0)
    return max(1, min(last - ticks // 2, len(pins) - ticks))


def levels_in(signal: Signal, begin: int, end: int, bins: int) -> npt.NDArray[np.float64]:
    """Return the (bins,) share of each part of the time between two cycles in which a pin is high.

    What is not driven counts as low.
    """
    cycles = np.array([cycle for cycle, _ in signal.edges] or [begin], np.float64)
    levels = np.array([level or 0 for _, level in signal.edges] or [0], np.float64)
    passed = np.concatenate([[0.0], np.cumsum(levels[:-1] * np.diff(cycles))])
    at = np.linspace(begin, end, bins + 1)
    index = np.searchsorted(cycles, at, side="right") - 1
    known = np.maximum(index, 0)
    until = np.where(index < 0, 0.0, passed[known] + levels[known] * (at - cycles[known]))
    return np.diff(until) / np.diff(at)


def vcd(found: Sequence[Signal], core_hz: int, design: str) -> str:
    """Write a dump with a time scale of 1 ns."""
    from vcd import VCDWriter

    text = StringIO()
    with VCDWriter(text, timescale="1 ns", date="", comment=design) as writer:
        pins = {s.name: writer.register_var("board", s.name, "wire", size=1, init=HIGH_IMPEDANCE) for s in found}
        edges = [(cycle, s.name, level) for s in found for cycle, level in _distinct(s.edges)]
        for cycle, name, level in sorted(edges, key=lambda edge: edge[:2]):
            time_ns = int(Fraction(cycle * 1_000_000_000, core_hz))
            writer.change(pins[name], time_ns, HIGH_IMPEDANCE if level is None else level)
    return text.getvalue()


def _distinct(edges: Sequence[tuple[int, int | None]]) -> Iterator[tuple[int, int | None]]:
    before: int | None = None
    for cycle, level in edges:
        if level != before:
            yield cycle, level
        before = level
