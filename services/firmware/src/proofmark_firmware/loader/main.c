/* From reset to the image, or to nowhere: pins stay as the reset left them. */
#include "loader.h"

#define PM_VTOR (*(volatile uint32_t *)0xE000ED08u)

extern uint32_t pm_loader_stack[];

volatile uint32_t pm_loader_result;

void Reset_Handler(void);
void Stop_Handler(void);

static void pm_enter(uint32_t table) __attribute__((noreturn));

static void pm_enter(uint32_t table)
{
    const uint32_t *const vectors = (const uint32_t *)table;
    PM_VTOR = table;
    __asm volatile("dsb\n\tisb\n\tmov sp, %0\n\tbx %1" : : "r"(vectors[0]), "r"(vectors[1]) : "memory");
    __builtin_unreachable();
}

void Stop_Handler(void)
{
    for (;;) {
        __asm volatile("wfi");
    }
}

void Reset_Handler(void)
{
    pm_image_facts facts = {{0u, 0u}, 0u};
    pm_loader_result = (uint32_t)PM_LOADER_STARTED;
    pm_loader_result_code found = pm_image_check((const uint8_t *)PM_SLOT, &facts);
    if (found == PM_LOADER_ACCEPTED) {
        const uint32_t stored = pm_storage_counter();
        if (facts.counter < stored) {
            found = PM_LOADER_ROLLED_BACK;
        } else if ((facts.counter > stored) && !pm_storage_keep(&facts)) {
            found = PM_LOADER_STORAGE;
        } else {
            /* the counter is the stored one */
        }
    }
    pm_loader_result = (uint32_t)found;
    if (found == PM_LOADER_ACCEPTED) {
        pm_enter(PM_SLOT + PM_HEADER_SIZE);
    }
    Stop_Handler();
}

typedef void (*pm_handler)(void);

typedef struct {
    uint32_t *stack;
    pm_handler handlers[15];
} pm_vector_table;

extern const pm_vector_table pm_loader_vectors;
const pm_vector_table pm_loader_vectors __attribute__((section(".vectors"), used)) = {
    pm_loader_stack,
    {Reset_Handler, Stop_Handler, Stop_Handler, Stop_Handler, Stop_Handler, Stop_Handler, 0, 0, 0, 0, Stop_Handler,
     Stop_Handler, 0, Stop_Handler, Stop_Handler}};
