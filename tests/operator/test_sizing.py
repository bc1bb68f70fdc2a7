"""A study gets no more pods than it has work, money and room for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.design import ReliabilityPlan
from proofmark_operator.sizing import POD_WORTH_S, pods_wanted, pods_with_room


def plan(samples: int = 1000, budget_cpu_s: float | None = None) -> ReliabilityPlan:
    return ReliabilityPlan(target=0.9, samples=samples, budget_cpu_s=budget_cpu_s)


@given(st.integers(1, 10**8), st.integers(1, 1000), st.integers(1, 100_000), st.none() | st.floats(0.1, 1e7))
def test_no_pod_is_without_work(samples: int, chunk: int, most: int, budget_cpu_s: float | None) -> None:
    pods = pods_wanted(plan(samples, budget_cpu_s), chunk, most)
    assert 1 <= pods <= most
    assert (pods - 1) * chunk < samples
    if budget_cpu_s is not None:
        assert (pods - 1) * POD_WORTH_S < budget_cpu_s


@pytest.mark.parametrize(
    ("samples", "chunk", "most", "budget_cpu_s", "pods"),
    [(1000, 50, 50, None, 20), (1000, 1, 50, None, 50), (10, 50, 50, None, 1), (1000, 1, 50, 600.0, 10)],
)
def test_the_tightest_limit_counts(samples: int, chunk: int, most: int, budget_cpu_s: float | None, pods: int) -> None:
    assert pods_wanted(plan(samples, budget_cpu_s), chunk, most) == pods


def test_the_tightest_quota_counts() -> None:
    quotas = [
        {"hard": {"pods": "100", "requests.cpu": "10"}, "used": {"pods": "1", "requests.cpu": "2500m"}},
        {"hard": {"limits.memory": "20Gi", "services": "0"}, "used": {"limits.memory": "512Mi"}},
    ]
    assert pods_with_room(quotas, cpu="500m", memory="1Gi") == 15
    assert pods_with_room(quotas, cpu="500m", memory="2Gi") == 9
    assert pods_with_room(quotas, cpu="100m", memory="100Mi") == 75


def test_a_quota_that_is_used_up_leaves_no_room() -> None:
    assert pods_with_room([{"hard": {"pods": "3"}, "used": {"pods": "4"}}], "1", "1Gi") == 0


def test_without_a_quota_nothing_limits() -> None:
    assert pods_with_room([], "1", "1Gi") is None
    assert pods_with_room([{}, {"hard": {"services": "1"}}], "1", "1Gi") is None
