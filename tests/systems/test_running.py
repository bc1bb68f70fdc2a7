"""Runs do not depend on which others run beside them, on who computes, or on what is wrong with their neighbours."""

from typing import Any

import numpy as np
import pytest

from proofmark_contracts.cosimulation import TRAP, TRAPPED, CosimModel
from proofmark_cosim import Recording
from proofmark_spec import Spec
from proofmark_systems import Runs, WorkingSystem, noise_seed, system_of

from . import loops
from .loops import FloatArray


def run(of: Spec, columns: dict[str, FloatArray], places: range | None = None, seed: int = 7, **more: Any) -> Runs:
    n = len(columns["gain"])
    assert isinstance(of.design.model, CosimModel)
    system = system_of(of.design.model, of.design.controller, of.files)
    working = WorkingSystem(system, frozenset(of.design.parameters), seed, **more)
    return working.run({**columns, "band": np.full(n, 2.0)}, np.array(places or range(n)))


@pytest.mark.parametrize("changes", [{}, loops.NOISY], ids=["quiet", "noisy"])
def test_parts_of_a_batch_give_what_the_whole_gives(changes: dict[str, str]) -> None:
    columns = loops.vectors(12)
    whole = run(loops.spec(changes), columns)
    for part in (slice(0, 5), slice(5, 6), slice(6, 12)):
        cut = {name: column[part] for name, column in columns.items()}
        alone = run(loops.spec(changes), cut, range(12)[part])
        for name, column in whole.metrics.items():
            np.testing.assert_array_equal(alone.metrics[name], column[part])


@pytest.mark.parametrize("changes", [{}, loops.NOISY], ids=["quiet", "noisy"])
def test_compiled_and_interpreted_give_the_same_bits(changes: dict[str, str]) -> None:
    columns = loops.vectors(3)
    compiled, interpreted = (run(loops.spec(changes), columns, engines=which) for which in ("auto", "numpy"))
    for name, column in compiled.metrics.items():
        np.testing.assert_array_equal(interpreted.metrics[name], column)


def test_noise_is_another_in_every_place_batch_and_study() -> None:
    columns = {name: np.repeat(column[:1], 40) for name, column in loops.vectors().items()}
    found = {
        number: tuple(run(loops.spec(loops.NOISY), columns, seed=seed).metrics["last_of_link_crc_fails"])
        for number, seed in enumerate((noise_seed(1, 0), noise_seed(1, 1), noise_seed(2, 0)))
    }
    assert len(set(found.values())) == 3
    assert all(len(set(column)) > 10 for column in found.values())
    assert np.mean([*found.values()]) == pytest.approx(100, abs=5)


def test_a_row_out_of_range_has_no_answer_and_takes_none_along() -> None:
    columns = loops.vectors(9)
    sound = run(loops.spec(), columns)
    columns["resistance"][[0, 4]] = -1.0
    spoilt = run(loops.spec(), columns)
    assert spoilt.without == dict.fromkeys((0, 4), "heat.resistance: expected a finite number above 0, got -1.0")
    others = np.delete(np.arange(9), [0, 4])
    for name, column in sound.metrics.items():
        np.testing.assert_array_equal(spoilt.metrics[name][others], column[others])
        assert np.isnan(spoilt.metrics[name][[0, 4]]).all()


def test_a_plant_without_a_number_leaves_its_run_without_an_answer() -> None:
    columns = {"gain": np.array([0.02, 0.02]), "resistance": np.array([3.0, 10.0])}
    found = run(loops.spec(loops.BREAKING), columns)
    assert list(found.without) == [1]
    assert found.without[1].startswith("cycle ")
    assert np.isfinite(found.metrics[TRAP][0])
    assert np.isnan(found.metrics[TRAP][1])


def test_a_trap_has_an_answer_and_its_safe_state_is_simulated() -> None:
    """The default outputs, no heating: the plant cools down again to what the workload alone gives."""
    cool = {"{metric: t_max, max": "{metric: last, of: heat.rise, max", "max: 80 degC": "max: 80 K"}
    columns = {"gain": np.array([0.02]), "resistance": np.array([10.0])}
    sound, trapped = run(loops.spec(cool), columns), run(loops.spec(cool, loops.TRAPPING), columns)
    assert [*sound.metrics[TRAP], *trapped.metrics[TRAP]] == [0.0, TRAPPED]
    assert trapped.without == {}
    assert sound.metrics["last_of_heat_rise"] > 10
    assert trapped.metrics["last_of_heat_rise"] == pytest.approx(2.0 * -np.expm1(-5.0), abs=1e-3)


def test_traces_are_those_of_the_same_runs() -> None:
    columns = loops.vectors(4)
    recorded = run(loops.spec(), columns, recording=Recording([0], 1, ("heat.temperature",)))
    np.testing.assert_array_equal(
        recorded.traces["heat.temperature"].max(axis=1), recorded.metrics["t_max_of_heat_temperature"]
    )
    np.testing.assert_array_equal(
        recorded.metrics["t_max_of_heat_temperature"], run(loops.spec(), columns).metrics["t_max_of_heat_temperature"]
    )
