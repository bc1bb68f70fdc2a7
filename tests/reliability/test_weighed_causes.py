"""First causes of studies whose runs were drawn towards failures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.bootstrap import resample_counts
from proofmark_reliability.causes import Causes, first_causes, sentence
from proofmark_reliability.comparison import compare
from proofmark_reliability.designs import uniforms
from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.excerpt import excerpt
from proofmark_reliability.explaining import explaining
from proofmark_reliability.kolmogorov import distance_by_chance, distance_effects, squared_distances
from proofmark_reliability.shift import shift_by_chance, shift_effects
from proofmark_reliability.weights import effective

NONE_MISSING = np.zeros(1000, dtype=bool)


def drawn(seed: int, centre: FloatArray, plain: int = 500, towards: int = 500) -> tuple[FloatArray, FloatArray]:
    """Standard-normal points: plain ones, then ones about a centre; and their log weights."""
    points = ndtri(uniforms("monte-carlo", seed, 0, (plain + towards,), len(centre)))
    points[plain:] += centre
    log_weights = np.zeros(plain + towards)
    log_weights[plain:] = centre @ centre / 2 - points[plain:] @ centre
    return points, log_weights


def causes_of(
    points: FloatArray, margins: FloatArray, log_weights: FloatArray | None, missing: FloatArray | None = None
) -> Causes:
    columns = {f"x{j}": column for j, column in enumerate(points.T)}
    absent = np.zeros(len(points), dtype=bool) if missing is None else missing.astype(bool)
    return first_causes(columns, margins.reshape(len(points), -1), absent, 3, log_weights)


def linear_shares(alpha: FloatArray, beta: float) -> FloatArray:
    """Shares of the total indices of {beta < alpha z}, each integrated over its parameter's partners."""
    z = np.linspace(-12, 12, 24_001)
    density = np.exp(-(z**2) / 2)
    rest = np.sqrt(1 - alpha**2)
    failing = [ndtr(-(beta - rest[j] * z) / alpha[j]) for j in range(len(alpha))]
    totals = np.array([(density * q * (1 - q)).sum() for q in failing])
    return np.asarray(totals / totals.sum())


@pytest.mark.parametrize(("beta", "dimensions"), [(3.5, 3), (4.5, 10), (4.0, 60)])
def test_rare_failures_are_explained_as_they_would_really_happen(beta: float, dimensions: int) -> None:
    """Thirty studies each: the mean shares are those of the nominal law, and the top cause is first in 95 %.

    Three tests of the top cause at 0.3 %, and as many of means within five standard errors: family-wise error 1 %.
    """
    alpha = 1 / np.sqrt(np.arange(1.0, dimensions + 1))
    alpha[1:] *= 0.8
    alpha /= np.sqrt((alpha**2).sum())
    truth = linear_shares(alpha, beta)
    found, right = [], 0
    for seed in range(30):
        points, log_weights = drawn(seed, beta * alpha)
        causes = causes_of(points, beta - points @ alpha, log_weights)
        assert causes.method == "surrogate-target-sobol"
        shares = {share.parameter: share.share for share in causes.shares}
        found.append([shares[f"x{j}"] for j in range(dimensions)])
        right += causes.shares[0].parameter == "x0"
    assert binom.cdf(right, 30, 0.95) > 0.003
    error = np.std(found, axis=0, ddof=1) / np.sqrt(30)
    assert (np.abs(np.mean(found, axis=0) - truth) < 5 * error + 0.01).all()


def test_what_fails_rarely_is_not_blamed_for_having_been_drawn_often() -> None:
    """Two modes in blocks of their own, the lesser first and drawn fifteen times as often."""
    points, _ = drawn(1, np.array([0.0, 3.5]), towards=3000)
    near, _ = drawn(2, np.array([3.0, 0.0]), plain=0, towards=200)
    points = np.concatenate([points, near])
    margins = np.array([3.0, 3.5]) - points
    nominal, lesser, greater = (((points - centre) ** 2).sum(axis=1) / 2 for centre in ([0, 0], [0, 3.5], [3.0, 0]))
    log_weights = -nominal - np.log((3000 * np.exp(-lesser) + 200 * np.exp(-greater)) / 3200)
    log_weights[:500] = 0
    weighed, alone = causes_of(points, margins, log_weights), causes_of(points, margins, None)
    assert weighed.shares[0].parameter == "x0"
    assert weighed.shares[0].low < ndtr(-3.0) / (ndtr(-3.0) + ndtr(-3.5)) < weighed.shares[0].high
    assert alone.shares[0].parameter == "x1"


