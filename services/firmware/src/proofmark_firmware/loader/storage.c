/* What was accepted last: records of 16 bytes, one behind the other, in flash that nothing erases. */
#include "loader.h"

#define PM_RECORD 16u
#define PM_ERASED 0xFFFFFFFFu

/* Version, counter, and the counter's complement: a record whose writing was interrupted is none. */
typedef struct {
    uint32_t version[2];
    uint32_t counter;
    uint32_t complement;
} pm_stored;

static const pm_stored *pm_stored_at(uint32_t index)
{
    return (const pm_stored *)(PM_STORAGE + (PM_RECORD * index));
}

static bool pm_erased(const pm_stored *record)
{
    return (record->version[0] == PM_ERASED) && (record->version[1] == PM_ERASED) &&
           (record->counter == PM_ERASED) && (record->complement == PM_ERASED);
}

uint32_t pm_storage_counter(void)
{
    uint32_t highest = 0u;
    for (uint32_t i = 0u; i < (PM_STORAGE_SIZE / PM_RECORD); i += 1u) {
        const pm_stored *const record = pm_stored_at(i);
        if ((record->counter == ~record->complement) && (record->counter > highest)) {
            highest = record->counter;
        }
    }
    return highest;
}

bool pm_storage_keep(const pm_image_facts *facts)
{
    for (uint32_t i = 0u; i < (PM_STORAGE_SIZE / PM_RECORD); i += 1u) {
        if (pm_erased(pm_stored_at(i))) {
            const uint32_t at = PM_STORAGE + (PM_RECORD * i);
            pm_flash_begin();
            pm_flash_write(at, facts->version[0]);
            pm_flash_write(at + 4u, facts->version[1]);
            pm_flash_write(at + 8u, facts->counter);
            pm_flash_write(at + 12u, ~facts->counter);
            pm_flash_end();
            return pm_storage_counter() == facts->counter;
        }
    }
    return false;
}
