"""Chunks of systems that run in time: what a vector gives is its own, and what is wrong with it stays its own."""

from collections.abc import Mapping

import numpy as np
import pytest

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.cosimulation import TRAP, CosimModel, Noise
from proofmark_contracts.frozen import FileRef
from proofmark_cosim import System
from proofmark_simulator.cosim_model import SYSTEMS, Described, Plant, Systems, simulate
from proofmark_simulator.errors import InvalidChunk
from proofmark_simulator.outcome import FloatArray, Outcome
from proofmark_simulator.runner import ModelRunner
from proofmark_spec import Spec
from proofmark_systems import WorkingSystem

from ..systems import heated, loops

CONSTANTS = {"band": 2.0}


def described(of: Spec, places: range, batch: int = 0) -> Described:
    design = of.design
    assert isinstance(design.model, CosimModel)
    return Described(design.model, design.controller, of.files, Noise(seed=3, vectors=tuple(places)), batch)


def chunk(of: Spec, columns: Mapping[str, FloatArray], places: range, systems: Systems | None = None) -> Outcome:
    cut = {name: column[places.start : places.stop] for name, column in columns.items()}
    return simulate(systems or Systems(), described(of, places), cut, CONSTANTS, of.design.metrics)


@pytest.mark.parametrize("size", [1, 5, 12])
def test_chunks_of_any_size_give_the_same(size: int) -> None:
    of, columns, systems = loops.spec(loops.NOISY), loops.vectors(12), Systems()
    parts = [chunk(of, columns, range(first, min(first + size, 12)), systems) for first in range(0, 12, size)]
    whole = chunk(of, columns, range(12))
    for name, column in whole.metrics.items():
        np.testing.assert_array_equal(np.concatenate([part.metrics[name] for part in parts]), column)


def test_a_system_is_prepared_once_and_the_oldest_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def prepared(system: System, parameters: frozenset[str], seed: int) -> WorkingSystem:
        made.append(seed)
        return WorkingSystem(system, parameters, seed)

    monkeypatch.setattr("proofmark_simulator.cosim_model.WorkingSystem", prepared)
    of, systems, names = loops.spec(), Systems(), frozenset({"gain", "resistance", "band"})
    for batch in (0, 0, *range(SYSTEMS), SYSTEMS, 0):
        systems.ready(described(of, range(1), batch), names)
    assert len(made) == SYSTEMS + 2
    other = loops.spec(source={"0.02)": "0.03)"})
    assert described(other, range(1)).digest(names) != described(of, range(1)).digest(names)


def test_a_vector_out_of_range_and_one_whose_plant_breaks_are_missing() -> None:
    columns = {"gain": np.full(3, 0.02), "resistance": np.array([3.0, -1.0, 10.0])}
    found = chunk(loops.spec(loops.BREAKING), columns, range(3))
    assert [RUN_STATUS[code] for code in found.status] == ["ok", "not-a-number", "not-a-number"]
    assert found.logs[1] == "heat.resistance: expected a finite number above 0, got -1.0"
    assert found.logs[2].endswith("expected finite numbers, got none from a plant")


def test_a_trap_is_an_answer_that_violates_what_every_controller_is_held_to() -> None:
    of = loops.spec(source=loops.TRAPPING)
    found = chunk(of, loops.vectors(2), range(2))
    (held,) = (asked for asked in of.design.requirements if asked.metric == TRAP)
    assert held.high is not None
    assert list(found.status) == [0, 0]
    assert (found.metrics[TRAP] > held.high).all()
    assert (chunk(loops.spec(), loops.vectors(2), range(2)).metrics[TRAP] < held.high).all()


def test_a_controller_that_cannot_trap_is_held_to_nothing() -> None:
    assert TRAP not in loops.spec(source={"        self.ticks = self.ticks + 1\n": ""}).design.metrics