@given(seed=st.integers(0, 1000), curved=st.booleans())
@settings(max_examples=20, deadline=None)
def test_weights_of_one_are_no_weights(seed: int, curved: bool) -> None:
    points, _ = drawn(seed, np.zeros(2), plain=400, towards=0)
    margins = 1.5 - points[:, 0] - 0.3 * points[:, 1] + (np.sin(9 * points[:, 0]) if curved else 0)
    assert causes_of(points, margins, np.zeros(400)) == causes_of(points, margins, None)


@given(scale=st.floats(-300, 300))
@settings(max_examples=20, deadline=None)
def test_a_factor_common_to_all_weighed_runs_changes_nothing(scale: float) -> None:
    points, log_weights = drawn(4, np.array([3.0, 1.0]))
    margins = 3.2 - points[:, 0] - 0.4 * points[:, 1]
    found = causes_of(points, margins, log_weights)
    log_weights[500:] += scale
    scaled = causes_of(points, margins, log_weights)
    assert [share.share for share in scaled.shares] == pytest.approx([share.share for share in found.shares])


def test_missing_runs_and_runs_that_stand_for_nothing_are_left_out() -> None:
    points, log_weights = drawn(5, np.array([3.0, 1.0]))
    margins = 3.2 - points[:, 0] - 0.4 * points[:, 1]
    lost = np.arange(1000) % 7 == 0
    without = causes_of(points[~lost], margins[~lost], log_weights[~lost])
    assert causes_of(points, margins, log_weights, lost) == without
    assert causes_of(points, margins, np.where(lost, -np.inf, log_weights)) == without


def test_plain_failures_are_asked_where_they_say_more() -> None:
    points, log_weights = drawn(6, np.array([0.0, -6.0]))
    margins = 1.2 - points[:, 0]
    plain = causes_of(points[:500], margins[:500], None)
    together = causes_of(points, margins, log_weights)
    assert effective(np.exp(log_weights[500:][margins[500:] < 0])) < 20 < (margins[:500] < 0).sum()
    assert together.shares == plain.shares
    assert together.failures > plain.failures


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        (500, "weighed, the failures are worth 1.0, and 5 are needed"),
        (0, "weighed, the safe runs are worth 1.0 plain ones, and 50 are needed"),
    ],
)
def test_runs_that_are_worth_too_little_identify_nothing_and_say_so(plain: int, words: str) -> None:
    points, log_weights = drawn(7, np.array([4.0, 0.0]), plain=plain, towards=1000 - plain)
    margins = 4.0 - points[:, 0]
    dominated = np.flatnonzero((margins < 0) if plain else (margins > 0))[-1]
    log_weights[dominated] += 40
    causes = causes_of(points, margins, log_weights)
    assert causes.method == "not-identifiable"
    assert causes.shares == ()
    assert causes.reason == words
    assert sentence(causes).endswith(words)


def test_failures_that_no_surrogate_predicts_are_compared_by_weight() -> None:
    points, log_weights = drawn(8, np.array([3.0, 0.0, 0.0]))
    margins = np.where(points[:, 0] + 0.3 * points[:, 1] > 3, -np.inf, 1.0)
    causes = causes_of(points, margins, log_weights)
    assert causes.method == "kolmogorov-smirnov"
    assert [share.parameter for share in causes.shares[:2]] == ["x0", "x1"]
    assert causes.shares[0].shift == pytest.approx(3.0, abs=0.3)
    assert causes.shares[0].low > 0.6


@pytest.mark.parametrize(
    ("log_weights", "error", "message"),
    [
        (np.zeros(999), WrongShape, r"log weights: expected shape \(1000,\), got \(999,\)"),
        (np.full(1000, np.inf), OutOfRange, "log weights: expected numbers below infinity, got inf"),
        (np.full(1000, np.nan), OutOfRange, "log weights: expected numbers below infinity, got nan"),
    ],
)
def test_weights_that_are_none_are_refused(log_weights: FloatArray, error: type[Exception], message: str) -> None:
    points, _ = drawn(9, np.zeros(2))
    with pytest.raises(error, match=message):
        causes_of(points, points[:, 0], log_weights)


