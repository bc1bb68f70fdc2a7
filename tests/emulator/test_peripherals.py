"""Pins, PWM, converters and the serial port, as the reference manuals describe them."""

import pytest

from .images import booted, chip, image, results, shown, ticked

PINS = "R(0x40023830u) |= 9u; R(0x40023844u) |= 0x101u; R(0x40023840u) |= 0x20000u;"
PWM = """
    R(0x40020000u) = (R(0x40020000u) & ~(3u << 16)) | (2u << 16);
    R(0x40020024u) = ALTERNATE;
    R(0x40010028u) = 0u; R(0x4001002Cu) = 799u; R(0x40010034u) = 200u;
    R(0x40010018u) = 0x68u; R(0x40010020u) = 1u; R(0x40010044u) = MOE; R(0x40010014u) = 1u; R(0x40010000u) = 0x81u;
"""
ADC = """
    R(0x40020000u) |= 3u << 2;
    R(0x40012034u) = 1u; R(0x40012010u) = 4u << 3; R(0x40012008u) = 1u;
    for (volatile uint32_t i = 0u; i < 100u; i += 1u) {}
"""
SAMPLE = """
static uint32_t sample(void)
{
    R(0x40012000u) = 0u;
    R(0x40012008u) |= 1u << 30;
    for (uint32_t i = 0u; i < 1000u; i += 1u) {
        if (R(0x40012000u) & 2u) { return R(0x4001204Cu); }
    }
    return 0xFFFFu;
}
static volatile uint32_t due;
static void tick(void) { due += 1u; }
"""


def pwm(alternate: str = "1u", guard: str = "0x8000u") -> str:
    setup = PWM.replace("ALTERNATE", alternate).replace("MOE", guard)
    return f"void Reset_Handler(void) {{ {PINS} {setup} SYSTICK(15999u); for (;;) SLEEP(); }}"


TICK = "static void tick(void) {}"


def test_pwm_comes_out_where_timer_and_pin_agree() -> None:
    made = booted(TICK + pwm(), "[15] = tick")
    assert shown(ticked(made, 1, ("PA8",))) == [200]
    channel = made.channel("PA8")
    assert channel is not None
    wave = channel[0].wave(1)
    assert wave is not None
    assert (made.clocks.core / wave.period_cycles, wave.duty) == (20_000, 0.25)


@pytest.mark.parametrize("change", [("2u", "0x8000u"), ("1u", "0u")])
def test_pwm_of_another_function_or_without_main_output_is_not_there(change: tuple[str, str]) -> None:
    made = booted(TICK + pwm(*change), "[15] = tick")
    assert shown(ticked(made, 1, ("PA8",))) == [-1]


@pytest.mark.parametrize(("mode", "seen"), [("0x68u", [200, 300]), ("0x60u", [300, 300])])
def test_a_preloaded_compare_value_waits_for_the_update(mode: str, seen: list[int]) -> None:
    """One period is 0.05 ms; the value is read back at once and a tick later."""
    made = booted(TICK + pwm().replace("0x68u", mode), "[15] = tick")
    timer = made.channel("PA8")
    assert timer is not None
    timer[0].write_ccr1(300)
    at_once = timer[0].shown(1)
    ticked(made, 1)
    assert [at_once, timer[0].shown(1)] == seen


def test_pwm_follows_a_clock_that_changes_later() -> None:
    """The timer of APB1 counts at half the core clock once APB1 is divided by four."""
    setup = PWM.replace("ALTERNATE", "1u").replace("MOE", "0x8000u").replace("0x400100", "0x400008")
    slower = "R(0x40023808u) = 5u << 10;"
    code = (
        f"{TICK} void Reset_Handler(void) {{ {PINS} R(0x40023840u) |= 4u; {setup} {slower} SYSTICK(15999u); SLEEP(); }}"
    )
    made = booted(code.replace("R(0x40000844u) = 0x8000u;", ""), "[15] = tick")
    wave = made.peripherals["TIM4"].wave(1)  # type: ignore[attr-defined]
    assert (wave.period_cycles, made.faults) == (1600, [])


def test_changes_of_a_pin_are_traced_with_tick_and_cycle() -> None:
    code = f"""
    static void tick(void) {{ R(0x40020C18u) = (RESULT[0] & 1u) ? (1u << 12) : (1u << 28); RESULT[0] += 1u; }}
    void Reset_Handler(void)
    {{ {PINS} RESULT[0] = 0u; R(0x40020C00u) |= 1u << 24; SYSTICK(15999u); for (;;) SLEEP(); }}"""
    made = booted(code, "[15] = tick")
    made.trace.taken()
    seen = ticked(made, 6, ("PD12",))
    assert shown(seen) == [0, 1, 0, 1, 0, 1]
    changes = made.trace.taken()
    assert [(change.tick, change.name, change.value) for change in changes] == [
        (1, "PD12", 1), (2, "PD12", 0), (3, "PD12", 1), (4, "PD12", 0), (5, "PD12", 1),
    ]  # fmt: skip
    assert {b.cycle - a.cycle for a, b in zip(changes[1:], changes[3:], strict=False)} == {32_000}


