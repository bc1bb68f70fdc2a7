"""Weighed runs: sums that no chunking changes, limits that hold whichever way missing runs would have gone."""

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.weighing import Weighed, at_look, limits, weighed

LOG_WEIGHTS = st.lists(st.floats(-60, 20), min_size=1, max_size=60)


@given(log_weights=LOG_WEIGHTS, data=st.data())
def test_sums_depend_on_neither_order_nor_chunks(log_weights: list[float], data: st.DataObject) -> None:
    weights = np.array(log_weights)
    fate = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(weights), max_size=len(weights))))
    order = np.array(data.draw(st.permutations(range(len(weights)))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(weights)), max_size=5)))
    whole = weighed(weights, fate == 1, fate == 2)
    parts = (weighed(weights[piece], fate[piece] == 1, fate[piece] == 2) for piece in np.split(order, cuts))
    assert reduce(add, parts, Weighed()) == whole


@given(log_weights=LOG_WEIGHTS, data=st.data(), confidence=st.floats(0.6, 0.999))
def test_limits_hold_whichever_way_missing_runs_would_have_gone(
    log_weights: list[float], data: st.DataObject, confidence: float
) -> None:
    weights, nothing = np.array(log_weights), np.zeros(len(log_weights), dtype=np.bool_)
    fate = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(weights), max_size=len(weights))))
    stated = weighed(weights, fate == 1, fate == 2)
    low, high = limits(stated, confidence)
    assert low == limits(weighed(weights, fate == 1, nothing), confidence)[0]
    assert high == limits(weighed(weights, fate >= 1, nothing), confidence)[1]
    if stated.pf is not None:
        assert (
            min(1.0, stated.failed.weight / len(weights)) <= stated.pf <= min(1.0, stated.suspect.weight / len(weights))
        )


@pytest.mark.parametrize("looks", [1, 2, 7])
def test_the_level_is_split_among_looks(looks: int) -> None:
    assert (1 - at_look(0.95, looks)) * looks == pytest.approx(0.05)


def test_no_look_at_all_is_refused() -> None:
    with pytest.raises(OutOfRange, match="looks: expected at least 1, got 0"):
        at_look(0.95, 0)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_of_zero_or_one_is_refused(confidence: float) -> None:
    with pytest.raises(OutOfRange, match=f"confidence: expected strictly between 0 and 1, got {confidence}"):
        limits(Weighed(), confidence)


def test_weights_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(OutOfRange, match="log weight: expected a number, got nan"):
        weighed(np.array([0.0, np.nan]), np.array([True, False]), np.array([False, False]))


def test_every_run_needs_an_outcome() -> None:
    with pytest.raises(WrongShape, match=r"failed: expected shape \(2,\), got \(1,\)"):
        weighed(np.zeros(2), np.array([True]), np.array([False, False]))
