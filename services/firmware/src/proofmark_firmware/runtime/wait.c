/* Waiting for hardware: never for longer than a bound. */
#include "pm.h"

bool pm_wait(volatile const uint32_t *address, uint32_t mask, uint32_t value, uint32_t reads)
{
    for (uint32_t i = 0u; i < reads; i += 1u) {
        if ((*address & mask) == value) {
            return true;
        }
    }
    return false;
}

/* A peripheral's clock needs two cycles until the first access: the read back takes them (ES0182, 2.1.13). */
void pm_switch_on(volatile uint32_t *address, uint32_t mask)
{
    *address |= mask;
    (void)*address;
}
