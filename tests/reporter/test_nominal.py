"""The margins of a design built exactly as drawn."""

from typing import Any

import numpy as np
import pytest

from proofmark_contracts.design import Design
from proofmark_reporter.nominal import nominal_margins
from tests.designs import clearance_design
from tests.reporter.examples import oven


def changed(**more: Any) -> Design:
    return Design.model_validate({**clearance_design().model_dump(), **more})


def test_every_parameter_is_at_its_median() -> None:
    laws = {
        "bore": {"kind": "exponential", "rate": 2.0},
        "shaft": {"kind": "discrete", "values": [3.0, 1.0, 2.0], "weights": [0.2, 0.4, 0.4]},
        "scale": {"kind": "constant", "value": 10.0},
    }
    limits = [{"name": "a", "metric": "clearance", "low": -20.0}, {"name": "b", "metric": "clearance", "high": -17.0}]
    nominal = 10 * (np.log(2) / 2 - 2)
    expected = (nominal + 20, -17 - nominal)
    assert nominal_margins(changed(parameters=laws, requirements=limits)) == pytest.approx(expected)


def test_arithmetic_outside_its_domain_has_no_margin() -> None:
    broken = changed(model={"kind": "expression", "metrics": {"clearance": "sqrt(shaft - bore)"}})
    assert np.isnan(nominal_margins(broken) or ()).all()


def test_a_python_model_is_not_run() -> None:
    assert nominal_margins(oven().design) is None
