/* Which exception is taken when, and what is pushed and popped (ARMv7-M, B1.5). */
#include "core.h"

static const uint32_t BASIC = 32, EXTENDED = 104; /* bytes of a frame without and with floating-point registers */
static const uint32_t FRAME_ALIGNED = 1u << 9;    /* xPSR of a frame below which a word was left out */
static const uint32_t THUMB = 1u << 24, NUMBER_AND_IT = 0x0700FFFFu;
static const uint32_t FP_ACTIVE = 4, ON_PROCESS_STACK = 2;              /* of CONTROL */
static const uint32_t TO_THREAD = 0xFFFFFFF9u, TO_HANDLER = 0xFFFFFFF1u; /* EXC_RETURN */
static const uint32_t WITHOUT_FLOATS = 0x10;                            /* of EXC_RETURN */
static const uint32_t IMPLEMENTED = 0xF0;                               /* bits of a priority that an STM32 has */
static const int32_t THREAD = 256;                                      /* below every priority */

static int32_t group(const struct core *core, uint32_t value)
{
    return (int32_t)(value >> (core->group_bits + 1) << (core->group_bits + 1));
}

/* The part of a priority that decides about preemption. */
int32_t priority(const struct core *core, uint32_t number)
{
    return number <= HARD_FAULT ? (int32_t)number - 4 : group(core, core->priorities[number]);
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The priority at which the core executes. */
int32_t executing(const struct core *core, uint32_t primask, uint32_t basepri, uint32_t faultmask)
{
    int32_t now = THREAD;
    for (uint32_t i = 0; i < core->depth; i += 1) {
        now = least(now, priority(core, core->active[i]));
    }
    if (basepri != 0) {
        now = least(now, group(core, basepri & IMPLEMENTED));
    }
    if (primask != 0) {
        now = least(now, 0);
    }
    return faultmask != 0 ? least(now, -1) : now;
}

static int before(const struct core *core, uint32_t a, uint32_t b)
{
    int32_t one = priority(core, a), other = priority(core, b);
    return one != other ? one < other : core->priorities[a] < core->priorities[b];
}

/* Find `most_urgent`: of equal priorities, the lowest number. */
void rank(struct core *core)
{
    uint32_t found = 0;
    for (uint32_t number = NMI; number < EXCEPTIONS; number += 1) {
        if (core->pending[number] && core->enabled[number] && (found == 0 || before(core, number, found))) {
            found = number;
        }
    }
    core->most_urgent = found;
}

static uint32_t *at(const struct core *core, uint32_t address, uint32_t size, uint64_t writable)
{
    for (const struct memory *memory = core->memories; memory < core->memories + MEMORIES; memory += 1) {
        int within = address >= memory->start && (uint64_t)address + size <= (uint64_t)memory->start + memory->size;
        if (within && memory->writable >= writable) {
            return (uint32_t *)(memory->bytes + (address - memory->start));
        }
    }
    return 0;
}

static void copy(uint32_t *to, const uint32_t *from, uint32_t words)
{
    for (uint32_t i = 0; i < words; i += 1) {
        to[i] = from[i];
    }
}

/* Push a frame and go to a handler (B1.5.6). */
enum why enter(struct core *core, uint32_t number)
{
    uint32_t *registers = core->registers;
    if (registers[CONTROL] & ON_PROCESS_STACK) {
        return PROCESS_STACK;
    }
    int extended = (registers[CONTROL] & FP_ACTIVE) != 0;
    uint32_t size = extended ? EXTENDED : BASIC;
    uint32_t stack = registers[SP], under = (stack & ~7u) - size;
    uint32_t *frame = at(core, under, size, 1), *vector = at(core, core->vectors + 4 * number, 4, 0);
    if (frame == 0 || vector == 0) {
        return frame == 0 ? NO_FRAME : NO_VECTOR;
    }
    uint32_t status = (registers[XPSR] & ~FRAME_ALIGNED) | (stack & 4 ? FRAME_ALIGNED : 0);
    copy(frame, registers, XPSR);
    frame[XPSR] = status;
    if (extended) {
        core->uc_reg_read_batch(core->engine, core->float_bank.ids, core->float_bank.pointers, FLOATS);
        copy(frame + BASIC / 4, (const uint32_t *)core->floats, 2 * FPSCR + 1);
    }
    uint32_t link = (core->depth != 0 ? TO_HANDLER : TO_THREAD) & ~(extended ? WITHOUT_FLOATS : 0);
    core->active[core->depth] = (uint8_t)number;
    core->links[core->depth] = link;
    core->depth += 1;
    registers[SP] = under;
    registers[LR] = link;
    registers[PC] = *vector & ~1u;
    registers[XPSR] = (status & ~NUMBER_AND_IT & ~FRAME_ALIGNED) | number | THUMB;
    registers[CONTROL] &= ~FP_ACTIVE;
    put_back(core);
    core->asleep = 0;
    return COUNTED;
}

/* Pop the frame that the link names (B1.5.8). */
enum why leave(struct core *core)
{
    uint32_t *registers = core->registers;
    if (core->depth == 0 || (registers[PC] | 1u) != core->links[core->depth - 1]) {
        return WRONG_RETURN;
    }
    int extended = (core->links[core->depth - 1] & WITHOUT_FLOATS) == 0;
    int used = (registers[CONTROL] & FP_ACTIVE) != 0;
    const uint32_t *frame = at(core, registers[SP], extended ? EXTENDED : BASIC, 1);
    if (frame == 0) {
        return NO_FRAME;
    }
    core->depth -= 1;
    uint32_t status = frame[XPSR];
    copy(registers, frame, XPSR);
    registers[SP] += (extended ? EXTENDED : BASIC) + (status & FRAME_ALIGNED ? 4 : 0);
    registers[XPSR] = status & ~FRAME_ALIGNED;
    if (core->active[core->depth] != NMI) {
        registers[FAULTMASK] = 0;
    }
    registers[CONTROL] = (registers[CONTROL] & ~FP_ACTIVE) | (extended ? FP_ACTIVE : 0);
    if (extended && used) {
        copy((uint32_t *)core->floats, frame + BASIC / 4, 2 * FPSCR + 1);
        core->uc_reg_write_batch(core->engine, core->float_bank.ids, core->float_bank.pointers, FLOATS);
    }
    put_back(core);
    return COUNTED;
}
