"""The runs of a design that a chip repeats, chosen without a study: the nominal one, and those closest to failing."""

import asyncio

from proofmark_contracts.cosimulation import CosimModel, Noise
from proofmark_contracts.tables import STATUS
from proofmark_firmware.verification.verifying import Vectors
from proofmark_firmware.worst import repeated
from proofmark_sampler.asking import propose
from proofmark_sampler.vectors import batch_vectors
from proofmark_simulator.cosim_model import Described, Plant
from proofmark_simulator.outcome import FloatArray, Outcome
from proofmark_simulator.runner import ModelRunner
from proofmark_spec import Spec


def closest_runs(spec: Spec, heat: Plant | None, runs: int, worst: int) -> Vectors:
    """Simulate the first runs of the design's study, and choose.

    Parameters
    ----------
    heat
        The plant that the design's heat is, if it is one.
    runs
        How many to simulate, at most: a study may draw fewer.
    worst
        How many of them to choose.
    """
    design = spec.design
    uniforms = propose(design, []).uniforms[:runs]
    if not worst or not len(uniforms):
        return repeated(design, [], 0)
    vectors = batch_vectors(design, uniforms)
    outcome = asyncio.run(_simulated(spec, heat, vectors, len(uniforms)))
    return repeated(design, [(vectors, {**outcome.metrics, STATUS: outcome.status})], worst)


async def _simulated(spec: Spec, heat: Plant | None, vectors: dict[str, FloatArray], count: int) -> Outcome:
    design = spec.design
    assert isinstance(design.model, CosimModel)
    noise = Noise(seed=design.reliability.seed, vectors=tuple(range(count)))
    described = Described(design.model, design.controller, spec.files, noise, 0, heat)
    async with ModelRunner() as runner:
        return await runner.simulate(described, vectors, design.constants, design.metrics)
