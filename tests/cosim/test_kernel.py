"""Time is whole cycles; time chunks, groups and engines change no bit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_cosim import Always, ChunkSummary, Placed, Predicate, Recording, Result, System, simulate, time_chunks
from proofmark_cosim.errors import AlgebraicLoop, OffGrid, UnknownSignal, Unwired, WrongCycles
from proofmark_cosim.plants import Impairment, RcThermal, Resonator
from proofmark_cosim.simulation import Runs
from proofmark_cosim.system import common_cycle_s

from .systems import closed_loop, columns, steps, thermal_resonator


def same(one: Result, other: Result) -> bool:
    """Bit for bit, NaN included."""
    parts: list[tuple[Any, Any]] = [(one.metrics[name], other.metrics[name]) for name in (*one.metrics, *other.metrics)]
    if one.traces and other.traces:
        parts += [(one.traces.signals[name], other.traces.signals[name]) for name in one.traces.signals]
    parts += [(one.broken_at, other.broken_at), (one.faults, other.faults)]
    return all(a.tobytes() == b.tobytes() for a, b in parts)


@given(st.integers(1, 200), st.integers(1, 250))
def test_time_chunks_cover_every_cycle_once(cycles: int, chunk_cycles: int) -> None:
    chunks = list(time_chunks(cycles, chunk_cycles))
    assert [cycle for c in chunks for cycle in range(c.start_cycle, c.end_cycle)] == list(range(cycles))
    assert [c.chunk_idx for c in chunks] == list(range(len(chunks)))
    assert all(c.end_cycle - c.start_cycle == chunk_cycles for c in chunks[:-1])


def test_ten_cycles_in_chunks_of_four() -> None:
    assert list(time_chunks(10, 4)) == [ChunkSummary(0, 0, 4), ChunkSummary(1, 4, 8), ChunkSummary(2, 8, 10)]


@pytest.mark.parametrize("cycles", [0, -1, 1.5, True])
def test_a_run_is_at_least_one_whole_cycle(cycles: int) -> None:
    with pytest.raises(WrongCycles, match="expected a whole number of at least 1, got"):
        list(time_chunks(cycles, 1))


@pytest.mark.parametrize("runs", ["auto", "numpy"])
@pytest.mark.parametrize("chunk_cycles", [1, 7, 10, 50])
def test_no_bit_depends_on_time_chunks(chunk_cycles: int, runs: Runs) -> None:
    recording = Recording([2, 0], every=7)
    whole = simulate(closed_loop(120), columns(), seed=5, recording=recording, runs=runs)
    cut = simulate(
        closed_loop(120),
        columns(),
        seed=5,
        recording=recording,
        chunk_cycles=chunk_cycles,
        runs=runs,
    )
    assert same(whole, cut)


def test_no_bit_depends_on_who_computes() -> None:
    recording = Recording(range(4), every=3)
    compiled = simulate(closed_loop(), columns(), seed=5, recording=recording)
    interpreted = simulate(closed_loop(), columns(), seed=5, recording=recording, runs="numpy")
    assert same(compiled, interpreted)
    assert all(np.isfinite(column).all() for column in compiled.metrics.values())


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 12))
def test_no_bit_depends_on_the_other_rows(order: list[int], first: int) -> None:
    whole = simulate(closed_loop(80), columns(), seed=5)
    chosen = np.array(order[:first])
    part = simulate(closed_loop(80), {n: c[chosen] for n, c in columns().items()}, vectors=chosen, seed=5)
    assert all(part.metrics[name].tobytes() == whole.metrics[name][chosen].tobytes() for name in whole.metrics)


def test_asking_for_traces_and_formulas_changes_no_metric() -> None:
    plain = simulate(closed_loop(80), columns(), seed=5)
    system = replace(closed_loop(80), formulas={"stays": Always(Predicate("ring.locked"), 0.2)})
    asked = simulate(system, columns(), seed=5, recording=Recording([3, 1]))
    assert all(asked.metrics[name].tobytes() == plain.metrics[name].tobytes() for name in plain.metrics)


def test_another_seed_or_vector_draws_other_noise() -> None:
    runs = [
        simulate(closed_loop(200), columns(3), seed=seed, vectors=[first, first + 1, first + 2]).metrics["energy"]
        for seed, first in ((5, 0), (6, 0), (5, 1))
    ]
    assert len({run.tobytes() for run in runs}) == 3


def test_a_slow_component_looks_and_shows_only_at_its_period() -> None:
    system = thermal_resonator(steps(), 40)
    slow = replace(system, plants={**system.plants, "heat": Placed(RcThermal(), 0.5)})
    traces = simulate(slow, {}, recording=Recording([0])).traces
    assert traces is not None
    rise = traces.signals["heat.rise"][0]
    held = np.repeat(rise[::5], 5)[: rise.size]
    assert rise.tobytes() == held.tobytes()
    begun = rise[5]
    assert begun == pytest.approx(1 - np.exp(-0.5), abs=1e-12)
    assert rise[10] == pytest.approx(begun * np.exp(-0.5) + 3 * (1 - np.exp(-0.5)), abs=1e-12)


def test_an_algebraic_loop_is_named() -> None:
    system = System(
        cycle_s=0.1,
        duration_s=1.0,
        plants={"ring": Placed(Resonator()), "frame": Placed(Impairment())},
        connect={
            "ring.temperature": "300 + frame.crc_fail_probability",
            "frame.detuning": "ring.detuning",
            "frame.locked": "1",
        },
    )
    with pytest.raises(AlgebraicLoop) as caught:
        simulate(system, {})
    assert set(caught.value.path) == {"ring.detuning", "frame.crc_fail_probability"}


def test_a_state_on_the_way_breaks_the_loop() -> None:
    system = thermal_resonator(steps(), 10)
    wires = {**system.connect, "heat.power": "1 - frame.crc_fail_probability"}
    assert simulate(replace(system, connect=wires), {}).broken_at[0] == -1


def test_an_input_without_a_source_is_refused() -> None:
    system = thermal_resonator(steps(), 10)
    wires = {name: text for name, text in system.connect.items() if name != "frame.detuning"}
    with pytest.raises(Unwired, match=r"frame\.detuning: expected a source, in m"):
        simulate(replace(system, connect=wires), {})


@pytest.mark.parametrize(
    ("destination", "source"), [("heat.heta", "1"), ("heat.power", "heat.temprature"), ("frame.locked", "nothing")]
)
def test_names_that_nothing_has_are_refused(destination: str, source: str) -> None:
    system = thermal_resonator(steps(), 10)
    with pytest.raises(UnknownSignal, match="expected one of"):
        simulate(replace(system, connect={**system.connect, destination: source}), {})


@pytest.mark.parametrize(("duration_s", "period_s"), [(1.05, 0.1), (1.0, 0.15), (1.0, 0.0), (0.0, 0.1), (1.0, -0.1)])
def test_times_off_the_grid_are_refused(duration_s: float, period_s: float) -> None:
    system = thermal_resonator(steps(), 10)
    plants = {**system.plants, "heat": Placed(RcThermal(), period_s)}
    with pytest.raises(OffGrid, match=r"a positive multiple of the cycle, 0\.1 s, got"):
        simulate(replace(system, duration_s=duration_s, plants=plants), {})


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=4))
def test_the_common_cycle_divides_every_period(milliseconds: list[int]) -> None:
    cycle_s = common_cycle_s([ms / 1000 for ms in milliseconds])
    assert cycle_s * 1000 == pytest.approx(np.gcd.reduce(milliseconds), rel=1e-6)
