"""What is told of a study's heat: temperatures that arithmetic knows, and a reduced model that knows them too."""

from pathlib import Path

import numpy as np
import pytest

from proofmark_contracts.design import Requirement
from proofmark_thermal.errors import LimitBelowAmbient, NoSink
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal_fem.answering import Answer, answer
from proofmark_thermal_fem.parameters import value_range, varying
from tests.thermal_fem.designs import AMBIENT_K, rise_k, slab


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return answer("study", slab(), tmp_path_factory.mktemp("heat"))


def test_the_nominal_temperatures_are_those_of_the_arithmetic(found: Answer) -> None:
    told = found.assessed
    assert told.outcome == "assessed"
    assert told.temperatures == pytest.approx(
        {"t_max": AMBIENT_K + 55, "t_max_slab": AMBIENT_K + 55, "t_middle": AMBIENT_K + 52.5}, abs=1e-6
    )
    assert told.entering_w == pytest.approx({"die": 20.0})
    assert told.leaving_w == pytest.approx({"air": 20.0})
    assert (told.hot_spot_in, told.hot_spot_m[2]) == ("slab", 0.0)


def test_the_gate_is_told_how_each_limit_stands(found: Answer) -> None:
    (check,) = found.assessed.checks
    assert (check.requirement, check.metric, check.high) == ("stays cool", "t_max", 353.15)
    assert check.value == pytest.approx(AMBIENT_K + 55)
    assert found.assessed.error_estimate_k is not None
    assert found.assessed.error_estimate_k <= 0.05


def test_the_reduced_model_gives_every_vector_its_temperature(found: Answer) -> None:
    heat, rng = found.modelled.heat, np.random.default_rng(1)
    model = ReducedModel.from_bytes(found.contents[0])
    texts = {amount: name for name, amount in heat.parameters.items()}
    columns = {
        "loss": rng.normal(20, 1, 50),
        "k": rng.uniform(90, 110, 50),
        "h": rng.normal(1000, 30, 50),
    }
    hottest = model.evaluate({texts[name]: column for name, column in columns.items()}).hottest
    expected = AMBIENT_K + rise_k(**columns)  # type: ignore[arg-type]
    assert np.abs(hottest.values - expected).max() <= hottest.bounds.max() + 1e-6
    assert hottest.bounds.max() < 0.1
    assert found.modelled.bound_k < 0.1


def test_pictures_field_and_figures_come_along(found: Answer) -> None:
    names = [ref.path for ref in found.assessed.files]
    assert names == ["thermal/temperature.vtu", "thermal/temperature.png", "thermal/mesh.png", "thermal/thermal.json"]
    assert [ref.size for ref in found.assessed.files] == [len(content) for content in found.contents[2:]]


def test_equal_studies_get_equal_bytes(found: Answer, tmp_path: Path) -> None:
    again = answer("study", slab(), tmp_path)
    assert again.modelled.encode() == found.modelled.encode()
    assert again.assessed.encode() == found.assessed.encode()
    assert again.contents == found.contents


def test_amounts_that_vary_are_found_with_every_place_where_they_stand() -> None:
    design = slab()
    assert design.thermal is not None
    assert varying(design, design.thermal) == {
        "k": ("regions.slab.k",),
        "loss": ("sources.die.power",),
        "h": ("sinks.air.convection",),
    }


def test_ranges_reach_where_rare_runs_are_drawn() -> None:
    low, high = value_range(slab(), "loss * 2")
    assert (low, high) == pytest.approx((40 - 2 * 5.998, 40 + 2 * 5.998), abs=0.01)
    assert value_range(slab(), "ambient") == (AMBIENT_K, AMBIENT_K)
    assert value_range(slab(), "k - loss")[1] == pytest.approx(110 - (20 - 5.998), abs=0.01)


def test_heat_without_a_way_out_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoSink):
        answer("study", slab(sinks={}), tmp_path)


def test_a_limit_below_the_surroundings_cannot_be_held(tmp_path: Path) -> None:
    with pytest.raises(LimitBelowAmbient):
        answer("study", slab(limit_k=280.0), tmp_path)


def test_a_metric_that_is_called_like_a_temperature_is_none(tmp_path: Path) -> None:
    design = slab()
    settles = Requirement(name="settles", metric="t_settle", high=1.0)
    also = design.model_copy(update={"requirements": (*design.requirements, settles)})
    told = answer("study", also, tmp_path)
    assert told.modelled.heat.limits == {"t_max": (353.15,)}
    assert [check.requirement for check in told.assessed.checks] == ["stays cool"]
