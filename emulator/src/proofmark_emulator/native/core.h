/* The core around Unicorn's instructions. What is here is shared with `state.py`: the same fields in the same order. */
#include <stdint.h>

enum { EXCEPTIONS = 144, MEMORIES = 8 };
enum { LR = 5, PC, XPSR, SP, CONTROL, PRIMASK, BASEPRI, FAULTMASK, REGISTERS };
enum { FPSCR = 8, FLOATS };
enum why { COUNTED, ASLEEP, TRAPPED, REFUSED, PROCESS_STACK, WRONG_RETURN, NO_FRAME, NO_VECTOR, RETURNED };
enum { NMI = 2, HARD_FAULT = 3, SV_CALL = 11 };

/* Some of Unicorn's registers, fetched and put back at once. */
struct bank {
    int *ids;
    void **pointers;
};

struct memory {
    uint32_t start;
    uint32_t size;
    uint8_t *bytes;
    uint64_t writable;
};

struct core {
    uint64_t executed; /* instructions since power-on */
    uint64_t cycle;    /* of the core clock, since power-on */
    uint64_t each;     /* cycles of an instruction */
    uint64_t stop;     /* no instruction begins at this cycle or later */
    uint64_t step;     /* the same, where pending exceptions are masked and that may end with every instruction */
    uint64_t address;  /* of the last instruction executed */
    uint64_t watched;  /* an address */
    uint64_t passed;   /* how many instructions came before it when it was executed last */
    uint64_t awaited;  /* 1: stop at the watched address; 2: stopped there */
    uint64_t accessed; /* the address of the latest access to a register */
    uint32_t (*read)(uint32_t address, uint32_t width);
    void (*write)(uint32_t address, uint32_t width, uint32_t value);
    void *engine;
    int (*uc_emu_start)(void *engine, uint64_t begin, uint64_t until, uint64_t timeout, uint64_t count);
    int (*uc_emu_stop)(void *engine);
    int (*uc_reg_read_batch)(void *engine, int *ids, void **values, int count);
    int (*uc_reg_write_batch)(void *engine, int *ids, void **values, int count);
    struct bank core_bank;
    struct bank float_bank;
    struct memory memories[MEMORIES];
    uint64_t floats[FLOATS];
    uint32_t registers[REGISTERS];
    int32_t trap; /* of Unicorn's: why execution was trapped or refused */
    uint32_t vectors;
    uint32_t asleep;
    uint32_t group_bits;
    uint32_t most_urgent; /* of what is pending and enabled, whether masked or not; 0 if nothing is */
    uint32_t depth;       /* exceptions that were entered and not left */
    uint32_t links[EXCEPTIONS];
    uint8_t active[EXCEPTIONS];
    uint8_t pending[EXCEPTIONS];
    uint8_t enabled[EXCEPTIONS];
    uint8_t priorities[EXCEPTIONS];
};

/* A range of addresses where registers are. */
struct space {
    struct core *core;
    uint32_t start;
};

void fetch(struct core *core);
void put_back(struct core *core);
enum why execute(struct core *core);
enum why go(struct core *core);
enum why enter(struct core *core, uint32_t number);
enum why leave(struct core *core);
void rank(struct core *core);
int32_t priority(const struct core *core, uint32_t number);
int32_t executing(const struct core *core, uint32_t primask, uint32_t basepri, uint32_t faultmask);
