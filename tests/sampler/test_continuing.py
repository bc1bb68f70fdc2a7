"""What a child study runs: what its parent could not answer, or never ran; and a sample of what it could."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.study import Continues
from proofmark_sampler.continuing import rows_to_run

STATUS = st.lists(st.integers(0, 4), max_size=60).map(lambda codes: np.array(codes, np.int8))
RERUN = Continues(parent="p-r1", purpose="rerun-missing")
EXTEND = Continues(parent="p-r1", purpose="extend")


@given(status=STATUS, checks=st.integers(0, 70))
def test_every_run_without_an_answer_runs_again_and_as_many_good_ones_as_asked(status: np.ndarray, checks: int) -> None:
    rows = rows_to_run(len(status), status, RERUN, checks)
    again = set(rows.tolist())
    missing, good = set(np.flatnonzero(status != 0)), set(np.flatnonzero(status == 0))
    assert missing <= again
    assert len(again & good) == min(checks, len(good))
    assert rows.tolist() == sorted(again)


@given(status=STATUS, more=st.integers(0, 40))
def test_an_extended_study_runs_what_never_ran_and_nothing_else(status: np.ndarray, more: int) -> None:
    rows = rows_to_run(len(status) + more, status, EXTEND, 20)
    assert rows.tolist() == list(range(len(status), len(status) + more))


def test_repeated_good_runs_are_spread_over_the_batch() -> None:
    rows = rows_to_run(1000, np.zeros(1000, np.int8), RERUN, 5)
    assert rows.tolist() == [0, 249, 499, 749, 999]
