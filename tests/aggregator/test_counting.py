"""Counting: chunk by chunk equals all at once, and no answer is never a pass."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofmark_aggregator.assessing import assessment, estimates
from proofmark_aggregator.count import Count, wanted
from proofmark_aggregator.counting import counted, lost_chunk, opened, planned, read_outcome
from proofmark_contracts.assessment import Causes
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated
from proofmark_contracts.message import TableRef
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import STATUS, encode_table
from tests.designs import clearance_design

DIGEST = "0" * 64
NO_CAUSES = Causes(method="not-identifiable", sentence="")


def study(**reliability: object) -> StudyOpened:
    return StudyOpened(
        study="s-r1",
        tenant="t",
        event="e",
        submission_sha256=DIGEST,
        design=clearance_design(**reliability),
        attempt=1,
        deadline_s=1.0,
        engine="0",
    )


def plan(chunks: tuple[int, ...], batch: int = 0, *, last: bool = True) -> BatchPlanned:
    table = TableRef(sha256=DIGEST, size=0)
    return BatchPlanned(study="s-r1", batch=batch, vectors=table, chunks=chunks, blocks=(sum(chunks),), last=last)


def fold(clearances: np.ndarray, status: np.ndarray, cuts: tuple[int, ...]) -> Count:
    count = planned(opened(study()), plan(cuts))
    first = 0
    for size in cuts:
        piece = slice(first, first + size)
        count = counted(count, {"clearance": clearances[piece]}, status[piece].astype(np.int8), 0.0, ())
        first += size
    return count


@given(data=st.data(), runs=st.integers(1, 60))
def test_counts_do_not_depend_on_how_vectors_are_cut_into_chunks(data: st.DataObject, runs: int) -> None:
    clearances = np.array(data.draw(st.lists(st.floats(-1e-4, 1e-4), min_size=runs, max_size=runs)))
    status = np.array(data.draw(st.lists(st.integers(0, 4), min_size=runs, max_size=runs)))
    clearances[status != 0] = np.nan
    cut = data.draw(st.integers(0, runs))
    whole = fold(clearances, status, (runs,))
    parts = fold(clearances, status, tuple(size for size in (cut, runs - cut) if size))
    assert parts.tally == whole.tally
    assert parts.missing_by_status == whole.missing_by_status


def test_a_missing_run_lowers_the_lower_bound_and_leaves_the_upper() -> None:
    clearances = np.full(100, 5e-5)
    sure = estimates(fold(clearances, np.zeros(100), (100,)))[0]
    clearances[:10] = np.nan
    status = np.zeros(100)
    status[:10] = 2
    unsure = estimates(fold(clearances, status, (100,)))[0]
    assert unsure.missing == 10
    assert unsure.bound_low < sure.bound_low - 0.1
    assert unsure.bound_high == sure.bound_high


def test_a_time_out_makes_the_study_irreproducible() -> None:
    status = np.array([0, 0, 2])
    assessed = assessment(fold(np.array([1e-4, 1e-4, np.nan]), status, (3,)), NO_CAUSES, None)
    assert not assessed.reproducible
    assert assessed.missing_by_status == {"timeout": 1}
    assert assessed.reasons == ("a run timed out",)


def test_a_study_without_one_answer_has_failed() -> None:
    assessed = assessment(fold(np.full(3, np.nan), np.ones(3), (3,)), NO_CAUSES, None)
    assert assessed.outcome == "failed"
    assert assessed.reasons == ("not one of 3 runs gave an answer: 3 error",)


def test_a_study_that_was_stopped_is_not_certified() -> None:
    assessed = assessment(fold(np.full(3, 1e-4), np.zeros(3), (3,)), NO_CAUSES, "stopped by its deadline")
    assert {e.certified for e in assessed.estimates} == {"no"}
    assert not assessed.reproducible


def test_an_unreadable_answer_is_no_answer() -> None:
    metrics, status = read_outcome(b"not a table", ("clearance",), 5)
    assert np.isnan(metrics["clearance"]).all()
    assert status.tolist() == [1] * 5


def test_an_answer_of_the_wrong_length_is_no_answer() -> None:
    short = encode_table({"clearance": np.zeros(4), STATUS: np.zeros(4, np.int8)})
    assert read_outcome(short, ("clearance",), 5)[1].tolist() == [1] * 5
    assert read_outcome(short, ("clearance",), 4)[1].tolist() == [0] * 4


def test_a_lost_chunk_is_missing_for_every_vector() -> None:
    assert read_outcome(lost_chunk(("clearance",), 3), ("clearance",), 3)[1].tolist() == [4] * 3


def test_facts_are_wanted_in_canonical_order() -> None:
    assert wanted(None, "s-r1") == (StudyOpened, ("s-r1",))
    count = opened(study())
    assert wanted(count, "s-r1") == (BatchPlanned, ("s-r1", 0))
    count = planned(count, plan((2, 2)))
    assert wanted(count, "s-r1") == (ChunkSimulated, ("s-r1", 0, 0))
    count = counted(count, {"clearance": np.ones(2)}, np.zeros(2, np.int8), 0.0, ())
    assert wanted(count, "s-r1") == (ChunkSimulated, ("s-r1", 0, 1))
    assert wanted(count.model_copy(update={"assessed": True}), "s-r1") is None


def test_the_state_survives_its_own_json() -> None:
    count = fold(np.array([1e-4, 0.0, np.nan]), np.array([0, 0, 1]), (2, 1))
    assert Count.model_validate_json(count.model_dump_json()) == count


def test_batches_add_up() -> None:
    count = planned(opened(study()), plan((2,), last=False))
    count = counted(count, {"clearance": np.array([1e-4, 0.0])}, np.zeros(2, np.int8), 0.0, ())
    count = planned(count.model_copy(update={"batch": 1, "planned": None}), plan((3,), batch=1))
    count = counted(count, {"clearance": np.array([0.0, -1e-5, 1e-4])}, np.zeros(3, np.int8), 0.0, ())
    system = estimates(count)[0]
    assert (system.samples, system.failures) == (5, 3)
    assert count.tally.requirements[0].worst_vector == 3
