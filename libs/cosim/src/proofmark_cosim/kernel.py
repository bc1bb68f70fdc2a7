"""Time: whole cycles, cut into time chunks that only record and hand over."""

from collections.abc import Iterator
from dataclasses import dataclass

from proofmark_cosim.errors import WrongCycles


@dataclass(frozen=True)
class ChunkSummary:
    """A time chunk: the cycles from `start_cycle` up to, not including, `end_cycle`."""

    chunk_idx: int
    start_cycle: int
    end_cycle: int


@dataclass(frozen=True)
class RunMetrics:
    """What was run; times of day are kept apart, so that two runs are equal."""

    scenario: str
    total_cycles: int
    total_chunks: int


def time_chunks(cycles: int, chunk_cycles: int) -> Iterator[ChunkSummary]:
    """Cut a run into time chunks; the last may be shorter.

    Raises
    ------
    WrongCycles
        A number is not whole, or below 1.
    """
    for what, number in (("cycles", cycles), ("cycles of a time chunk", chunk_cycles)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise WrongCycles(what, number)
    for index, start in enumerate(range(0, cycles, chunk_cycles)):
        yield ChunkSummary(index, start, min(start + chunk_cycles, cycles))
