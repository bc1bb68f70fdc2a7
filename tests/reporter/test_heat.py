"""How the report says where the temperatures of the runs come from."""

from typing import Any

import pytest

from proofmark_contracts.temperatures import ReducedHeat, ThermalAssessed, ThermalModelled
from proofmark_reporter.heat import Heat

MODELLED: dict[str, Any] = {"study": "s-r1", "unknowns": 107_622, "order": 11, "bound_k": 0.018}


def heat(**changed: Any) -> Heat:
    reduced = ReducedHeat(model="0" * 64, size=1, parameters={}, metrics=("t_max",), mesh_error_k=0.05)
    modelled = ThermalModelled.model_validate({**MODELLED, "heat": reduced, **changed})
    return Heat(modelled, ThermalAssessed(study="s-r1", outcome="assessed"), b"")


def test_evaluations_full_solutions_bound_and_mesh_error_are_told() -> None:
    assert " ".join(heat().told(4000, 5)) == (
        "Every run has temperatures of its own: 4,000 evaluations of a reduced model of 11 shapes, which stands for "
        "the 107,622 unknowns and in 99 of 100 runs differs from them by at most 0.018 K. Where a limit lay within the "
        "bound, the full model was solved: 5 full solutions. A run within the mesh's error of a limit, 0.05 K, counts "
        "both ways, as a run without an answer does."
    )


def test_a_course_is_called_an_estimate() -> None:
    sentences = list(heat(reduction="reduced-course").told(300, 2))
    assert sentences[0] == (
        "Every run is followed through time: 300 courses of a reduced model of 11 shapes, which stands for the 107,622 "
        "unknowns. Its highest temperatures are an estimate: they were at most 0.018 K from full courses when it was "
        "made."
    )
    assert sentences[1] == "Where a limit lay within the estimate, the full course was solved: 2 full solutions."


def test_what_a_course_stores_and_when_it_is_hottest_is_told() -> None:
    told = {"hot_spot_m": (0.01, 0.0, 0.002), "hot_spot_in": "sink", "hot_spot_at_s": 70.0, "stored_w": 2.5}
    found = heat()
    timed = Heat(found.modelled, found.assessed.model_copy(update=told), b"")
    assert timed.hot_spot == "sink, at (10, 0, 2) mm after 70 s"
    assert list(timed.balance()) == [("stored at the end", "", "2.5")]


def test_without_a_reduced_model_the_reason_is_told() -> None:
    sentences = list(heat(reduction="full", reason="radiation at sinks.fins.emissivity").told(300, 299))
    assert sentences[0] == (
        "Full finite elements for every run, 299 full solutions for 300 runs: radiation at sinks.fins.emissivity."
    )


@pytest.mark.parametrize(("solutions", "words"), [(0, "0 full solutions"), (1, "1 full solution.")])
def test_few_full_solutions_are_told_as_they_are(solutions: int, words: str) -> None:
    assert words in list(heat().told(4000, solutions))[1]
