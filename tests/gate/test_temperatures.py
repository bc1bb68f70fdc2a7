"""The gate's rule for heat: the mesh's error counts against every claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.temperatures import NominalCheck
from proofmark_gate.decision import Decision, strictest
from proofmark_gate.temperatures import judge_temperatures

KELVIN = st.floats(200, 500)


def check(value: float, low: float | None = None, high: float | None = 353.15) -> NominalCheck:
    return NominalCheck(requirement="stays cool", metric="t_max", value=value, low=low, high=high)


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (350.0, 0.1, "approved"),
        (353.04, 0.1, "approved"),
        (353.06, 0.1, "not-proven"),
        (353.24, 0.1, "not-proven"),
        (353.26, 0.1, "rejected"),
        (300.0, None, "not-proven"),
    ],
)
def test_a_limit_is_held_missed_or_left_open(value: float, error: float | None, verdict: str) -> None:
    assert judge_temperatures([check(value)], error).verdict == verdict


def test_the_words_say_the_nearer_limit_in_degrees() -> None:
    (reason,) = judge_temperatures([check(280.0, low=278.15)], 0.25).reasons
    assert reason == "stays cool: nominally 6.85 degC +/- 0.25 K, which holds the limit of 5.00 degC"


@given(value=KELVIN, error=st.floats(0, 5), more=st.floats(0, 5))
def test_a_larger_error_never_makes_a_claim_stronger(value: float, error: float, more: float) -> None:
    claims = {"approved": 1, "not-proven": 0, "rejected": 1}
    finer, coarser = (judge_temperatures([check(value)], each).verdict for each in (error, error + more))
    assert claims[coarser] <= claims[finer]
    assert coarser in (finer, "not-proven")


def test_nothing_to_check_is_nothing_against_it() -> None:
    assert judge_temperatures([], 0.1) == Decision("approved", ())


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        (("approved", "approved"), "approved"),
        (("approved", "not-proven"), "not-proven"),
        (("rejected", "not-proven"), "rejected"),
    ],
)
def test_two_decisions_are_as_bad_as_the_worse(verdicts: tuple[str, str], worst: str) -> None:
    one, other = (Decision(verdict, (verdict,)) for verdict in verdicts)  # type: ignore[arg-type]
    for found in (strictest(one, other), strictest(other, one)):
        assert found.verdict == worst
        assert set(found.reasons) == {worst}
