"""A rule fires at one vector, whoever cut the chunks; what lies behind it never ran."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_aggregator.assessing import assessment
from proofmark_aggregator.estimating import estimates

from .facts import fold


def bad(runs: int) -> np.ndarray:
    """Every fourth clearance is too small, against a target of 95 %."""
    return np.where(np.arange(runs) % 4 == 0, 0.0, 1e-4)


@settings(deadline=None)
@given(cuts=st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_the_study_stops_at_the_same_vector_however_chunks_are_cut(cuts: list[int]) -> None:
    runs = 200
    sizes = (*cuts, runs) if sum(cuts) < runs else tuple(cuts)
    whole = fold(bad(1000), np.zeros(1000), (1000,), stop="settled")
    parts = fold(bad(1000), np.zeros(1000), sizes, stop="settled")
    if parts.stopped:
        assert (parts.vectors, parts.tally) == (whole.vectors, whole.tally)
    else:
        assert parts.vectors < whole.vectors


def test_a_clearly_bad_design_is_rejected_early_and_a_good_one_approved_early() -> None:
    rejected = estimates(fold(bad(1000), np.zeros(1000), (1000,), stop="settled"))[0]
    assert rejected.samples < 60
    assert rejected.bound_high < rejected.target
    approved = estimates(fold(np.full(1000, 1e-4), np.zeros(1000), (1000,), stop="settled"))[0]
    assert approved.samples < 150
    assert approved.bound_low >= approved.target
    assert {rejected.certified, approved.certified} == {"exact"}


def test_a_settled_study_says_so_and_an_unsettled_one_does_not() -> None:
    settled = assessment(fold(bad(1000), np.zeros(1000), (1000,), stop="settled"), None)
    assert settled.settled is True
    assert settled.reasons == (f"the verdict is settled after {settled.estimates[0].samples} runs",)
    open_one = assessment(fold(bad(10), np.zeros(10), (10,), stop="settled"), None)
    assert open_one.settled is False
    assert assessment(fold(bad(10), np.zeros(10), (10,)), None).settled is None


def test_an_interval_that_is_narrow_enough_stops_the_study() -> None:
    found = fold(bad(4000), np.zeros(4000), (4000,), stop="width", width=0.5)
    system = estimates(found)[0]
    assert found.vectors < 4000
    assert system.pf_low is not None
    assert system.pf_high is not None
    assert (system.pf_high - system.pf_low) / 0.25 < 0.55


def test_nobody_watches_a_study_with_a_fixed_number_of_runs() -> None:
    assert fold(bad(1000), np.zeros(1000), (1000,)).vectors == 1000
