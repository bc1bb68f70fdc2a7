"""What an algorithm did, round by round: as rows of a table, and as a picture of where it went."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofmark_contracts.assessment import Round
from proofmark_contracts.design import Unit
from proofmark_reliability.scaling import limit_state, robust_scales
from proofmark_reporter.drawing import INK, MUTED, WIDE, crosses, dots, numbers, plain_number, say, svg
from proofmark_reporter.figures import COLOURS, evenly
from proofmark_reporter.quantities import count, of_differences
from proofmark_reporter.runs import FINAL, LEARNING, PLAIN, FloatArray, Runs

MOST_POINTS = 3000
BEHIND = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1}
"""Keeps a word legible among points."""
MOST_NUMBERS = 24
"""Rounds that are numbered below the picture."""


@dataclass(frozen=True)
class Row:
    """One round."""

    number: int
    reason: str
    plain: int
    learning: int
    final: int
    planned: int
    """Runs that were laid out: more than there are where the study stopped inside."""
    failed: int
    missing: int

    @property
    def runs(self) -> int:
        return self.plain + self.learning + self.final


def rows(runs: Runs, told: tuple[Round, ...], failed_of: tuple[int, ...]) -> Iterator[Row]:
    """Say of each round what it was for, what it cost and what it found.

    Parameters
    ----------
    runs : Runs
    told : rounds
        In their order; fewer than there are batches where nobody told.
    failed_of : ints
        Requirements of which a run fails any.
    """
    failed = runs.failed(failed_of)
    for number in range(runs.batches):
        inside = runs.batch == number
        plain, learning, final = (int((inside & (runs.role == role)).sum()) for role in (PLAIN, LEARNING, FINAL))
        known = told[number] if number < len(told) else None
        yield Row(
            number + 1,
            known.reason if known else "",
            plain,
            learning,
            final,
            sum(block.vectors for block in known.blocks) if known else plain + learning + final,
            int((inside & failed).sum()),
            int((inside & ~runs.answered).sum()),
        )


def worst_margins(runs: Runs, members: tuple[int, ...]) -> FloatArray:
    """Return the smallest margin of each run among these requirements, NaN where there is no answer: SI if there is one
    requirement, else in robust spreads of the first round's margins."""
    margins = runs.margins[:, list(members)]
    scales = np.ones(1) if len(members) == 1 else robust_scales(margins[runs.batch == 0])
    return np.where(runs.answered, limit_state(margins, scales), np.nan)


def course(runs: Runs, worst: FloatArray, unit: Unit) -> str:
    """The worst margin of each run by round: a dot in the colour of what the run counts for, a cross where it failed.

    Parameters
    ----------
    runs : Runs
    worst : (n,) float array
        See `worst_margins`.
    unit : Unit
        To show it in.
    """
    rounds = runs.batches
    known = np.isfinite(worst)
    at = np.empty(len(runs))
    drawn = np.zeros(len(runs), np.bool_)
    for number in range(rounds):
        inside = np.flatnonzero(runs.batch == number)
        at[inside] = number + 1 + 0.8 * ((np.arange(len(inside)) + 0.5) / max(1, len(inside)) - 0.5)
        drawn[evenly(inside[known[inside]], max(20, MOST_POINTS // rounds))] = True
    shown = worst / of_differences(unit).factor
    low, high = _reach(shown[known])
    shown = np.clip(shown, low, high)

    def draw(axes: Any) -> None:
        axes.axhspan(low - (high - low), 0, color=INK, alpha=0.04, linewidth=0)
        for role, color in COLOURS.items():
            good = drawn & (runs.role == role) & (worst >= 0)
            dots(axes, at[good], shown[good], color)
        bad = drawn & (worst < 0)
        crosses(axes, at[bad], shown[bad])
        for edge in range(2, rounds + 1):
            axes.axvline(edge - 0.5, color=MUTED, linewidth=0.4, alpha=0.5)
        axes.axhline(0, color=INK, linewidth=1, gid="limit")
        say(axes, "limit", (1, 0), (-1, 3), across=True, ha="right", bbox=BEHIND)
        axes.set_xlim(0.5, rounds + 0.5)
        axes.set_ylim(low - 0.04 * (high - low), high + 0.04 * (high - low))
        axes.xaxis.set_major_locator(numbers(MOST_NUMBERS, whole=True))
        axes.xaxis.set_major_formatter(lambda tick, _: count(round(tick)) if 1 <= tick <= rounds else "")
        axes.yaxis.set_major_locator(numbers(5))
        axes.yaxis.set_major_formatter(plain_number)

    failed = count(int((worst < 0).sum()))
    label = f"Worst margin of the runs of {count(rounds)} rounds: {failed} of {count(len(runs))} are beyond the limit."
    return svg("course", label, WIDE, draw)


def _reach(shown: FloatArray) -> tuple[float, float]:
    """From where to where margins are drawn: all but the outermost of them, and the limit."""
    if not len(shown):
        return -1.0, 1.0
    low, high = (float(value) for value in np.quantile(shown, (0.005, 0.995)))
    low, high = min(low, 0.0), max(high, 0.0)
    spread = (high - low) or 1.0
    return min(low, -0.15 * spread), max(high, 0.15 * spread)
