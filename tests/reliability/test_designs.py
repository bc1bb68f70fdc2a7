"""Designs: laws that hold for every seed, size and sub-range."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.sample import sobol as salib_sobol
from scipy.special import ndtri
from scipy.stats import kstest, qmc

from proofmark_reliability.designs import METHODS, Method, layout, uniforms
from proofmark_reliability.errors import (
    NotASaltelliPlan,
    OutOfRange,
    TooFewSamples,
    TooManyDimensions,
    UnknownName,
)
from proofmark_reliability.saltelli import plan

HYPERCUBES: tuple[Method, ...] = ("latin-hypercube", "latin-hypercube-centred", "latin-hypercube-decorrelated")
methods = st.sampled_from(METHODS)
seeds = st.integers(0, 2**64 - 1)


def blocks_near(method: Method, samples: int, dimensions: int) -> tuple[int, ...]:
    """The layout of about so many samples; a Saltelli plan takes the power of two below."""
    if method == "saltelli":
        samples = (dimensions + 2) << (samples // (dimensions + 2)).bit_length() - 1
    return layout(method, samples, dimensions)


@settings(deadline=None)  # the first Sobol net imports scipy.stats
@given(
    method=methods,
    seed=seeds,
    batch=st.integers(0, 9),
    samples=st.integers(22, 300),
    dimensions=st.integers(0, 9),
    cuts=st.lists(st.integers(0, 300), max_size=4),
)
def test_chunks_of_any_size_are_slices_of_the_whole(
    method: Method, seed: int, batch: int, samples: int, dimensions: int, cuts: list[int]
) -> None:
    blocks = blocks_near(method, samples, dimensions)
    total = sum(blocks)
    whole = uniforms(method, seed, batch, blocks, dimensions)
    edges = sorted({0, total, *(cut for cut in cuts if cut <= total)})
    for start, end in pairwise(edges):
        chunk = uniforms(method, seed, batch, blocks, dimensions, start, end - start)
        assert np.array_equal(chunk, whole[start:end])


def test_a_chunk_may_begin_and_end_anywhere_in_a_million() -> None:
    whole = uniforms("monte-carlo", 0, 0, (10_000,), 5)
    part = uniforms("monte-carlo", 0, 0, (1_000_000,), 5, 4_095, 4_100)
    assert np.array_equal(part, whole[4_095:8_195])


@settings(deadline=None)
@given(method=methods, seed=seeds, samples=st.integers(20, 200), dimensions=st.integers(1, 6))
def test_points_lie_strictly_inside_the_cube(method: Method, seed: int, samples: int, dimensions: int) -> None:
    blocks = blocks_near(method, samples, dimensions)
    points = uniforms(method, seed, 0, blocks, dimensions)
    assert points.shape == (sum(blocks), dimensions)
    assert points.min() > 0
    assert points.max() < 1


@given(method=st.sampled_from(HYPERCUBES), seed=seeds, samples=st.integers(1, 2000), dimensions=st.integers(1, 6))
def test_every_stratum_holds_exactly_one_point(method: Method, seed: int, samples: int, dimensions: int) -> None:
    points = uniforms(method, seed, 0, (samples,), dimensions)
    strata = np.sort(np.floor(points * samples).astype(int), axis=0)
    assert np.array_equal(strata, np.tile(np.arange(samples)[:, np.newaxis], dimensions))


def test_every_stratum_of_a_scramble_holds_exactly_one_point() -> None:
    blocks = layout("sobol", 1000)
    points = uniforms("sobol", 7, 0, blocks, 4).reshape(len(blocks), blocks[0], 4)
    strata = np.sort(np.floor(points * blocks[0]).astype(int), axis=1)
    assert np.array_equal(strata, np.broadcast_to(np.arange(blocks[0])[:, np.newaxis], points.shape))


def test_scrambles_differ_from_one_another() -> None:
    blocks = layout("sobol", 640)
    points = uniforms("sobol", 7, 0, blocks, 2)
    assert len(np.unique(points)) == points.size


@pytest.mark.parametrize("method", METHODS)
def test_seed_zero_and_every_batch_give_their_own_points(method: Method) -> None:
    blocks = blocks_near(method, 100, 3)
    drawn = [uniforms(method, seed, batch, blocks, 3) for seed in (0, 1) for batch in (0, 1)]
    if method == "latin-hypercube-centred":
        assert len({points.tobytes() for points in drawn}) == 4
    else:
        own = len(np.unique(drawn[0]))
        assert len(np.unique(np.concatenate(drawn))) == 4 * own
    assert np.array_equal(drawn[0], uniforms(method, 0, 0, blocks, 3))


@pytest.mark.parametrize("method", METHODS)
def test_every_column_is_uniform(method: Method) -> None:
    """21 tests at 0.04 %: family-wise error below 1 %. Repeated values of a Saltelli plan count once."""
    points = uniforms(method, 3, 0, blocks_near(method, 5_000, 3), 3)
    assert min(kstest(np.unique(column), "uniform").pvalue for column in points.T) > 0.0004


def test_hypercube_columns_are_shuffled_independently() -> None:
    """Pairwise correlations have standard deviation 0.01 here; 5 of them, 15 pairs: family-wise error 1e-5."""
    points = uniforms("latin-hypercube", 0, 0, (10_000,), 6)
    assert np.abs(np.corrcoef(points.T) - np.eye(6)).max() < 0.05
    assert abs(np.corrcoef(points[:-1, 0], points[1:, 0])[0, 1]) < 0.05


def test_centred_points_are_the_centres_of_the_strata_of_the_random_hypercube() -> None:
    centred, drawn = (uniforms(method, 5, 0, (300,), 4) for method in ("latin-hypercube-centred", "latin-hypercube"))
    assert np.array_equal(centred, (np.floor(drawn * 300) + 0.5) / 300)


@pytest.mark.parametrize(("samples", "dimensions", "most"), [(50, 5, 0.08), (1000, 10, 0.004), (1000, 60, 0.008)])
def test_decorrelated_columns_hardly_correlate(samples: int, dimensions: int, most: float) -> None:
    """Normal scores of ten hypercubes each; a random hypercube has 1.5 / sqrt(n) and more."""
    for seed in range(10):
        left, plain = (
            np.abs(np.corrcoef(ndtri(uniforms(method, seed, 0, (samples,), dimensions)).T) - np.eye(dimensions)).max()
            for method in ("latin-hypercube-decorrelated", "latin-hypercube")
        )
        assert left < most < plain


def test_a_hypercube_with_no_more_points_than_dimensions_is_left_in_its_order() -> None:
    decorrelated, plain = (uniforms(method, 1, 0, (6,), 6) for method in HYPERCUBES[::-2])
    assert np.array_equal(decorrelated, plain)


@given(seed=seeds, points=st.integers(2, 150), dimension=st.integers(0, 5))
def test_every_cell_of_a_halton_scramble_holds_at_most_one_point(seed: int, points: int, dimension: int) -> None:
    """Exactly one, in intervals of 1/p**k that a multiple of p**k points fills."""
    base = (2, 3, 5, 7, 11, 13)[dimension]
    for scramble in uniforms("halton", seed, 0, (points,) * 10, 6)[:, dimension].reshape(10, points):
        for length in range(1, 8):
            held = np.bincount(np.floor(scramble[: points // base**length * base**length] * base**length).astype(int))
            assert held.max(initial=0) <= max(1, points // base**length)
        cells = next(base**length for length in range(1, 9) if base**length >= points)
        assert np.bincount(np.floor(scramble * cells).astype(int)).max() == 1


def test_halton_scrambles_are_as_even_as_scipys_and_evener_than_chance() -> None:
    """Centred L2 discrepancies, squared; medians over ten scrambles of 500 points in 5 dimensions."""
    scrambles = uniforms("halton", 11, 0, (500,) * 10, 5).reshape(10, 500, 5)
    ours = np.median([qmc.discrepancy(points) for points in scrambles])
    theirs = np.median([qmc.discrepancy(qmc.Halton(5, rng=seed).random(500)) for seed in range(10)])
    chance = np.median([qmc.discrepancy(np.random.default_rng(seed).random((500, 5))) for seed in range(10)])
    assert ours == pytest.approx(theirs, rel=0.15)
    assert ours < chance / 3


def test_halton_scrambles_are_unbiased_and_their_spread_shows_the_error() -> None:
    """The mean of a product over 200 scrambles: its own standard error, five of them: error 6e-7."""
    means = uniforms("halton", 3, 0, (64,) * 200, 4).prod(axis=1).reshape(200, 64).mean(axis=1)
    error = means.std(ddof=1) / np.sqrt(200)
    assert abs(means.mean() - 1 / 16) < 5 * error
    assert error < uniforms("monte-carlo", 3, 0, (64 * 200,), 4).prod(axis=1).std() / np.sqrt(64 * 200) / 2


@given(seed=seeds, power=st.integers(1, 5), dimensions=st.integers(1, 6), second=st.booleans())
@settings(deadline=None)
def test_a_saltelli_plan_is_salibs(seed: int, power: int, dimensions: int, second: bool) -> None:
    """From the same net of pairs, SALib's sampler makes the same runs in the same order."""
    problem = {"num_vars": dimensions, "names": [f"x{j}" for j in range(dimensions)], "bounds": [[0, 1]] * dimensions}
    groups = 1 << power
    runs = groups * (2 * dimensions + 2 if second else dimensions + 2)
    ours = uniforms("saltelli", seed, 0, layout("saltelli", runs, dimensions), dimensions)
    step = runs // groups
    pairs = np.hstack([ours[::step], ours[step - 1 :: step]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(qmc.Sobol, "random", lambda net, n: pairs)
        theirs = salib_sobol.sample(problem, groups, calc_second_order=second)
    assert np.array_equal(ours, theirs)


def test_the_pairs_of_a_saltelli_plan_are_one_net_in_twice_the_dimensions() -> None:
    plain = uniforms("saltelli", 7, 0, (256 * 5,), 3)
    pairs = np.hstack([plain[::5], plain[4::5]])
    strata = np.sort(np.floor(pairs * 256).astype(int), axis=0)
    assert np.array_equal(strata, np.tile(np.arange(256)[:, np.newaxis], 6))


@given(power=st.integers(1, 30), dimensions=st.integers(1, 10_000), second=st.booleans())
def test_a_number_of_samples_makes_at_most_one_saltelli_plan(power: int, dimensions: int, second: bool) -> None:
    runs = (1 << power) * (2 * dimensions + 2 if second else dimensions + 2)
    found = plan(runs, dimensions)
    assert (found.groups, found.second_order, found.samples) == (1 << power, second, runs)


@pytest.mark.parametrize(
    ("samples", "nearest"), [(1000, "640 or 1024"), (3 * 5, "10 or 16"), (1, "10"), (1023, "640 or 1024")]
)
def test_a_saltelli_plan_of_another_size_is_refused_with_the_nearest(samples: int, nearest: str) -> None:
    message = (
        r"saltelli with 3 random parameters takes N \* 5 samples, or N \* 8 for second order, N a power of two: "
        f"expected for example {nearest}, got {samples}"
    )
    with pytest.raises(NotASaltelliPlan, match=message):
        layout("saltelli", samples, 3)
    with pytest.raises(NotASaltelliPlan, match=message):
        uniforms("saltelli", 0, 0, layout("saltelli", samples), 3)


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        ("monte-carlo", "8d79dd68398dcea183cee6db04b9ee64eb432cc49d7bafdfa27fe6a0cdef8c05"),
        ("latin-hypercube", "43c8bbadeb173f3c490a8b61e867edceea51de6ab859c000633d448adb753bac"),
        ("latin-hypercube-centred", "cfe1d014522f6fa8dbb2ad8a4ba35495db68fc8d51ae6febe1b8e88b46d2a011"),
        ("latin-hypercube-decorrelated", "9c8e7c40a7e633dac28dcb73274aea5882150e02661b573d096f23a3d7d9206a"),
        ("halton", "d699eda165066bc4b37ed17acdfea5c8f09ad04ca2f03a634e3730ce965805fa"),
    ],
)
def test_points_are_the_same_in_every_version(method: Method, digest: str) -> None:
    points = uniforms(method, 1, 0, layout(method, 1000), 5)
    assert hashlib.sha256(points.astype("<f8").tobytes()).hexdigest() == digest


