"""Six sigma's vocabulary, rounded to the safe side."""

import pytest

from proofmark_contracts.assessment import Estimate
from proofmark_reporter.sigmas import pf_by_requirement, six_sigma
from tests.reporter.examples import evidence_of, fit, search


def estimate(pf: float | None, pf_high: float | None) -> Estimate:
    told = {"name": "system", "target": 0.99, "samples": 100, "failures": 1, "missing": 0, "r": 0.99, "r_low": 0.9}
    told |= {"r_high": 1, "bound_low": 0.9, "bound_high": 1, "certified": "exact", "pf": pf, "pf_high": pf_high}
    return Estimate.model_validate(told)


def test_six_sigma_is_what_its_name_says() -> None:
    """3.4 defects per million: a sigma level of six, of which 1.5 are the long-term shift (ISO 13053-1, table A.1)."""
    told = six_sigma(estimate(3.4e-6, 3.4e-6))
    assert (told.level, told.beta, told.defects) == ("6.00", "4.50", "3.4")


def test_bounds_are_rounded_to_their_safe_side() -> None:
    told = six_sigma(estimate(1e-3, 1.2341e-3))
    assert told.defects_high == "1240"
    assert (told.beta_low, told.level_low) == ("3.02", "4.52")


@pytest.mark.parametrize("pf", [None, 0.0, 1.0])
def test_no_index_is_told_of_what_was_never_seen(pf: float | None) -> None:
    assert six_sigma(estimate(pf, 0.03)).beta == "–"


def test_nothing_known_bounds_nothing() -> None:
    told = six_sigma(estimate(None, None))
    assert (told.beta_low, told.level_low, told.defects_high) == ("–", "–", "1,000,000")


def test_probabilities_of_single_requirements_come_from_final_runs() -> None:
    """The gap closes where a standard-normal deviate falls below -67/sqrt(200) = -4.738: 1.08e-6."""
    closes, rattles = pf_by_requirement(search().runs)
    assert closes[0] == pytest.approx(1.08e-6, rel=0.2)
    assert closes[1] == closes[0]
    assert rattles == (0.0, 0.0)


def test_a_plain_study_has_the_index_of_its_share_of_failures() -> None:
    evidence = evidence_of(*fit(low=5e-5))
    told = six_sigma(evidence.assessed.estimates[0])
    assert abs(float(told.beta)) < 0.2
