"""How many pods a study is worth: no more than it has chunks, its budget keeps busy and the quota leaves room for."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import ceil
from typing import Any, cast

from kubernetes.utils.quantity import parse_quantity

from proofmark_contracts.design import ReliabilityPlan

POD_WORTH_S = 60.0
"""CPU seconds below which starting a pod costs more than it brings."""


def pods_wanted(plan: ReliabilityPlan, chunk_vectors: int, max_pods: int) -> int:
    """Pods for a study, were there no quota; at least one."""
    limits = [max_pods, ceil(plan.samples / chunk_vectors)]
    if plan.budget_cpu_s is not None:
        limits.append(ceil(plan.budget_cpu_s / POD_WORTH_S))
    return max(1, min(limits))


def pods_with_room(quotas: Iterable[Mapping[str, Any]], cpu: str, memory: str) -> int | None:
    """Pods that fit into what every quota has left, perhaps none; None where nothing limits them.

    Parameters
    ----------
    quotas : statuses of ResourceQuota objects, with `hard` and `used`
    cpu, memory : str
        Of one pod, as Kubernetes writes quantities; requests and limits are the same.
    """
    needs = {"pods": Decimal(1), "count/pods": Decimal(1)}
    for prefix in ("", "requests.", "limits."):
        needs |= {f"{prefix}cpu": _quantity(cpu), f"{prefix}memory": _quantity(memory)}
    rooms = [
        int((_quantity(hard) - _quantity(quota.get("used", {}).get(name, "0"))) // needs[name])
        for quota in quotas
        for name, hard in (quota.get("hard") or {}).items()
        if name in needs
    ]
    return max(0, min(rooms)) if rooms else None


def _quantity(written: str) -> Decimal:
    return cast("Decimal", parse_quantity(written))  # type: ignore[no-untyped-call]
