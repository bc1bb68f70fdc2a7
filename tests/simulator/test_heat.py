"""Temperatures of a chunk's vectors: what the reduced model says, and which runs its errors leave open."""

from collections.abc import Iterator

import numpy as np
import pytest

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.temperatures import ReducedHeat
from proofmark_simulator.errors import InvalidChunk
from proofmark_simulator.heat import UNDECIDED, ReducedModels, with_temperatures, without_model
from proofmark_simulator.outcome import OK, Outcome, Tally
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal_fem.answering import answer
from tests.thermal_fem.designs import AMBIENT_K, rise_k, slab

LIMIT_K = 353.15
Heat = tuple[ReducedHeat, bytes]


@pytest.fixture(scope="module")
def heat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heat]:
    found = answer("study", slab(LIMIT_K), tmp_path_factory.mktemp("heat"))
    yield found.modelled.heat, found.contents[0]


def run(
    heat: Heat, loss: list[float], outcome: Outcome | None = None, metrics: tuple[str, ...] = ("t_max",)
) -> Outcome:
    rows = len(loss)
    columns = {"loss": np.array(loss), "k": np.full(rows, 100.0), "h": np.full(rows, 1000.0)}
    model = ReducedModel.from_bytes(heat[1])
    return with_temperatures(outcome or without_model(rows), heat[0], model, columns, {"ambient": AMBIENT_K}, metrics)


def test_each_vector_has_the_temperature_of_its_own_parameters(heat: Heat) -> None:
    found = run(heat, [18.0, 20.0, 25.0], metrics=("t_middle", "t_max"))
    assert list(found.metrics) == ["t_middle", "t_max"]
    expected = [AMBIENT_K + rise_k(loss) for loss in (18.0, 20.0, 25.0)]
    np.testing.assert_allclose(found.metrics["t_max"], expected, atol=0.05)
    assert found.status.tolist() == [OK] * 3


def test_a_temperature_that_cannot_be_told_from_the_limit_is_no_answer(heat: Heat) -> None:
    at_limit = (LIMIT_K - AMBIENT_K) / rise_k(1.0)
    found = run(heat, [at_limit, at_limit * 1.01, at_limit * 0.99])
    assert found.status.tolist() == [UNDECIDED, OK, OK]
    assert np.isnan(found.metrics["t_max"][0])
    assert "within its error of the limit" in found.logs[0]
    assert RUN_STATUS[UNDECIDED] == "undecided"


def test_the_mesh_widens_what_is_left_open(heat: Heat) -> None:
    coarse = heat[0].model_copy(update={"mesh_error_k": 2.0})
    loss = (LIMIT_K + 1.5 - AMBIENT_K) / rise_k(1.0)
    assert run(heat, [loss]).status.tolist() == [OK]
    assert run((coarse, heat[1]), [loss]).status.tolist() == [UNDECIDED]


def test_what_the_other_model_left_unanswered_stays_so(heat: Heat) -> None:
    tally = Tally.of(("clearance",), 2)
    tally.values[0] = [1.0, 2.0]
    tally.miss(slice(0, 1), 1, "raised")
    found = run(heat, [20.0, 20.0], tally.outcome(0.5), ("clearance", "t_max"))
    assert found.status.tolist() == [1, OK]
    assert np.isnan(found.metrics["t_max"][0])
    assert (found.metrics["clearance"][1], found.logs[0]) == (2.0, "raised")
    assert found.cpu_s > 0.5


def test_what_a_vector_gets_does_not_depend_on_its_chunk(heat: Heat) -> None:
    losses = np.linspace(15, 30, 700).tolist()
    whole = run(heat, losses)
    parts = [run(heat, losses[:130]), run(heat, losses[130:])]
    joined = np.concatenate([part.metrics["t_max"] for part in parts])
    assert joined.tobytes() == whole.metrics["t_max"].tobytes()


def test_vectors_outside_physics_are_errors_of_the_whole_chunk(heat: Heat) -> None:
    columns = {"loss": np.array([20.0]), "k": np.array([-1.0]), "h": np.array([1000.0])}
    model = ReducedModel.from_bytes(heat[1])
    found = with_temperatures(without_model(1), heat[0], model, columns, {"ambient": AMBIENT_K}, ("t_max",))
    assert RUN_STATUS[found.status[0]] == "error"
    assert "temperatures: " in found.logs[0]


def test_bytes_that_are_no_model_are_refused(heat: Heat) -> None:
    models = ReducedModels()
    with pytest.raises(InvalidChunk, match="heat: "):
        models.take(heat[0], b"nothing")
    models.take(heat[0], heat[1])
    assert heat[0] in models
    assert models[heat[0]].unknowns > 0
