"""The next batch: runs that tell about where failure begins, apart from one another, and runs far from all others."""

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.emulation import Emulators, emulate
from proofmark_reliability.infill import least_explored, most_telling

RANDOM = np.random.default_rng(4)
RUNS = RANDOM.standard_normal((14, 2))
POINTS = 1.5 * RANDOM.standard_normal((300, 2))
NOTHING = np.empty((0, 2))


def emulators(*margins: FloatArray) -> Emulators:
    return emulate(RUNS, np.column_stack(margins), np.ones(len(margins)))


def bent() -> FloatArray:
    return np.asarray(2 - RUNS[:, 0] - np.sin(2 * RUNS[:, 1]))


def doubt_left(emulated: Emulators, chosen: FloatArray) -> float:
    """Weighed variance over the points that conditioning on the chosen runs leaves, by matrices of its own."""
    (part,) = emulated.parts
    mean, deviation = part.predict(POINTS)
    weights = norm.pdf(mean / deviation) / deviation**2
    noise = part.predict(chosen)[1] ** 2 - np.diag(part.covariance(chosen, chosen))
    across = part.covariance(POINTS, chosen)
    gain = np.linalg.solve(part.covariance(chosen, chosen) + np.diag(noise), across.T)
    return float(weights @ (deviation**2 - np.einsum("nc,cn->n", across, gain)))


def test_the_first_run_lowers_doubt_most() -> None:
    emulated = emulators(bent())
    first = most_telling(emulated, POINTS, POINTS[:50], NOTHING, 1)
    left = [doubt_left(emulated, POINTS[[one]]) for one in range(50)]
    np.testing.assert_array_equal(first[0], POINTS[np.argmin(left)])


def test_each_further_run_lowers_most_what_the_others_leave() -> None:
    emulated = emulators(bent())
    chosen = most_telling(emulated, POINTS, POINTS[:50], NOTHING, 4)
    for count in range(1, 4):
        left = [doubt_left(emulated, np.vstack((chosen[:count], POINTS[one]))) for one in range(50)]
        best = min(left)
        assert doubt_left(emulated, chosen[: count + 1]) <= best * (1 + 1e-6)
    every = most_telling(emulated, POINTS, POINTS[:50], NOTHING, 50)
    assert len(np.unique(every, axis=0)) == 50


def test_a_run_without_an_answer_is_not_asked_for_again() -> None:
    emulated = emulators(bent())
    wanted = most_telling(emulated, POINTS, POINTS[:50], NOTHING, 1)
    again = most_telling(emulated, POINTS, POINTS[:50], wanted, 1)
    assert np.linalg.norm(again - wanted) > 0.2
    assert doubt_left(emulated, np.vstack((wanted, again))) < 0.99 * doubt_left(emulated, wanted)


def test_where_one_requirement_is_violated_for_certain_the_others_matter_no_more() -> None:
    """The second requirement is violated for x1 > 0, without any doubt."""
    asked = most_telling(emulators(bent(), -RUNS[:, 1]), POINTS, POINTS, NOTHING, 5)
    alone = most_telling(emulators(bent()), POINTS, POINTS, NOTHING, 5)
    assert (asked[:, 1] < 0.5).all()
    assert (alone[:, 1] > 0.5).any()


def test_telling_runs_lie_where_the_sign_is_open() -> None:
    emulated = emulators(bent())
    mean, deviation = emulated.predict(most_telling(emulated, POINTS, POINTS, NOTHING, 5))
    typical_mean, typical_deviation = emulated.predict(POINTS)
    assert np.median(ndtr(-np.abs(mean / deviation))) > 3 * np.median(ndtr(-np.abs(typical_mean / typical_deviation)))


def test_exploring_runs_fill_the_gaps_of_a_circle() -> None:
    angles = np.radians([0, 90, 180])
    known = np.column_stack((np.cos(angles), np.sin(angles))) * [[4], [9], [4]]
    every_degree = np.radians(np.arange(360))
    directions = 0.7 * np.column_stack((np.cos(every_degree), np.sin(every_degree)))
    found = least_explored(known, 4.0, directions, 3)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 4)
    degrees = np.degrees(np.arctan2(found[:, 1], found[:, 0])).round() % 360
    assert degrees[0] == 270
    assert set(degrees[1:] % 90) == {45}


def test_a_run_nearer_the_origin_counts_where_it_is() -> None:
    known = np.array([[1.0, 0.0], [0.0, 5.0]])
    every_degree = np.radians(np.arange(360))
    circle = 5 * np.column_stack((np.cos(every_degree), np.sin(every_degree)))
    gap = np.min([np.linalg.norm(circle - one, axis=1) for one in known], axis=0).argmax()
    np.testing.assert_allclose(least_explored(known, 5.0, circle, 1)[0], circle[gap])
