"""Reduced courses give the highest temperatures that full courses reach, with schedules of each vector."""

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import put_on
from proofmark_thermal.described import problem_of
from proofmark_thermal.errors import NotAffine, Unassigned
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.reduced.course import ReducedCourse, Scheduled
from proofmark_thermal.reduced.courses import reduce_course
from proofmark_thermal.reduced.errors import BadVectors
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.full_model import FullModel, amounts_of
from proofmark_thermal.space import space
from proofmark_thermal.values import Schedule

FAN: Mapping[str, Any] = {"times_s": [0.0, 70.0, 70.0, 200.0], "values": [250.0, "fan", 90.0, 90.0]}
LOSS: Mapping[str, Any] = {"times_s": [0.0, 55.0, 55.0], "values": ["loss", "loss", "idle"]}
DESCRIBED: Mapping[str, Any] = {
    "geometry": {
        "kind": "primitives",
        "parts": {
            "sink": [
                {
                    "kind": "plate",
                    "size": [0.05, 0.04, 0.008],
                    "pads": {"spot": {"centre": [0.01, 0.01], "size": [0.008, 0.008]}},
                }
            ],
            "chip": [{"kind": "box", "size": [0.016, 0.016, 0.003], "at": [0.03, 0.02, 0.008]}],
        },
    },
    "regions": {
        "sink": {"k": "k", "rho": 2700.0, "cp": 900.0},
        "chip": {"k": 110.0, "rho": 2330.0, "cp": 700.0, "power": LOSS},
    },
    "sources": {"die": {"faces": {"name": "sink.spot"}, "power": 5.0, "junction_resistance": 1.5}},
    "sinks": {"air": {"faces": {"name": "sink.bottom"}, "convection": FAN, "ambient": "start"}},
    "contacts": [{"between": ["sink", "chip"], "resistance": 3e-5}],
    "probes": {"ntc": {"nearest": [0.0, 0.04, 0.008], "region": "sink"}},
    "transient": {"duration": 120.0, "initial": "start", "report_at": []},
    "accuracy": 0.1,
}
VARIED = {
    "p0": Varied(140.0, 180.0, ("regions.sink.k",)),
    "p1": Varied(15.0, 30.0, ("regions.chip.power",)),
    "p2": Varied(0.0, 10.0, ("regions.chip.power",)),
    "p3": Varied(200.0, 400.0, ("sinks.air.convection",)),
    "p4": Varied(285.0, 305.0, ("sinks.air.ambient", "transient.initial")),
}
TEXTS = {"k": "p0", "loss": "p1", "idle": "p2", "fan": "p3", "start": "p4"}


@cache
def full() -> FullModel:
    amounts = amounts_of(DESCRIBED, TEXTS, float)
    geometry = problem_of(DESCRIBED, lambda amount: 1.0 if isinstance(amount, str) else amount, Path()).geometry
    middle = {name: (each.low + each.high) / 2 for name, each in VARIED.items()}
    return FullModel(DESCRIBED, amounts, VARIED, middle, space(mesh_of(geometry, 0.01), 2, [("sink", "chip")]))


@cache
def course() -> ReducedCourse:
    return reduce_course(full().at(full().meshed_at), DESCRIBED, full().amounts, VARIED)


def drawn(count: int) -> dict[str, FloatArray]:
    generator = np.random.default_rng(4)
    return {name: generator.uniform(each.low, each.high, count) for name, each in VARIED.items()}


def test_the_highest_temperatures_are_those_of_full_courses_to_the_estimate() -> None:
    vectors = drawn(4)
    found = course().evaluate(vectors)
    assert course().error_estimate_k < 0.05
    for index in range(4):
        expected = full().solve({name: float(values[index]) for name, values in vectors.items()})
        pairs = [(found.hottest, expected.hottest)]
        for told, right in (
            (found.regions, expected.regions),
            (found.probes, expected.probes),
            (found.junctions, expected.junctions),
        ):
            assert told.keys() == right.keys()
            pairs += [(told[name], right[name]) for name in told]
        for reduced, exact in pairs:
            # The full course has errors of its own: those of its steps.
            assert abs(reduced.values[index] - exact.values[0]) <= reduced.bounds[index] + 0.02


def test_a_vector_gets_the_same_bits_whatever_stands_beside_it() -> None:
    vectors = drawn(600)
    whole = course().evaluate(vectors)
    part = course().evaluate({name: values[517:529] for name, values in vectors.items()})
    assert part.hottest.values.tobytes() == whole.hottest.values[517:529].tobytes()
    assert part.junctions["die"].values.tobytes() == whole.junctions["die"].values[517:529].tobytes()


def test_a_course_comes_back_from_its_bytes() -> None:
    data = course().to_bytes()
    again = ReducedCourse.from_bytes(data)
    assert again.to_bytes() == data
    assert again.evaluate(drawn(3)).hottest.values.tobytes() == course().evaluate(drawn(3)).hottest.values.tobytes()


def test_wrong_vectors_are_refused() -> None:
    with pytest.raises(BadVectors):
        course().evaluate({**drawn(3), "p9": np.zeros(3)})
    with pytest.raises(BadVectors):
        course().evaluate({**drawn(3), "p0": np.zeros(4)})


def test_what_has_no_course_is_refused() -> None:
    off = {**DESCRIBED["sinks"]["air"], "convection": {**FAN, "values": [250.0, "fan", 0.0, 0.0]}}
    switched = {**DESCRIBED, "sinks": {"air": off}}
    problem = problem_of(switched, lambda amount: 200.0 if isinstance(amount, str) else amount, Path())
    model = put_on(problem, full().space)
    with pytest.raises(NotAffine, match=r"a film that is switched off at sinks\.air\.convection"):
        reduce_course(model, switched, full().amounts, VARIED)
    steady = {key: value for key, value in DESCRIBED.items() if key != "transient"}
    problem = problem_of(steady, lambda amount: 200.0 if isinstance(amount, str) else amount, Path())
    with pytest.raises(Unassigned):
        reduce_course(put_on(problem, full().space), steady, full().amounts, VARIED)


tenths = st.integers(0, 100).map(lambda number: number / 10)
knots = st.lists(st.tuples(tenths, st.floats(-5, 5)), min_size=2, max_size=6).map(
    lambda pairs: sorted(pairs, key=lambda pair: pair[0])
)


@given(knots=knots, steps=st.integers(1, 7))
def test_steps_take_the_means_of_schedules(knots: list[tuple[float, float]], steps: int) -> None:
    times, values = (tuple(column) for column in zip(*knots, strict=True))
    edges = np.linspace(0, 8, steps + 1)
    means = Scheduled(times, values).means(edges, np.array(values)[:, None])[:, 0]
    schedule = Schedule(times, values)
    for step, (start, end) in enumerate(pairwise(edges.tolist())):
        # Between knots a schedule is linear, so that its middle is its mean.
        cuts = sorted({start, end, *(time for time in times if start < time < end)})
        integral = sum((after - before) * schedule((before + after) / 2) for before, after in pairwise(cuts))
        assert means[step] == pytest.approx(integral / (end - start), abs=1e-9)
