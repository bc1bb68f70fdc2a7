"""Expression models, all rows at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.design import ExpressionModel
from proofmark_contracts.tables import STATUS, encode_table
from proofmark_simulator.expression_model import ROWS_AT_ONCE, evaluate_expressions
from proofmark_simulator.outcome import ERROR, NOT_A_NUMBER, OK, FloatArray, Outcome

MODEL = ExpressionModel(metrics={"gap": "bore - shaft", "ratio": "sqrt(bore) / (shaft - 2)", "share": "k * bore**1.5"})


def evaluate(bore: FloatArray, shaft: FloatArray) -> Outcome:
    columns = {"bore": bore, "shaft": shaft}
    return evaluate_expressions(MODEL, columns, {"k": 0.3}, ("ratio", "share", "gap"), len(bore))


def test_metrics_are_those_asked_for_in_that_order() -> None:
    outcome = evaluate(np.array([4.0, 9.0]), np.array([1.0, 3.0]))
    assert list(outcome.metrics) == ["ratio", "share", "gap"]
    assert outcome.metrics["gap"].tolist() == [3.0, 6.0]
    assert outcome.metrics["ratio"].tolist() == [-2.0, 3.0]
    np.testing.assert_allclose(outcome.metrics["share"], [2.4, 8.1], rtol=1e-15)


def test_a_row_outside_the_domain_is_missing_and_says_which_metric() -> None:
    outcome = evaluate(np.array([4.0, -4.0, 9.0]), np.array([2.0, 1.0, 3.0]))
    assert outcome.status.tolist() == [NOT_A_NUMBER, NOT_A_NUMBER, OK]
    assert np.isnan(outcome.metrics["gap"]).tolist() == [True, True, False]
    assert outcome.logs[0] == "metric 'ratio': expected a finite number, got inf"


@given(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=1, max_size=40), st.data())
def test_the_outcome_does_not_depend_on_how_rows_are_chunked(
    rows: list[tuple[float, float]], data: st.DataObject
) -> None:
    bore, shaft = np.array(rows).T
    cut = data.draw(st.integers(0, len(rows)))
    whole = evaluate(bore, shaft)
    parts = [evaluate(bore[:cut], shaft[:cut]), evaluate(bore[cut:], shaft[cut:])]
    metrics = {name: np.concatenate([part.metrics[name] for part in parts]) for name in whole.metrics}
    status = np.concatenate([part.status for part in parts])
    assert encode_table({**metrics, STATUS: status}) == encode_table({**whole.metrics, STATUS: whole.status})


def test_rows_beyond_one_block_are_evaluated_as_the_first_ones() -> None:
    rows = ROWS_AT_ONCE + 7
    bore = np.linspace(1.0, 2.0, rows)
    outcome = evaluate(bore, np.full(rows, 1.0))
    assert outcome.metrics["gap"].tobytes() == (bore - 1.0).tobytes()


def test_a_metric_of_constants_alone_is_the_same_for_every_row() -> None:
    model = ExpressionModel(metrics={"y": "2 * k"})
    for columns, rows in (({"x": np.ones(3)}, 3), ({}, 1)):
        outcome = evaluate_expressions(model, columns, {"k": 1.5}, ("y",), rows)
        assert outcome.metrics["y"].tolist() == [3.0] * rows


def test_what_cannot_be_evaluated_is_an_error_for_every_row() -> None:
    columns = {"x": np.ones(7)}
    for text, metric, reason in (
        ("x +", "y", "metric 'y': column"),
        ("z + 1", "y", "unknown name 'z'"),
        ("x", "other", "metric 'other': expected one of y"),
    ):
        outcome = evaluate_expressions(ExpressionModel(metrics={"y": text}), columns, {}, (metric,), 7)
        assert outcome.status.tolist() == [ERROR] * 7
        assert list(outcome.logs) == [0, 1, 2, 3, 4]
        assert reason in outcome.logs[0]
