"""The blocks do what textbooks say; their arithmetic in float32 is held to float64 by other people's code."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import bilinear, lfilter, lfilter_zi

from proofmark_controller import float32, int32
from proofmark_controller.blocks import (
    BangBang,
    FirstOrderFilter,
    LeadLag,
    Phase,
    Pid,
    RateLimiter,
    Supervisor,
    clamp,
    is_nan,
)

NAN, INF = float32(math.nan), float32(math.inf)
ZERO = float32(0.0)
VALUES = st.floats(-1000, 1000, width=32).map(float32)
FLOAT32_EPS = 2.0**-23


def pid(kp: float = 0.0, ki: float = 0.0, kd: float = 0.0, smoothing: float = 0.0, limit: float = 1e9) -> Pid:
    return Pid(
        kp=float32(kp),
        ki=float32(ki),
        kd=float32(kd),
        period=float32(0.125),
        low=float32(-limit),
        high=float32(limit),
        smoothing=float32(smoothing),
    )


def noise(samples: int) -> list[float32]:
    return [float32(x) for x in np.random.default_rng(5).standard_normal(samples)]


@given(VALUES, VALUES)
def test_the_proportional_part_is_the_gain_times_the_error(setpoint: float32, measured: float32) -> None:
    assert pid(kp=2.0).step(setpoint, measured) == 2.0 * (setpoint - measured)


def test_the_integral_grows_by_gain_period_and_error() -> None:
    """Exact: gain, period and error are powers of two."""
    controller = pid(ki=0.5)
    made = [controller.step(float32(4.0), ZERO) for _ in range(5)]
    assert made == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_the_derivative_is_the_negative_slope_of_the_measurement() -> None:
    controller = pid(kd=0.5)
    made = [controller.step(ZERO, float32(2.0 * 0.125 * tick)) for tick in range(4)]
    assert made == [0.0, -1.0, -1.0, -1.0]


def test_a_step_of_the_setpoint_does_not_kick() -> None:
    with_derivative, without = pid(kp=1.0, ki=0.5, kd=10.0), pid(kp=1.0, ki=0.5)
    for setpoint in (0.0, 0.0, 5.0, 5.0, -3.0):
        made = with_derivative.step(float32(setpoint), float32(1.0)), without.step(float32(setpoint), float32(1.0))
        assert made[0] == made[1]


def test_the_derivative_is_smoothed_by_a_first_order_filter() -> None:
    """d/dt / (1 + Tf s) by backward Euler is (1 - z^-1) / (Tf + h - Tf z^-1)."""
    measured, smoothing, period = noise(50), 0.5, 0.125
    controller = pid(kd=1.0, smoothing=smoothing)
    made = [-controller.step(ZERO, y) for y in measured]
    wanted = lfilter([1, -1], [smoothing + period, -smoothing], np.array(measured, np.float64) - float(measured[0]))
    np.testing.assert_allclose(made, wanted, atol=100 * FLOAT32_EPS)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_integral_stands_still_at_a_limit_and_leaves_it_at_once(sign: float) -> None:
    """Either way round: a negative gain reverses the action, not the protection."""
    controller = pid(kp=sign, ki=sign, limit=1.0)
    for _ in range(1000):
        assert abs(controller.step(float32(10.0), ZERO)) == 1.0
    assert abs(controller.integral) <= 1.0
    assert abs(controller.step(ZERO, float32(0.1))) < 1.0


def test_without_the_protection_the_integral_would_have_wound_up() -> None:
    """The positive control: the same errors drive a controller without limits a thousand times as far."""
    controller = pid(kp=1.0, ki=1.0)
    for _ in range(1000):
        controller.step(float32(10.0), ZERO)
    assert controller.integral > 1000.0


@given(VALUES, VALUES, st.floats(-1, 1, width=32).map(float32), st.booleans())
def test_the_change_from_manual_to_automatic_is_bumpless(
    setpoint: float32, measured: float32, output: float32, ran_before: bool
) -> None:
    controller = pid(kp=2.0, ki=0.5, kd=0.25, smoothing=0.1, limit=1.0)
    if ran_before:
        controller.step(setpoint, ZERO)
    controller.follow(setpoint, measured, output)
    rounding = 8 * FLOAT32_EPS * max(abs(2.0 * (setpoint - measured)), 1.0)
    assert abs(controller.step(setpoint, measured) - output) <= rounding


def test_what_is_no_number_gives_the_lower_limit_and_is_not_remembered() -> None:
    disturbed, undisturbed = (pid(kp=1.0, ki=0.5, kd=0.25, smoothing=0.1, limit=2.0) for _ in range(2))
    for tick, measured in enumerate(noise(20)):
        if tick % 5 == 3:
            assert disturbed.step(ZERO, NAN) == disturbed.step(NAN, measured) == -2.0
            disturbed.follow(ZERO, NAN, ZERO)
            disturbed.follow(ZERO, measured, NAN)
        assert disturbed.step(ZERO, measured) == undisturbed.step(ZERO, measured)


@pytest.mark.parametrize("period", [0.02, 0.01, 0.005])
def test_a_closed_loop_follows_its_closed_form_the_closer_the_shorter_the_period(period: float) -> None:
    """PI with the plant's time constant cancels its pole: y = 1 - exp(-kp t / tau), with an error of order period."""
    tau, kp = 1.0, 2.0
    controller = Pid(
        kp=float32(kp), ki=float32(kp / tau), kd=ZERO, period=float32(period), low=float32(-9.0), high=float32(9.0)
    )
    decay, y, worst = math.exp(-period / tau), 0.0, 0.0
    for tick in range(int(3.0 / period)):
        worst = max(worst, abs(y - (1 - math.exp(-kp * tick * period / tau))))
        y = decay * y + (1 - decay) * controller.step(float32(1.0), float32(y))
    assert 0.2 * period < worst < 1.0 * period


