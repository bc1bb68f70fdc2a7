"""Heat in a closed loop is what the full finite elements make of the same films and the same heat."""

from dataclasses import replace

import numpy as np
import pytest

from proofmark_contracts.design import Normal
from proofmark_cosim import Recording
from proofmark_systems import WorkingSystem, heat_of, system_of
from proofmark_thermal.building import build
from proofmark_thermal.problem import Transient
from proofmark_thermal.reduced.errors import BadRange
from proofmark_thermal.transient import run
from proofmark_thermal.values import Schedule
from proofmark_thermal_fem.answering import answer
from proofmark_thermal_fem.in_the_loop import plant_modelled
from tests.systems.heated import solved, vectors

SIGNALS = ("controller.duty", "controller.fan", "heat.ntc", "heat.t_max")


def held(values: np.ndarray) -> Schedule:
    """A value for each second, that stands still in it."""
    ends = np.arange(len(values) + 1.0)
    return Schedule(tuple(np.repeat(ends, 2)[1:-1].tolist()), tuple(np.repeat(values, 2).tolist()))


def test_a_closed_loop_is_the_full_course_with_what_its_controller_did() -> None:
    of = solved()
    design = of.spec.design
    system = system_of(design.model, design.controller, of.spec.files, heat_of(of.modelled.heat, of.content))  # type: ignore[arg-type]
    columns = vectors(1) | {"h_still": np.array([10.0])}
    working = WorkingSystem(system, frozenset(columns), 0, Recording([0], 10, SIGNALS))
    traces = {name: signal[0] for name, signal in working.run(columns, np.zeros(1, np.int64)).traces.items()}
    assert np.count_nonzero(np.diff(traces["controller.fan"]) > 0) == 3

    seconds = len(traces["heat.ntc"]) - 1
    loss, h_full, ambient = (float(columns[name][0]) for name in ("loss", "h_full", "ambient"))
    problem, reported = of.solution.model.problem, tuple(map(float, range(25, seconds, 25)))
    watched = replace(
        problem,
        regions={"slab": replace(problem.regions["slab"], power=held(loss * traces["controller.duty"][:-1]))},
        sinks={
            "air": replace(
                problem.sinks["air"],
                convection=held(10 + (h_full - 10) * traces["controller.fan"][:-1]),
                ambient=ambient,
            )
        },
        transient=Transient(float(seconds), ambient, tolerance=2e-3, report_at=reported),
    )
    assert watched.transient is not None
    full = run(build(watched, of.solution.model.space.mesh), watched.transient)
    allowed = 0.05 + of.modelled.bound_k
    for time_s in reported:
        assert traces["heat.t_max"][int(time_s)] == pytest.approx(full.course.fields[time_s].max(), abs=allowed)
    probes = dict(zip(full.course.times_s.tolist(), full.course.probes_k["ntc"].tolist(), strict=True))
    assert [traces["heat.ntc"][int(t)] for t in reported] == pytest.approx([probes[t] for t in reported], abs=allowed)


def test_the_model_says_what_it_is_and_how_it_is_asked() -> None:
    told = solved().modelled
    assert (told.heat.kind, told.heat.metrics) == ("transient", ())
    assert told.heat.parameters == {
        "regions.slab.power": "loss * controller.duty",
        "sinks.air.convection": "h_still + (h_full - h_still) * controller.fan",
        "sinks.air.ambient": "ambient",
    }
    assert told.heat.limits == {"t_max_of_heat_t_max": (413.15,), "settling_time_of_heat_ntc": (500.0,)}
    assert 0 < told.bound_k < 0.05


def test_the_steady_verdict_is_at_the_signals_that_the_spec_names(tmp_path_factory: pytest.TempPathFactory) -> None:
    of = solved()
    told = answer("study", of.spec.design, tmp_path_factory.mktemp("heat"))
    lumped = 293.15 + 20 / (60 * 0.06 * 0.06)
    assert told.assessed.temperatures["t_ntc"] == pytest.approx(lumped, abs=1)
    (check,) = told.assessed.checks
    assert (check.metric, check.high) == ("t_max", 413.15)
    assert told.assessed.entering_w == pytest.approx({"slab": 20.0})
    assert (told.modelled.encode(), told.contents[0]) == (of.modelled.encode(), of.content)


def test_films_that_the_tails_of_parameters_make_negative_are_refused() -> None:
    of = solved()
    wide = of.spec.design.model_copy(
        update={"parameters": {**of.spec.design.parameters, "h_full": Normal(mean=60.0, std=20.0)}}
    )
    with pytest.raises(BadRange, match=r"sinks\.air\.convection"):
        plant_modelled("study", wide, of.solution)
