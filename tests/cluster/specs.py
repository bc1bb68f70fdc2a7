"""Specs for a cluster: long enough to be disturbed, small enough to be repeated."""

from typing import Any

MODEL = """
import time


def evaluate_one(sample):
    time.sleep({sleep_s})
    return {{"clearance": sample["bore"] - sample["shaft"]}}
"""


def fit(name: str, samples: int = 100, **plan: Any) -> dict[str, Any]:
    """A shaft in a bore, as arithmetic."""
    return {
        "apiVersion": "proofmark/v1",
        "name": name,
        "tolerances": {"sigma_level": 3},
        "parameters": {"bore": "10.05 mm +/- 0.03", "shaft": "10.00 mm +/- 0.03"},
        "model": {"kind": "expression", "metrics": {"clearance": "bore - shaft"}},
        "requirements": [{"name": "turns freely", "metric": "clearance", "min": "10 um"}],
        "reliability": {
            "target": 0.95,
            "confidence": 0.95,
            "seed": 1,
            "method": "monte-carlo",
            "samples": samples,
            **plan,
        },
    }


def slow_fit(name: str, samples: int, sleep_s: float, **plan: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The same as a model that takes its time."""
    document = fit(name, samples, **plan) | {"model": {"kind": "python", "file": "model.py"}}
    return document, {"model.py": MODEL.format(sleep_s=sleep_s).encode()}
