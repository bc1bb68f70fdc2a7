"""Plants are what textbooks say: closed forms, SciPy's integrators, and edges that belong to the window."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from proofmark_cosim import Component, Metric, Placed, Recording, System, simulate
from proofmark_cosim.errors import OutOfRange, UnstableStep
from proofmark_cosim.linear import exponential
from proofmark_cosim.plants import (
    PLANTS,
    DcMotor,
    Formation,
    Impairment,
    LinkMonitor,
    RcNetwork,
    RcThermal,
    Resonator,
    Thermostat,
)
from proofmark_cosim.scenarios import Profile, RampWorkload

from .systems import trace

FloatArray = npt.NDArray[np.float64]


def alone(plant: Component, connect: dict[str, str], cycles: int, cycle_s: float = 0.1, **more: Any) -> System:
    """A plant by itself, called `it`."""
    return System(cycle_s=cycle_s, duration_s=cycles * cycle_s, plants={"it": Placed(plant)}, connect=connect, **more)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 100), st.floats(0.01, 10), st.floats(-5, 5), st.floats(-20, 20))
def test_the_exact_step_is_the_closed_form(r: float, c: float, power: float, rise: float) -> None:
    plant = RcThermal(resistance=r, capacity=c, initial_rise=rise)
    ours = trace(alone(plant, {"it.power": f"{power!r}"}, 50), "it.rise")
    t = 0.1 * np.arange(51)
    closed = power * r + (rise - power * r) * np.exp(-t / (r * c))
    np.testing.assert_allclose(ours, closed, rtol=1e-12, atol=1e-12 * (abs(power * r) + abs(rise)))


def test_eulers_method_is_of_first_order() -> None:
    errors = []
    for cycles in (10, 20, 40, 80):
        system = alone(RcThermal(scheme="euler"), {"it.power": "1"}, cycles, 1 / cycles)
        errors.append(abs(trace(system, "it.rise")[-1] - 10 * (1 - np.exp(-1))))
    rates = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(rates, 1, atol=0.05)


@pytest.mark.parametrize("scheme", ["euler", "one-step-a-period"])
def test_an_unstable_euler_step_is_refused(scheme: Any) -> None:
    stable = RcThermal(resistance=1.0, capacity=0.0501, scheme=scheme)
    simulate(alone(stable, {"it.power": "1"}, 1), {})
    with pytest.raises(UnstableStep, match=r"it: Euler's method is stable below a step of 0\.1 s, got 0\.1 s"):
        simulate(alone(replace(stable, capacity=0.05), {"it.power": "1"}, 1), {})


def test_heater_and_workload_are_clamped_to_their_range() -> None:
    powers = [
        trace(alone(RcThermal(), {"it.heater": h, "it.workload": w}, 1), "it.input_power")[0]
        for h, w in (("7", "0"), ("-3", "0.25"), ("0.5", "2"), ("0", "-1"))
    ]
    assert powers == [1.0, 0.25, 1.5, 0.0]


@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.floats(-3, 4))
def test_the_matrix_exponential_is_scipys(size: int, seed: int, scale: float) -> None:
    a = np.random.default_rng(seed).standard_normal((3, size, size)) * 10.0**scale
    a -= np.eye(size) * np.abs(a).sum(axis=-1).max()  # no eigenvalue to the right of 0
    for ours, one in zip(exponential(a), a, strict=True):
        np.testing.assert_allclose(ours, expm(one), rtol=1e-9, atol=1e-12)


NETWORK = RcNetwork(
    capacities={"die": 0.05, "lid": 2.0, "sink": "c_sink"},
    links={("die", "lid"): 0.3, ("lid", "sink"): 0.1, ("sink", "ambient"): "r_sink", ("lid", "ambient"): 20.0},
    ambient=300.0,
)


def test_a_network_is_what_scipy_integrates() -> None:
    system = alone(NETWORK, {"it.power_die": "12", "it.power_sink": "3"}, 100)
    columns = {"c_sink": np.array([30.0, 90.0]), "r_sink": np.array([1.5, 0.7])}
    traces = simulate(system, columns, recording=Recording([0, 1])).traces
    assert traces is not None
    for row in range(2):
        c = np.array([0.05, 2.0, columns["c_sink"][row]])
        g = np.array([1 / 0.3, 1 / 0.1, 1 / columns["r_sink"][row], 1 / 20.0])

        def slopes(_: float, t: FloatArray, c: FloatArray = c, g: FloatArray = g) -> FloatArray:
            die, lid, sink = t
            flows = [12 - g[0] * (die - lid), g[0] * (die - lid) - g[1] * (lid - sink) - g[3] * (lid - 300)]
            return np.array([*flows, 3 + g[1] * (lid - sink) - g[2] * (sink - 300)]) / c

        found = solve_ivp(slopes, (0, 10), [300.0] * 3, method="Radau", rtol=1e-11, atol=1e-11, t_eval=[10.0])
        ours = [traces.signals[f"it.{node}"][row, -1] for node in NETWORK.capacities]
        np.testing.assert_allclose(ours, found.y[:, -1], rtol=0, atol=1e-6)


def test_two_masses_meet_at_their_mean() -> None:
    """Modelica Standard Library, HeatTransfer.Examples.TwoMasses: closed form."""
    pair = RcNetwork(capacities={"a": 15.0, "b": 15.0}, links={("a", "b"): 0.1}, ambient=300.0)
    heated = alone(
        pair, {"it.power_a": "scenario.value"}, 10, scenario=Profile(times_s=(0.0, 0.1, 1.0), values=(6e3, 0.0, 0.0))
    )
    a, b = trace(heated, "it.a"), trace(heated, "it.b")
    t = 0.1 * np.arange(11) - 0.1
    gap = a[1] - b[1]
    np.testing.assert_allclose(a + b - 600, np.where(t >= 0, 600 / 15, 0), atol=1e-10)
    np.testing.assert_allclose((a - b)[1:], gap * np.exp(-t[1:] / (0.1 * 7.5)), rtol=1e-12)


@pytest.mark.parametrize(
    ("kelvin", "nanometres", "locked"),
    [
        (298.15, 0.0, True),
        (303.15, -0.5, True),
        (293.15, 0.5, True),
        (303.16, -0.501, False),
        (293.14, 0.501, False),
        (300.0, -0.185, True),
    ],
)
def test_detuning_is_signed_and_the_windows_edge_is_inside(kelvin: float, nanometres: float, locked: bool) -> None:
    traces = simulate(alone(Resonator(), {"it.temperature": str(kelvin)}, 1), {}, recording=Recording([0])).traces
    assert traces is not None
    assert traces.signals["it.detuning"][0, 0] * 1e9 == pytest.approx(nanometres, abs=1e-12)
    assert bool(traces.signals["it.locked"][0, 0]) is locked


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 1.2), st.floats(0, 1.2), st.booleans())
def test_impairment_grows_with_detuning_and_is_sure_without_lock(one: float, other: float, locked: bool) -> None:
    def probability(nanometres: float) -> float:
        connect = {"it.detuning": f"{nanometres!r} * 1e-9", "it.locked": str(int(locked))}
        return float(trace(alone(Impairment(), connect, 1), "it.crc_fail_probability")[0])

    low, high = sorted((one, other))
    assert 0 <= probability(low) <= probability(high) <= 1
    assert probability(-low) == probability(low)
    assert locked or probability(low) == 1


def test_impairment_needs_its_edges_in_order() -> None:
    system = alone(Impairment(half="h"), {"it.detuning": "0", "it.locked": "1"}, 1)
    with pytest.raises(OutOfRange, match="it: expected clean < half < lost, got"):
        simulate(system, {"h": np.array([0.3e-9, 2e-9])})


def test_four_fails_in_a_row_take_a_link_down_and_eight_passes_bring_it_up() -> None:
    fails = [1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    profile = Profile(times_s=tuple(map(float, range(len(fails)))), values=tuple(map(float, fails)))
    system = alone(LinkMonitor(), {"it.crc_fail": "scenario.value"}, len(fails), 1.0, scenario=profile)
    up = trace(system, "it.up").astype(bool)
    assert up.tolist() == [True] * 8 + [False] * 16 + [True] * 3
    assert trace(system, "it.crc_fails")[-1] == sum(fails)
    assert trace(system, "it.frames")[-1] == len(fails)


MOTOR = DcMotor(voltage=12.0, resistance=0.8, inductance=2e-3, torque_constant=0.03, inertia=5e-5)


def test_a_motor_without_dry_friction_is_what_scipy_integrates() -> None:
    ours = simulate(alone(MOTOR, {"it.duty": "0.6"}, 300, 1e-3), {}, recording=Recording([0])).traces
    assert ours is not None

    def slopes(_: float, x: FloatArray) -> list[float]:
        current, speed, _angle = x
        return [(7.2 - 0.8 * current - 0.03 * speed) / 2e-3, (0.03 * current - 1e-5 * speed) / 5e-5, speed]

    found = solve_ivp(
        slopes, (0, 0.3), [0.0, 0.0, 0.0], method="DOP853", rtol=1e-12, atol=1e-12, t_eval=ours.cycles / 1e3
    )
    for name, theirs in zip(("current", "speed", "angle"), found.y, strict=True):
        np.testing.assert_allclose(ours.signals[f"it.{name}"][0], theirs, rtol=1e-9, atol=1e-9)


def test_a_load_holds_the_rotor_until_the_torque_exceeds_it() -> None:
    held = replace(MOTOR, load=0.5)
    assert not trace(alone(held, {"it.duty": "1"}, 200, 1e-3), "it.speed").any()
    assert trace(alone(replace(held, load=0.4), {"it.duty": "1"}, 200, 1e-3), "it.speed")[-1] > 1


def test_a_load_slows_as_the_torque_balance_says() -> None:
    """Stationary: k i = b w + T and U = R i + k w."""
    loaded = replace(MOTOR, load=0.05, dry_friction=0.01)
    speed = trace(alone(loaded, {"it.duty": "-1"}, 3000, 1e-3), "it.speed")[-1]
    assert speed == pytest.approx(-(12 * 0.03 - 0.06 * 0.8) / (0.03**2 + 0.8 * 1e-5), rel=1e-9)


def test_friction_stops_a_motor_and_never_drives_it() -> None:
    profile = Profile(times_s=(0.0, 0.2, 2.0), values=(1.0, 0.0, 0.0))
    system = alone(replace(MOTOR, dry_friction=0.02), {"it.duty": "scenario.value"}, 2000, 1e-3, scenario=profile)
    speed = trace(system, "it.speed")
    assert speed.max() > 50
    assert speed[-1] == 0
    assert speed.min() >= -1e-9


def controlled_temperature(cycle_s: float) -> System:
    """Modelica Standard Library, HeatTransfer.Examples.ControlledTemperature."""
    ramp = RampWorkload(at=2.0, over=6.0, before=298.15, after=323.15)
    connect = {"it.reference": "scenario.value", "it.reference_rate": "scenario.rate"}
    metrics = {"switches": Metric("last", "it.switches"), "t_end": Metric("last", "it.temperature")}
    return alone(Thermostat(), connect, round(10 / cycle_s), cycle_s, scenario=ramp, metrics=metrics)


def reference_temperature() -> tuple[list[float], FloatArray]:
    """Switching times and T every 0.01 s, by SciPy's event location, from one switch to the next."""
    on, switches, now, temperature = True, [], 0.0, 293.15
    grid = np.arange(1001) * 0.01
    found = np.full(grid.size, np.nan)

    def ramp(t: float) -> float:
        return 298.15 + 25 * min(max((t - 2) / 6, 0), 1)

    def slope(_: float, x: FloatArray) -> FloatArray:
        heating = 100 / (10 * (1 + (x - 293.15) / 255)) if on else 0.0
        return np.asarray(heating - 0.1 * (x - 293.15))

    def crossing(t: float, x: FloatArray) -> float:
        return float(x[0] - ramp(t) - (1 if on else -1))

    while now < 10:
        crossing.terminal = True  # type: ignore[attr-defined]  # how SciPy is told
        crossing.direction = 1.0 if on else -1.0  # type: ignore[attr-defined]
        ahead = grid[(grid >= now) & (grid <= 10)]
        part = solve_ivp(
            slope, (now, 10), [temperature], events=crossing, t_eval=ahead, rtol=1e-11, atol=1e-11, max_step=0.02
        )
        found[np.searchsorted(grid, part.t - 1e-9)] = part.y[0]
        if part.t_events[0].size == 0:
            break
        now, temperature = float(part.t_events[0][0]), float(part.y_events[0][0, 0])
        on = not on
        switches.append(now)
    return switches, found


