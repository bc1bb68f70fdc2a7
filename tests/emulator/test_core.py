"""Exceptions of the core, against the ARMv7-M manual and against the same program without interrupts."""

import pytest

from .images import RESULT, booted, chip, image, results, ticked

MIXED = """
static float blend(uint32_t seed)
{
    float sum = 0.0f;
    uint32_t bits = seed;
    for (uint32_t i = 0u; i < 400u; i += 1u) {
        bits = bits * 1664525u + 1013904223u;
        float x = (float)(bits >> 8) * 0.0001f;
        sum = (x > sum) ? (sum + x * 0.5f) : (sum - x * 0.25f);
        if ((bits & 3u) == 0u) { RESULT[8] += 1u; } else { RESULT[9] += bits & 1u; }
    }
    return sum;
}
"""
DISTURB = """
static void tick(void)
{
    static volatile float waste;
    RESULT[1] += 1u;
    waste = waste * 3.0f + 1.25f;
    __asm volatile("vmov s0, s1\\n vmov s5, s0\\n cmp r0, r0\\n" ::: "s0", "s1", "s5", "cc");
}
"""


@pytest.mark.parametrize("load", [30, 41, 67, 101, 400])
def test_interrupts_anywhere_change_nothing_of_what_they_interrupt(load: int) -> None:
    """Integer and floating-point registers, flags and IT blocks survive."""
    work = (
        "RESULT[8] = RESULT[9] = RESULT[1] = 0u; float f = blend(7u); RESULT[0] = *(uint32_t *)&f; R(0xE000E010u) = 0u;"
    )
    alone = booted(f"{MIXED} void Reset_Handler(void) {{ FPU_ON(); {work} for (;;) SLEEP(); }}")
    code = f"{MIXED} {DISTURB} void Reset_Handler(void) {{ FPU_ON(); SYSTICK({load}u); {work} for (;;) SLEEP(); }}"
    interrupted = chip(image(code, "[15] = tick"))
    interrupted.core.advance(2_000_000)
    assert not interrupted.faults
    assert results(interrupted, 2)[1] > 5
    values, expected = results(interrupted, 10), results(alone, 10)
    assert (values[0], values[8:]) == (expected[0], expected[8:])


def test_a_more_urgent_interrupt_preempts_and_a_less_urgent_one_waits() -> None:
    code = """
    static void note(uint32_t n) { RESULT[1 + RESULT[0]] = n; RESULT[0] += 1u; }
    void low(void) { note(1u); R(0xE000E200u) = 3u << 1; note(2u); }
    void high(void) { note(3u); }
    void same(void) { note(4u); }
    void Reset_Handler(void)
    {
        RESULT[0] = 0u;
        R(0xE000E400u) = (0x80u << 0) | (0x10u << 8) | (0x80u << 16);
        R(0xE000E100u) = 7u;
        R(0xE000E200u) = 1u;
        note(5u);
        for (;;) SLEEP();
    }"""
    made = booted(code, "[16] = low, [17] = high, [18] = same")
    assert results(made, 6) == [5, 1, 3, 2, 4, 5]


def test_primask_holds_an_interrupt_back_until_it_is_cleared() -> None:
    code = """
    void pend(void) { RESULT[0] += 1u; }
    void Reset_Handler(void)
    {
        RESULT[0] = 0u;
        __asm volatile("cpsid i");
        R(0xE000ED04u) = 1u << 28;
        RESULT[1] = RESULT[0];
        __asm volatile("cpsie i\\n isb");
        RESULT[2] = RESULT[0];
        for (;;) SLEEP();
    }"""
    assert results(booted(code, "[14] = pend"), 3) == [1, 0, 1]


def test_a_poll_does_not_put_off_an_interrupt_that_is_unmasked_behind_it() -> None:
    """The poll moves the clock to where the crystal runs."""
    code = """
    void pend(void) { RESULT[1] = RESULT[0]; }
    void Reset_Handler(void)
    {
        RESULT[0] = 0u;
        __asm volatile("cpsid i");
        R(0x40023800u) |= 1u << 16;
        R(0xE000ED04u) = 1u << 28;
        RESULT[2] = R(0x40023800u) >> 17 & 1u;
        __asm volatile("cpsie i\\n isb");
        RESULT[0] = 1u;
        for (;;) SLEEP();
    }"""
    made = chip(image(code, "[14] = pend"))
    made.core.advance(100_000)
    assert results(made, 3) == [1, 0, 1]


def test_basepri_holds_back_what_is_not_more_urgent() -> None:
    code = """
    void low(void) { RESULT[0] |= 1u; }
    void high(void) { RESULT[0] |= 2u; }
    void Reset_Handler(void)
    {
        RESULT[0] = 0u;
        R(0xE000E400u) = 0x3050u;
        R(0xE000E100u) = 3u;
        uint32_t mask = 0x40u;
        __asm volatile("msr basepri, %0" : : "r"(mask));
        R(0xE000E200u) = 3u;
        RESULT[1] = RESULT[0];
        mask = 0u;
        __asm volatile("msr basepri, %0\\n isb" : : "r"(mask));
        RESULT[2] = RESULT[0];
        for (;;) SLEEP();
    }"""
    assert results(booted(code, "[16] = low, [17] = high"), 3) == [3, 2, 3]


