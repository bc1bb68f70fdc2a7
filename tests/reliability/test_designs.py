"""Designs: laws that hold for every seed, size and sub-range."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from proofmark_reliability.designs import METHODS, Method, layout, uniforms
from proofmark_reliability.errors import OutOfRange, TooFewSamples, TooManyDimensions, UnknownName

methods = st.sampled_from(METHODS)
seeds = st.integers(0, 2**64 - 1)


@settings(deadline=None)  # the first Sobol net imports scipy.stats
@given(
    method=methods,
    seed=seeds,
    batch=st.integers(0, 9),
    samples=st.integers(20, 300),
    dimensions=st.integers(0, 9),
    cuts=st.lists(st.integers(0, 300), max_size=4),
)
def test_chunks_of_any_size_are_slices_of_the_whole(
    method: Method, seed: int, batch: int, samples: int, dimensions: int, cuts: list[int]
) -> None:
    blocks = layout(method, samples)
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
    points = uniforms(method, seed, 0, layout(method, samples), dimensions)
    assert points.shape == (sum(layout(method, samples)), dimensions)
    assert points.min() > 0
    assert points.max() < 1


@given(seed=seeds, samples=st.integers(1, 2000), dimensions=st.integers(1, 6))
def test_every_stratum_holds_exactly_one_point(seed: int, samples: int, dimensions: int) -> None:
    points = uniforms("latin-hypercube", seed, 0, (samples,), dimensions)
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
    blocks = layout(method, 100)
    drawn = [uniforms(method, seed, batch, blocks, 3) for seed in (0, 1) for batch in (0, 1)]
    assert len(np.unique(np.concatenate(drawn))) == 4 * drawn[0].size
    assert np.array_equal(drawn[0], uniforms(method, 0, 0, blocks, 3))


@pytest.mark.parametrize("method", METHODS)
def test_every_column_is_uniform(method: Method) -> None:
    """Nine tests at 0.1 %: family-wise error below 1 %."""
    points = uniforms(method, 3, 0, layout(method, 5_000), 3)
    assert min(kstest(column, "uniform").pvalue for column in points.T) > 0.001


def test_hypercube_columns_are_shuffled_independently() -> None:
    """Pairwise correlations have standard deviation 0.01 here; 5 of them, 15 pairs: family-wise error 1e-5."""
    points = uniforms("latin-hypercube", 0, 0, (10_000,), 6)
    assert np.abs(np.corrcoef(points.T) - np.eye(6)).max() < 0.05
    assert abs(np.corrcoef(points[:-1, 0], points[1:, 0])[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        ("monte-carlo", "8d79dd68398dcea183cee6db04b9ee64eb432cc49d7bafdfa27fe6a0cdef8c05"),
        ("latin-hypercube", "43c8bbadeb173f3c490a8b61e867edceea51de6ab859c000633d448adb753bac"),
    ],
)
def test_points_are_the_same_in_every_version(method: Method, digest: str) -> None:
    points = uniforms(method, 1, 0, (1000,), 5)
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
    assert layout("monte-carlo", samples) == layout("latin-hypercube", samples) == (samples,)


@pytest.mark.parametrize(
    ("method", "samples", "least"), [("monte-carlo", 0, 1), ("latin-hypercube", 0, 1), ("sobol", 19, 20)]
)
def test_too_few_samples_are_refused(method: Method, samples: int, least: int) -> None:
    with pytest.raises(TooFewSamples, match=f"{method} needs at least {least} samples: got {samples}"):
        layout(method, samples)
    assert sum(layout(method, least)) == least


def test_an_unknown_method_is_refused() -> None:
    message = "unknown sampling method: expected one of monte-carlo, latin-hypercube, sobol, got 'halton'"
    with pytest.raises(UnknownName, match=message):
        layout("halton", 100)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match=message):
        uniforms("halton", 0, 0, (100,), 2)  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "count"), [(-1, 2), (0, 101), (100, 1), (0, -1)])
def test_vectors_outside_the_batch_are_refused(first: int, count: int) -> None:
    with pytest.raises(OutOfRange, match="a range within 0 to 100"):
        uniforms("monte-carlo", 0, 0, (100,), 2, first, count)


def test_more_dimensions_than_sobol_has_are_refused() -> None:
    with pytest.raises(TooManyDimensions, match="sobol reaches at most 21201 random parameters: got 21202"):
        uniforms("sobol", 0, 0, (2,) * 10, 21_202)
