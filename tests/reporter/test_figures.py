"""Charts that show what was counted."""

import re
import warnings
from math import isclose
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_contracts.design import Unit
from proofmark_reliability.intervals import lower_limit, upper_limit
from proofmark_reporter.drawing import svg
from proofmark_reporter.figures import MOST_POINTS, MOST_STEPS, convergence, convergence_of, histogram, scatter

MM = Unit(symbol="mm", factor=1e-3)
MARGINS = np.random.default_rng(3).normal(2e-3, 1e-3, 2000)


def line(figure: str, key: str) -> tuple[list[float], list[float]]:
    """Where a line of a figure runs: x and y, in the figure's units."""
    group = re.search(rf'<g id="{key}">.*?d="([^"]+)"', figure, re.DOTALL)
    assert group is not None, f"no {key} in the figure"
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", group[1])]
    return numbers[::2], numbers[1::2]


def test_the_limit_stands_in_every_figure_of_margins() -> None:
    x, _ = line(histogram("h", MARGINS, MM), "h-limit")
    assert x[0] == x[1]
    _, y = line(scatter("s", MARGINS, MARGINS, (MM, MM)), "s-limit")
    assert y[0] == y[1]


def test_the_target_stands_in_the_convergence() -> None:
    found = convergence_of(MARGINS < 0, np.ones(2000, np.bool_), 0.95)
    _, y = line(convergence(found, 0.99), "convergence-target")
    assert y[0] == y[1]
    assert "target 99" in convergence(found, 0.99)


@given(st.lists(st.sampled_from(["passed", "failed", "missing"]), min_size=1, max_size=60))
@settings(max_examples=50)
def test_the_band_ends_at_the_interval_of_the_whole_study(fates: list[str]) -> None:
    failed, answered = np.array([f == "failed" for f in fates]), np.array([f != "missing" for f in fates])
    found = convergence_of(failed, answered, 0.9)
    runs, failures, missing = len(fates), fates.count("failed"), fates.count("missing")
    assert found.runs[-1] == runs
    assert isclose(found.low[-1], 1 - upper_limit(failures + missing, runs, 0.95))
    assert isclose(found.high[-1], 1 - lower_limit(failures, runs, 0.95))
    if runs > missing:
        assert isclose(found.r[-1], 1 - failures / (runs - missing))
    else:
        assert np.isnan(found.r[-1])


def test_a_long_study_converges_in_few_steps() -> None:
    found = convergence_of(np.zeros(1_000_000, np.bool_), np.ones(1_000_000, np.bool_), 0.95)
    assert len(found.runs) <= MOST_STEPS
    assert list(found.runs) == sorted(set(found.runs.tolist()))


def test_a_scatter_draws_no_more_points_than_it_may() -> None:
    many = np.random.default_rng(1).normal(1e-3, 1e-3, 100_000)
    figure = scatter("s", many, many, (MM, MM))
    drawn = re.search(
        r"for ([\d,]+) of [\d,]+ runs that meet the requirement and ([\d,]+) of [\d,]+ that violate", figure
    )
    assert drawn is not None
    good, bad = (int(text.replace(",", "")) for text in drawn.groups())
    assert good + bad == MOST_POINTS
    assert bad == 500
    assert len(figure) < 100_000


@pytest.mark.parametrize(
    "margins",
    [
        np.array([]),
        np.array([0.0]),
        np.full(50, 2e-3),
        np.full(50, -2e-3),
        np.array([np.inf, 1e-3]),
        np.array([np.inf, np.inf]),
        np.append(np.full(500, 1e-3), 1e6),
        np.array([1e-3, 1e-3, -1e-12]),
    ],
    ids=["none", "zero", "equal", "all beyond", "one infinite", "all infinite", "far outlier", "hardly beyond"],
)
def test_any_margins_can_be_drawn(margins: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ElementTree.fromstring(histogram("h", margins, MM))
        ElementTree.fromstring(scatter("s", margins, margins, (MM, MM)))


def test_only_runs_beyond_the_limit_are_red() -> None:
    red = "#b3362b"
    assert red in histogram("h", MARGINS, MM)
    assert red not in histogram("h", np.abs(MARGINS), MM)


def test_ids_of_a_figure_start_with_its_key() -> None:
    figure = svg("mine", "a line", (2, 1), lambda axes: axes.plot([0, 1], [0, 1], "o", gid="dots"))
    ids = re.findall(r' id="([^"]+)"', figure)
    assert "mine-dots" in ids
    assert all(identity.startswith("mine-") for identity in ids)


def test_a_label_cannot_leave_its_attribute() -> None:
    figure = svg("mine", '"><script>', (1, 1), lambda axes: axes.plot([0, 1]))
    assert ElementTree.fromstring(figure).attrib["aria-label"] == '"><script>'
