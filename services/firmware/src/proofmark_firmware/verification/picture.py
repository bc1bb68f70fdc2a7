"""A logic analyser's picture of the pins: all of the time, and a few periods of what is too fast for it."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from proofmark_firmware.verification.waveforms import Signal, levels_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FILL, GRID = "#1f3b57", "#9fb8d0", "#d8dee6"
ROW, HIGH = 0.55, 0.7
"""Inches of a row, and its part that a level fills."""
FAST = 60
"""Periods from which on no single one can be seen: drawn as duty."""
BINS = 300
CLOSE = 4
"""Periods of the slowest fast signal that are drawn one by one."""


def picture(found: Sequence[Signal], core_hz: int, begin: int, end: int, title: str) -> bytes:
    """Draw pins between two cycles, as SVG."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    close = closer(found, begin, end)
    with rc_context({"svg.hashsalt": "proofmark", "font.size": 9}):
        figure = Figure(figsize=(9.0, 1.0 + ROW * len(found)), layout="constrained")
        widths = [2.0] if close is None else [2.0, 1.0]
        panels = figure.subplots(1, len(widths), squeeze=False, width_ratios=widths)[0]
        _panel(panels[0], found, core_hz, (begin, end), 1e3)
        panels[0].set_yticks([0.35 - row for row in range(len(found))], [signal.name for signal in found])
        panels[0].set_xlabel("time, ms")
        figure.suptitle(title, x=0.01, horizontalalignment="left", fontsize=9)
        if close is not None:
            _panel(panels[1], found, core_hz, close, 1e6)
            duties = [f"{float(levels_in(signal, *close, 1)[0]):.0%}" for signal in found]
            panels[1].set_yticks([0.35 - row for row in range(len(found))], duties)
            panels[1].yaxis.tick_right()
            panels[1].tick_params(axis="y", length=0)
            panels[1].set_xlabel(f"time from {1e3 * (close[0] - begin) / core_hz:.4g} ms, µs")
            panels[1].set_title(f"{CLOSE} periods, and the part that is high", loc="left", fontsize=9)
        file = BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def closer(found: Sequence[Signal], begin: int, end: int) -> tuple[int, int] | None:
    """The cycles of the last whole periods of the slowest fast signal; none where every period can be seen."""
    fast = [rises for signal in found if len(rises := _rises(signal, begin, end)) > FAST]
    if not fast:
        return None
    slowest = max(fast, key=lambda rises: rises[-1] - rises[-1 - CLOSE])
    return slowest[-1 - CLOSE], slowest[-1]


def _rises(signal: Signal, begin: int, end: int) -> list[int]:
    return [cycle for cycle, level in signal.edges if level == 1 and begin <= cycle < end]


def _panel(axes: "Axes", found: Sequence[Signal], core_hz: int, window: tuple[int, int], per_s: float) -> None:
    begin, end = window
    for row, signal in enumerate(found):
        if len(_rises(signal, begin, end)) > FAST:
            edges = np.linspace(0, (end - begin) / core_hz * per_s, BINS + 1)
            duty = levels_in(signal, begin, end, BINS)
            axes.stairs(HIGH * duty - row, edges, baseline=-row, fill=True, color=FILL)
            axes.stairs(HIGH * duty - row, edges, baseline=None, color=INK, linewidth=1.1)
        else:
            times, levels = _steps(signal, begin, end)
            axes.plot([per_s * (t - begin) / core_hz for t in times], [row_level(row, v) for v in levels],
                      drawstyle="steps-post", color=INK, linewidth=1.1)  # fmt: skip
    axes.set_xlim(0, per_s * (end - begin) / core_hz)
    axes.set_ylim(-len(found) + 0.85, 0.85)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def row_level(row: int, level: int | None) -> float:
    """Where a level is drawn: what is not driven lies halfway."""
    return -row + (HIGH / 2 if level is None else HIGH * level)


def _steps(signal: Signal, begin: int, end: int) -> tuple[list[int], list[int | None]]:
    before = [level for cycle, level in signal.edges if cycle <= begin]
    inside = [(cycle, level) for cycle, level in signal.edges if begin < cycle < end]
    first = before[-1] if before else None
    last = inside[-1][1] if inside else first
    return [begin, *(cycle for cycle, _ in inside), end], [first, *(level for _, level in inside), last]
