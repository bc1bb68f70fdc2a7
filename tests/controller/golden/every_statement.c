#include "every_statement.h"

#ifdef __FAST_MATH__
#error without NaN and -0 this is another controller
#endif

static const int32_t STEPS = 6;
static const float LARGE = 0x1.ff933cp+127f; /* 3.4e+38 */
static const int32_t LEAST = INT32_MIN;

/* The same value; every NaN is 7FC00000. */
static float pm_canonical(float x)
{
    const union {
        uint32_t bits;
        float value;
    } nan = {0x7FC00000u};
    return x == x ? x : nan.value;
}

static float pm_max_float(float a, float b)
{
    return b > a ? b : a;
}

static int32_t pm_min_int32(int32_t a, int32_t b)
{
    return b < a ? b : a;
}

static float pm_abs_float(float x)
{
    return x > 0.0f ? x : 0.0f - x;
}

static float pm_divide(float a, float b, int32_t site, int32_t *fault)
{
    if (b == 0.0f) {
        *fault = site;
        return 0.0f;
    }
    return a / b;
}

/* Cut towards zero. */
static int32_t pm_to_int32(float x, int32_t site, int32_t *fault)
{
    if (x >= -0x1p+31f && x < 0x1p+31f) {
        return (int32_t)x;
    }
    *fault = site;
    return 0;
}

static int32_t pm_narrow(int64_t x, int32_t site, int32_t *fault)
{
    if (x < INT32_MIN || x > INT32_MAX) {
        *fault = site;
        return 0;
    }
    return (int32_t)x;
}

static int32_t pm_add(int32_t a, int32_t b, int32_t site, int32_t *fault)
{
    return pm_narrow((int64_t)a + b, site, fault);
}

static int32_t pm_subtract(int32_t a, int32_t b, int32_t site, int32_t *fault)
{
    return pm_narrow((int64_t)a - b, site, fault);
}

static int32_t pm_multiply(int32_t a, int32_t b, int32_t site, int32_t *fault)
{
    return pm_narrow((int64_t)a * b, site, fault);
}

static int32_t pm_negate(int32_t x, int32_t site, int32_t *fault)
{
    return pm_narrow(-(int64_t)x, site, fault);
}

/* The quotient, towards minus infinity. */
static int32_t pm_floor_divide(int32_t a, int32_t b, int32_t site, int32_t *fault)
{
    if (b == 0) {
        *fault = site;
        return 0;
    }
    if (b == -1) {
        return pm_negate(a, site, fault);
    }
    return a % b != 0 && (a < 0) != (b < 0) ? a / b - 1 : a / b;
}

