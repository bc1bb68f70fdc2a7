#include "fan_control.h"

#ifdef __FAST_MATH__
#error without NaN and -0 this is another controller
#endif

static const float PERIOD = 0x1.47ae14p-7f; /* 0.01 */
static const float SETPOINT = 0x1.ep+5f; /* 60.0 */
static const float TRIP = 0x1.7cp+6f; /* 95.0 */
static const float RESTART = 0x1.9p+5f; /* 50.0 */
static const int32_t TRIP_TICKS = 5;
static const int32_t BLINK_TICKS = 50;

/* The same value; every NaN is 7FC00000. */
static float pm_canonical(float x)
{
    const union {
        uint32_t bits;
        float value;
    } nan = {0x7FC00000u};
    return x == x ? x : nan.value;
}

static float pm_min_float(float a, float b)
{
    return b < a ? b : a;
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

/* blocks.py:22: Whether this is no number. */
static bool blocks_is_nan(float x)
{
    return x != x;
}

/* blocks.py:32: 0 for what has decayed to nothing; subnormal numbers would hold it, and slow many processors down. */
static float blocks_settled(float x)
{
    return (pm_abs_float(x) < 0x1.4484cp-100f /* 1e-30 */) ? 0x0p+0f /* 0.0 */ : x;
}

/* blocks.py:145: The filtered input. */
static float blocks_FirstOrderFilter_step(blocks_FirstOrderFilter *self, float x, int32_t *pm_fault)
{
    if (blocks_is_nan(x)) {
        return self->output;
    }
    if (!self->started) {
        self->started = true;
        self->output = pm_canonical(x);
    }
    float weight = pm_canonical(pm_divide(self->period, self->time_constant + self->period, 1, pm_fault));
    if (*pm_fault != 0) {
        return 0.0f;
    }
    self->output = pm_canonical(blocks_settled(self->output + weight * (x - self->output)));
    return self->output;
}

/* fan_control.py:74: Change the mode. */
static void FanControl_decide(FanControl *self, float temperature, bool enable, int32_t *pm_fault)
{
    int32_t pm_value_1 = (temperature > TRIP) ? pm_min_int32(pm_add(self->hot_ticks, 1, 2, pm_fault), TRIP_TICKS) : 0;
    if (*pm_fault != 0) {
        return;
    }
    self->hot_ticks = pm_value_1;
    switch (self->mode) {
    case Mode_IDLE: {
        if (enable && temperature < RESTART) {
            self->mode = Mode_RUN;
        }
        break;
    }
    case Mode_RUN: {
        if (self->hot_ticks >= TRIP_TICKS) {
            self->mode = Mode_FAULT;
        } else if (!enable) {
            self->mode = Mode_IDLE;
        }
        break;
    }
    case Mode_FAULT:
    default: {
        if (!enable && temperature < RESTART) {
            self->mode = Mode_IDLE;
        }
        break;
    }
    }
}

/* blocks.py:84: Update the smoothed slope of the measurement. */
static void blocks_Pid_differentiate(blocks_Pid *self, float measured, int32_t *pm_fault)
{
    if (self->started) {
        float change = pm_canonical(measured - self->measured_before);
        float pm_argument_1 = pm_canonical(pm_divide(self->smoothing * self->slope + change, self->smoothing + self->period, 3, pm_fault));
        if (*pm_fault != 0) {
            return;
        }
        self->slope = pm_canonical(blocks_settled(pm_argument_1));
    }
    self->measured_before = pm_canonical(measured);
    self->started = true;
}

/* blocks.py:27: The nearest value from low to high; low for what is no number. */
static float blocks_clamp(float x, float low, float high)
{
    return pm_min_float(pm_max_float(low, x), high);
}

/* blocks.py:61: The output for this tick. */
static float blocks_Pid_step(blocks_Pid *self, float setpoint, float measured, int32_t *pm_fault)
{
    if (blocks_is_nan(setpoint) || blocks_is_nan(measured)) {
        return self->low;
    }
    blocks_Pid_differentiate(self, measured, pm_fault);
    if (*pm_fault != 0) {
        return 0.0f;
    }
    float error = pm_canonical(setpoint - measured);
    float wanted = pm_canonical(self->kp * error + self->integral - self->kd * self->slope);
    float output = pm_canonical(blocks_clamp(wanted, self->low, self->high));
    float growth = pm_canonical(self->ki * self->period * error);
    bool held = (wanted > self->high && growth > 0x0p+0f /* 0.0 */) || (wanted < self->low && growth < 0x0p+0f /* 0.0 */);
    if (!held) {
        self->integral = pm_canonical(self->integral + growth);
    }
    return output;
}

/* blocks.py:166: The limited input. */
static float blocks_RateLimiter_step(blocks_RateLimiter *self, float x)
{
    if (blocks_is_nan(x)) {
        return self->output;
    }
    float change = pm_canonical(x - self->output);
    if (change > self->rise * self->period) {
        self->output = pm_canonical(self->output + self->rise * self->period);
    } else if (change < -self->fall * self->period) {
        self->output = pm_canonical(self->output - self->fall * self->period);
    } else {
        self->output = pm_canonical(x);
    }
    return self->output;
}

/* fan_control.py:36: On in the second half of each period. */
static bool blinking(int32_t tick, int32_t period, int32_t *pm_fault)
{
    return pm_remainder(tick, period, 5, pm_fault) >= pm_floor_divide(period, 2, 5, pm_fault);
}

/* fan_control.py:58: One tick. */
static Outputs FanControl_step(FanControl *self, Inputs inputs, int32_t *pm_fault)
{
    float temperature = pm_canonical(blocks_FirstOrderFilter_step(&self->smooth, inputs.temp_degc, pm_fault));
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    FanControl_decide(self, temperature, inputs.enable, pm_fault);
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    float fan_duty = pm_canonical(blocks_Pid_step(&self->fan, SETPOINT, temperature, pm_fault));
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    float motor_duty = pm_canonical(blocks_RateLimiter_step(&self->ramp, (self->mode == Mode_RUN) ? 0x1p+0f /* 1.0 */ : 0x0p+0f /* 0.0 */));
    int32_t pm_value_1 = pm_remainder(pm_add(self->tick, 1, 4, pm_fault), BLINK_TICKS, 4, pm_fault);
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    self->tick = pm_value_1;
    bool blink = blinking(self->tick, BLINK_TICKS, pm_fault);
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    switch (self->mode) {
    case Mode_IDLE: {
        return (Outputs){.motor_duty = motor_duty, .fan_duty = fan_duty, .led = false};
    }
    case Mode_RUN: {
        return (Outputs){.motor_duty = motor_duty, .fan_duty = fan_duty, .led = blink};
    }
    case Mode_FAULT:
    default: {
        return (Outputs){.motor_duty = 0x0p+0f /* 0.0 */, .fan_duty = 0x1p+0f /* 1.0 */, .led = true};
    }
    }
}

void FanControl_init(FanControl *self)
{
    self->mode = Mode_IDLE;
    self->hot_ticks = 0;
    self->tick = 0;
    self->smooth.time_constant = 0x1.99999ap-5f /* 0.05 */;
    self->smooth.period = PERIOD;
    self->smooth.output = 0x0p+0f /* 0.0 */;
    self->smooth.started = false;
    self->fan.kp = -0x1.47ae14p-4f /* -0.08 */;
    self->fan.ki = -0x1.47ae14p-6f /* -0.02 */;
    self->fan.kd = 0x0p+0f /* 0.0 */;
    self->fan.period = PERIOD;
    self->fan.low = 0x0p+0f /* 0.0 */;
    self->fan.high = 0x1p+0f /* 1.0 */;
    self->fan.smoothing = 0x0p+0f /* 0.0 */;
    self->fan.integral = 0x0p+0f /* 0.0 */;
    self->fan.slope = 0x0p+0f /* 0.0 */;
    self->fan.measured_before = 0x0p+0f /* 0.0 */;
    self->fan.started = false;
    self->ramp.rise = 0x1p-1f /* 0.5 */;
    self->ramp.fall = 0x1.4p+2f /* 5.0 */;
    self->ramp.period = PERIOD;
    self->ramp.output = 0x0p+0f /* 0.0 */;
    self->pm_fault = 0;
}

Outputs FanControl_tick(FanControl *self, Inputs inputs)
{
    if (self->pm_fault == 0) {
        int32_t fault = 0;
        const Outputs outputs = FanControl_step(self, inputs, &fault);
        if (fault == 0) {
            return outputs;
        }
        self->pm_fault = fault;
    }
    return (Outputs){.motor_duty = 0x0p+0f /* 0.0 */, .fan_duty = 0x1p+0f /* 1.0 */, .led = true};
}
