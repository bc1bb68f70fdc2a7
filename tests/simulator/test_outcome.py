"""An answer is finite; a row without one is missing in every metric, and the first few say why."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from proofmark_simulator.outcome import ERROR, LOG_BYTES, NOT_A_NUMBER, OK, TIMEOUT, Tally, tail


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf])
def test_a_metric_that_is_not_finite_makes_its_row_missing(fault: float) -> None:
    tally = Tally.of(("gap", "load"), 3)
    tally.values[:] = [[1.0, 2.0, 3.0], [4.0, fault, 6.0]]
    outcome = tally.outcome(cpu_s=0.5)
    assert outcome.status.tolist() == [OK, NOT_A_NUMBER, OK]
    np.testing.assert_array_equal(outcome.metrics["gap"], [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(outcome.metrics["load"], [4.0, np.nan, 6.0])
    assert outcome.logs == {1: f"metric 'load': expected a finite number, got {fault}"}
    assert outcome.cpu_s == 0.5


def test_a_run_that_failed_keeps_its_reason_whatever_its_metrics() -> None:
    tally = Tally.of(("gap",), 3)
    tally.values[:] = 1.0
    tally.miss(slice(1, 2), TIMEOUT, "no answer within 1 s")
    tally.miss(slice(2, 3), ERROR, "ZeroDivisionError")
    outcome = tally.outcome(0.0)
    assert outcome.status.tolist() == [OK, TIMEOUT, ERROR]
    np.testing.assert_array_equal(outcome.metrics["gap"], [1.0, np.nan, np.nan])
    assert outcome.logs == {1: "no answer within 1 s", 2: "ZeroDivisionError"}


@given(st.lists(st.sampled_from([OK, ERROR, TIMEOUT, NOT_A_NUMBER]), max_size=30))
def test_the_first_five_rows_without_an_answer_are_logged(statuses: list[int]) -> None:
    tally = Tally.of(("gap",), len(statuses))
    for row, status in enumerate(statuses):
        if status in (ERROR, TIMEOUT):
            tally.miss(slice(row, row + 1), status, f"row {row}")
        tally.values[0, row] = 1.0 if status == OK else np.nan
    outcome = tally.outcome(0.0)
    assert outcome.status.tolist() == statuses
    assert list(outcome.logs) == [row for row, status in enumerate(statuses) if status != OK][:5]
    for row, text in outcome.logs.items():
        assert text == (
            f"row {row}" if statuses[row] != NOT_A_NUMBER else "metric 'gap': expected a finite number, got nan"
        )


@given(st.text(max_size=100))
@example("é" * 3000)
def test_a_log_is_the_end_of_the_text_and_at_most_2_kib(text: str) -> None:
    log = tail(text + "end")
    assert len(log.encode()) <= LOG_BYTES
    assert log.endswith("end")


def test_a_log_cannot_command_a_terminal() -> None:
    assert tail("\x1b[2J\x07plain\ttext\n") == "�[2J�plain\ttext\n"
