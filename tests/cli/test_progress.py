"""A line that says what is going on."""

import io

import pytest
from rich.console import Console

from proofmark.progress import SIMULATING, bar, doing, interval, told
from proofmark_contracts.assessment import ReliabilityUpdated


def live(**more: object) -> ReliabilityUpdated:
    seen = {"study": "s-r1", "samples": 1200, "planned": 5000, "failures": 3, "missing": 0}
    return ReliabilityUpdated.model_validate({**seen, "r_low": 0.9, "r_high": 1.0, "cpu_s": 1.0, **more})


def test_while_it_simulates_the_algorithm_speaks_for_itself() -> None:
    said = live(reason="cross-entropy: level 2")
    assert doing(said, SIMULATING) == "cross-entropy: level 2"
    assert doing(said, "signing") == "signing"
    assert doing(live(), SIMULATING) == SIMULATING


def test_the_line_tells_runs_failures_missing_and_the_interval() -> None:
    assert told(live(missing=4)) == "1,200 of 5,000 runs, 3 failed, 4 missing, R in [0.90000, 1.00000]"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.0, 1.0, "[0.00000, 1.00000]"),
        (0.99999887, 0.99999914, "[0.9999989, 0.9999991]"),
        (1.0, 1.0, "[1.00000, 1.00000]"),
    ],
)
def test_an_interval_has_decimals_enough_to_tell_it_from_one(low: float, high: float, text: str) -> None:
    assert interval(low, high) == text


async def test_a_new_round_is_a_new_line_and_keeps_its_brackets() -> None:
    sink = io.StringIO()
    with bar(Console(file=sink)) as show:
        for reason in ("pilot", "pilot", "level [bold]2"):
            show(live(reason=reason), SIMULATING)
    lines = sink.getvalue().splitlines()
    assert [line.split(": 1,200")[0] for line in lines] == ["pilot", "level [bold]2"]
