"""Drawing with matplotlib: one house style, and SVG that can stand many times in one page.

matplotlib is imported when the first figure is drawn. Its settings are those of the process, so one figure is drawn at
a time, and nothing that a machine or a user has configured counts. No text of a spec enters a figure: names and units
stand in the page around it.
"""

import re
from collections.abc import Callable
from html import escape
from io import StringIO
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_reporter.quantities import number

FloatArray = npt.NDArray[np.float64]

INK, MUTED, GRID, BLUE, RED = "#1d2530", "#5c6673", "#e3e7ec", "#2f5f8f", "#b3362b"
AMBER, VIOLET = "#c08a2d", "#6a4c93"
WIDE, NARROW = (6.6, 2.3), (3.2, 1.6)
"""Inches."""

_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#aab2bd",
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "proofmark",
    "text.color": MUTED,
    "text.parse_math": False,
    "xtick.color": "#aab2bd",
    "xtick.labelcolor": MUTED,
    "xtick.major.size": 3,
    "xtick.minor.bottom": False,
    "ytick.color": "#aab2bd",
    "ytick.labelcolor": MUTED,
    "ytick.left": False,
    "ytick.minor.left": False,
}

_NUMBERS = re.compile(r'(?<= )(?:d|x|y|transform)="[^"]+"')
_LONG = re.compile(r"-?\d+\.\d+")
_OF_THE_HOST = {"backend", "backend_fallback"}
_GLOBAL_STYLE = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_UNUSED_ID = re.compile(
    r' id="(?:figure|axes|matplotlib|patch|line2d|text|xtick|ytick|PolyCollection|FillBetween)[^"]*"'
)
_ID = re.compile(r'( id="|xlink:href="#|url\(#)')
_drawing = Lock()


def svg(key: str, label: str, size_in: tuple[float, float], draw: Callable[[Any], None]) -> str:
    """Draw one figure and return an `<svg>` element.

    Parameters
    ----------
    key : str
        Unique in the page; its ids start with it.
    label : str
        What the figure shows, for those who cannot see it.
    size_in : (float, float)
        Width and height in inches at which text is 7.5 points.
    draw : function of a matplotlib `Axes`
    """
    with _drawing:
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        defaults = {name: value for name, value in mpl.rcParamsDefault.items() if name not in _OF_THE_HOST}
        with mpl.rc_context({**defaults, **_STYLE}):
            figure = Figure(figsize=size_in)
            draw(figure.add_subplot())
            sink = StringIO()
            nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            canvas: Any = FigureCanvasSVG(figure)
            canvas.print_svg(sink, metadata=nothing)
    return _in_page(sink.getvalue(), key, label)


def numbers(most: int = 5, whole: bool = False, decades: bool = False) -> Any:
    """Where an axis has its ticks: at round numbers, at whole ones, or at powers of ten."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    return LogLocator() if decades else MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10])


def say(
    axes: Any, text: str, at: tuple[float, float], shift: tuple[int, int], across: bool = False, **style: Any
) -> None:
    """Write beside a place in the data, or at a height in the data and a fraction across the axes."""
    coordinates = ("axes fraction", "data") if across else "data"
    axes.annotate(text, at, xytext=shift, xycoords=coordinates, textcoords="offset points", color=INK, **style)


def dots(axes: Any, x: FloatArray, y: FloatArray, color: str) -> None:
    """Points as strokes without length, which round caps make dots: one path, far smaller than as many markers."""
    if len(x):
        gap = np.full(len(x), np.nan)
        strokes = (np.column_stack([column, column, gap]).ravel() for column in (x, y))
        axes.plot(*strokes, color=color, alpha=0.5, linewidth=2.2, solid_capstyle="round")


def crosses(axes: Any, x: FloatArray, y: FloatArray) -> None:
    """Points that failed."""
    if len(x):
        axes.plot(x, y, linestyle="none", marker="x", markersize=3.2, markeredgewidth=0.9, color=RED)


def plain_number(tick: float, _: int) -> str:
    """Write a tick."""
    return number(tick, 7)


def warm_up() -> None:
    """Draw once, so that the first report does not wait for matplotlib and its fonts."""
    svg("warm", "", (1, 1), lambda axes: axes.plot([1, 10], [0, 1]))


def _in_page(document: str, key: str, label: str) -> str:
    body = document[document.index("<svg") :]
    box = re.search(r'viewBox="([^"]+)"', body)
    assert box is not None
    inside = body[body.index(">") + 1 :]
    inside = _GLOBAL_STYLE.sub("", inside)
    inside = _NUMBERS.sub(lambda found: _LONG.sub(_rounded, " ".join(found[0].split())), inside)
    inside = _UNUSED_ID.sub("", inside)
    inside = _ID.sub(rf"\1{key}-", inside).replace("xlink:href", "href")
    head = f'<svg viewBox="{box[1]}" role="img" aria-label="{escape(label)}">'
    return re.sub(r">\s+<", "><", head + inside).strip()


def _rounded(digits: re.Match[str]) -> str:
    return f"{float(digits[0]):.2f}".rstrip("0").rstrip(".")
