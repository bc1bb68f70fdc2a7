"""Which runs the chip repeats."""

import numpy as np

from proofmark_contracts.tables import STATUS
from proofmark_firmware.worst import Table, repeated
from proofmark_spec import load
from proofmark_systems import noise_seed

from .conftest import FAN

DESIGN = load(FAN / "spec.yaml").design
METRIC, TRAP = DESIGN.metrics
LIMIT_K = 353.15


def batch(temperatures: list[float], missing: tuple[int, ...] = ()) -> tuple[Table, Table]:
    rows = len(temperatures)
    status = np.zeros(rows, np.int8)
    status[list(missing)] = 1
    metrics = {METRIC: np.array(temperatures), TRAP: np.zeros(rows)}
    return {name: np.arange(rows, dtype=np.float64) + 0.5 for name in DESIGN.random_parameters}, {
        **metrics,
        STATUS: status,
    }


def test_the_nominal_run_comes_first_then_those_nearest_to_failing_in_their_order() -> None:
    found = repeated(DESIGN, [batch([300.0, 352.0, 310.0, 353.0, 320.0])], 2)
    assert found.numbers.tolist() == [0, 1, 3]
    assert found.columns["gain"].tolist() == [0.025, 1.5, 3.5]
    assert found.columns["resistance"][0] == 10.0
    assert found.seed == noise_seed(DESIGN.reliability.seed, 0)


def test_runs_without_an_answer_are_not_repeated_and_ties_go_by_place() -> None:
    found = repeated(DESIGN, [batch([350.0, 353.0, 350.0, 350.0], missing=(1,))], 2)
    assert found.numbers.tolist() == [0, 0, 2]


def test_a_later_round_is_repeated_with_its_own_random_numbers() -> None:
    found = repeated(DESIGN, [batch([300.0, 301.0]), batch([310.0, LIMIT_K + 1])], 1)
    assert found.numbers.tolist() == [0, 1]
    assert found.seed == noise_seed(DESIGN.reliability.seed, 1)


def test_without_runs_the_nominal_one_is_left() -> None:
    assert repeated(DESIGN, [], 3).numbers.tolist() == [0]
    assert repeated(DESIGN, [batch([300.0, 301.0])], 0).numbers.tolist() == [0]
