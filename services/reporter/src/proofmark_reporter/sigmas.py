"""A probability of failure in the vocabulary of six sigma."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from proofmark_contracts.assessment import Estimate
from proofmark_reliability.six_sigma import defects_per_million, reliability_index, sigma_level
from proofmark_reporter.quantities import number
from proofmark_reporter.runs import Runs


@dataclass(frozen=True)
class Sigmas:
    """Of one estimate; bounds follow from the upper limit of pf and are rounded to their safe side."""

    name: str
    beta: str
    beta_low: str
    level: str
    level_low: str
    defects: str
    defects_high: str


def six_sigma(e: Estimate) -> Sigmas:
    """Say reliability index, sigma level and defects per million; a dash where no failure was seen or nothing known."""
    known = e.pf if e.pf and e.pf < 1 else None
    most = 1.0 if e.pf_high is None else e.pf_high
    return Sigmas(
        e.name,
        "–" if known is None else f"{reliability_index(known):.2f}",
        _down(reliability_index(most)),
        "–" if known is None else f"{sigma_level(known):.2f}",
        _down(sigma_level(most)),
        "–" if e.pf is None else number(float(f"{defects_per_million(e.pf):.3g}"), 12),
        number(_up(defects_per_million(most)), 12),
    )


def pf_by_requirement(runs: Runs) -> list[tuple[float, float]]:
    """Return, for each requirement, the probabilities that it fails and that it alone does, by final runs' weights."""
    chosen = runs.final & runs.answered
    violated = runs.margins[chosen] < 0
    alone = violated & (violated.sum(axis=1, keepdims=True) == 1)
    weights = np.exp(runs.log_weight[chosen])
    answered = max(1, int(chosen.sum()))
    return [
        (float(weights[of].sum()) / answered, float(weights[only].sum()) / answered)
        for of, only in zip(violated.T, alone.T, strict=True)
    ]


def _down(level: float) -> str:
    if level == -np.inf:
        return "–"
    return f"{Decimal(repr(level)).quantize(Decimal('0.01'), rounding=ROUND_FLOOR)}"


def _up(defects: float) -> float:
    exact = Decimal(repr(defects))
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), rounding=ROUND_CEILING)) if exact else 0.0
