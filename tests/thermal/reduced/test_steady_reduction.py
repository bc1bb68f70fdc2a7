"""Reduced steady models: their bounds hold against full solutions, for every node."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from proofmark_thermal.building import build
from proofmark_thermal.errors import NotAffine, OutOfRange, UnknownName
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Region
from proofmark_thermal.readings import read
from proofmark_thermal.reduced.errors import BadRange, BadVectors
from proofmark_thermal.reduced.form import Varied, form_of
from proofmark_thermal.reduced.greedy import one
from proofmark_thermal.reduced.steady import Reduction, reduce_steady
from proofmark_thermal.reduced.temperatures import Bounded
from proofmark_thermal.steady import steady
from proofmark_thermal.values import Schedule, Table
from tests.thermal.reduced.designs import Design, board, driver, nominal, section, vectors, wall

SOLVER_K = 1e-8
"""What full solutions are exact to."""
DESIGNS = [driver, board, section, wall]
every_design = pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.__name__)


@cache
def reduction(design: Callable[[], Design]) -> Reduction:
    model, varied = design()
    return reduce_steady(model, varied)


def held(reduced: Bounded, full: Bounded) -> bool:
    return bool((np.abs(reduced.values - full.values) <= reduced.bounds + SOLVER_K).all())


@every_design
@pytest.mark.parametrize("wider", [0.0, 0.15])
def test_bounds_hold_against_full_solutions_inside_and_beside_the_training_ranges(
    design: Callable[[], Design], wider: float
) -> None:
    made = reduction(design)
    drawn = vectors(made.full.form.varied, 30, seed=11, wider=wider)
    reduced, full = made.model.evaluate(drawn), made.solve(drawn)
    assert held(reduced.hottest, full.hottest)
    for name in reduced.regions:
        assert held(reduced.regions[name], full.regions[name])
    for name in reduced.probes:
        assert held(reduced.probes[name], full.probes[name])
    for name in reduced.junctions:
        assert held(reduced.junctions[name], full.junctions[name])


@every_design
def test_bounds_are_as_small_as_was_asked_for(design: Callable[[], Design]) -> None:
    found = reduction(design).model.evaluate(vectors(reduction(design).full.form.varied, 2000, seed=12))
    assert np.quantile(found.hottest.bounds, 0.99) < 0.1


def test_bounds_are_no_farther_off_than_a_few_hundred_errors() -> None:
    made = reduction(driver)
    drawn = vectors(made.full.form.varied, 30, seed=13)
    reduced, full = made.model.evaluate(drawn), made.solve(drawn)
    errors = np.abs(reduced.hottest.values - full.hottest.values)
    assert np.median(reduced.hottest.bounds) < 300 * np.median(errors)


@every_design
def test_full_solutions_are_those_of_the_problem_with_the_numbers_put_in(design: Callable[[], Design]) -> None:
    model, varied = design()
    found = reduction(design).solve(nominal(model, varied))
    expected = read(model, steady(model))
    assert found.hottest.values[0] == pytest.approx(expected.hottest.temperature, abs=1e-6)
    assert {name: each.values[0] for name, each in found.probes.items()} == pytest.approx(expected.probes, abs=1e-6)
    junctions = {name: each.values[0] for name, each in found.junctions.items()}
    assert junctions == pytest.approx(expected.junctions, abs=1e-6)


def test_a_rod_with_heat_at_one_end_and_air_at_the_other_is_as_hot_as_its_closed_form_says() -> None:
    drawn = vectors(wall()[1], 500, seed=14)
    found = reduction(wall).model.evaluate(drawn).hottest
    area, length = 0.02, 0.1
    expected = drawn["air"] + drawn["heat"] / area * (1 / drawn["h"] + length / drawn["k"])
    assert found.values == pytest.approx(expected, abs=1e-6)


@every_design
def test_no_node_is_hotter_than_the_maximum_and_its_bound(design: Callable[[], Design]) -> None:
    made = reduction(design)
    form = made.full.form
    drawn = vectors(form.varied, 12, seed=15, wider=0.1)
    found, factors = made.model.evaluate(drawn), form.factors(drawn)
    for index in range(12):
        rises = made.full.rise(*one(factors, index)) + factors.reference_k[index]
        for name, nodes in form.model.space.node_regions.items():
            top = found.regions[name].values[index] + found.regions[name].bounds[index]
            assert rises[nodes].max() <= top + SOLVER_K


def test_the_hot_spot_may_move_from_one_source_to_the_other() -> None:
    made = reduction(board)
    form = made.full.form
    drawn = {name: np.repeat(values, 2) for name, values in nominal(form.model, form.varied).items()}
    drawn["a"], drawn["b"] = np.array([4.0, 0.5]), np.array([5e3, 4e4])
    places = [made.full.rise(*one(form.factors(drawn), index)).argmax() for index in (0, 1)]
    x = form.model.space.nodes[places, 0]
    assert x[0] < 0.03 < x[1]
    assert held(made.model.evaluate(drawn).regions["board"], made.solve(drawn).regions["board"])


def test_far_beyond_the_training_ranges_nothing_is_claimed_of_the_maximum() -> None:
    made = reduction(driver)
    drawn = nominal(made.full.form.model, made.full.form.varied) | {"loss": np.array([500.0])}
    assert np.isinf(made.model.evaluate(drawn).hottest.bounds).all()


def test_a_vector_gets_the_same_bits_whatever_stands_beside_it() -> None:
    model = reduction(driver).model
    drawn = vectors(driver()[1], 700, seed=16)
    whole = model.evaluate(drawn).hottest
    for part in (slice(0, 1), slice(3, 520), slice(511, 700)):
        alone = model.evaluate({name: values[part] for name, values in drawn.items()}).hottest
        assert alone.values.tobytes() == whole.values[part].tobytes()
        assert alone.bounds.tobytes() == whole.bounds[part].tobytes()


def test_no_vectors_have_no_temperatures() -> None:
    found = reduction(driver).model.evaluate({name: np.empty(0) for name in driver()[1]})
    assert found.hottest.values.shape == found.regions["chip"].bounds.shape == (0,)


def test_the_bound_says_whether_a_limit_is_open_and_full_solutions_leave_none_open() -> None:
    made = reduction(driver)
    drawn = vectors(made.full.form.varied, 400, seed=17)
    found, exact = made.model.evaluate(drawn).hottest, made.solve(drawn).hottest
    limit = float(np.sort(found.values)[200]) + 1e-4
    open_ = found.undecided(limit)
    assert 0 < open_.sum() < 20
    assert ((found.values > limit) == (exact.values > limit))[~open_].all()
    assert not exact.undecided(limit).any()
    assert not found.undecided(1000.0).any()


def test_wrong_vectors_are_refused() -> None:
    model = reduction(wall).model
    drawn = vectors(wall()[1], 3, seed=19)
    with pytest.raises(BadVectors, match="expected k, h, heat, air, got air, heat, k"):
        model.evaluate({name: values for name, values in drawn.items() if name != "h"})
    with pytest.raises(BadVectors, match=r"\(2,\), \(3,\)"):
        model.evaluate(drawn | {"h": np.ones(2)})
    with pytest.raises(OutOfRange, match="parameter h: expected a conductance above zero, got -1"):
        model.evaluate(drawn | {"h": np.array([20.0, -1.0, 20.0])})


@pytest.mark.parametrize("names", [("loss",), ("ambient",), ("h",), ("loss", "ambient", "pad")])
def test_a_few_of_the_parameters_may_vary_alone(names: tuple[str, ...]) -> None:
    model, varied = driver()
    made = reduce_steady(model, {name: varied[name] for name in names})
    drawn = vectors(made.full.form.varied, 20, seed=20)
    reduced = made.model.evaluate(drawn).hottest
    assert held(reduced, made.solve(drawn).hottest)
    assert np.isfinite(reduced.bounds).all()
    others = nominal(model, varied)
    whole = reduction(driver).solve({name: drawn.get(name, np.full(20, others[name][0])) for name in varied})
    assert made.solve(drawn).hottest.values == pytest.approx(whole.hottest.values, abs=1e-6)


def test_wrong_parameters_are_refused() -> None:
    model, varied = wall()
    with pytest.raises(BadVectors, match="expected at least one, got none"):
        form_of(model, {})
    with pytest.raises(UnknownName, match="parameter h: unknown place"):
        form_of(model, {**varied, "h": Varied(1, 2, ("sinks.water.convection",))})
    with pytest.raises(BadRange, match="parameter h: expected a conductance above zero, got 0 to 2"):
        form_of(model, {**varied, "h": Varied(0, 2, ("sinks.air.convection",))})
    with pytest.raises(BadRange, match="parameter heat: expected a lower and an upper end, got 3 to 2"):
        form_of(model, {**varied, "heat": Varied(3, 2, ("sources.heater.power",))})


def test_what_is_not_affine_is_told_with_its_place() -> None:
    model, varied = wall()
    radiating = replace(model.problem.sinks["air"], emissivity=0.9)
    metal = Region(k=Table((250.0, 450.0), (8.0, 16.0)))
    problem = replace(model.problem, regions={"wall": metal}, sinks={"air": radiating})
    with pytest.raises(NotAffine) as refused:
        reduce_steady(build(problem, mesh_of(problem.geometry)), {"heat": varied["heat"]})
    assert refused.value.places == {
        "regions.wall.k": "a conductivity that depends on temperature",
        "sinks.air.emissivity": "radiation",
    }


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("sources.heater.junction_resistance", "a junction's resistance that varies"),
        ("regions.wall.cp", "a heat capacity that varies"),
        ("geometry.parts.wall.0.length", "a dimension that varies"),
        ("sinks.air.ambient", "a schedule with parameters in it"),
    ],
)
def test_parameters_that_are_no_factor_are_told_with_their_place(place: str, what: str) -> None:
    model, varied = wall()
    scheduled = replace(model.problem.sinks["air"], ambient=Schedule((0.0, 1.0), (280.0, 300.0)))
    problem = replace(model.problem, sinks={"air": scheduled})
    with pytest.raises(NotAffine) as refused:
        form_of(build(problem, model.space.mesh), {"k": varied["k"], "other": Varied(1.0, 2.0, (place,))})
    assert refused.value.places == {place: what}
