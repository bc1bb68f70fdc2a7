"""Charts that show what was counted."""

import re
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest

from proofmark_contracts.design import Unit
from proofmark_reporter.drawing import AMBER, BLUE, VIOLET, svg
from proofmark_reporter.figures import MOST_POINTS, histogram, scatter, tail
from proofmark_reporter.runs import FINAL, LEARNING, PLAIN
from tests.reporter.drawn import decades, line

MM = Unit(symbol="mm", factor=1e-3)
MARGINS = np.random.default_rng(3).normal(2e-3, 1e-3, 2000)


def roles(margins: np.ndarray, role: int = PLAIN) -> np.ndarray:
    return np.full(len(margins), role, np.int8)


def test_the_limit_stands_in_every_figure_of_margins() -> None:
    x, _ = line(histogram("h", MARGINS, MM), "h-limit")
    assert x[0] == x[1]
    _, y = line(scatter("s", MARGINS, MARGINS, roles(MARGINS), (MM, MM)), "s-limit")
    assert y[0] == y[1]


def test_a_scatter_draws_no_more_points_than_it_may() -> None:
    many = np.random.default_rng(1).normal(1e-3, 1e-3, 100_000)
    figure = scatter("s", many, many, roles(many), (MM, MM))
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
        ElementTree.fromstring(tail("t", margins, margins[:0], margins[:0], MM))
        ElementTree.fromstring(tail("t", margins, margins, np.full(len(margins), -3.0), MM))
        ElementTree.fromstring(scatter("s", margins, margins, roles(margins), (MM, MM)))


def test_only_runs_beyond_the_limit_are_red() -> None:
    red = "#b3362b"
    assert red in histogram("h", MARGINS, MM)
    assert red not in histogram("h", np.abs(MARGINS), MM)


def test_what_a_run_counts_for_is_its_colour() -> None:
    for role, colour in {PLAIN: BLUE, LEARNING: AMBER, FINAL: VIOLET}.items():
        figure = scatter("s", MARGINS, MARGINS, roles(MARGINS, role), (MM, MM))
        assert [shown for shown in (BLUE, AMBER, VIOLET) if shown in figure] == [colour]


def test_the_tail_of_final_runs_lies_where_their_weights_put_it() -> None:
    """A thousand final runs around the limit weigh a millionth each: bins of them are about a hundred-millionth."""
    plain, final = np.random.default_rng(5).normal(5e-3, 1e-3, 1000), np.linspace(-1e-3, 1e-3, 1000)
    rare, common = (decades(tail("t", plain, final, np.full(1000, np.log(weight)), MM)) for weight in (1e-6, 1e-2))
    assert min(rare) == -7
    assert min(common) > -5


def test_ids_of_a_figure_start_with_its_key() -> None:
    figure = svg("mine", "a line", (2, 1), lambda axes: axes.plot([0, 1], [0, 1], "o", gid="dots"))
    ids = re.findall(r' id="([^"]+)"', figure)
    assert "mine-dots" in ids
    assert all(identity.startswith("mine-") for identity in ids)


def test_a_label_cannot_leave_its_attribute() -> None:
    figure = svg("mine", '"><script>', (1, 1), lambda axes: axes.plot([0, 1]))
    assert ElementTree.fromstring(figure).attrib["aria-label"] == '"><script>'
