"""The charts of a report, as SVG elements. Names and units stand in the page around them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Unit
from proofmark_reliability.intervals import lower_limit, two_sided, upper_limit
from proofmark_reporter.drawing import BLUE, INK, RED, numbers, svg
from proofmark_reporter.quantities import count, number, of_differences, percent, stated_percent
from proofmark_reporter.runs import BoolArray, FloatArray

MOST_STEPS = 200
MOST_POINTS = 1500
MOST_FAILED_POINTS = 500
MOST_TICKS = 300
BINS = 40
WIDE, NARROW = (6.6, 2.3), (3.2, 1.6)


@dataclass(frozen=True)
class Convergence:
    """What was known after so many runs."""

    runs: npt.NDArray[np.int64]
    r: FloatArray
    """NaN where no run had answered."""
    low: FloatArray
    high: FloatArray


def convergence_of(failed: BoolArray, answered: BoolArray, confidence: float) -> Convergence:
    """Follow the estimate over the first runs, at no more than `MOST_STEPS` places, spaced by their logarithm.

    The band is the two-sided Clopper-Pearson interval, missing runs counted against either bound.
    """
    total = len(failed)
    steps = np.unique(np.geomspace(min(10, total), total, MOST_STEPS).round().astype(np.int64))
    failures, missing = np.cumsum(failed)[steps - 1], np.cumsum(~answered)[steps - 1]
    known = steps - missing
    limit = two_sided(confidence)
    counts = list(zip(failures.tolist(), missing.tolist(), steps.tolist(), strict=True))
    return Convergence(
        steps,
        np.divide(known - failures, known, out=np.full(len(steps), np.nan), where=known > 0),
        np.array([1 - upper_limit(failures + missing, runs, limit) for failures, missing, runs in counts]),
        np.array([1 - lower_limit(failures, runs, limit) for failures, _, runs in counts]),
    )


def convergence(found: Convergence, target: float) -> str:
    """Reliability against runs, with its band and the target."""
    floor = _floor(found, target)
    last = int(found.runs[-1])

    def draw(axes: Any) -> None:
        axes.fill_between(found.runs, 100 * found.low, 100 * found.high, color=BLUE, alpha=0.16, linewidth=0)
        axes.plot(found.runs, 100 * found.r, color=BLUE)
        axes.plot(found.runs[-1:], 100 * found.r[-1:], "o", color=BLUE, markersize=3.5, clip_on=False)
        axes.axhline(100 * target, color=INK, linewidth=0.8, dashes=(4, 3), gid="target")
        axes.set_xscale("log")
        axes.set_xlim(found.runs[0] * 0.99, last * 1.01)
        axes.set_ylim(100 * floor, 100 + 3 * (1 - floor))
        axes.xaxis.set_major_locator(numbers(decades=True))
        axes.xaxis.set_major_formatter(lambda tick, _: count(round(tick)))
        axes.yaxis.set_major_locator(numbers(6))
        axes.yaxis.set_major_formatter(lambda tick, _: f"{number(tick, 12)} %" if tick <= 100 else "")
        _say(axes, f"target {stated_percent(target)}", (0, 100 * target), (3, -3), across=True, va="top")

    after = f"after {count(last)} runs, between {percent(found.low[-1])} and {percent(found.high[-1])}"
    return svg("convergence", f"Reliability against runs: {after}. The target is {stated_percent(target)}.", WIDE, draw)


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
        axes.axvline(0, color=INK, linewidth=1, gid="limit")
        if len(failed):
            axes.vlines(failed[:MOST_TICKS], -0.075 * top, -0.02 * top, color=RED, linewidth=0.6)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(-0.09 * top if len(failed) else 0, 1.25 * top)
        near_the_right = edges[-1] < -edges[0]
        _say(
            axes,
            "limit",
            (0, 1.25 * top),
            (-3, -1) if near_the_right else (3, -1),
            va="top",
            ha="right" if near_the_right else "left",
        )
        axes.xaxis.set_major_locator(numbers(5))
        axes.xaxis.set_major_formatter(_plain)
        axes.yaxis.set_major_locator(numbers(3, whole=True))
        axes.yaxis.set_major_formatter(lambda tick, _: count(round(tick)) if tick >= 0 else "")

    beyond = f"{count(int((margins < 0).sum()))} are beyond it"
    return svg(
        key, f"Histogram of {count(len(margins))} margins to the limit, which is at zero: {beyond}.", NARROW, draw
    )


def scatter(key: str, values: FloatArray, margins: FloatArray, units: tuple[Unit, Unit]) -> str:
    """Margin against a parameter: a dot for a run that meets the requirement, a cross for one that violates it.

    Parameters
    ----------
    values, margins : (n,) float arrays
        Of the answered runs, SI; the first are drawn.
    units : (Unit, Unit)
        Of the parameter, and of the metric behind the margin.
    """
    good, bad = _points(margins)
    x = (values - units[0].offset) / units[0].factor
    y = margins / of_differences(units[1]).factor

    def draw(axes: Any) -> None:
        if len(good):
            axes.plot(*_dots(x[good], y[good]), color=BLUE, alpha=0.5, linewidth=2.2, solid_capstyle="round")
        if len(bad):
            axes.plot(x[bad], y[bad], linestyle="none", marker="x", markersize=3.2, markeredgewidth=0.9, color=RED)
        axes.axhline(0, color=INK, linewidth=1, gid="limit")
        axes.margins(0.02, 0.06)
        _say(axes, "limit", (1, 0), (-1, 2), across=True, ha="right")
        axes.xaxis.set_major_locator(numbers(8))
        axes.xaxis.set_major_formatter(_plain)
        axes.yaxis.set_major_locator(numbers(5))
        axes.yaxis.set_major_formatter(_plain)

    return svg(key, f"Margin against the parameter, for {drawn_of(margins)}.", WIDE, draw)


def drawn_of(margins: FloatArray) -> str:
    """Say how many of the runs a scatter draws."""
    good, bad = (count(len(points)) for points in _points(margins))
    met, violated = (count(int(found.sum())) for found in (margins >= 0, margins < 0))
    return f"{good} of {met} runs that meet the requirement and {bad} of {violated} that violate it"


def _points(margins: FloatArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first runs that meet the requirement and the first that violate it, as many as are drawn."""
    bad = np.flatnonzero(np.isfinite(margins) & (margins < 0))[:MOST_FAILED_POINTS]
    return np.flatnonzero(np.isfinite(margins) & (margins >= 0))[: MOST_POINTS - len(bad)], bad


def _say(
    axes: Any, text: str, at: tuple[float, float], shift: tuple[int, int], across: bool = False, **style: Any
) -> None:
    """Write beside a place in the data, or at a height in the data and a fraction across the axes."""
    coordinates = ("axes fraction", "data") if across else "data"
    axes.annotate(text, at, xytext=shift, xycoords=coordinates, textcoords="offset points", color=INK, **style)


def _floor(found: Convergence, target: float) -> float:
    """Where the reliability axis begins: three times as far from one as the lowest there is to see in the end."""
    known = found.r[np.isfinite(found.r)]
    lowest = min(target, float(found.low[-1]), *map(float, known[-1:]))
    return max(0.0, 1 - 3 * (1 - lowest))


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


def _dots(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points as strokes without length, which round caps make dots: one path, far smaller than as many markers."""
    gap = np.full(len(x), np.nan)
    return np.column_stack([x, x, gap]).ravel(), np.column_stack([y, y, gap]).ravel()


def _plain(tick: float, _: int) -> str:
    return number(tick, 7)
