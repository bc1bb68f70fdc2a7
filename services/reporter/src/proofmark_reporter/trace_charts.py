"""Charts of signals over time, as SVG elements: the runs that stand out, and the band in which most of them stay."""

from math import floor, log10
from typing import Any

import numpy as np

from proofmark_reporter.drawing import BLUE, INK, NARROW, RED, VIOLET, numbers, plain_number, svg
from proofmark_reporter.runs import FloatArray
from proofmark_reporter.tracing import Trace

COLOURS = {"best": VIOLET, "median": BLUE, "worst": RED}
"""The worst is drawn last."""
PREFIXES = {-3: "m", -6: "µ", -9: "n", -12: "p"}
PREFIXED = ("m", "s", "A", "V", "W", "J", "rad/s", "A")


def trace_chart(key: str, times_s: FloatArray, trace: Trace) -> tuple[str, str]:
    """A signal over time: an SVG element, and the unit that it shows.

    Parameters
    ----------
    times_s : (m,) float array
    trace : Trace
        With (m,) values.
    """
    values = np.array([*trace.runs.values(), trace.low, trace.high])
    factor, unit = _scale(float(np.abs(values[np.isfinite(values)]).max(initial=0.0)), trace.unit)

    def draw(axes: Any) -> None:
        axes.fill_between(times_s, trace.low / factor, trace.high / factor, color=BLUE, alpha=0.18, linewidth=0)
        for name, color in COLOURS.items():
            if name in trace.runs:
                axes.plot(times_s, trace.runs[name] / factor, color=color, linewidth=0.9)
        axes.set_xlim(times_s[0], times_s[-1])
        axes.margins(y=0.08)
        axes.xaxis.set_major_locator(numbers(5))
        axes.xaxis.set_major_formatter(plain_number)
        axes.yaxis.set_major_locator(numbers(4))
        axes.yaxis.set_major_formatter(plain_number)
        axes.tick_params(colors=INK, labelcolor=INK)

    label = f"The signal over {times_s[-1]:g} s, for {', '.join(trace.runs)} run, in the band of most runs."
    return svg(key, label, NARROW, draw), unit


def _scale(largest: float, unit: str) -> tuple[float, str]:
    """What small quantities are divided by, and their unit then."""
    if unit not in PREFIXED or not 0 < largest < 0.1:
        return 1.0, unit
    power = max(3 * floor(log10(largest) / 3), -12)
    return 10.0**power, f"{PREFIXES[power]}{unit}"
