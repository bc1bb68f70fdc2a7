"""What is handed over is the model: every term on its own simplices, with its own numbers."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_thermal.engines.handover import places, write
from proofmark_thermal.engines.programs.handed_over import handed_over, now
from proofmark_thermal.finite_elements import answer
from proofmark_thermal.problem import Region
from proofmark_thermal.terms import Storage, Term
from proofmark_thermal.values import Schedule
from tests.thermal.engines.problems import model_of, problems, stack

PAIRS = [(i, j) for i in range(6) for j in range(i)]


@given(st.lists(st.sets(st.sampled_from(PAIRS)), max_size=5))
def test_tags_part_simplices_so_that_each_set_is_its_tags(sets: list[set[tuple[int, int]]]) -> None:
    given_sets = [np.array(sorted(each), dtype=np.int64).reshape(-1, 2) for each in sets]
    found = places(given_sets)
    for each, tags in zip(sets, found.members, strict=True):
        chosen = found.corners[np.isin(found.tags, tags)]
        assert {(int(max(row)), int(min(row))) for row in chosen} == each
    assert len(found.corners) == len(set().union(*sets))


@pytest.mark.parametrize("name", problems())
def test_each_term_has_its_own_volume(name: str, tmp_path: Path) -> None:
    model = model_of(problems()[name])
    write(model, tmp_path, None if model.problem.transient is None else np.array([0.0, 60.0]))
    handed = handed_over(tmp_path)
    assert handed.dimension == model.space.mesh.dimension
    terms: list[Term | Storage] = [*model.terms, *(() if handed.steady else model.storages)]
    for told, term in zip(handed.terms, terms, strict=True):
        assert told["name"] == term.name
        tags = handed.arrays["cell_tag" if told["on"] == "cells" else "facet_tag"]
        assert np.isin(tags, told["tags"]).sum() == len(term.integrals.nodes)
        assert told["weight"] == term.integrals.weight


def test_steps_of_a_transient_are_handed_over(tmp_path: Path) -> None:
    model = model_of(problems()["transient"])
    course = answer(model).course
    assert course is not None
    write(model, tmp_path, course.times_s)
    handed = handed_over(tmp_path)
    assert handed.case["times_s"] == course.times_s.tolist()
    assert handed.case["initial_k"] == 300.0


def test_a_steady_state_holds_schedules_at_the_start(tmp_path: Path) -> None:
    falling = Schedule((0.0, 10.0), (5.0, 1.0))
    problem = stack(regions={**stack().regions, "hot": Region(k=200.0, power=falling)})
    write(model_of(problem), tmp_path)
    heat = [term for term in json.loads((tmp_path / "case.json").read_text())["terms"] if term["kind"] == "heating"]
    assert [term["power"] for term in heat] == [5.0, 10.0]


@given(st.floats(-1, 9))
def test_programs_read_schedules_as_we_do(time_s: float) -> None:
    schedule = Schedule((0.0, 2.0, 2.0, 8.0), (1.0, 3.0, 7.0, -5.0))
    told = {"schedule": [list(schedule.times_s), list(schedule.values)]}
    assert now(told, time_s) == pytest.approx(schedule(time_s))