def test_a_masked_interrupt_ends_sleep() -> None:
    code = """
    void tick(void) { RESULT[0] += 1u; }
    void Reset_Handler(void)
    {
        RESULT[0] = 0u;
        SYSTICK(999u);
        for (;;) {
            __asm volatile("cpsid i");
            SLEEP();
            RESULT[1] = RESULT[0];
            __asm volatile("cpsie i");
        }
    }"""
    made = booted(code, "[15] = tick")
    ticked(made, 10)
    assert results(made, 2) == [10, 9]


FAULTY = """
static void note(uint32_t which)
{
    uint32_t *frame;
    __asm volatile("mov %0, sp" : "=r"(frame));
    RESULT[0] = which;
    RESULT[1] = R(0xE000ED28u);
    RESULT[2] = R(0xE000ED2Cu);
    RESULT[3] = R(0xE000ED38u);
    for (;;) SLEEP();
}
void hard(void) { note(3u); }
void bus(void) { note(5u); }
void usage(void) { note(6u); }
"""
HANDLERS = "[3] = hard, [5] = bus, [6] = usage"


def test_a_fault_without_a_handler_becomes_a_hard_fault() -> None:
    made = booted(FAULTY + "void Reset_Handler(void) { R(0x60000000u); for (;;) {} }", HANDLERS)
    which, _, hard, _ = results(made, 4)
    assert (which, hard) == (3, 1 << 30)
    assert [fault.kind for fault in made.faults] == ["bus"]


def test_a_bus_fault_tells_its_address() -> None:
    code = "void Reset_Handler(void) { R(0xE000ED24u) |= 7u << 16; R(0x50060800u) = 1u; for (;;) {} }"
    made = booted(FAULTY + code, HANDLERS)
    which, status, _, address = results(made, 4)
    assert (which, status & 0x8200, address) == (5, 0x8200, 0x50060800)
    assert made.faults[0].address == 0x50060800


def test_an_undefined_instruction_is_a_usage_fault() -> None:
    code = 'void Reset_Handler(void) { R(0xE000ED24u) |= 7u << 16; __asm volatile(".short 0xde00"); for (;;) {} }'
    made = booted(FAULTY + code, HANDLERS)
    assert results(made, 2) == [6, 1 << 16]


def test_a_fault_in_the_handler_of_a_hard_fault_locks_up() -> None:
    code = "void hard(void) { R(0x60000000u); } void Reset_Handler(void) { R(0x60000000u); for (;;) {} }"
    made = booted(code, "[3] = hard")
    assert [fault.kind for fault in made.faults] == ["bus", "bus", "lock-up"]
    assert made.stopped


def test_a_frame_that_leaves_the_memory_ends_the_run() -> None:
    code = """
    static void tick(void) {}
    void Reset_Handler(void) { SYSTICK(99u); __asm volatile("mov sp, %0" : : "r"(0x20000010u)); for (;;) {} }"""
    made = booted(code, "[15] = tick")
    assert [fault.kind for fault in made.faults] == ["stack"]


@pytest.mark.parametrize(
    ("trouble", "kind", "said"),
    [
        ('"msr psp, %0\\n mov r0, #2\\n msr control, r0\\n isb\\n svc 0"', "unmodelled", "the process stack"),
        ('"str %0, [%1]\\n svc 0"', "stack", "the vector table at 0x3000 is outside of every memory"),
        ('"svc 1"', "usage", "an exception's end by 0xfffffff1, expected 0xfffffff9"),
    ],
)
def test_an_exception_that_cannot_be_entered_or_left_ends_the_run(trouble: str, kind: str, said: str) -> None:
    code = f"""
    void call(void) {{ __asm volatile("mov r0, #14\\n mvn lr, r0\\n bx lr"); }}
    void Reset_Handler(void)
    {{ __asm volatile({trouble} : : "r"(0x3000u), "r"(0xE000ED08u) : "r0"); for (;;) SLEEP(); }}"""
    made = booted(code, "[11] = call")
    assert ([(fault.kind, fault.detail) for fault in made.faults], made.stopped) == ([(kind, said)], True)


def test_what_goes_wrong_in_the_emulator_itself_is_raised_where_it_was_asked_to_go_on() -> None:
    made = chip(image("void Reset_Handler(void) { R(0x40023830u) |= 1u; R(0x40020010u); for (;;) SLEEP(); }"))

    def broken() -> int:
        raise ZeroDivisionError

    made.peripherals["GPIOA"].readers[0x40020010] = broken
    with pytest.raises(ZeroDivisionError):
        made.core.advance(1000)


def test_floating_point_before_it_is_on_is_a_fault() -> None:
    code = """
    void Reset_Handler(void) { __asm volatile("vmov.f32 s0, #1.0" ::: "s0"); FPU_ON(); for (;;) SLEEP(); }"""
    assert "off" in booted(code).faults[0].detail


def test_a_supervisor_call_is_taken_at_once() -> None:
    code = """
    void call(void) { RESULT[0] = 11u; }
    void Reset_Handler(void) { RESULT[0] = 0u; __asm volatile("svc 0"); RESULT[1] = RESULT[0]; for (;;) SLEEP(); }"""
    assert results(booted(code, "[11] = call"), 2) == [11, 11]


def test_the_result_area_is_where_the_images_write() -> None:
    made = booted("void Reset_Handler(void) { RESULT[0] = 42u; for (;;) SLEEP(); }")
    assert made.read(RESULT, 4) == b"\x2a\0\0\0"
