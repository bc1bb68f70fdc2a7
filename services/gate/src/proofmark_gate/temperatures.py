"""The rule for heat: what the nominal temperatures permit to say, the mesh's error included."""

from collections.abc import Sequence

from proofmark_contracts.temperatures import NominalCheck
from proofmark_gate.decision import Decision

CELSIUS_ZERO = 273.15


def judge_temperatures(checks: Sequence[NominalCheck], error_k: float | None) -> Decision:
    """Approve if every nominal temperature holds its limit whichever way the mesh errs, reject if one misses it so.

    Parameters
    ----------
    checks
    error_k : float or None
        What the mesh may be wrong by; None proves nothing.
    """
    if error_k is None:
        return Decision("not-proven", ("temperatures: the error of the mesh is not known",))
    slack = [(check, _slack(check)) for check in checks]
    if missed := [_told(check, error_k, "misses") for check, left in slack if left < -error_k]:
        return Decision("rejected", tuple(missed))
    if left_open := [_told(check, error_k, "cannot be told from") for check, left in slack if left < error_k]:
        return Decision("not-proven", tuple(left_open))
    return Decision("approved", tuple(_told(check, error_k, "holds") for check in checks))


def _slack(check: NominalCheck) -> float:
    """Kelvin to the nearer limit; negative beyond it."""
    sides = [check.value - check.low] if check.low is not None else []
    sides += [check.high - check.value] if check.high is not None else []
    return min(sides)


def _told(check: NominalCheck, error_k: float, how: str) -> str:
    high = check.high is not None and (check.low is None or check.high - check.value <= check.value - check.low)
    limit = check.high if high else check.low
    assert limit is not None
    return (
        f"{check.requirement}: nominally {_celsius(check.value)} +/- {error_k:.2g} K, which {how} "
        f"the limit of {_celsius(limit)}"
    )


def _celsius(kelvin: float) -> str:
    return f"{kelvin - CELSIUS_ZERO:.2f} degC"