@given(seed=st.integers(0, 1000), times=st.integers(1, 5))
def test_a_run_that_weighs_twice_is_two_runs(seed: int, times: int) -> None:
    random = np.random.default_rng(seed)
    failed, safe = random.normal(0.5, 1, (17, 2)), random.normal(0, 1, (90, 2))
    heavy, heavy_safe = random.integers(1, times + 1, 17), random.integers(1, times + 1, 90)
    weighed = squared_distances(failed, safe, heavy[np.newaxis], heavy_safe.astype(float))
    repeated = squared_distances(
        np.repeat(failed, heavy, axis=0), np.repeat(safe, heavy_safe, axis=0), np.ones((1, heavy.sum()), dtype=np.int64)
    )
    assert weighed == pytest.approx(repeated)


def test_a_weighed_distance_is_less_what_as_many_equal_runs_would_have_by_chance() -> None:
    random = np.random.default_rng(3)
    failed, safe = random.normal(1.5, 1, (30, 2)), random.normal(size=(300, 2))
    weights, safe_weights = random.exponential(size=30), random.exponential(size=300)
    counts = resample_counts(1, 30, 4)
    effects, resampled = distance_effects(failed, safe, counts, weights, safe_weights)
    chance = np.pi**2 / 12 * np.array([1 / effective(weights), 1 / effective(safe_weights)])
    squared = squared_distances(failed, safe, weights[np.newaxis], safe_weights)[0]
    assert effects == pytest.approx(squared - chance.sum())
    squared = squared_distances(failed, safe, counts * weights, safe_weights)
    assert resampled == pytest.approx(squared - chance.sum() - chance[0])


def test_runs_represent_the_nominal_probability_of_their_kind() -> None:
    points, log_weights = drawn(10, np.array([3.0, 0.0]))
    margins = 3.0 - points[:, :1]
    study = explaining(margins, np.zeros(1000, dtype=bool), log_weights)
    part = excerpt(list(points.T), margins, study)
    assert part.represents.sum() == pytest.approx(1)
    assert (part.represents[:500] == 0).all()
    weights = np.exp(log_weights[500:])
    np.testing.assert_allclose(part.represents[500:], weights / weights.sum())


def test_shifts_are_right_on_average_and_named_by_chance_in_one_study_of_twenty() -> None:
    """Weighed unequally: 500 comparisons of forty failures, of which one parameter in two is shifted by one deviation.

    The mean effect within five standard errors. Without a shift the share of studies that name one, at 0.1 %.
    """
    random = np.random.default_rng(0)
    effects, named = [], 0
    for _ in range(500):
        failed, safe, weights = random.normal(size=(40, 2)), random.normal(size=(500, 2)), random.exponential(size=40)
        once = np.ones((1, 40), dtype=np.int64)
        named += compare(failed, safe, once, weights, np.ones(500))[0] == "mean-shift"
        effects.append(shift_effects(failed + np.eye(2)[0], safe, once, weights, np.ones(500))[0][0])
    assert abs(np.mean(effects) - 1) < 5 * np.std(effects) / np.sqrt(500)
    assert binom.sf(named - 1, 500, 0.05) > 0.001


@pytest.mark.parametrize("runs", [15, 400])
def test_distances_and_shifts_that_mean_nothing_stand_out_as_often_as_they_say(runs: int) -> None:
    """1,000 comparisons at 5 %, each count binomial at 0.1 %; fewer are allowed, for the bounds are not tight."""
    random = np.random.default_rng(runs)
    once = np.ones((1, runs), dtype=np.int64)
    far = shifted = 0
    for _ in range(1000):
        failed, safe, weights = random.normal(size=(runs, 1)), random.normal(size=(500, 1)), random.uniform(size=runs)
        worth = 1 / (1 / effective(weights) + 1 / 500)
        (distance,), _ = distance_effects(failed, safe, once, weights, np.ones(500))
        (shift,), _ = shift_effects(failed, safe, once, weights, np.ones(500))
        far += distance_by_chance(distance, worth) < 0.05
        shifted += shift_by_chance(shift, worth) < 0.05
    assert binom.sf(far - 1, 1000, 0.05) > 0.001
    assert binom.sf(shifted - 1, 1000, 0.05) > 0.001
    assert shifted > 20


def test_what_weighed_runs_are_worth() -> None:
    assert effective(np.ones(7)) == 7
    assert effective(np.array([5.0, 0.0])) == 1
    assert effective(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert effective(np.zeros(3)) == effective(np.empty(0)) == 0
