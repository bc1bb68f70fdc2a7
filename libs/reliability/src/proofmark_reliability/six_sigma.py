"""The vocabulary of six sigma for a probability of failure, and of process capability for a metric and its limits.

References
----------
ISO 13053-1:2011, annex A: defects per million opportunities and sigma levels. ISO 22514-2:2017: capability indices.
"""

from math import floor

from scipy.special import ndtri

from proofmark_reliability.errors import OutOfRange

LONG_TERM_SHIFT = 1.5
"""Standard deviations by which a process is taken to drift from its centre in the long term."""
HIGHEST_TOLD = 40.0
"""The sigma level of the smallest number there is."""


def reliability_index(pf: float) -> float:
    """Return beta, the standard-normal deviation that is exceeded with probability pf; infinite for 0 and 1."""
    _check(pf)
    return -float(ndtri(pf))


def defects_per_million(pf: float) -> float:
    """Return the failures expected in a million units."""
    _check(pf)
    return 1e6 * pf


def sigma_level(pf: float) -> float:
    """Return the sigma level: the reliability index and the long-term shift. Six sigma is 3.4 defects per million."""
    return reliability_index(pf) + LONG_TERM_SHIFT


def sigma_sentence(pf_high: float) -> str:
    """Say what an upper limit of the probability of failure amounts to; the sigma level is rounded down."""
    defects, level = defects_per_million(pf_high), sigma_level(pf_high)
    told = f"about {defects:,.0f} defects per million" if defects >= 100 else f"about {defects:.3g} defects per million"
    if level < 0:
        return f"below zero sigma, up to {told}"
    return f"at least {floor(100 * min(level, HIGHEST_TOLD)) / 100:.2f} sigma, up to {told}"


def cp(std: float, low: float | None, high: float | None) -> float | None:
    """Return the width between the limits in six standard deviations.

    None where a limit is missing, or there is no spread to compare it with.
    """
    if low is None or high is None or not std > 0:
        return None
    return (high - low) / (6 * std)


def cpk(mean: float, std: float, low: float | None, high: float | None) -> float | None:
    """Return the distance of the mean from the nearer limit in three standard deviations; negative outside.

    None without a limit, or without spread.
    """
    if not std > 0:
        return None
    sides = [
        distance for limit, distance in ((low, mean - (low or 0)), (high, (high or 0) - mean)) if limit is not None
    ]
    return min(sides) / (3 * std) if sides else None


def _check(pf: float) -> None:
    if not 0 <= pf <= 1:
        raise OutOfRange("probability of failure", "from 0 to 1", pf)