@given(st.lists(VALUES, min_size=1), VALUES, st.floats(0, 10, width=32).map(float32))
def test_two_points_switch_only_outside_of_the_band(measured: list[float32], setpoint: float32, band: float32) -> None:
    controller, before = BangBang(half_band=band), False
    for y in measured:
        on = controller.step(setpoint, y)
        assert on or not y < setpoint - band
        assert not on or not y > setpoint + band
        if setpoint - band <= y <= setpoint + band:
            assert on is before
        before = on
    assert controller.step(setpoint, NAN) is before


@pytest.mark.parametrize(("lead", "lag"), [(0.5, 0.1), (0.1, 0.5), (0.0, 0.3), (0.3, 0.3)])
def test_lead_and_lag_are_those_of_tustin(lead: float, lag: float) -> None:
    """scipy's bilinear transform of gain (lead s + 1) / (lag s + 1), begun in the steady state of the first input."""
    x, gain, period = noise(80), 3.0, 0.05
    compensator = LeadLag(gain=float32(gain), lead=float32(lead), lag=float32(lag), period=float32(period))
    made = [compensator.step(value) for value in x]
    b, a = bilinear([gain * lead, gain], [lag, 1], fs=1 / period)
    wanted, _ = lfilter(b, a, np.array(x, np.float64), zi=lfilter_zi(b, a) * float(x[0]))
    np.testing.assert_allclose(made, wanted, atol=2000 * FLOAT32_EPS)


@pytest.mark.parametrize("tau", [0.0, 0.01, 1.0])
def test_a_filter_is_that_of_backward_euler(tau: float) -> None:
    x, period = noise(80), 0.05
    low_pass = FirstOrderFilter(time_constant=float32(tau), period=float32(period))
    made = [low_pass.step(value) for value in x]
    b, a = [period / (tau + period)], [1, -tau / (tau + period)]
    wanted, _ = lfilter(b, a, np.array(x, np.float64), zi=lfilter_zi(b, a) * float(x[0]))
    np.testing.assert_allclose(made, wanted, atol=50 * FLOAT32_EPS)


