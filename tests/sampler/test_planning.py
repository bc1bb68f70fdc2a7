"""Batches and chunks cover a study's vectors, each once."""

from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.message import TABLE_BYTES_INLINE
from proofmark_contracts.tables import encode_table
from proofmark_sampler.planning import BATCH_VECTORS, batches, chunks
from proofmark_sampler.vectors import batch_vectors
from tests.designs import clearance_design


@given(samples=st.integers(1, 5 * BATCH_VECTORS))
def test_monte_carlo_batches_hold_every_sample_once(samples: int) -> None:
    planned = batches(clearance_design(samples=samples))
    assert sum(map(sum, planned)) == samples
    assert all(sum(blocks) <= BATCH_VECTORS for blocks in planned)


def test_a_hypercube_is_never_split() -> None:
    assert batches(clearance_design(method="latin-hypercube", samples=3_000_000)) == ((3_000_000,),)


def test_sobol_scrambles_are_blocks_of_one_batch() -> None:
    (blocks,) = batches(clearance_design(method="sobol", samples=1000))
    assert len(blocks) >= 10
    assert len(set(blocks)) == 1


@given(vectors=st.integers(0, 100_000), size=st.none() | st.integers(1, 10_000))
def test_chunks_hold_every_vector_once(vectors: int, size: int | None) -> None:
    planned = chunks(clearance_design(), vectors, size)
    assert sum(planned) == vectors
    assert all(count > 0 for count in planned)


def test_the_largest_chunk_fits_into_a_message() -> None:
    design = clearance_design(samples=200_000)
    size = max(chunks(design, 200_000, chunk_vectors=1_000_000))
    columns = batch_vectors(design, 0, (200_000,))
    assert len(encode_table({name: column[:size] for name, column in columns.items()})) <= TABLE_BYTES_INLINE


def test_vectors_do_not_depend_on_the_constants() -> None:
    assert set(batch_vectors(clearance_design(), 0, (10,))) == {"bore", "shaft"}


def test_seeds_and_batches_draw_other_vectors() -> None:
    drawn = {
        batch_vectors(clearance_design(seed=seed), batch, (8,))["bore"].tobytes() for seed in (0, 1) for batch in (0, 1)
    }
    assert len(drawn) == 4
