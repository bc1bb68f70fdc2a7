"""The plain sentence that tells every kind of sensitivity."""

from collections.abc import Iterable
from typing import NamedTuple


class Part(NamedTuple):
    """A parameter's part in something, and how sure that is."""

    parameter: str
    value: float
    low: float
    high: float


def sensitive(leader: Part, of: str) -> str:
    """Return for example: highly sensitive to shaft diameter: 71 % [64, 77] of the failures' variance."""
    degree = "highly sensitive" if leader.value >= 0.5 else "most sensitive"
    return f"{degree} to {_told(leader, ': ')} of {of}"


def not_ahead_of(leader: Part, others: Iterable[Part]) -> str:
    """Return which others the leader is not clearly ahead of, to be added; empty if it is ahead of all."""
    rivals = ", ".join(_told(other, " ") for other in others if other.high >= leader.low)
    return f"; not clearly ahead of {rivals}" if rivals else ""


def _told(part: Part, between: str) -> str:
    interval = "" if part.low == part.high else f" [{100 * part.low:.0f}, {100 * part.high:.0f}]"
    return f"{part.parameter.replace('_', ' ')}{between}{100 * part.value:.0f} %{interval}"
