"""`results.parquet`: every run, exactly, and the same bytes for the same runs."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.design import Design
from proofmark_contracts.tables import STATUS
from proofmark_reporter.results import results_parquet
from proofmark_reporter.runs import Batch, Runs
from tests.reporter.examples import ERROR, TIMEOUT, fit, loads, oven, search

ROOT = Path(__file__).parents[2]


def parquet(design: Design, *batches: Batch) -> bytes:
    return results_parquet(Runs.of(batches, design))


def read(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content))


def test_every_value_is_read_back_exactly() -> None:
    design, (told,) = fit(rows=3000, missing={7: ERROR, 2999: TIMEOUT})
    vectors, outcomes = told.batch.vectors, told.batch.outcomes
    table = read(results_parquet(Runs.of([told.batch], design)))
    assert table.column_names == [
        "vector",
        "batch",
        "role",
        "log_weight",
        "parameter.bore",
        "parameter.shaft",
        "metric.clearance",
        "margin.turns freely",
        "status",
        "passed",
    ]
    np.testing.assert_array_equal(table["vector"].to_numpy(), np.arange(3000))
    np.testing.assert_array_equal(table["parameter.bore"].to_numpy(), vectors["bore"])
    np.testing.assert_array_equal(table["metric.clearance"].to_numpy(), outcomes["clearance"])
    np.testing.assert_array_equal(table["margin.turns freely"].to_numpy(), outcomes["clearance"] - 2e-5)
    assert table["status"].to_pylist() == [RUN_STATUS[code] for code in outcomes[STATUS]]


def test_a_run_without_an_answer_neither_passed_nor_failed() -> None:
    design, (told,) = fit(rows=3, missing={1: ERROR})
    outcomes = {**told.batch.outcomes, "clearance": np.array([2e-5, np.nan, 1e-5])}
    runs = Runs.of([Batch(told.batch.vectors, outcomes)], design)
    assert read(results_parquet(runs))["passed"].to_pylist() == [True, None, False]


def test_equal_runs_give_equal_bytes() -> None:
    design, (told,) = fit(rows=2000)
    tables = (told.batch.vectors, told.batch.outcomes)
    again, anew = ({name: table[name].copy() for name in reversed(list(table))} for table in tables)
    assert parquet(design, told.batch) == parquet(design, Batch(again, anew))


def test_columns_say_how_the_spec_writes_them() -> None:
    schema = read(results_parquet(oven().runs)).schema
    assert schema.field("parameter.ambient").metadata == {b"unit": b"degC", b"factor": b"1.0", b"offset": b"273.15"}
    assert schema.field("margin.stays <u>cool</u> & $x_2$").metadata == {
        b"unit": b"K",
        b"factor": b"1.0",
        b"offset": b"0.0",
    }


def test_vectors_that_were_never_run_are_left_out() -> None:
    design, (told,) = fit(rows=50)
    planned = {name: np.append(column, [1.0, 2.0]) for name, column in told.batch.vectors.items()}
    assert parquet(design, Batch(planned, told.batch.outcomes)) == parquet(design, told.batch)


def test_batches_follow_one_another_each_without_what_was_never_run() -> None:
    design, (told,) = fit(rows=50)
    vectors, outcomes = told.batch.vectors, told.batch.outcomes
    first = Batch({name: column[:30] for name, column in vectors.items()}, {n: c[:20] for n, c in outcomes.items()})
    second = Batch({name: column[20:] for name, column in vectors.items()}, {n: c[20:] for n, c in outcomes.items()})
    parted, one = (read(parquet(design, *batches)) for batches in ((first, second), (told.batch,)))
    assert parted["batch"].to_pylist() == [0] * 20 + [1] * 30
    assert parted.drop_columns(["batch"]).equals(one.drop_columns(["batch"]))


def test_every_run_says_what_it_counts_for_and_with_which_weight() -> None:
    evidence = search()
    table = read(results_parquet(evidence.runs))
    roles, weights = np.array(table["role"].to_pylist()), table["log_weight"].to_numpy()
    assert {role: int((roles == role).sum()) for role in set(roles)} == {"plain": 1280, "learning": 720, "final": 1800}
    assert not weights[roles == "plain"].any()
    failed = np.array(table["passed"].to_pylist()) == False  # noqa: E712
    final = roles == "final"
    estimate = np.exp(weights[final & failed]).sum() / final.sum()
    assert estimate == pytest.approx(evidence.assessed.estimates[0].pf)


def test_a_study_without_learning_is_plain_throughout() -> None:
    design, (told,) = fit(rows=5)
    table = read(parquet(design, told.batch))
    assert table["role"].to_pylist() == ["plain"] * 5
    assert table["log_weight"].to_pylist() == [0.0] * 5


def test_a_study_without_any_run_has_columns_all_the_same() -> None:
    design, (told,) = fit(rows=5)
    table = read(parquet(design))
    assert table.num_rows == 0
    assert table.column_names == read(parquet(design, told.batch)).column_names


@pytest.mark.parametrize("names", [(), ("load",)])
def test_any_number_of_parameters_will_do(names: tuple[str, ...]) -> None:
    table = read(results_parquet(loads(names, ({"name": "carries", "high": 120.0},)).runs))
    assert table.num_rows == 300
    assert [name for name in table.column_names if name.startswith("parameter.")] == [f"parameter.{n}" for n in names]


def test_results_are_written_without_pandas_which_takes_a_second_to_import() -> None:
    script = """
import sys
from proofmark_reporter.results import results_parquet
from proofmark_reporter.runs import Runs
from tests.reporter.examples import fit
design, (told,) = fit(rows=3)
results_parquet(Runs.of([told.batch], design))
print("pandas" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout == "False\n"
