"""The default engine against published temperatures and closed forms."""

import numpy as np
import pytest

from proofmark_thermal.finite_elements import FiniteElements

from .cases import REFERENCE, Case, cases


@pytest.mark.parametrize("case", cases().values(), ids=cases())
def test_reference_temperatures_are_met(case: Case) -> None:
    solution = FiniteElements().solve(case.problem)
    assert case.read(solution) == pytest.approx(case.expected, abs=case.tolerance)
    assert solution.accurate
    most = max(abs(watts) for watts in (*solution.balance.entering.values(), *solution.balance.leaving.values()))
    assert solution.balance.imbalance == pytest.approx(0, abs=1e-7 * most)


@pytest.mark.parametrize("name", ["ARPACI-3-8", "INCROPERA-3.116", "CYL-SOURCE", "SPREAD-PLATE"])
def test_the_stated_error_holds_the_true_one(name: str) -> None:
    """Those with closed forms; twice what is read to many digits."""
    case = cases()[name]
    solution = FiniteElements().solve(case.problem)
    assert abs(case.read(solution)[0] - case.expected[0]) <= solution.error_estimate_k + 1e-9 * case.expected[0]


def test_every_reference_case_is_tested() -> None:
    """The manufactured one by test_orders.py; one must not decide, as its published value is 0.3 % off."""
    assert set(REFERENCE) == set(cases()) | {"MMS-3D", "WILSON-2D"}


def test_the_exact_root_of_the_radiating_bar_is_met() -> None:
    case = cases()["NAFEMS-T2"]
    found = case.read(FiniteElements().solve(case.problem))
    assert found == pytest.approx([REFERENCE["NAFEMS-T2"]["reference"]["exact_scalar_root_K"]], abs=1e-6)
    assert np.isfinite(found).all()
