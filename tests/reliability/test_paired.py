"""Two designs on the same vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.paired import paired

OUTCOMES = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60).filter(
    lambda runs: any(answered for *_, answered in runs)
)


@given(OUTCOMES)
def test_every_answered_run_is_of_one_kind_and_the_interval_holds_the_difference(
    runs: list[tuple[bool, bool, bool]],
) -> None:
    first, second, answered = (np.array(column) for column in zip(*runs, strict=True))
    found = paired(first, second, answered, 0.95)
    neither = int((~first & ~second & answered).sum())
    assert found.runs == int(answered.sum()) == found.both + found.only_first + found.only_second + neither
    assert found.low <= found.difference <= found.high


@given(OUTCOMES)
def test_swapping_the_designs_turns_the_difference_round(runs: list[tuple[bool, bool, bool]]) -> None:
    first, second, answered = (np.array(column) for column in zip(*runs, strict=True))
    there, back = paired(first, second, answered, 0.9), paired(second, first, answered, 0.9)
    assert (there.difference, there.low, there.high) == (-back.difference, -back.high, -back.low)


def test_common_random_numbers_are_sharper_than_two_estimates() -> None:
    """40 runs that both fail say nothing of the difference; alone they are most of either estimate's spread."""
    first, second = np.arange(1000) < 45, np.arange(1000) < 40
    found = paired(first, second, np.ones(1000, np.bool_), 0.95)
    assert (found.only_first, found.only_second, found.both) == (5, 0, 40)
    assert found.high - found.low < 0.02
    assert found.high < 0.004


def test_the_interval_covers_the_difference() -> None:
    """True difference 0.01; 400 campaigns of 500 runs, of which a 95 % interval may miss 5 % (binomial, 0.1 %: 36)."""
    misses = 0
    for seed in range(400):
        u = np.random.default_rng(seed).random(500)
        found = paired(u < 0.02, (u > 0.005) & (u < 0.035), np.ones(500, np.bool_), 0.95)
        misses += not found.low <= 0.01 <= found.high
    assert misses <= 36


def test_what_cannot_be_compared_is_said() -> None:
    one, two = np.zeros(2, np.bool_), np.zeros(3, np.bool_)
    with pytest.raises(WrongShape, match=r"second_failed: expected shape \(2,\), got \(3,\)"):
        paired(one, two, one, 0.95)
    with pytest.raises(OutOfRange, match="vectors that both answered: expected at least 1, got 0"):
        paired(one, one, one, 0.95)
