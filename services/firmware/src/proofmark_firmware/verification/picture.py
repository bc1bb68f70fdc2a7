"""A logic analyser's picture of the pins."""

from collections.abc import Sequence
from io import BytesIO

from proofmark_firmware.verification.waveforms import Signal

INK, GRID = "#1f3b57", "#d8dee6"
ROW = 0.55
"""Inches."""


def picture(found: Sequence[Signal], core_hz: int, begin: int, end: int, title: str) -> bytes:
    """Draw pins between two cycles, as SVG."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "proofmark", "font.size": 9}):
        figure = Figure(figsize=(9.0, 1.0 + ROW * len(found)), layout="constrained")
        axes = figure.add_subplot()
        for row, signal in enumerate(found):
            times, levels = _steps(signal, begin, end)
            axes.plot([1e3 * (t - begin) / core_hz for t in times], [row_level(row, v) for v in levels],
                      drawstyle="steps-post", color=INK, linewidth=1.1)  # fmt: skip
        axes.set_yticks([-row + 0.35 for row in range(len(found))], [signal.name for signal in found])
        axes.set_xlim(0, 1e3 * (end - begin) / core_hz)
        axes.set_xlabel("time, ms")
        axes.set_title(title, loc="left", fontsize=9)
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
        file = BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def row_level(row: int, level: int | None) -> float:
    """Where a level is drawn: what is not driven lies halfway."""
    return -row + (0.35 if level is None else 0.7 * level)


def _steps(signal: Signal, begin: int, end: int) -> tuple[list[int], list[int | None]]:
    before = [level for cycle, level in signal.edges if cycle <= begin]
    inside = [(cycle, level) for cycle, level in signal.edges if begin < cycle < end]
    first = before[-1] if before else None
    last = inside[-1][1] if inside else first
    return [begin, *(cycle for cycle, _ in inside), end], [first, *(level for _, level in inside), last]
