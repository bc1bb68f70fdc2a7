"""Small designs for tests."""

from typing import Any

from proofmark_contracts.design import Design, Unit


def clearance_design(**reliability: Any) -> Design:
    """A bore and a shaft: about 2 % of the clearances are under 20 um."""
    return Design.model_validate(
        {
            "name": "fit",
            "parameters": {
                "bore": {"kind": "normal", "mean": 10.05e-3, "std": 1e-5},
                "shaft": {"kind": "normal", "mean": 10.00e-3, "std": 1e-5},
                "scale": {"kind": "constant", "value": 1.0},
            },
            "model": {"kind": "expression", "metrics": {"clearance": "scale * (bore - shaft)"}},
            "requirements": [{"name": "turns freely", "metric": "clearance", "low": 2e-5}],
            "reliability": {"target": 0.95, "method": "monte-carlo", "samples": 1000, "seed": 1, **reliability},
            "units": {name: Unit(symbol="mm", factor=1e-3) for name in ("bore", "shaft", "clearance")}
            | {"scale": Unit(symbol="")},
        }
    )
