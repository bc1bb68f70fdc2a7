"""The status of a resource: how far its study has come, in the fields that `kubectl get` shows."""

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from proofmark_operator.conditions import ENDS, conditions, merged
from proofmark_operator.facts import Facts

HOUR_S = 3600.0


def status_of(
    facts: Facts, old: Mapping[str, Any], generation: int, now: str, price_cpu_h: float | None = None
) -> dict[str, Any]:
    """The status that follows from the facts; the same facts give the same status.

    Parameters
    ----------
    old : mapping
        The status as it stands: times of transition are kept from it.
    generation : int
        Of the spec that the status speaks of.
    now : str
        RFC 3339, for what changes.
    price_cpu_h : float or None
        Price of a CPU hour.
    """
    status: dict[str, Any] = {
        "observedGeneration": generation,
        "state": _state(facts),
        "conditions": merged(old.get("conditions", ()), conditions(facts), generation, now),
        "pods": facts.job.active if facts.job is not None and facts.closed is None else 0,
    }
    if facts.answer is not None and facts.answer.study is not None:
        status["study"] = facts.answer.study
    if facts.live is not None:
        cpu_h = facts.live.cpu_s / HOUR_S
        status |= {"runs": facts.live.samples, "planned": facts.live.planned, "failures": facts.live.failures}
        status |= {"missing": facts.live.missing, "cpuHours": f"{cpu_h:.4f}"}
        status["interval"] = interval(facts.live.r_low, facts.live.r_high)
        answered = facts.live.samples - facts.live.missing
        if answered:
            status["reliability"] = decimals(1 - facts.live.failures / answered, facts.live.r_low)
        if price_cpu_h is not None:
            status["cost"] = f"{cpu_h * price_cpu_h:.2f}"
    if facts.assessed is not None and facts.assessed.estimates:
        system = facts.assessed.estimates[0]
        status["interval"] = interval(system.r_low, system.r_high)
        if system.r is not None:
            status["reliability"] = decimals(system.r, system.r_low)
    return status


def interval(r_low: float, r_high: float) -> str:
    """Both ends with as many decimals as tell the lower one from 1."""
    return f"[{decimals(r_low, r_low)}, {decimals(r_high, r_low)}]"


def decimals(value: float, r_low: float) -> str:
    return f"{value:.{max(5, 1 - floor(log10(1 - r_low))) if r_low < 1 else 5}f}"


def _state(facts: Facts) -> str:
    if facts.closed is not None:
        return ENDS[facts.closed.outcome]
    if facts.answer is None:
        return "Submitted" if facts.submitted else "Suspended"
    if facts.answer.study is None:
        return "Refused"
    if facts.job is not None and facts.job.suspended and not facts.job.resting:
        return "Suspended"
    return "Deciding" if facts.assessed is not None else "Simulating"
