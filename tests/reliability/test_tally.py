"""Counting: sums over a prefix, whatever the chunks."""

from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_reliability.errors import WrongShape
from proofmark_reliability.tally import Fared, Group, Tally, empty_tally, groups, margin, tally

BLOCKS = (8, 8, 8)
JUDGED = (Group("system", 0.9, (0, 2)), Group("own", 0.8, (1,)))
MARGINS = st.sampled_from([-2.0, -1.0, 0.0, 1.0, np.nan, np.inf, -np.inf])

outcomes = st.lists(st.tuples(st.tuples(MARGINS, MARGINS, MARGINS), st.booleans()), min_size=24, max_size=24)


def arrays(rows: list[tuple[tuple[float, float, float], bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([margins for margins, _ in rows]), np.array([missing for _, missing in rows])


@given(rows=outcomes, cuts=st.sets(st.integers(0, 24)))
def test_chunks_add_up_to_the_whole(rows: list[tuple[tuple[float, float, float], bool]], cuts: set[int]) -> None:
    margins, missing = arrays(rows)
    edges = sorted(cuts | {0, 24})
    parts = [tally(margins[start:end], missing[start:end], start, BLOCKS, JUDGED) for start, end in pairwise(edges)]
    whole = tally(margins, missing, 0, BLOCKS, JUDGED)
    assert reduce(add, parts, empty_tally(len(BLOCKS), JUDGED, 3)) == whole


@given(rows=outcomes)
def test_every_run_is_counted_once_as_failed_missing_or_safe(
    rows: list[tuple[tuple[float, float, float], bool]],
) -> None:
    whole = tally(*arrays(rows), 0, BLOCKS, JUDGED)
    assert whole.samples == BLOCKS
    for group, failures in zip(JUDGED, whole.failures, strict=True):
        for block in range(3):
            mine = rows[8 * block : 8 * block + 8]
            unknown = [missing or any(np.isnan(margins)) for margins, missing in mine]
            failed = [any(margins[member] < 0 for member in group.members) for margins, _ in mine]
            assert whole.missing[block] == sum(unknown)
            assert failures[block] == sum(f and not u for f, u in zip(failed, unknown, strict=True))


def test_a_nan_margin_never_counts_as_safe() -> None:
    margins = np.array([[np.nan, 1.0], [1.0, np.nan], [-1.0, np.nan], [1.0, 1.0]])
    counted = tally(margins, np.zeros(4, dtype=bool), 0, (4,), (Group("system", 0.9, (0, 1)),))
    assert (counted.samples, counted.missing, counted.failures) == ((4,), (3,), ((0,),))


def test_meeting_a_limit_with_equality_passes() -> None:
    metric = np.array([80.0, np.nextafter(80.0, 81.0), 79.0])
    assert (margin(metric, None, 80.0) < 0).tolist() == [False, True, False]
    assert (margin(metric, 80.0, None) < 0).tolist() == [False, False, True]


@given(metric=st.floats(allow_nan=False), low=st.floats(-1e300, 1e300), width=st.floats(0, 1e300))
def test_a_margin_is_negative_exactly_outside_the_limits(metric: float, low: float, width: float) -> None:
    high = low + width
    assert (margin(np.array([metric]), low, high)[0] < 0) == (not low <= metric <= high)


@pytest.mark.parametrize(("low", "high"), [(None, 1.0), (0.0, None), (0.0, 1.0), (None, None)])
def test_a_metric_that_is_not_a_number_has_no_margin(low: float | None, high: float | None) -> None:
    assert np.isnan(margin(np.array([np.nan]), low, high)).all()


def test_requirements_report_failures_sole_causes_and_the_first_worst_vector() -> None:
    margins = np.array([[-1.0, 2.0], [-3.0, -1.0], [4.0, -1.0], [-3.0, 5.0], [-9.0, 1.0]])
    missing = np.array([False, False, False, False, True])
    counted = tally(margins, missing, 100, (200,), (Group("system", 0.9, (0, 1)),))
    assert counted.requirements == (
        Fared(failures=3, sole_cause=2, worst=-3.0, worst_vector=101),
        Fared(failures=2, sole_cause=1, worst=-1.0, worst_vector=101),
    )


def test_without_an_answer_there_is_no_worst_vector() -> None:
    counted = tally(np.array([[-1.0]]), np.array([True]), 0, (1,), (Group("system", 0.9, (0,)),))
    assert counted.requirements == (Fared(),)
    assert counted + counted == Tally((2,), (2,), ((0,),), (Fared(),))


def test_the_system_is_the_union_of_requirements_without_a_target_of_their_own() -> None:
    judged = groups(["cool", "quick", "quiet"], [None, 0.99, None], 0.999)
    assert judged == (Group("system", 0.999, (0, 2)), Group("quick", 0.99, (1,)))


def test_a_system_without_requirements_is_not_judged() -> None:
    assert groups(["quick"], [0.99], 0.999) == (Group("quick", 0.99, (0,)),)


def test_a_missing_mask_of_another_length_is_refused() -> None:
    with pytest.raises(WrongShape, match=r"missing: expected shape \(2,\), got \(3,\)"):
        tally(np.zeros((2, 1)), np.zeros(3, dtype=bool), 0, (2,), (Group("system", 0.9, (0,)),))