def test_a_located_relay_switches_eighteen_times_and_follows_scipy() -> None:
    switches, theirs = reference_temperature()
    assert len(switches) == 18
    system = controlled_temperature(0.01)
    assert simulate(system, {}).metrics["switches"][0] == 18
    ours = trace(system, "it.temperature")
    assert np.nanmax(np.abs(ours - theirs)) < 0.02


def test_the_relay_is_located_in_each_vector_by_itself() -> None:
    system = controlled_temperature(0.01)
    plants = {"it": Placed(Thermostat(half_band="band", voltage="supply"))}
    bands, supplies = np.linspace(0.5, 2, 7), np.linspace(9, 12, 7)
    together = simulate(replace(system, plants=plants), {"band": bands, "supply": supplies})
    for row in range(7):
        plant = Thermostat(half_band=float(bands[row]), voltage=float(supplies[row]))
        one = simulate(replace(system, plants={"it": Placed(plant)}), {})
        assert one.metrics["t_end"][0] == together.metrics["t_end"][row]
        assert one.metrics["switches"][0] == together.metrics["switches"][row]


@pytest.mark.parametrize("shape", ["circle", "line", "grid"])
def test_robots_come_to_their_places_around_the_goal(shape: Any) -> None:
    robots = Formation(robots=7, shape=shape, spacing=1.0)
    system = alone(robots, {"it.goal_x": "2", "it.goal_y": "-1"}, 800, 0.05)
    assert trace(system, "it.formation_error")[-1] < 1e-3
    assert trace(system, "it.centre_x")[-1] == pytest.approx(2, abs=1e-3)
    assert trace(system, "it.centre_y")[-1] == pytest.approx(-1, abs=1e-3)


