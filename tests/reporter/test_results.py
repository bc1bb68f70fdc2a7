"""`results.parquet`: every run, exactly, and the same bytes for the same runs."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.tables import STATUS
from proofmark_reporter.results import results_parquet
from proofmark_reporter.runs import joined
from tests.reporter.examples import ERROR, TIMEOUT, fit, loads, oven, with_missing


def read(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content))


def test_every_value_is_read_back_exactly() -> None:
    design, vectors, outcomes = fit(rows=3000)
    outcomes = with_missing(outcomes, {7: ERROR, 2999: TIMEOUT})
    table = read(results_parquet(vectors, outcomes, design))
    assert table.column_names == [
        "vector",
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
    design, vectors, outcomes = fit(rows=3)
    outcomes = {**with_missing(outcomes, {1: ERROR}), "clearance": np.array([2e-5, np.nan, 1e-5])}
    assert read(results_parquet(vectors, outcomes, design))["passed"].to_pylist() == [True, None, False]


def test_equal_runs_give_equal_bytes() -> None:
    design, vectors, outcomes = fit(rows=2000)
    again, anew = ({name: table[name].copy() for name in reversed(list(table))} for table in (vectors, outcomes))
    assert results_parquet(vectors, outcomes, design) == results_parquet(again, anew, design)


def test_columns_say_how_the_spec_writes_them() -> None:
    evidence = oven()
    schema = read(results_parquet(evidence.vectors, evidence.outcomes, evidence.design)).schema
    assert schema.field("parameter.ambient").metadata == {b"unit": b"degC", b"factor": b"1.0", b"offset": b"273.15"}
    assert schema.field("margin.stays <u>cool</u> & $x_2$").metadata == {
        b"unit": b"K",
        b"factor": b"1.0",
        b"offset": b"0.0",
    }


def test_vectors_that_were_never_run_are_left_out() -> None:
    design, vectors, outcomes = fit(rows=50)
    planned = {name: np.append(column, [1.0, 2.0]) for name, column in vectors.items()}
    assert results_parquet(planned, outcomes, design) == results_parquet(vectors, outcomes, design)


def test_batches_follow_one_another_each_without_what_was_never_run() -> None:
    design, vectors, outcomes = fit(rows=50)
    first = ({name: column[:30] for name, column in vectors.items()}, {n: c[:20] for n, c in outcomes.items()})
    second = ({name: column[20:] for name, column in vectors.items()}, {n: c[20:] for n, c in outcomes.items()})
    assert results_parquet(*joined([first, second]), design) == results_parquet(vectors, outcomes, design)


@pytest.mark.parametrize("names", [(), ("load",)])
def test_any_number_of_parameters_will_do(names: tuple[str, ...]) -> None:
    evidence = loads(names, ({"name": "carries", "high": 120.0},))
    table = read(results_parquet(evidence.vectors, evidence.outcomes, evidence.design))
    assert table.num_rows == 300
    assert [name for name in table.column_names if name.startswith("parameter.")] == [f"parameter.{n}" for n in names]
