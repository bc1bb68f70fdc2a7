"""Spec documents as other systems would send them."""

from typing import Any

HANGING_MODEL = b"""
import time


def evaluate_one(sample):
    if sample["bore"] > 10.06e-3:
        time.sleep(60)
    return {"clearance": sample["bore"] - sample["shaft"]}
"""

SLEEPING_MODEL = b"""
import time


def evaluate_one(sample):
    time.sleep(0.03)
    return {"clearance": sample["bore"] - sample["shaft"]}
"""

BROKEN_MODEL = b"""
def evaluate_one(sample):
    raise ValueError("no such material")
"""


def expression_spec(minimum: str = "20 um", **reliability: Any) -> dict[str, Any]:
    """A clearance of 50 um in the middle, 14 um of standard deviation."""
    return {
        "apiVersion": "proofmark/v1",
        "name": "fit",
        "tolerances": {"sigma_level": 3},
        "parameters": {"bore": "10.05 mm +/- 0.03", "shaft": "10.00 mm +/- 0.03"},
        "model": {"kind": "expression", "metrics": {"clearance": "bore - shaft"}},
        "requirements": [{"name": "turns freely", "metric": "clearance", "min": minimum}],
        "reliability": {"target": 0.95, "method": "latin-hypercube", "samples": 1000, "seed": 1, **reliability},
    }


def python_spec(time_limit: str = "10 s", **reliability: Any) -> dict[str, Any]:
    """The same, as a Python model beside it."""
    spec = expression_spec(**{"samples": 200, **reliability})
    return {**spec, "model": {"kind": "python", "file": "model.py", "time_limit": time_limit}}


def loop_spec(**reliability: Any) -> dict[str, Any]:
    """A warmer in closed loop, with a link whose frames fail by chance; its controller is `tests/spec/loop`'s."""
    return {
        "apiVersion": "proofmark/v1",
        "name": "warm",
        "tolerances": {"sigma_level": 3},
        "parameters": {"resistance": "10 K/W +/- 10 %", "gain": "0.02 +/- 10 %"},
        "controller": {"file": "controller.py", "period": "10 ms", "parameters": {"gain": "gain"}},
        "model": {
            "kind": "cosim",
            "duration": "3 s",
            "plants": {
                "heat": {"kind": "rc-thermal", "resistance": "resistance", "heater_power": "10 W"},
                "crc": {"kind": "crc-sampler"},
                "link": {"kind": "link-monitor"},
            },
            "connect": {
                "heat.heater": "controller.duty",
                "controller.temp_degc": "in_degC(heat.temperature)",
                "crc.probability": 0.1,
                "link.crc_fail": "crc.crc_fail",
            },
        },
        "requirements": [
            {"name": "stays cool", "always": "in_degC(heat.temperature) < 60"},
            {"name": "few fail", "metric": "last", "of": "link.crc_fails", "max": 50},
        ],
        "reliability": {"target": 0.95, "method": "latin-hypercube", "samples": 300, "seed": 1, **reliability},
    }