@pytest.mark.parametrize("shape", ["circle", "line", "grid"])
def test_neighbours_in_a_formation_stand_one_spacing_apart(shape: Any) -> None:
    places = np.array(Formation(robots=6, shape=shape).places())
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert np.sort(apart[apart > 0])[0] == pytest.approx(1)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-12)


def test_separation_keeps_robots_apart() -> None:
    crowd = Formation(robots=6, start_radius=0.3, cohesion=0.0, alignment=0.0, separation=1.0, personal_space=0.5)
    assert trace(alone(crowd, {"it.goal_x": "0"}, 600, 0.05), "it.closest")[-1] > 0.45
    alone_ = replace(crowd, separation=0.0)
    assert trace(alone(alone_, {"it.goal_x": "0"}, 600, 0.05), "it.closest")[-1] < 0.3


def test_alignment_brings_velocities_together() -> None:
    """Without it robots that start at different distances arrive at different speeds."""
    spread = []
    for alignment in (0.0, 20.0):
        robots = Formation(robots=5, alignment=alignment, separation=0.0)
        traces = simulate(alone(robots, {"it.goal_x": "0"}, 20, 0.05), {}, recording=Recording([0])).traces
        assert traces is not None
        x = np.array([traces.signals[f"it.x{i}"][0] for i in range(5)])
        spread.append(np.ptp(np.diff(x, axis=1), axis=0).max())
    assert spread[1] < 0.2 * spread[0]


def test_every_plant_is_known_by_its_kind() -> None:
    assert {kind: plant.kind for kind, plant in PLANTS.items()} == {kind: kind for kind in PLANTS}
