"""Chunks of an FMU: each run is its own, whatever the FMU does in it, and its numbers are those of a plant."""

from dataclasses import replace

import numpy as np
import pytest

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.cosimulation import FmuModel, Noise
from proofmark_simulator.child import Limits
from proofmark_simulator.cosim_model import Described
from proofmark_simulator.outcome import FloatArray, Outcome
from proofmark_simulator.runner import ModelRunner
from proofmark_spec import Spec

from ..spec.units_of import spec

LEVEL = "last_of_fmu_level"
NOISY = {"{kind: step-workload, at: 500 ms, from: 0, to: 1}": "{kind: random-telegraph, rate: 5 1/s}"}


def described(of: Spec, places: range) -> Described:
    assert isinstance(of.design.model, FmuModel)
    return Described(of.design.model, None, of.files, Noise(seed=3, vectors=tuple(places)), 0)


async def chunk(of: Spec, heat: FloatArray, places: range | None = None, limits: Limits | None = None) -> Outcome:
    async with ModelRunner(limits) as runner:
        what = described(of, places or range(heat.size))
        return await runner.simulate(what, {"heat": heat}, {"gain": 3.0}, of.design.metrics)


async def test_a_run_gives_what_the_fmu_and_the_arithmetic_say() -> None:
    heat = np.array([1.0, 2.0, 1.5])
    found = await chunk(spec(), heat)
    np.testing.assert_allclose(found.metrics[LEVEL], 10 * heat + 5 * 0.1 * 3 * heat, rtol=1e-12)
    assert found.metrics["max_of_fmu_warm"].tolist() == [1, 1, 1]
    assert found.status.tolist() == [0, 0, 0]


async def test_an_fmu_that_breaks_crashes_or_hangs_costs_the_run_in_which_it_does() -> None:
    found = await chunk(spec({"time_limit: 2 s": "time_limit: 1.5 s"}), np.array([1.0, 9.0, -9.0, -7.5, 2.0]))
    assert [RUN_STATUS[code] for code in found.status] == ["ok", "error", "error", "timeout", "ok"]
    assert found.logs[1].endswith("cycle 1: fmu: fmi2DoStep failed with status 4 (fatal).")
    assert found.logs[2].endswith("model process died with signal 6 (Aborted)")
    assert found.logs[3].endswith("no answer within 1.5 s")


async def test_chunks_of_any_size_give_the_same() -> None:
    of, heat = spec(NOISY), np.linspace(1, 2, 5)
    whole = await chunk(of, heat)
    parts = [await chunk(of, heat[:2], range(0, 2)), await chunk(of, heat[2:], range(2, 5))]
    for name, column in whole.metrics.items():
        np.testing.assert_array_equal(np.concatenate([part.metrics[name] for part in parts]), column)
    assert len(set((whole.metrics[LEVEL] / heat).tolist())) > 1


async def test_an_fmu_that_cannot_be_loaded_leaves_every_row_with_the_reason() -> None:
    of = spec()
    data = of.files["oven.fmu"]
    cut = replace(described(of, range(2)), files={"oven.fmu": data[: len(data) // 2]})
    async with ModelRunner() as runner:
        found = await runner.simulate(cut, {"heat": np.ones(2)}, {"gain": 3.0}, of.design.metrics)
    assert [RUN_STATUS[code] for code in found.status] == ["error", "error"]
    assert "expected an FMU 2.0 or 3.0, a zip archive" in found.logs[0]


async def test_a_process_of_too_little_memory_has_no_answers() -> None:
    found = await chunk(spec(), np.ones(1), limits=Limits(memory_bytes=64 * 2**20))
    assert found.status.tolist() == [RUN_STATUS.index("error")]


@pytest.mark.parametrize("kind", ["python", "fmu"])
def test_intake_takes_either_for_code_of_others(kind: str) -> None:
    from proofmark_intake.admission import FOREIGN

    assert kind in FOREIGN