def test_a_system_that_cannot_be_run_leaves_every_row_with_the_reason() -> None:
    of = loops.spec()
    assert isinstance(of.design.model, CosimModel)
    loop = of.design.model.model_copy(update={"connect": {**of.design.model.connect, "heat.heater": "ring.gone"}})
    broken = Described(loop, of.design.controller, of.files, Noise(seed=0, vectors=(0, 1)), 0)
    found = simulate(Systems(), broken, loops.vectors(2), CONSTANTS, of.design.metrics)
    assert [RUN_STATUS[code] for code in found.status] == ["error", "error"]
    assert "'ring.gone'" in found.logs[0]


def test_an_unknown_metric_is_no_chunk() -> None:
    with pytest.raises(InvalidChunk, match="'speed': expected one of t_max_of_heat_temperature, controller_trap"):
        simulate(Systems(), described(loops.spec(), range(1)), loops.vectors(1), CONSTANTS, ("speed",))


async def test_the_runner_gives_what_the_model_gives() -> None:
    of, columns = loops.spec(), loops.vectors(3)
    async with ModelRunner() as runner:
        found = await runner.simulate(described(of, range(3)), columns, CONSTANTS, of.design.metrics)
        with pytest.raises(InvalidChunk, match=r"expected shape \(2,\), got \(3,\)"):
            await runner.simulate(described(of, range(2)), columns, CONSTANTS, of.design.metrics)
    for name, column in chunk(of, columns, range(3)).metrics.items():
        np.testing.assert_array_equal(found.metrics[name], column)


def test_a_controller_s_file_is_part_of_what_is_prepared() -> None:
    of = loops.spec()
    assert of.design.controller is not None
    changed = of.design.controller.model_copy(update={"file": FileRef(path="controller.py", sha256="0" * 64, size=1)})
    assert isinstance(of.design.model, CosimModel)
    other = Described(of.design.model, changed, of.files, Noise(seed=3, vectors=(0,)), 0)
    assert other.digest(frozenset()) != described(of, range(1)).digest(frozenset())


def test_the_names_of_the_parameters_are_part_of_what_is_prepared() -> None:
    one = described(loops.spec(), range(1))
    assert one.digest(frozenset({"gain"})) != one.digest(frozenset({"gain", "band"}))


def in_the_loop(limits: Mapping[str, tuple[float, ...]], rows: int = 6) -> Outcome:
    """Runs of the study whose heat is a plant, under these limits."""
    of = heated.solved()
    design, told = of.spec.design, of.modelled.heat.model_copy(update={"limits": limits})
    assert isinstance(design.model, CosimModel)
    noise = Noise(seed=0, vectors=tuple(range(rows)))
    given = Described(design.model, design.controller, of.spec.files, noise, 0, Plant(told, of.content))
    return simulate(Systems(), given, heated.vectors(rows), design.constants, design.metrics)


def test_a_run_whose_verdict_its_temperatures_error_changes_is_undecided() -> None:
    free = in_the_loop({})
    assert free.status.tolist() == [0] * 6
    hottest = free.metrics["t_max_of_heat_t_max"]
    error_k = heated.solved().modelled.bound_k + heated.solved().modelled.heat.mesh_error_k
    near = {"t_max_of_heat_t_max": (float(hottest[2]) + 0.9 * error_k,)}
    status = in_the_loop(near).status
    assert RUN_STATUS[status[2]] == "undecided"
    expected = np.abs(hottest - near["t_max_of_heat_t_max"][0]) <= error_k
    assert (status > 0).tolist() == expected.tolist()
    beyond = {"t_max_of_heat_t_max": (float(hottest.max()) + 1.1 * error_k,)}
    assert in_the_loop(beyond).status.tolist() == [0] * 6


def test_a_reduced_model_that_is_none_leaves_every_run_without_an_answer() -> None:
    of = heated.solved()
    design = of.spec.design
    assert isinstance(design.model, CosimModel)
    plant = Plant(of.modelled.heat, b"nothing")
    given = Described(design.model, design.controller, of.spec.files, Noise(seed=0, vectors=(0, 1)), 0, plant)
    found = simulate(Systems(), given, heated.vectors(2), design.constants, design.metrics)
    assert [RUN_STATUS[code] for code in found.status] == ["error", "error"]
