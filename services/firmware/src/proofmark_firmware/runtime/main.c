/* From reset to the last tick. */
#include "pm.h"
#include PM_FAMILY_HEADER

#define PM_PAINT 0xC5C5C5C5u

typedef struct {
    uint32_t magic;
    uint32_t layout;
    uint8_t design[32];
    uint16_t version[4];
    uint32_t period_us;
} pm_information;

extern const pm_information pm_info;
const pm_information pm_info __attribute__((section(".pm_info"), used)) = {
    0x57464D50u, 1u, PM_DESIGN_SHA256, {PM_VERSION_NUMBERS, 0u}, PM_PERIOD_US};

pm_status_words pm_status;

static volatile uint32_t pm_systicks;
static volatile uint32_t pm_due;
static uint32_t pm_begun;

void SysTick_Handler(void);
void pm_idle(void) __attribute__((noinline));
int main(void);

void SysTick_Handler(void)
{
    pm_systicks += 1u;
    if (pm_systicks == PM_SYSTICK_PER_TICK) {
        pm_systicks = 0u;
        pm_due += 1u;
    }
}

/* Sleeps until a tick is due. An interrupt between the question and the sleep stays pending, and ends it. */
void pm_idle(void)
{
    while (pm_due == pm_begun) {
        if (!pm_log_pump()) {
            __asm volatile("cpsid i" ::: "memory");
            if (pm_due == pm_begun) {
                __asm volatile("wfi");
            }
            __asm volatile("cpsie i" ::: "memory");
        }
    }
    const uint32_t due = pm_due - pm_begun;
    pm_begun += due;
    pm_status.overruns += due - 1u;
}

static void pm_banner(const char *state)
{
    pm_log_text("proofmark " PM_DESIGN " " PM_VERSION " ");
    pm_log_text(state);
    pm_log_text("\n");
}

static void pm_tick_start(void)
{
    PM_SYST_RVR = PM_SYSTICK_RELOAD;
    PM_SYST_CVR = 0u;
    PM_SYST_CSR = PM_SYST_RUN;
}

int main(void)
{
    pm_fault_recall();
    pm_interface_pins();
    const pm_clock_step reached = pm_clock_start();
    pm_log_start((reached == PM_CLOCK_UP) ? PM_LOG_BUS_HZ : PM_RESET_HZ);
    if (reached != PM_CLOCK_UP) {
        pm_banner("safe");
        pm_latch(PM_FAULT_CLOCK, (uint32_t)reached, 0u, 0u, 0u);
    }
    pm_watchdog_start();
    if (pm_fault_record.kind != (uint32_t)PM_NO_FAULT) {
        pm_safe();
        pm_status.state = (uint32_t)PM_SAFE;
        pm_banner("safe");
        pm_fault_tell();
        pm_log_drain();
        pm_tick_start();
        pm_park();
    }
    pm_interface_start();
    pm_banner("ready");
    pm_log_drain();
    pm_status.state = (uint32_t)PM_RUNNING;
    pm_tick_start();
    for (;;) {
        pm_idle();
        pm_apply();
        pm_sample();
        pm_compute();
        if (pm_stack_base[0] != PM_PAINT) {
            pm_latch(PM_FAULT_STACK, 0u, 0u, 0u, 0u);
        }
        pm_watchdog_feed();
        pm_status.ticks += 1u;
    }
}