/* The remainder, of the sign of b. */
static int32_t pm_remainder(int32_t a, int32_t b, int32_t site, int32_t *fault)
{
    if (b == 0) {
        *fault = site;
        return 0;
    }
    const int32_t rest = b == -1 ? 0 : a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* every_statement.py:84: A match of every member. */
static void EveryStatement_shift(EveryStatement *self, bool go, float speed)
{
    switch (self->gear) {
    case Gear_REVERSE:
    case Gear_FIRST: {
        if (!go) {
            self->gear = Gear_NEUTRAL;
        }
        break;
    }
    case Gear_NEUTRAL:
    default: {
        if (go) {
            self->gear = (-0x1p+0f /* -1.0 */ <= speed && speed < 0x1.9p+6f /* 100.0 */) ? Gear_FIRST : Gear_REVERSE;
            return;
        }
        break;
    }
    }
    self->total = pm_canonical(self->total * 0x1.ccccccp-1f /* 0.9 */ + speed);
}

/* every_statement.py:40: Newton's method, * / from a guess that is too large. */
static float square_root(float x, int32_t *pm_fault)
{
    if (!(x > 0x0p+0f /* 0.0 */)) {
        return 0x0p+0f /* 0.0 */;
    }
    float root = pm_canonical(pm_max_float(x, 0x1p+0f /* 1.0 */));
    for (int32_t _ = 0; _ < 40; _ += 1) {
        float better = pm_canonical(0x1p-1f /* 0.5 */ * (root + pm_divide(x, root, 1, pm_fault)));
        if (*pm_fault != 0) {
            return 0.0f;
        }
        if (better >= root) {
            break;
        }
        root = better;
    }
    return root;
}

/* every_statement.py:96: Loops that are left from inside a match. */
static int32_t EveryStatement_search(EveryStatement *self, int32_t ticks, int32_t *pm_fault)
{
    int32_t found = 0;
    for (int32_t i = 7; i > -1; i -= 2) {
        if ((ticks ^ self->bits) == 0 || (ticks ^ self->bits) == 1) {
            break;
        } else if ((ticks ^ self->bits) == -5) {
            found = pm_subtract(found, 1, 2, pm_fault);
            if (*pm_fault != 0) {
                return 0;
            }
        } else {
            if (found > i) {
                break;
            }
            found = pm_add(found, pm_multiply(i, 2, 3, pm_fault), 3, pm_fault);
            if (*pm_fault != 0) {
                return 0;
            }
        }
        for (int32_t j = 0; j < 2; j += 1) {
            int32_t pm_value_1 = pm_remainder(pm_add(pm_multiply(self->bits, 5, 4, pm_fault), j, 4, pm_fault), 1000, 4, pm_fault);
            if (*pm_fault != 0) {
                return 0;
            }
            self->bits = pm_value_1;
        }
        self->total = pm_canonical(self->total - 0x1p+0f /* 1.0 */);
    }
    return pm_min_int32(pm_min_int32(found, pm_to_int32((float)ticks * 0x1p-2f /* 0.25 */, 5, pm_fault)), STEPS);
}

/* every_statement.py:53: Records go in and out. */
static Point midpoint(Point a, Point b)
{
    return (Point){.x = pm_canonical(0x1p-1f /* 0.5 */ * (a.x + b.x)), .n = (a.n < b.n) ? a.n : b.n};
}

/* every_statement.py:66 */
static Outputs EveryStatement_step(EveryStatement *self, Inputs inputs, int32_t *pm_fault)
{
    EveryStatement_shift(self, inputs.go, inputs.speed);
    float root = pm_canonical(square_root(pm_abs_float(inputs.speed), pm_fault));
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    int32_t count = EveryStatement_search(self, inputs.ticks, pm_fault);
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    int32_t sign = pm_multiply((int32_t)self->gear, -1, 6, pm_fault);
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    if ((count > 2 && !(inputs.go || root > LARGE * 0x1p-1f /* 0.5 */)) || count == LEAST) {
        Point here = (Point){.x = pm_canonical(-root), .n = count};
        Point middle = midpoint(here, (Point){.x = pm_canonical(root * 0x1p+1f /* 2.0 */), .n = inputs.ticks});
        self->total = pm_canonical(self->total + (middle.x - (root - (float)inputs.ticks)));
        return (Outputs){.root = pm_canonical(middle.x), .count = middle.n, .gear = self->gear, .unused = false};
    }
    bool pm_test_1 = pm_floor_divide(pm_remainder(inputs.ticks, STEPS, 7, pm_fault), 2, 7, pm_fault) == 1;
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    if (pm_test_1) {
        self->total = pm_canonical(-self->total);
    } else {
        bool pm_test_2 = pm_floor_divide(inputs.ticks, STEPS, 8, pm_fault) == 0;
        if (*pm_fault != 0) {
            return (Outputs){0};
        }
        if (pm_test_2) {
            sign = pm_subtract(1, sign, 9, pm_fault);
            if (*pm_fault != 0) {
                return (Outputs){0};
            }
        } else {
            sign = ~((self->bits & 255) | (inputs.ticks ^ pm_negate(self->bits, 10, pm_fault)));
            if (*pm_fault != 0) {
                return (Outputs){0};
            }
        }
    }
    return (Outputs){.root = root, .count = sign, .gear = self->gear, .unused = false};
}

void EveryStatement_init(EveryStatement *self)
{
    self->gear = Gear_NEUTRAL;
    self->bits = 1;
    self->total = 0x0p+0f /* 0.0 */;
    self->pm_fault = 0;
}

Outputs EveryStatement_tick(EveryStatement *self, Inputs inputs)
{
    if (self->pm_fault == 0) {
        int32_t fault = 0;
        const Outputs outputs = EveryStatement_step(self, inputs, &fault);
        if (fault == 0) {
            return outputs;
        }
        self->pm_fault = fault;
    }
    return (Outputs){.root = -0x0p+0f /* -0.0 */, .count = LEAST, .gear = Gear_NEUTRAL, .unused = false};
}
