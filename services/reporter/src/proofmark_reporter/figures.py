"""Charts of margins, as SVG elements. Names and units stand in the page around them."""

from typing import Any

import numpy as np

from proofmark_contracts.design import Unit
from proofmark_reporter.drawing import (
    AMBER,
    BLUE,
    INK,
    NARROW,
    RED,
    VIOLET,
    WIDE,
    crosses,
    dots,
    numbers,
    plain_number,
    say,
    svg,
)
from proofmark_reporter.quantities import count, of_differences, power_of_ten
from proofmark_reporter.runs import FINAL, LEARNING, PLAIN, Codes, FloatArray, IntArray

MOST_POINTS = 1500
MOST_FAILED_POINTS = 500
MOST_TICKS = 300
BINS = 40
FEWEST_EFFECTIVE = 3
"""Weighed runs in a bin, in equal ones, below which its height would be noise."""
COLOURS = {PLAIN: BLUE, LEARNING: AMBER, FINAL: VIOLET}


def histogram(key: str, margins: FloatArray, unit: Unit) -> str:
    """Margins of one requirement against its limit, at zero; runs beyond it are red, the first of them ticked below.

    Parameters
    ----------
    margins : (n,) float array
        Of the answered runs, SI.
    unit : Unit
        Of the metric.
    """
    shown = margins[np.isfinite(margins)] / of_differences(unit).factor
    edges = _edges(shown)
    shown = np.clip(shown, edges[0], edges[-1])
    heights, _ = np.histogram(shown, edges)
    failed = shown[shown < 0]
    top = max(1, int(heights.max()))

    def draw(axes: Any) -> None:
        for part, color in ((edges < 0, RED), (edges >= 0, BLUE)):
            bins = np.flatnonzero(part[:-1])
            if heights[bins].any():
                axes.stairs(heights[bins], edges[bins[0] : bins[-1] + 2], fill=True, color=color, alpha=0.8)
        if len(failed):
            axes.vlines(failed[:MOST_TICKS], -0.075 * top, -0.02 * top, color=RED, linewidth=0.6)
        axes.set_ylim(-0.09 * top if len(failed) else 0, 1.25 * top)
        _frame(axes, edges, 1.25 * top)
        axes.yaxis.set_major_locator(numbers(3, whole=True))
        axes.yaxis.set_major_formatter(lambda tick, _: count(round(tick)) if tick >= 0 else "")

    beyond = f"{count(int((margins < 0).sum()))} are beyond it"
    return svg(
        key, f"Histogram of {count(len(margins))} margins to the limit, which is at zero: {beyond}.", NARROW, draw
    )


def tail(key: str, plain: FloatArray, final: FloatArray, log_weights: FloatArray, unit: Unit) -> str:
    """Probability of the margins of one requirement, on a scale of powers of ten: plain runs filled, final ones as a
    line where they tell as much as `FEWEST_EFFECTIVE` equal ones. Where both see something they must agree.

    Parameters
    ----------
    plain, final : float arrays
        Margins of the answered runs, SI.
    log_weights : float array
        Of the final runs.
    unit : Unit
        Of the metric.
    """
    factor = of_differences(unit).factor
    known = np.isfinite(final)
    seen = (plain[np.isfinite(plain)] / factor, final[known] / factor)
    edges = _edges(np.concatenate(seen))
    bars = _binned(seen[0], edges, np.ones(len(seen[0]))) / max(1, len(plain))
    weights = np.exp(log_weights[known])
    first, second = (_binned(seen[1], edges, weights**power) for power in (1, 2))
    line = np.where(first**2 >= FEWEST_EFFECTIVE * second, first, 0.0) / max(1, len(final))
    heights = np.concatenate([bars, line])
    least = float(heights[heights > 0].min(initial=1.0)) / 3
    most = 6 * float(heights.max(initial=least))

    def draw(axes: Any) -> None:
        for part, color in ((edges < 0, RED), (edges >= 0, BLUE)):
            bins = np.flatnonzero(part[:-1])
            within = edges[bins[0] : bins[-1] + 2]
            if bars[bins].any():
                axes.stairs(np.maximum(bars[bins], least), within, baseline=least, fill=True, color=color, alpha=0.45)
            if line[bins].any():
                shown = np.where(line[bins] > 0, line[bins], np.nan)
                axes.stairs(shown, within, baseline=None, color=RED if color == RED else VIOLET, linewidth=1.1)
        axes.set_yscale("log")
        axes.set_ylim(least, most)
        _frame(axes, edges, most)
        axes.yaxis.set_major_locator(numbers(5, decades=True))
        axes.yaxis.set_major_formatter(lambda tick, _: power_of_ten(tick) if tick <= 1 else "")

    told = f"{count(len(plain))} plain and {count(len(final))} final runs"
    return svg(key, f"Probability of margins to the limit, which is at zero, from {told}.", NARROW, draw)


