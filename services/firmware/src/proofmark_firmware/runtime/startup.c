/* From reset to main. */
#include "pm.h"
#include PM_FAMILY_HEADER

#define PM_PAINT 0xC5C5C5C5u

extern const uint32_t pm_data_image[];
extern uint32_t pm_data_start[];
extern uint32_t pm_data_end[];
extern uint32_t pm_zero_start[];
extern uint32_t pm_zero_end[];

int main(void);
void Reset_Handler(void) __attribute__((noreturn));

void Reset_Handler(void)
{
    PM_SCB_CPACR |= PM_CPACR_FPU;
    PM_SCB_VTOR = (uint32_t)pm_image_start;
    PM_SCB_SHCSR |= PM_SHCSR_FAULTS;
    __asm volatile("dsb\n\tisb");
    const uint32_t *used; /* from here up by this function */
    __asm volatile("mov %0, sp" : "=r"(used));
    for (volatile uint32_t *at = pm_stack_base; at < used; at += 1) {
        *at = PM_PAINT;
    }
    volatile const uint32_t *from = pm_data_image;
    for (volatile uint32_t *to = pm_data_start; to < pm_data_end; to += 1) {
        *to = *from;
        from += 1;
    }
    for (volatile uint32_t *to = pm_zero_start; to < pm_zero_end; to += 1) {
        *to = 0u;
    }
    (void)main();
    for (;;) {
    }
}