@given(samples=st.integers(20, 10**9))
def test_sobol_takes_at_least_ten_equal_scrambles_and_at_most_a_tenth_less_than_asked(samples: int) -> None:
    blocks = layout("sobol", samples)
    assert len(set(blocks)) == 1
    assert blocks[0].bit_count() == 1
    assert 10 <= len(blocks) < 20
    assert 0.9 * samples < sum(blocks) <= samples


@given(samples=st.integers(1, 10**12))
def test_independent_runs_and_hypercubes_take_exactly_what_is_asked(samples: int) -> None:
    assert {layout(method, samples) for method in ("monte-carlo", *HYPERCUBES)} == {(samples,)}


@given(samples=st.integers(20, 10**12))
def test_halton_takes_ten_equal_scrambles_and_at_most_nine_less_than_asked(samples: int) -> None:
    blocks = layout("halton", samples)
    assert len(blocks) == 10
    assert len(set(blocks)) == 1
    assert samples - 10 < sum(blocks) <= samples


@pytest.mark.parametrize(
    ("method", "samples", "least"),
    [("monte-carlo", 0, 1), ("latin-hypercube", 0, 1), ("sobol", 19, 20), ("halton", 19, 20)],
)
def test_too_few_samples_are_refused(method: Method, samples: int, least: int) -> None:
    with pytest.raises(TooFewSamples, match=f"{method} needs at least {least} samples: got {samples}"):
        layout(method, samples)
    assert sum(layout(method, least)) == least


def test_an_unknown_method_is_refused() -> None:
    message = f"unknown sampling method: expected one of {', '.join(METHODS)}, got 'faure'"
    with pytest.raises(UnknownName, match=message):
        layout("faure", 100)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match=message):
        uniforms("faure", 0, 0, (100,), 2)  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "count"), [(-1, 2), (0, 101), (100, 1), (0, -1)])
def test_vectors_outside_the_batch_are_refused(first: int, count: int) -> None:
    with pytest.raises(OutOfRange, match="a range within 0 to 100"):
        uniforms("monte-carlo", 0, 0, (100,), 2, first, count)


@pytest.mark.parametrize(
    ("method", "blocks", "most"),
    [("sobol", (2,) * 10, 21_201), ("halton", (2,) * 10, 1000), ("saltelli", (2 * 10_603,), 10_600)],
)
def test_more_dimensions_than_a_method_has_are_refused(method: Method, blocks: tuple[int, ...], most: int) -> None:
    with pytest.raises(TooManyDimensions, match=f"{method} reaches at most {most} random parameters: got {most + 1}"):
        uniforms(method, 0, 0, blocks, most + 1)
