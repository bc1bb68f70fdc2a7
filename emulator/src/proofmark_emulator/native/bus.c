/* Accesses to registers: from Unicorn, which tells offsets, to Python, which knows addresses. */
#include "core.h"

uint64_t read_register(void *engine, uint64_t offset, uint32_t width, const struct space *space)
{
    (void)engine;
    uint32_t address = space->start + (uint32_t)offset;
    space->core->accessed = address;
    return space->core->read(address, width);
}

void write_register(void *engine, uint64_t offset, uint32_t width, uint64_t value, const struct space *space)
{
    (void)engine;
    uint32_t address = space->start + (uint32_t)offset;
    space->core->accessed = address;
    space->core->write(address, width, (uint32_t)value);
}
