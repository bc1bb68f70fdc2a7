"""Sound specs to change for tests."""

from typing import Any

MODEL = b"""
UNITS = {"bore": "mm", "shaft": "mm", "clearance": "um"}


def evaluate(samples):
    return {"clearance": 1e3 * (samples["bore"] - samples["shaft"])}
"""


def document(**sections: Any) -> dict[str, Any]:
    """A bore and a shaft, whole sections replaced or added."""
    return {
        "apiVersion": "proofmark/v1",
        "name": "fit",
        "tolerances": {"sigma_level": 3},
        "parameters": {"bore": "10.05 mm +/- 0.03", "shaft": "10.00 mm +/- 0.03"},
        "model": {"kind": "expression", "metrics": {"clearance": "bore - shaft"}},
        "requirements": [{"metric": "clearance", "min": "5 um"}],
        "reliability": {"target": 0.95},
        **sections,
    }


def with_parameter(written: Any, name: str = "x") -> dict[str, Any]:
    """The same with one more parameter."""
    return document(parameters={**document()["parameters"], name: written})
