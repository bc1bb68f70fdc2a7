"""What an algorithm did, round by round."""

from xml.etree import ElementTree

import numpy as np

from proofmark_contracts.design import Unit
from proofmark_reporter.drawing import AMBER, BLUE, VIOLET
from proofmark_reporter.rounds import course, rows, worst_margins
from proofmark_reporter.runs import Batch, Runs
from tests.reporter.drawn import line
from tests.reporter.examples import evidence_of, fit, search

MM = Unit(symbol="mm", factor=1e-3)


def test_rounds_add_up_to_the_study() -> None:
    evidence = search(missing=30)
    told = list(rows(evidence.runs, evidence.assessed.rounds, (0, 1)))
    system = evidence.assessed.estimates[0]
    assert sum(row.runs for row in told) == system.samples
    assert sum(row.failed for row in told) == system.failures
    assert sum(row.missing for row in told) == system.missing
    assert [(row.plain, row.learning, row.final) for row in told] == [
        (1000, 0, 0),
        (40, 360, 0),
        (40, 360, 0),
        (100, 0, 900),
        (100, 0, 900),
    ]
    assert told[0].reason == "pilot: 1,000 plain runs"


def test_a_round_that_the_study_stopped_inside_says_what_was_planned() -> None:
    design, (told,) = fit(rows=50)
    evidence = evidence_of(design, (told,))
    short = {name: column[:20] for name, column in told.batch.outcomes.items()}
    runs = Runs.of([Batch(told.batch.vectors, short)], design)
    (row,) = rows(runs, evidence.assessed.rounds, (0,))
    assert (row.runs, row.planned) == (20, 50)


def test_one_requirement_keeps_its_unit_and_several_are_scaled() -> None:
    runs = search().runs
    np.testing.assert_array_equal(worst_margins(runs, (0,)), runs.margins[:, 0])
    scaled = worst_margins(runs, (0, 1))
    first = runs.batch == 0
    assert 3 < np.median(scaled[first]) < 6
    np.testing.assert_array_equal(scaled < 0, runs.failed((0, 1)))


def test_the_picture_holds_every_role_and_the_limit() -> None:
    runs = search().runs
    figure = course(runs, worst_margins(runs, (0,)), MM)
    assert all(colour in figure for colour in (BLUE, AMBER, VIOLET))
    _, y = line(figure, "course-limit")
    assert y[0] == y[1]
    assert f"{int(runs.failed((0,)).sum()):,} of 3,800 are beyond the limit" in figure


def test_any_margins_can_be_drawn() -> None:
    design, (told,) = fit(rows=5)
    runs = Runs.of([told.batch], design)
    for margins in (np.full(5, np.nan), np.zeros(5), np.array([np.inf, 1, 1, 1, -np.inf]), np.full(5, -1.0)):
        ElementTree.fromstring(course(runs, margins, MM))
