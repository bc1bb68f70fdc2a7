/* Faults: outputs to the safe state first, then the record, then the log; no way back but power. */
#include "pm.h"
#include PM_FAMILY_HEADER

#define PM_FAULT_MAGIC 0x544C4650u
#define PM_FRAME_LR 5u
#define PM_FRAME_PC 6u
#define PM_FRAME_WORDS 8u
#define PM_LAST_CORE_FAULT 6u

pm_fault_log pm_fault_record __attribute__((section(".noinit")));

static const char *const pm_clock_steps[] = {"hse", "pll", "switch", "vos"};

static uint32_t pm_exception(void)
{
    uint32_t number;
    __asm volatile("mrs %0, ipsr" : "=r"(number));
    return number;
}

/* What is on record from before the reset: power-on forgets it, a reset by the watchdog adds itself. */
void pm_fault_recall(void)
{
    const uint32_t cause = PM_RCC_CSR;
    PM_RCC_CSR = cause | PM_CSR_FORGET;
    if (((cause & PM_CSR_POWER_ON) != 0u) || (pm_fault_record.magic != PM_FAULT_MAGIC)) {
        pm_fault_record = (pm_fault_log){0};
    }
    if (((cause & PM_CSR_WATCHDOG) != 0u) && (pm_fault_record.magic != PM_FAULT_MAGIC)) {
        pm_fault_record.magic = PM_FAULT_MAGIC;
        pm_fault_record.kind = (uint32_t)PM_FAULT_WATCHDOG;
    }
}

void pm_fault_tell(void)
{
    const uint32_t *const detail = pm_fault_record.detail;
    pm_log_text("fault ");
    switch (pm_fault_record.kind) {
    case PM_FAULT_ADC:
        pm_log_text("adc ");
        pm_log_text(pm_analog_names[detail[0]]);
        break;
    case PM_FAULT_CLOCK:
        pm_log_text("clock ");
        pm_log_text(pm_clock_steps[detail[0]]);
        break;
    case PM_FAULT_CORE:
        pm_log_text("core ");
        pm_log_decimal(detail[0]);
        for (uint32_t i = 1u; i < 4u; i += 1u) {
            pm_log_text(" ");
            pm_log_hexadecimal(detail[i]);
        }
        break;
    case PM_FAULT_INTERRUPT:
        pm_log_text("interrupt ");
        pm_log_decimal(detail[0]);
        break;
    case PM_FAULT_STACK:
        pm_log_text("stack");
        break;
    default:
        pm_log_text("watchdog");
        break;
    }
    pm_log_text("\n");
}

void pm_latch(pm_fault_kind kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    pm_safe();
    pm_status.state = (uint32_t)PM_SAFE;
    pm_fault_record.magic = PM_FAULT_MAGIC;
    pm_fault_record.kind = (uint32_t)kind;
    pm_fault_record.detail[0] = a;
    pm_fault_record.detail[1] = b;
    pm_fault_record.detail[2] = c;
    pm_fault_record.detail[3] = d;
    pm_fault_tell();
    pm_log_drain();
    pm_park();
}

/* In an exception nothing of the tick's priority wakes the core: there the loop does not sleep. */
void pm_park(void)
{
    for (;;) {
        pm_watchdog_feed();
        if (pm_exception() == 0u) {
            __asm volatile("wfi");
        }
    }
}

void pm_unexpected(uint32_t number, const uint32_t *frame) __attribute__((used, noreturn));

void pm_unexpected(uint32_t number, const uint32_t *frame)
{
    if (number > PM_LAST_CORE_FAULT) {
        pm_latch(PM_FAULT_INTERRUPT, number, 0u, 0u, 0u);
    }
    uint32_t pc = 0u;
    uint32_t lr = 0u;
    if ((frame >= pm_stack_base) && ((frame + PM_FRAME_WORDS) <= pm_stack_top)) {
        pc = frame[PM_FRAME_PC];
        lr = frame[PM_FRAME_LR];
    }
    pm_latch(PM_FAULT_CORE, number, PM_SCB_CFSR, pc, lr);
}

/* Everything but reset and SysTick ends here, on a fresh stack: the old one may be what is broken. */
__attribute__((naked)) void Default_Handler(void)
{
    __asm volatile("mrs r0, ipsr\n"
                   "mov r1, sp\n"
                   "ldr r2, =pm_stack_top\n"
                   "mov sp, r2\n"
                   "b pm_unexpected\n");
}