def _binned(values: FloatArray, edges: FloatArray, weights: FloatArray) -> FloatArray:
    return np.asarray(np.histogram(np.clip(values, edges[0], edges[-1]), edges, weights=weights)[0])


def _frame(axes: Any, edges: FloatArray, top: float) -> None:
    """The limit, and the scale of margins."""
    axes.axvline(0, color=INK, linewidth=1, gid="limit")
    axes.set_xlim(edges[0], edges[-1])
    near_the_right = edges[-1] < -edges[0]
    side = "right" if near_the_right else "left"
    say(axes, "limit", (0, top), (-3, -1) if near_the_right else (3, -1), va="top", ha=side)
    axes.xaxis.set_major_locator(numbers(5))
    axes.xaxis.set_major_formatter(plain_number)


def scatter(key: str, values: FloatArray, margins: FloatArray, roles: Codes, units: tuple[Unit, Unit]) -> str:
    """Margin against a parameter: a dot for a run that meets the requirement, a cross for one that violates it.

    Parameters
    ----------
    values, margins : (n,) float arrays
        Of the answered runs, SI; some of them are drawn, evenly over the study.
    roles : (n,) int8 array
        What the runs count for: the colour of a dot.
    units : (Unit, Unit)
        Of the parameter, and of the metric behind the margin.
    """
    good, bad = _points(margins)
    x = (values - units[0].offset) / units[0].factor
    y = margins / of_differences(units[1]).factor

    def draw(axes: Any) -> None:
        for role, color in COLOURS.items():
            of = good[roles[good] == role]
            dots(axes, x[of], y[of], color)
        crosses(axes, x[bad], y[bad])
        axes.axhline(0, color=INK, linewidth=1, gid="limit")
        axes.margins(0.02, 0.06)
        say(axes, "limit", (1, 0), (-1, 2), across=True, ha="right")
        axes.xaxis.set_major_locator(numbers(8))
        axes.xaxis.set_major_formatter(plain_number)
        axes.yaxis.set_major_locator(numbers(5))
        axes.yaxis.set_major_formatter(plain_number)

    return svg(key, f"Margin against the parameter, for {drawn_of(margins)}.", WIDE, draw)


def drawn_of(margins: FloatArray) -> str:
    """Say how many of the runs a scatter draws."""
    good, bad = (count(len(points)) for points in _points(margins))
    met, violated = (count(int(found.sum())) for found in (margins >= 0, margins < 0))
    return f"{good} of {met} runs that meet the requirement and {bad} of {violated} that violate it"


def _points(margins: FloatArray) -> tuple[IntArray, IntArray]:
    """Runs that meet the requirement and runs that violate it, as many as are drawn."""
    known = np.isfinite(margins)
    bad = evenly(np.flatnonzero(known & (margins < 0)), MOST_FAILED_POINTS)
    return evenly(np.flatnonzero(known & (margins >= 0)), MOST_POINTS - len(bad)), bad


def evenly(rows: IntArray, most: int) -> IntArray:
    """No more than so many of these rows, evenly over them."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _edges(shown: FloatArray) -> FloatArray:
    """Edges of bins over the margins and zero, which is an edge itself; far outliers fall into the last bins."""
    low, high = float(shown.min(initial=0)), float(shown.max(initial=0))
    if len(shown):
        inner_low, inner_high = np.quantile(shown, (0.01, 0.99))
        reach = 3 * float(inner_high - inner_low)
        if reach > 0:
            low, high = max(low, min(0.0, inner_low - reach)), min(high, max(0.0, inner_high + reach))
    width = (high - low) / BINS or 1.0
    bins = np.arange(min(-1, int(np.floor(low / width))), max(1, int(np.ceil(high / width))) + 1)
    return np.asarray(bins * width, dtype=np.float64)
