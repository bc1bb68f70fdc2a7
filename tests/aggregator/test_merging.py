"""A parent's outcomes and fresh ones become one table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_aggregator.merging import merged


def outcome(values: list[float], status: list[int]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    return {"m": np.array(values, dtype=np.float64)}, np.array(status, np.int8)


def test_fresh_answers_fill_the_gaps_and_go_on_behind() -> None:
    found = merged(outcome([1, np.nan, 3], [0, 1, 0]), np.array([1, 3, 4]), outcome([2, 4, np.nan], [0, 0, 2]))
    assert found.status.tolist() == [0, 0, 0, 0, 2]
    assert found.metrics["m"][:4].tolist() == [1, 2, 3, 4]
    assert (found.checked, found.disagreed) == (0, 0)


@pytest.mark.parametrize(
    ("again", "status", "disagreed"), [(3.0, 0, 0), (3.0 * (1 + 1e-12), 0, 0), (3.0001, 0, 1), (np.nan, 1, 1)]
)
def test_a_run_that_says_something_else_is_counted_and_not_taken(again: float, status: int, disagreed: int) -> None:
    found = merged(outcome([1, 2, 3], [0, 0, 0]), np.array([2]), outcome([again], [status]))
    assert (found.checked, found.disagreed) == (1, disagreed)
    assert found.metrics["m"].tolist() == [1, 2, 3]


@given(st.lists(st.integers(0, 4), max_size=30))
def test_nothing_that_runs_again_leaves_everything_as_it_was(status: list[int]) -> None:
    before = outcome([float(i) for i in range(len(status))], status)
    found = merged(before, np.array([], np.int64), outcome([], []))
    assert np.array_equal(found.metrics["m"], before[0]["m"])
    assert np.array_equal(found.status, before[1])