def test_filter_lead_lag_and_limiter_hold_their_output_without_an_input() -> None:
    blocks = (
        FirstOrderFilter(time_constant=float32(1.0), period=float32(0.1)),
        LeadLag(gain=float32(2.0), lead=float32(0.5), lag=float32(0.1), period=float32(0.1)),
        RateLimiter(rise=float32(100.0), fall=float32(100.0), period=float32(0.1)),
    )
    for block in blocks:
        assert block.step(NAN) == 0.0
        before = block.step(float32(5.0))
        assert before != 0.0
        assert block.step(NAN) == before
        assert not is_nan(block.step(float32(5.0)))


@settings(deadline=None)
@given(st.lists(VALUES, min_size=1), st.floats(0.5, 10, width=32), st.floats(0.5, 10, width=32))
def test_a_limiter_goes_no_faster_than_it_may_and_arrives(targets: list[float32], rise: float, fall: float) -> None:
    limiter = RateLimiter(rise=float32(rise), fall=float32(fall), period=float32(0.5))
    before = ZERO
    for x in targets:
        output = limiter.step(x)
        room = 1000 * FLOAT32_EPS
        assert before - 0.5 * fall - room <= output <= before + 0.5 * rise + room
        assert abs(x - output) <= abs(x - before)
        before = output
    for _ in range(int(2000 / (0.5 * min(rise, fall))) + 2):
        before = limiter.step(targets[-1])
    assert before == targets[-1]


@pytest.mark.parametrize(
    ("x", "wanted"), [(0.5, 0.5), (-3.0, -1.0), (7.0, 2.0), (math.inf, 2.0), (-math.inf, -1.0), (math.nan, -1.0)]
)
def test_a_value_is_clamped(x: float, wanted: float) -> None:
    assert clamp(float32(x), float32(-1.0), float32(2.0)) == wanted


OFF, STARTING, RUNNING, TRIPPED = Phase


@pytest.mark.parametrize(
    ("ticks", "wanted"),
    [
        ("e e e e", [STARTING, STARTING, RUNNING, RUNNING]),
        ("e - e", [STARTING, OFF, STARTING]),
        ("e e e -", [STARTING, STARTING, RUNNING, OFF]),
        ("e eb eb e", [STARTING, STARTING, TRIPPED, TRIPPED]),
        ("e eb e eb e", [STARTING, STARTING, RUNNING, RUNNING, RUNNING]),
        ("e e e eb eb er - r e", [STARTING, STARTING, RUNNING, RUNNING, TRIPPED, TRIPPED, TRIPPED, OFF, STARTING]),
        ("b b b e", [OFF, OFF, OFF, STARTING]),
        ("e e eb -b", [STARTING, STARTING, RUNNING, TRIPPED]),
    ],
)
def test_a_supervisor_starts_trips_and_resets(ticks: str, wanted: list[Phase]) -> None:
    """Each tick by letters: enabled, bad, reset. It starts in two ticks and trips after two bad ones in a row."""
    supervisor = Supervisor(start_ticks=int32(2), trip_ticks=int32(2))
    made = [supervisor.step("e" in tick, "b" not in tick, "r" in tick) for tick in ticks.split()]
    assert made == wanted


def test_what_decays_ends_at_nothing() -> None:
    """And not among subnormal numbers, where rounding would hold it for good."""
    damped = pid(kd=1.0, smoothing=1.0)
    low_pass = FirstOrderFilter(time_constant=float32(1.0), period=float32(0.125), output=float32(1.0), started=True)
    lag = LeadLag(
        gain=float32(1.0), lead=ZERO, lag=float32(1.0), period=float32(0.125), output=float32(1.0), started=True
    )
    damped.step(ZERO, float32(1.0))
    damped.step(ZERO, float32(2.0))
    for _ in range(2000):
        damped.step(ZERO, float32(2.0))
        low_pass.step(ZERO)
        lag.step(ZERO)
    assert (damped.slope, low_pass.output, lag.output) == (0.0, 0.0, 0.0)