@pytest.mark.parametrize("pull", [1, 2])
def test_an_input_follows_its_wire_and_else_its_pull(pull: int) -> None:
    code = f"""
    static void tick(void) {{ RESULT[0] = R(0x40020010u) >> 4 & 1u; }}
    void Reset_Handler(void) {{ {PINS} R(0x4002000Cu) = {pull}u << 8; SYSTICK(15999u); for (;;) SLEEP(); }}"""
    made = booted(code, "[15] = tick")
    seen = []
    for level in (1, 0, -1):
        port, number = made.port("PA4")
        port.drive(number, level)
        ticked(made, 1)
        seen += results(made)
    assert seen == [1, 0, int(pull == 1)]


def test_an_open_wire_without_a_pull_is_noise() -> None:
    code = f"""
    static void tick(void) {{ RESULT[0] = R(0x40020010u) >> 4 & 1u; }}
    void Reset_Handler(void) {{ {PINS} SYSTICK(15999u); for (;;) SLEEP(); }}"""
    made = booted(code, "[15] = tick")
    seen = set()
    for _ in range(20):
        ticked(made, 1)
        seen |= set(results(made))
    assert seen == {0, 1}


CONVERTING = f"""{SAMPLE}
void Reset_Handler(void)
{{
    {PINS} {ADC} SYSTICK(15999u);
    for (uint32_t seen = due;;) {{ while (seen == due) SLEEP(); seen += 1u; RESULT[0] = sample(); }}
}}"""


def test_a_conversion_lasts_as_long_as_its_clock_says_when_it_is_started() -> None:
    """96 clocks of the converter, at a half of the core clock and at an eighth of it."""
    code = f"""{SAMPLE}
    void Reset_Handler(void)
    {{
        {PINS} {ADC} R(0xE000EDFCu) = 1u << 24; R(0xE0001000u) |= 1u;
        for (uint32_t i = 0u; i < 2u; i += 1u) {{
            uint32_t begin = R(0xE0001004u);
            (void)sample();
            RESULT[i] = R(0xE0001004u) - begin;
            R(0x40012304u) = 3u << 16;
        }}
        for (;;) SLEEP();
    }}"""
    made = booted(code)
    half, eighth = results(made, 2)
    assert eighth - half == pytest.approx(96 * (8 - 2), abs=3)
    assert not made.faults


def test_a_pin_shows_what_it_is_connected_to_now() -> None:
    code = f"""
    static volatile uint32_t due;
    static void tick(void)
    {{
        due = (due < 9u) ? due + 1u : 1u;
        if (due == 2u) {{ R(0x40020018u) = 1u << 8; R(0x40020000u) = (R(0x40020000u) & ~(3u << 16)) | (1u << 16); }}
        if (due == 3u) {{ R(0x40020000u) = (R(0x40020000u) & ~(3u << 16)) | (2u << 16); }}
        if (due == 4u) {{ R(0x40020024u) = 2u; }}
    }}
    {pwm()}"""
    assert shown(ticked(booted(code, "[15] = tick"), 4, ("PA8",))) == [200, 1, 200, -1]


def test_a_converter_gives_the_code_of_its_pin() -> None:
    made = booted("#define ZERO 0\n" + CONVERTING.replace("{PINS}", PINS), "[15] = tick")
    got = []
    for code in (0, 1, 2048, 4095):
        ticked(made, 1, codes=[code])
        got += results(made)
    assert (got, made.faults) == ([0, 1, 2048, 4095], [])


def test_a_result_that_is_not_waited_for_is_the_one_before() -> None:
    code = CONVERTING.replace("if (R(0x40012000u) & 2u) { return", "if (i == 0u) { return")
    made = booted(code, "[15] = tick")
    got = []
    for value in (100, 200, 300):
        ticked(made, 1, codes=[value])
        got += results(made)
    assert got[1:] == [100, 200]


def test_a_dead_converter_never_ends() -> None:
    made = booted(CONVERTING, "[15] = tick")
    made.inject("adc-dead")
    ticked(made, 1, codes=[7])
    assert results(made) == [0xFFFF]


