/* Instructions: counted one by one, until something needs a look from outside. */
#include "core.h"

static const uint64_t NOWHERE = 0xFFFFFFFE; /* no code is there, so execution never ends by itself */
static const int32_t EXCEPTION_RETURN = 8, SUPERVISOR_CALL = 2, NONE = -1; /* Unicorn's numbers */

/* Called before each instruction. */
void count(void *engine, uint64_t address, uint32_t size, struct core *core)
{
    (void)size;
    if (core->cycle >= core->stop || core->cycle >= core->step) {
        core->uc_emu_stop(engine);
        return;
    }
    if (address == core->watched) {
        core->passed = core->executed;
        if (core->awaited != 0) {
            core->awaited = 2;
            core->uc_emu_stop(engine);
            return;
        }
    }
    core->executed += 1;
    core->cycle += core->each;
    core->address = address;
}

/* Called for what the core leaves to its surroundings. */
void interrupted(void *engine, uint32_t number, struct core *core)
{
    core->trap = (int32_t)number;
    core->uc_emu_stop(engine);
}

/* Let `registers` be Unicorn's. */
void fetch(struct core *core)
{
    core->uc_reg_read_batch(core->engine, core->core_bank.ids, core->core_bank.pointers, REGISTERS);
}

/* Let Unicorn's be `registers`. */
void put_back(struct core *core)
{
    core->uc_reg_write_batch(core->engine, core->core_bank.ids, core->core_bank.pointers, REGISTERS);
}

/* Go on at the program counter until something stops it; `registers` are what they are then. */
enum why execute(struct core *core)
{
    core->trap = NONE;
    int status = core->uc_emu_start(core->engine, core->registers[PC] | 1u, NOWHERE, 0, 0);
    fetch(core);
    if (core->trap == EXCEPTION_RETURN) {
        return RETURNED;
    }
    if (core->trap != NONE) {
        return TRAPPED;
    }
    if (status != 0) {
        core->trap = status;
        return REFUSED;
    }
    int counted = core->cycle >= core->stop || core->cycle >= core->step || core->awaited > 1;
    return counted ? COUNTED : ASLEEP;
}

/* Whether what is pending was entered; sleep ends even where it is masked by PRIMASK. */
static int took(struct core *core, enum why *why)
{
    const uint32_t *registers = core->registers;
    uint32_t number = core->most_urgent;
    if (priority(core, number) < executing(core, registers[PRIMASK], registers[BASEPRI], registers[FAULTMASK])) {
        core->pending[number] = 0;
        rank(core);
        *why = enter(core, number);
        return 1;
    }
    if (priority(core, number) < executing(core, 0, registers[BASEPRI], 0)) {
        core->asleep = 0;
    }
    return 0;
}

/* Execute, enter and leave exceptions, until it is time to stop, the core sleeps, or something is wrong. */
enum why go(struct core *core)
{
    enum why why = COUNTED;
    for (;;) {
        while (core->most_urgent != 0 && took(core, &why)) {
            if (why != COUNTED) {
                return why;
            }
        }
        if (core->asleep) {
            return ASLEEP;
        }
        if (core->cycle >= core->stop) {
            return COUNTED;
        }
        core->step = core->most_urgent != 0 ? core->cycle + 1 : UINT64_MAX;
        why = execute(core);
        core->step = UINT64_MAX;
        if (why == ASLEEP) {
            core->asleep = 1;
        }
        if (why == RETURNED) {
            why = leave(core);
        } else if (why == TRAPPED && core->trap == SUPERVISOR_CALL) {
            core->pending[SV_CALL] = 1;
            rank(core);
            why = COUNTED;
        }
        if (why != COUNTED || core->cycle >= core->stop || core->awaited > 1) {
            return why;
        }
    }
}
