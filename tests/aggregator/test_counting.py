"""Counting: chunk by chunk equals all at once, and no answer is never a pass."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofmark_aggregator.assessing import assessment
from proofmark_aggregator.count import Count, wanted
from proofmark_aggregator.counting import counted, lost_chunk, opened, planned, read_outcome, spent, weigh
from proofmark_aggregator.estimating import estimates
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import STATUS, encode_table

from .facts import TABLE, chunk, fold, plan, study


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
    count = spent(count, chunk(), ())
    assert wanted(count, "s-r1") == (ChunkSimulated, ("s-r1", 0, 1))
    assert wanted(count.model_copy(update={"assessed": True}), "s-r1") is None


def test_what_chunks_cost_adds_up() -> None:
    count = planned(opened(study()), plan((2, 2)))
    for solutions in (3, 4):
        count = spent(count, chunk(cpu_s=0.5, full_solutions=solutions), ())
    assert (count.cpu_s, count.full_solutions) == (1.0, 7)
    assert assessment(count, None).full_solutions == 7


def test_the_state_survives_its_own_json() -> None:
    count = fold(np.array([1e-4, 0.0, np.nan]), np.array([0, 0, 1]), (2, 1))
    assert Count.model_validate_json(count.model_dump_json()) == count


def test_batches_add_up() -> None:
    count = planned(opened(study()), plan((2,), last=False))
    count = counted(count, {"clearance": np.array([1e-4, 0.0])}, np.zeros(2, np.int8))
    count = planned(count.model_copy(update={"batch": 1, "planned": None}), plan((3,), batch=1))
    count = counted(count, {"clearance": np.array([0.0, -1e-5, 1e-4])}, np.zeros(3, np.int8))
    system = estimates(count)[0]
    assert (system.samples, system.failures) == (5, 3)
    assert count.tally.requirements[0].worst_vector == 3


def weighed(status: np.ndarray) -> Count:
    """Ten plain runs that pass; then five to learn and a thousand final ones, half of which fail, each worth 1e-3."""
    count = planned(opened(study(method="cross-entropy", target=0.99)), plan((10,), last=False))
    count = counted(count, {"clearance": np.full(10, 1e-4)}, np.zeros(10, np.int8))
    second = plan((1005,), 1, blocks=(5, 1000), roles=("learning", "final"), weights=TABLE)
    count = planned(count.model_copy(update={"batch": 1, "planned": None}), second)
    metrics = {"clearance": np.where(np.arange(1005) % 2 == 0, 0.0, 1e-4)}
    metrics["clearance"][status != 0] = np.nan
    count = counted(count, metrics, status)
    return weigh(count, np.log(np.full(1005, 1e-3)), metrics, status)


def test_only_final_runs_are_weighed_and_only_plain_ones_bound_without_a_model() -> None:
    found = weighed(np.zeros(1005, np.int8))
    system = estimates(found)[0]
    assert found.weighed[0].runs == 1000
    assert system.pf is not None
    assert abs(system.pf - 5e-4) < 1e-12
    assert (system.samples, system.failures, system.certified) == (1015, 503, "conditional")
    assert system.model_free_pf_high is not None
    assert system.model_free_pf_high > 0.2


def test_missing_final_runs_count_both_ways() -> None:
    status = np.zeros(1005, np.int8)
    sure = estimates(weighed(status))[0]
    status[6:206:2] = 1
    unsure = estimates(weighed(status))[0]
    assert unsure.missing == 100
    assert unsure.bound_high > sure.bound_high
    assert abs(unsure.bound_low - sure.bound_low) < 1e-4


def test_the_state_of_a_weighed_study_survives_its_own_json() -> None:
    count = weighed(np.zeros(1005, np.int8))
    assert Count.model_validate_json(count.model_dump_json()) == count
