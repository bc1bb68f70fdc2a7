"""The bench's 1,000-vector study by EasyVVUQ, run by its own interpreter: prints seconds and the failures found."""

import json
import time
from typing import Any

import chaospy
import easyvvuq

LIMITS = {"clearance": 20e-6, "stress": 0.6e6}


def model(sample: dict[str, Any]) -> dict[str, float]:
    clearance = sample["bore"] - sample["shaft"]
    stress = sample["load"] / (sample["length"] * sample["bore"])
    return {"clearance": clearance, "stress": stress}


def main() -> None:
    vary = {
        "bore": chaospy.Normal(10.05e-3, 0.01e-3),
        "shaft": chaospy.Normal(10.00e-3, 0.01e-3),
        "load": chaospy.Uniform(90, 110),
        "length": chaospy.Normal(20e-3, 0.2e-3 / 3),
        "stiffness": chaospy.Normal(525e6, 525e6 / 30),
    }
    began = time.perf_counter()
    actions = easyvvuq.actions.Actions(easyvvuq.actions.ExecutePython(model))
    campaign = easyvvuq.Campaign(
        name="bench", params={name: {"type": "float", "default": 0.0} for name in vary}, actions=actions
    )
    campaign.set_sampler(easyvvuq.sampling.MCSampler(vary=vary, n_mc_samples=1000, rule="latin_hypercube"))
    campaign.execute(nsamples=1000).collate()
    results = campaign.get_collation_result()
    seconds = time.perf_counter() - began
    failed = (results[("clearance", 0)] < LIMITS["clearance"]) | (results[("stress", 0)] > LIMITS["stress"])
    print(json.dumps({"seconds": seconds, "runs": len(results), "failures": int(failed.sum())}))


if __name__ == "__main__":
    main()
