"""Chunks cover a batch's vectors, each once, and fit into messages."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.message import TABLE_BYTES_INLINE, TableRef
from proofmark_contracts.tables import decode_table
from proofmark_sampler.asking import propose
from proofmark_sampler.planning import chunks, commands
from proofmark_sampler.vectors import batch_vectors
from tests.designs import clearance_design
from tests.systems import loops


def plan(sizes: tuple[int, ...]) -> BatchPlanned:
    table = TableRef(sha256="0" * 64, size=0)
    return BatchPlanned(study="s-r1", batch=0, vectors=table, chunks=sizes, blocks=(sum(sizes),), last=True)


@given(vectors=st.integers(0, 100_000), size=st.none() | st.integers(1, 10_000))
def test_chunks_hold_every_vector_once(vectors: int, size: int | None) -> None:
    planned = chunks(clearance_design(), vectors, size)
    assert sum(planned) == vectors
    assert all(count > 0 for count in planned)


def test_commands_carry_the_vectors_in_order() -> None:
    design = clearance_design(samples=10, method="monte-carlo")
    columns = batch_vectors(design, propose(design, []).uniforms)
    found = commands(design, plan((4, 4, 2)), columns)
    assert [command.rows for command in found] == [4, 4, 2]
    tables = [decode_table(command.table) for command in found]
    for name, column in columns.items():
        assert [value for table in tables for value in table[name]] == column.tolist()


def test_the_largest_chunk_fits_into_a_message() -> None:
    design = clearance_design(samples=200_000, method="monte-carlo")
    size = max(chunks(design, 200_000, chunk_vectors=1_000_000))
    (command,) = commands(design, plan((size,)), batch_vectors(design, propose(design, []).uniforms))
    assert len(command.table) <= TABLE_BYTES_INLINE


def test_vectors_do_not_depend_on_the_constants() -> None:
    design = clearance_design(samples=10, method="monte-carlo")
    assert set(batch_vectors(design, propose(design, []).uniforms)) == {"bore", "shaft"}


def test_runs_in_time_are_told_their_controller_and_their_places_in_the_batch() -> None:
    design, columns = loops.spec().design, loops.vectors(5)
    found = commands(design, plan((3, 2)), columns)
    assert [command.noise and command.noise.vectors for command in found] == [(0, 1, 2), (3, 4)]
    assert all(command.controller == design.controller for command in found)
    again = commands(design, plan((2,)), {n: c[[1, 4]] for n, c in columns.items()}, places=np.array([1, 4]))
    assert again[0].noise is not None
    assert again[0].noise.vectors == (1, 4)
    assert again[0].noise.seed == design.reliability.seed
    quiet = clearance_design(samples=10, method="monte-carlo")
    assert commands(quiet, plan((1,)), {"bore": np.ones(1), "shaft": np.ones(1)})[0].noise is None


def test_chunks_of_longer_runs_hold_fewer_vectors() -> None:
    short = loops.spec().design
    long, longest = (loops.spec({"duration: 10 s": f"duration: {time} s"}).design for time in (1000, 100_000))
    assert [chunks(design, 1000, None)[0] for design in (short, long, longest)] == [500, 100, 1]