@pytest.mark.parametrize(
    ("change", "kind"),
    [(("|= 3u << 2", "|= 0u"), "adc"), (("0x101u", "0x1u"), "unclocked"), (("R(0x40012008u) = 1u;", ""), "adc")],
)
def test_a_converter_that_was_not_set_up_is_a_fault(change: tuple[str, str], kind: str) -> None:
    made = booted(CONVERTING.replace(*change), "[15] = tick")
    if not made.faults:
        ticked(made, 1, codes=[7])
    assert made.faults[0].kind == kind


L4_ADC = """
static volatile uint32_t due;
static void tick(void) { due += 1u; }
void Reset_Handler(void)
{
    R(0x4002104Cu) |= 0x2001u;
    SWITCH
    R(0x50040308u) = 1u << 16;
    R(0x50040008u) = 0u;
    R(0x50040008u) = 1u << 28;
    for (volatile uint32_t i = 0u; i < 200u; i += 1u) {}
    R(0x50040008u) = (1u << 28) | (1u << 31);
    while (R(0x50040008u) & (1u << 31)) {}
    R(0x50040008u) = (1u << 28) | 1u;
    while (!(R(0x50040000u) & 1u)) {}
    R(0x50040030u) = 6u << 6;
    SYSTICK(3999u);
    for (uint32_t seen = due;;) {
        while (seen == due) SLEEP();
        seen += 1u;
        R(0x50040008u) = (1u << 28) | 5u;
        while (!(R(0x50040000u) & 4u)) {}
        RESULT[0] = R(0x50040040u);
    }
}
"""


def test_an_l476_converts_once_the_switch_to_the_pin_is_closed() -> None:
    made = booted(L4_ADC.replace("SWITCH", "R(0x4800002Cu) = 2u;"), "[15] = tick", "STM32L476RGT6")
    ticked(made, 1, codes=[1234])
    assert (results(made), made.faults) == ([1234], [])
    without = booted(L4_ADC.replace("SWITCH", ""), "[15] = tick", "STM32L476RGT6")
    ticked(without, 1, codes=[1234])
    assert "not analogue" in without.faults[0].detail


def serial(divider: int, alternate: int = 7) -> str:
    return f"""
    void Reset_Handler(void)
    {{
        {PINS}
        R(0x40020000u) |= 2u << 4;
        R(0x40020020u) |= {alternate}u << 8;
        R(0x40004408u) = {divider}u;
        R(0x4000440Cu) = 0x2008u;
        for (const char *at = "ready\\n"; *at; at += 1) {{
            while (!(R(0x40004400u) & 0x80u)) {{}}
            R(0x40004404u) = (uint32_t)*at;
        }}
        for (;;) SLEEP();
    }}"""


def test_a_serial_port_sends_at_the_pace_of_its_baud_rate() -> None:
    made = booted(serial(139))
    assert (made.log.decode(), made.faults) == ("ready\n", [])
    done = made.time.moment("USART2.done")
    assert done is not None
    assert done == pytest.approx(6 * 1390, abs=200)


def test_a_wrong_baud_rate_is_a_fault() -> None:
    assert booted(serial(1390)).faults[0].kind == "uart"


def test_a_port_without_a_pin_says_nothing() -> None:
    assert booted(serial(139, alternate=8)).log == b""


def test_a_character_that_overwrites_another_is_a_fault() -> None:
    made = booted(serial(139).replace("while (!(R(0x40004400u) & 0x80u)) {}", ""))
    assert "overwritten" in made.faults[0].detail


def test_a_tick_that_takes_too_long_is_an_overrun() -> None:
    code = """
    static volatile uint32_t due;
    static void tick(void) { due += 1u; }
    void Reset_Handler(void)
    {
        due = 0u;
        SYSTICK(15999u);
        for (uint32_t seen = 0u;;) {
            while (seen == due) SLEEP();
            seen = due;
            if (seen == 3u) { for (volatile uint32_t i = 0u; i < 9000u; i += 1u) {} }
        }
    }"""
    made = chip(image(code, "[15] = tick"))
    made.core.advance(1000)
    seen = ticked(made, 8)
    assert seen.overruns[0] == 2
    assert seen.longest == 2
    assert seen.done == 8


def test_a_chip_that_is_not_strict_goes_on() -> None:
    """A write to what is not clocked is ignored then, and nothing is said."""
    made = chip(
        image("void Reset_Handler(void) { R(0x40020C14u) = 1u; RESULT[0] = 1u; for (;;) SLEEP(); }"), strict=False
    )
    made.core.advance(10_000)
    assert (results(made), made.faults, made.stopped) == ([1], [], False)
