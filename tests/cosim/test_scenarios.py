"""Scenarios drive what they say, when they say it."""

from typing import Any

import numpy as np
import pytest

from proofmark_cosim import SCENARIOS, Component, CosimError, Placed, Recording, System, simulate
from proofmark_cosim.errors import ShortProfile
from proofmark_cosim.plants import RcThermal
from proofmark_cosim.profiles import read_profile
from proofmark_cosim.scenarios import (
    ConstantHeater,
    HeaterOffWorkloadOn,
    Profile,
    RampWorkload,
    RandomTelegraph,
    Sine,
    StepWorkload,
)

from .systems import trace

TIMES = np.arange(101) * 0.01


def driven(scenario: Component, rows: int = 1, seed: int = 0) -> dict[str, Any]:
    system = System(
        cycle_s=0.01,
        duration_s=1.0,
        plants={"heat": Placed(RcThermal())},
        scenario=scenario,
        signal="heat.workload",
    )
    traces = simulate(system, {}, rows=rows, seed=seed, recording=Recording(range(rows))).traces
    assert traces is not None
    return dict(traces.signals)


@pytest.mark.parametrize(
    ("scenario", "values"),
    [
        (ConstantHeater(heater=0.3), np.full(101, 0.3)),
        (HeaterOffWorkloadOn(workload=0.4), np.full(101, 0.4)),
        (StepWorkload(at=0.29, before=0.1, after=0.7), np.where(np.arange(101) < 29, 0.1, 0.7)),
        (RampWorkload(at=0.2, over=0.5, before=0.1, after=0.6), 0.1 + np.clip(TIMES - 0.2, 0, 0.5)),
        (Sine(mean=0.2, amplitude=0.1, frequency=3.0, phase=1.0), 0.2 + 0.1 * np.sin(6 * np.pi * TIMES + 1)),
        (Profile(times_s=(0.0, 0.07, 1.0), values=(0.5, 0.25, 1.0)), np.r_[[0.5] * 7, [0.25] * 93, 1.0]),
    ],
)
def test_a_scenario_is_its_formula(scenario: Component, values: Any) -> None:
    found = driven(scenario)
    np.testing.assert_allclose(found["scenario.value"][0], values, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["heat.input_power"][0], np.clip(values, 0, 1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [RampWorkload(at=0.2, over=0.5), Sine(frequency=2.0)])
def test_the_rate_is_the_values_slope(kind: Component) -> None:
    found = driven(kind)
    slope = np.diff(found["scenario.value"][0]) / 0.01
    middle = (found["scenario.rate"][0][1:] + found["scenario.rate"][0][:-1]) / 2
    assert abs(slope - middle).max() < 0.02 * max(abs(slope).max(), 1) + (1 if isinstance(kind, RampWorkload) else 0)
    assert abs(slope - middle)[30:60].max() < 0.02


def test_heater_and_workload_are_told_apart() -> None:
    assert driven(ConstantHeater(heater=0.3, workload=0.1))["scenario.workload"][0, 5] == 0.1
    assert driven(HeaterOffWorkloadOn(workload=0.4))["scenario.heater"][0, 5] == 0.0
    assert driven(StepWorkload(heater=0.2))["scenario.heater"][0, 5] == 0.2


def test_a_telegraph_jumps_at_its_rate() -> None:
    """1,000 rows of 100 cycles; the number of jumps is binomial, checked at 5 standard deviations."""
    found = driven(RandomTelegraph(low=0.2, high=0.9, rate=10.0), rows=1000, seed=3)["scenario.value"]
    assert set(np.unique(found)) == {0.2, 0.9}
    jumps, chance = (np.diff(found, axis=1) != 0).sum(), 0.5 * (1 - np.exp(-2 * 10.0 * 0.01))
    assert abs(jumps - 1e5 * chance) < 5 * np.sqrt(1e5 * chance * (1 - chance))
    assert (found[:, 0] == 0.2).all()


def test_a_telegraphs_own_seed_is_another_noise() -> None:
    one, other = (driven(RandomTelegraph(rate=20.0, seed=seed))["scenario.value"] for seed in (0, 1))
    assert one.tobytes() != other.tobytes()
    assert one.tobytes() == driven(RandomTelegraph(rate=20.0, seed=0))["scenario.value"].tobytes()


@pytest.mark.parametrize(
    "scenario",
    [Profile(times_s=(0.0, 0.9, 3.0), values=(0.0, 1.0, 1.0)), StepWorkload(at=0.9)],
)
def test_what_happens_at_a_cycle_holds_from_that_cycle_on(scenario: Component) -> None:
    """Although 3 cycles of 0.3 s are a little less than 0.9 s."""
    assert 3 * 0.3 < 0.9
    system = System(
        cycle_s=0.3, duration_s=3.0, plants={"heat": Placed(RcThermal())}, scenario=scenario, signal="heat.workload"
    )
    assert np.flatnonzero(trace(system, "scenario.value"))[0] == 3


def test_a_profile_that_ends_before_the_run_is_refused() -> None:
    driven(Profile(times_s=(0.0, 0.99), values=(0.0, 1.0)))
    with pytest.raises(ShortProfile, match=r"expected samples up to 0\.99 s, got the last at 0\.98 s"):
        driven(Profile(times_s=(0.0, 0.98), values=(0.0, 1.0)))


@pytest.mark.parametrize(
    ("times_s", "values"),
    [((), ()), ((0.0, 1.0), (1.0,)), ((0.0, 0.0), (1.0, 1.0)), ((0.1, 1.0), (1.0, 1.0)), ((0.0, 1.0), (1.0, np.nan))],
)
def test_a_profile_is_finite_ascending_and_begins_with_the_run(times_s: Any, values: Any) -> None:
    with pytest.raises(CosimError, match="profile: expected"):
        Profile(times_s=times_s, values=values)


def test_recorded_profiles_are_read_from_csv_and_parquet(tmp_path: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "load.csv").write_text("time_s,load,other\n0,0.5,9\n0.5,0.25,9\n2,1,9\n")
    table = pa.table({"time_s": [0.0, 0.5, 2.0], "load": [0.5, 0.25, 1.0]})
    pq.write_table(table, tmp_path / "load.parquet")
    expected = Profile(times_s=(0.0, 0.5, 2.0), values=(0.5, 0.25, 1.0))
    for name in ("load.csv", "load.parquet"):
        assert read_profile(name, (tmp_path / name).read_bytes(), "load") == expected


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "t,load\n0,1\n", "a.csv: expected the columns time_s and load, got t, load"),
        ("a.csv", "time_s,load\n0,x\n", "a.csv:2: expected numbers, got 0, x"),
        ("a.csv", "time_s,load\n0\n", "a.csv:2: expected numbers, got 0"),
        ("a.txt", "", "a.txt: expected a file called .csv or .parquet"),
        ("a.parquet", "nonsense", "a.parquet: expected a Parquet file"),
    ],
)
def test_files_that_hold_no_profile_are_refused(name: str, text: str, told: str) -> None:
    with pytest.raises(CosimError, match=told):
        read_profile(name, text.encode(), "load")


def test_every_scenario_is_known_by_its_kind() -> None:
    assert {kind: scenario.kind for kind, scenario in SCENARIOS.items()} == {kind: kind for kind in SCENARIOS}
    assert set(SCENARIOS) == {
        "constant-heater",
        "step-workload",
        "ramp-workload",
        "heater-off-workload-on",
        "sine",
        "profile",
        "random-telegraph",
    }
