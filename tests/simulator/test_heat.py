"""Temperatures of a chunk's vectors: what the reduced model says, what the full one settles, and what stays open."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.heat import Tabulated, Transient
from proofmark_contracts.temperatures import ReducedHeat
from proofmark_simulator.errors import InvalidChunk
from proofmark_simulator.heat import UNDECIDED, Heat, reduce, settle, unknown, without_model
from proofmark_simulator.heat_models import HeatModels
from proofmark_simulator.outcome import ERROR, OK, Outcome, Tally
from proofmark_thermal.reduced.full_model import FullModel
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal_fem.answering import Answer, answer
from tests.thermal_fem.designs import AMBIENT_K, rise_k, slab

LIMIT_K = 353.15
AT_LIMIT = (LIMIT_K - AMBIENT_K) / rise_k(1.0)
"""W"""
MESH_K = 0.01
FULL_K = 1e-6
"""What full solutions of a slab are exact to."""


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    yield answer("study", slab(LIMIT_K), tmp_path_factory.mktemp("heat"))


def told(answered: Answer, mesh_error_k: float = MESH_K) -> ReducedHeat:
    return answered.modelled.heat.model_copy(update={"mesh_error_k": mesh_error_k})


def known(answered: Answer, losses: list[float], heat: ReducedHeat | None = None, k: float = 100.0) -> Heat:
    rows = len(losses)
    columns = {"loss": np.array(losses), "k": np.full(rows, k), "h": np.full(rows, 1000.0)}
    found = unknown(without_model(rows), heat or told(answered), columns, {"ambient": AMBIENT_K})
    reduce(found, ReducedModel.from_bytes(answered.contents[0]))
    return found


def run(answered: Answer, losses: list[float], metrics: tuple[str, ...] = ("t_max",)) -> Outcome:
    found = known(answered, losses)
    settle(found, FullModel.from_bytes(answered.contents[1]).solve)
    return found.with_temperatures(without_model(len(losses)), metrics)


def test_each_vector_has_the_temperature_of_its_own_parameters(answered: Answer) -> None:
    found = run(answered, [18.0, 20.0, 25.0], metrics=("t_middle", "t_max"))
    assert list(found.metrics) == ["t_middle", "t_max"]
    expected = [AMBIENT_K + rise_k(loss) for loss in (18.0, 20.0, 25.0)]
    np.testing.assert_allclose(found.metrics["t_max"], expected, atol=0.05)
    assert found.status.tolist() == [OK] * 3


def test_the_full_model_is_asked_where_a_limit_lies_within_the_bound_and_nowhere_else(answered: Answer) -> None:
    bound = float(known(answered, [AT_LIMIT]).found["t_max"].bounds[0])
    either_side = [(LIMIT_K + side * MESH_K - AMBIENT_K) / rise_k(1.0) for side in (-1, 1)]
    within, beyond = bound / rise_k(1.0) / 3, 3 * bound / rise_k(1.0)
    near = [edge + sign * within for edge in either_side for sign in (-1, 1)]
    far = [edge + sign * beyond for edge in either_side for sign in (-1, 1)]
    found = known(answered, [*near, *far, 15.0, 30.0])
    assert bound < MESH_K / 4
    assert found.open.tolist() == [0, 1, 2, 3]
    before = found.found["t_max"].values.copy()
    settle(found, FullModel.from_bytes(answered.contents[1]).solve)
    assert (found.full_solutions, found.open.size) == (4, 0)
    np.testing.assert_allclose(
        found.found["t_max"].values[:4], AMBIENT_K + np.array([rise_k(loss) for loss in near]), atol=FULL_K
    )
    assert found.found["t_max"].values[4:].tobytes() == before[4:].tobytes()


def test_the_meshs_error_alone_leaves_a_run_without_an_answer(answered: Answer) -> None:
    edges = [(LIMIT_K + side * (MESH_K + step) - AMBIENT_K) / rise_k(1.0) for side in (-1, 1) for step in (1e-4, -1e-4)]
    found = run(answered, edges)
    assert found.status.tolist() == [OK, UNDECIDED, OK, UNDECIDED]
    assert np.isnan(found.metrics["t_max"]).tolist() == [False, True, False, True]
    assert "within its error of the limit" in found.logs[1]
    assert RUN_STATUS[UNDECIDED] == "undecided"


def test_without_a_full_model_what_is_open_has_no_answer(answered: Answer) -> None:
    edge = (LIMIT_K + MESH_K - AMBIENT_K) / rise_k(1.0)
    found = known(answered, [edge, 15.0]).with_temperatures(without_model(2), ("t_max",))
    assert found.status.tolist() == [UNDECIDED, OK]


def test_rows_that_are_alike_share_a_full_solution(answered: Answer) -> None:
    edge = (LIMIT_K + MESH_K - AMBIENT_K) / rise_k(1.0)
    found = known(answered, [edge, 15.0, edge, edge])
    settle(found, FullModel.from_bytes(answered.contents[1]).solve)
    assert found.full_solutions == 1
    assert len(set(found.found["t_max"].values[[0, 2, 3]].tolist())) == 1


def test_what_the_other_model_left_unanswered_stays_so_and_is_not_solved(answered: Answer) -> None:
    tally = Tally.of(("clearance",), 2)
    tally.values[0] = [1.0, 2.0]
    tally.miss(slice(0, 1), 1, "raised")
    before = tally.outcome(0.5)
    edge = (LIMIT_K + MESH_K - AMBIENT_K) / rise_k(1.0)
    columns = {"loss": np.array([edge, 20.0]), "k": np.full(2, 100.0), "h": np.full(2, 1000.0)}
    heat = unknown(before, told(answered), columns, {"ambient": AMBIENT_K})
    reduce(heat, ReducedModel.from_bytes(answered.contents[0]))
    assert not heat.open.size
    found = heat.with_temperatures(before, ("clearance", "t_max"))
    assert found.status.tolist() == [1, OK]
    assert np.isnan(found.metrics["t_max"][0])
    assert (found.metrics["clearance"][1], found.logs[0]) == (2.0, "raised")
    assert found.cpu_s > 0.5


def test_what_a_vector_gets_does_not_depend_on_its_chunk(answered: Answer) -> None:
    losses = np.linspace(AT_LIMIT - 0.02, AT_LIMIT + 0.02, 700).tolist()
    whole = run(answered, losses)
    parts = [run(answered, losses[:130]), run(answered, losses[130:])]
    for joined, all_ in (
        (np.concatenate([part.metrics["t_max"] for part in parts]), whole.metrics["t_max"]),
        (np.concatenate([part.status for part in parts]), whole.status),
    ):
        assert joined.tobytes() == all_.tobytes()
    assert {OK, UNDECIDED} == set(whole.status.tolist())


def test_a_vector_outside_physics_is_an_error_of_its_own(answered: Answer) -> None:
    columns = {"loss": np.full(3, 20.0), "k": np.array([100.0, -1.0, 100.0]), "h": np.full(3, 1000.0)}
    heat = unknown(without_model(3), told(answered), columns, {"ambient": AMBIENT_K})
    reduce(heat, ReducedModel.from_bytes(answered.contents[0]))
    found = heat.with_temperatures(without_model(3), ("t_max",))
    assert found.status.tolist() == [OK, ERROR, OK]
    assert found.logs[1] == "temperatures: parameter p0: expected a conductance above zero, got -1"
    alone = run(answered, [20.0])
    assert found.metrics["t_max"][2] == alone.metrics["t_max"][0]


def test_heat_that_has_no_reduced_model_is_solved_for_every_row(tmp_path: Path) -> None:
    design = slab(LIMIT_K)
    assert design.thermal is not None
    table = Tabulated(at_k=(200.0, 500.0), values=("k", "k"))
    regions = {"slab": design.thermal.regions["slab"].model_copy(update={"k": table})}
    curved = design.model_copy(update={"thermal": design.thermal.model_copy(update={"regions": regions})})
    found = answer("study", curved, tmp_path)
    heat = unknown(
        without_model(3),
        found.modelled.heat,
        {"loss": np.array([18.0, 20.0, 22.0]), "k": np.array([100.0, -1.0, 100.0]), "h": np.full(3, 1000.0)},
        {"ambient": AMBIENT_K},
    )
    assert heat.open.tolist() == [0, 1, 2]
    settle(heat, FullModel.from_bytes(found.contents[0]).solve)
    told = heat.with_temperatures(without_model(3), ("t_max",))
    assert heat.full_solutions == 3
    assert told.status.tolist() == [OK, ERROR, OK]
    assert "region slab: k: expected W/m/K above zero, got -1" in told.logs[1]
    np.testing.assert_allclose(
        told.metrics["t_max"][[0, 2]], [AMBIENT_K + rise_k(18.0), AMBIENT_K + rise_k(22.0)], atol=FULL_K
    )


async def test_a_course_in_time_is_followed_for_every_row(tmp_path: Path) -> None:
    design = slab(LIMIT_K, accuracy=1.0, element_size=0.01, transient=Transient(duration=20.0, initial="ambient"))
    assert design.thermal is not None
    region = design.thermal.regions["slab"].model_copy(update={"rho": 2700.0, "cp": 900.0})
    timed = design.model_copy(update={"thermal": design.thermal.model_copy(update={"regions": {"slab": region}})})
    found = answer("study", timed, tmp_path)
    stored = dict(zip(found.modelled.heat.objects, found.contents, strict=False))

    async def read(digest: str) -> bytes:
        return stored[digest]

    losses = [18.0, 20.0, 22.0]
    columns = {"loss": np.array(losses), "k": np.full(3, 100.0), "h": np.full(3, 1000.0)}
    heat = unknown(without_model(3), found.modelled.heat, columns, {"ambient": AMBIENT_K})
    reduce(heat, await HeatModels().reduced.get(found.modelled.heat.model, read))
    told = heat.with_temperatures(without_model(3), ("t_max",)).metrics["t_max"] - AMBIENT_K
    np.testing.assert_allclose(told / losses, told[1] / 20.0, rtol=1e-6)
    nominal = found.assessed.temperatures["t_max"] - AMBIENT_K
    assert told[1] == pytest.approx(nominal, abs=found.modelled.bound_k)


async def test_bytes_that_are_no_model_are_refused_and_a_model_is_read_once(answered: Answer) -> None:
    models, heat, asked = HeatModels(), told(answered), []
    stored = dict(zip((heat.model, heat.full), answered.contents, strict=False))

    async def read(digest: str) -> bytes:
        asked.append(digest)
        return stored.get(digest, b"nothing")

    with pytest.raises(InvalidChunk, match="heat: "):
        await models.full.get("elsewhere", read)
    assert heat.full is not None
    for _ in range(2):
        assert isinstance(await models.reduced.get(heat.model, read), ReducedModel)
        assert await models.full.get(heat.full, read) is not None
    assert asked == ["elsewhere", heat.model, heat.full]
