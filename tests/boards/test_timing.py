import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_boards import pwm_timing, tick_timing, watchdog
from proofmark_boards.errors import OutOfReach

CLOCKS = st.sampled_from([80_000_000, 84_000_000, 96_000_000, 168_000_000])


def test_20_khz_of_168_mhz_is_exact() -> None:
    timing = pwm_timing(168_000_000, 20e3)
    assert (timing.prescaler, timing.top, timing.reached_hz) == (1, 8399, 20e3)


@given(CLOCKS, st.floats(1.0, 800e3))
def test_a_frequency_is_missed_by_at_most_half_a_count(timer_hz: int, frequency_hz: float) -> None:
    timing = pwm_timing(timer_hz, frequency_hz)
    counts = timer_hz / frequency_hz / timing.prescaler
    assert abs(timing.steps - counts) <= 0.5 + 1e-9
    assert timing.reached_hz == timer_hz / (timing.prescaler * timing.steps)


@given(CLOCKS, st.floats(1.0, 800e3))
def test_all_steps_fit_into_sixteen_bits_and_no_coarser_prescaler_is_used(timer_hz: int, frequency_hz: float) -> None:
    timing = pwm_timing(timer_hz, frequency_hz)
    assert 100 <= timing.steps <= 65_535
    assert timing.prescaler == 1 or timer_hz / frequency_hz / (timing.prescaler - 1) > 65_535


@pytest.mark.parametrize("frequency_hz", [50e6, 1.7e6, 0.01, 0.0])
def test_frequencies_out_of_reach_are_refused_with_the_range(frequency_hz: float) -> None:
    with pytest.raises(OutOfReach, match=r"expected 0\.03912 Hz to 1\.68 MHz, with 100 steps of duty at 168 MHz"):
        pwm_timing(168_000_000, frequency_hz)


@given(CLOCKS, st.floats(1e-5, 20.0))
def test_a_tick_fits_into_systick_and_keeps_its_period(core_hz: int, period_s: float) -> None:
    tick = tick_timing(core_hz, period_s)
    assert 0 < tick.reload < 2**24
    assert abs(tick.reached_s / period_s - 1) <= 1e-4 + 1e-12
    assert tick.reached_s == pytest.approx((tick.reload + 1) * tick.interrupts / core_hz)


def test_a_period_between_two_clocks_is_refused() -> None:
    with pytest.raises(OutOfReach, match="period: expected a multiple"):
        tick_timing(168_000_000, 1.5 / 168e6)


@given(st.floats(1e-4, 2.0), st.one_of(st.none(), st.floats(1e-4, 5.0)))
def test_a_watchdog_waits_for_two_periods_and_bites_in_time_where_it_can(
    period_s: float, within_s: float | None
) -> None:
    dog = watchdog((17_000, 47_000), period_s, within_s)
    assert dog.earliest_s >= 2 * period_s * (1 - 1e-9)
    assert 0 <= dog.reload < 4096
    count_s = dog.divider / 17_000
    deadline_s = 10 * period_s if within_s is None else within_s
    least_s = 2 * period_s * 47 / 17
    assert dog.latest_s <= max(deadline_s, least_s) + count_s


def test_a_period_that_no_watchdog_waits_for_is_refused() -> None:
    with pytest.raises(OutOfReach, match="period: expected at most"):
        watchdog((17_000, 47_000), 60.0, None)
