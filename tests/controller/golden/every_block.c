#include "every_block.h"

#ifdef __FAST_MATH__
#error without NaN and -0 this is another controller
#endif

static const float PERIOD = 0x1.47ae14p-7f; /* 0.01 */

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

/* blocks.py:22: Whether this is no number. */
static bool blocks_is_nan(float x)
{
    return x != x;
}

/* blocks.py:221: Begin a phase. */
static void blocks_Supervisor_enter(blocks_Supervisor *self, blocks_Phase phase)
{
    self->phase = phase;
    self->elapsed = 0;
}

/* blocks.py:213: Leave a working phase when there is a reason. */
static void blocks_Supervisor_watch(blocks_Supervisor *self, bool enable, bool healthy, int32_t *pm_fault)
{
    int32_t pm_value_1 = healthy ? 0 : pm_add(self->unhealthy, 1, 2, pm_fault);
    if (*pm_fault != 0) {
        return;
    }
    self->unhealthy = pm_value_1;
    if (self->unhealthy >= self->trip_ticks) {
        blocks_Supervisor_enter(self, blocks_Phase_TRIPPED);
    } else if (!enable) {
        blocks_Supervisor_enter(self, blocks_Phase_OFF);
    }
}

/* blocks.py:194: The phase of this tick. */
static blocks_Phase blocks_Supervisor_step(blocks_Supervisor *self, bool enable, bool healthy, bool reset, int32_t *pm_fault)
{
    switch (self->phase) {
    case blocks_Phase_OFF: {
        self->unhealthy = 0;
        if (enable) {
            blocks_Supervisor_enter(self, blocks_Phase_STARTING);
        }
        break;
    }
    case blocks_Phase_STARTING: {
        int32_t pm_value_1 = pm_add(self->elapsed, 1, 1, pm_fault);
        if (*pm_fault != 0) {
            return 0;
        }
        self->elapsed = pm_value_1;
        if (self->elapsed >= self->start_ticks) {
            blocks_Supervisor_enter(self, blocks_Phase_RUNNING);
        }
        blocks_Supervisor_watch(self, enable, healthy, pm_fault);
        if (*pm_fault != 0) {
            return 0;
        }
        break;
    }
    case blocks_Phase_RUNNING: {
        blocks_Supervisor_watch(self, enable, healthy, pm_fault);
        if (*pm_fault != 0) {
            return 0;
        }
        break;
    }
    case blocks_Phase_TRIPPED:
    default: {
        if (reset && !enable) {
            blocks_Supervisor_enter(self, blocks_Phase_OFF);
        }
        break;
    }
    }
    return self->phase;
}

/* blocks.py:100: Whether to heat. Inside the band, edges included, and without a measurement, as before. */
static bool blocks_BangBang_step(blocks_BangBang *self, float setpoint, float measured)
{
    if (measured < setpoint - self->half_band) {
        self->on = true;
    } else if (measured > setpoint + self->half_band) {
        self->on = false;
    }
    return self->on;
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
    float weight = pm_canonical(pm_divide(self->period, self->time_constant + self->period, 3, pm_fault));
    if (*pm_fault != 0) {
        return 0.0f;
    }
    self->output = pm_canonical(blocks_settled(self->output + weight * (x - self->output)));
    return self->output;
}

/* blocks.py:121: The output for this input. */
static float blocks_LeadLag_step(blocks_LeadLag *self, float x, int32_t *pm_fault)
{
    if (blocks_is_nan(x)) {
        return self->output;
    }
    if (!self->started) {
        self->started = true;
        self->input_before = pm_canonical(x);
        self->output = pm_canonical(self->gain * x);
    }
    float ahead = pm_canonical(self->gain * ((self->period + 0x1p+1f /* 2.0 */ * self->lead) * x + (self->period - 0x1p+1f /* 2.0 */ * self->lead) * self->input_before));
    float rest = pm_canonical((self->period - 0x1p+1f /* 2.0 */ * self->lag) * self->output);
    float pm_argument_1 = pm_canonical(pm_divide(ahead - rest, self->period + 0x1p+1f /* 2.0 */ * self->lag, 4, pm_fault));
    if (*pm_fault != 0) {
        return 0.0f;
    }
    self->output = pm_canonical(blocks_settled(pm_argument_1));
    self->input_before = pm_canonical(x);
    return self->output;
}

/* blocks.py:27: The nearest value from low to high; low for what is no number. */
static float blocks_clamp(float x, float low, float high)
{
    return pm_min_float(pm_max_float(low, x), high);
}

/* blocks.py:75: Take over an output that something else decided: the next `step` with these values gives it again. */
static void blocks_Pid_follow(blocks_Pid *self, float setpoint, float measured, float output)
{
    if (blocks_is_nan(setpoint) || blocks_is_nan(measured) || blocks_is_nan(output)) {
        return;
    }
    self->measured_before = pm_canonical(measured);
    self->started = true;
    self->slope = 0x0p+0f /* 0.0 */;
    self->integral = pm_canonical(blocks_clamp(output, self->low, self->high) - self->kp * (setpoint - measured));
}

/* blocks.py:84: Update the smoothed slope of the measurement. */
static void blocks_Pid_differentiate(blocks_Pid *self, float measured, int32_t *pm_fault)
{
    if (self->started) {
        float change = pm_canonical(measured - self->measured_before);
        float pm_argument_1 = pm_canonical(pm_divide(self->smoothing * self->slope + change, self->smoothing + self->period, 5, pm_fault));
        if (*pm_fault != 0) {
            return;
        }
        self->slope = pm_canonical(blocks_settled(pm_argument_1));
    }
    self->measured_before = pm_canonical(measured);
    self->started = true;
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

/* every_block.py:61 */
static Outputs EveryBlock_step(EveryBlock *self, Inputs inputs, int32_t *pm_fault)
{
    bool healthy = !blocks_is_nan(inputs.measured) && pm_abs_float(inputs.measured) < 0x1.f4p+9f /* 1000.0 */;
    blocks_Phase phase = blocks_Supervisor_step(&self->supervisor, inputs.enable, healthy, inputs.reset, pm_fault);
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    bool heat = blocks_BangBang_step(&self->two_point, inputs.setpoint, inputs.measured);
    float smoothed = pm_canonical(blocks_FirstOrderFilter_step(&self->smooth, inputs.measured, pm_fault));
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    float ahead = pm_canonical(blocks_LeadLag_step(&self->compensator, smoothed, pm_fault));
    if (*pm_fault != 0) {
        return (Outputs){0};
    }
    if (inputs.manual) {
        blocks_Pid_follow(&self->pid, inputs.setpoint, ahead, self->duty);
    } else {
        float pm_value_1 = pm_canonical(blocks_Pid_step(&self->pid, inputs.setpoint, ahead, pm_fault));
        if (*pm_fault != 0) {
            return (Outputs){0};
        }
        self->duty = pm_value_1;
    }
    float wanted = pm_canonical((phase == blocks_Phase_RUNNING) ? self->duty : 0x0p+0f /* 0.0 */);
    float ramped = pm_canonical(blocks_RateLimiter_step(&self->ramp, blocks_clamp(wanted, -0x1.ccccccp-1f /* -0.9 */, 0x1.ccccccp-1f /* 0.9 */)));
    return (Outputs){.duty = ramped, .heat = heat, .phase = phase};
}

void EveryBlock_init(EveryBlock *self)
{
    self->supervisor.start_ticks = 3;
    self->supervisor.trip_ticks = 2;
    self->supervisor.phase = blocks_Phase_OFF;
    self->supervisor.elapsed = 0;
    self->supervisor.unhealthy = 0;
    self->two_point.half_band = 0x1p+0f /* 1.0 */;
    self->two_point.on = false;
    self->smooth.time_constant = 0x1.99999ap-4f /* 0.1 */;
    self->smooth.period = PERIOD;
    self->smooth.output = 0x0p+0f /* 0.0 */;
    self->smooth.started = false;
    self->compensator.gain = 0x1p+0f /* 1.0 */;
    self->compensator.lead = 0x1.99999ap-3f /* 0.2 */;
    self->compensator.lag = 0x1.99999ap-5f /* 0.05 */;
    self->compensator.period = PERIOD;
    self->compensator.input_before = 0x0p+0f /* 0.0 */;
    self->compensator.output = 0x0p+0f /* 0.0 */;
    self->compensator.started = false;
    self->pid.kp = 0x1p+1f /* 2.0 */;
    self->pid.ki = 0x1.8p+0f /* 1.5 */;
    self->pid.kd = 0x1.99999ap-5f /* 0.05 */;
    self->pid.period = PERIOD;
    self->pid.low = -0x1p+0f /* -1.0 */;
    self->pid.high = 0x1p+0f /* 1.0 */;
    self->pid.smoothing = 0x1.47ae14p-6f /* 0.02 */;
    self->pid.integral = 0x0p+0f /* 0.0 */;
    self->pid.slope = 0x0p+0f /* 0.0 */;
    self->pid.measured_before = 0x0p+0f /* 0.0 */;
    self->pid.started = false;
    self->ramp.rise = 0x1.4p+2f /* 5.0 */;
    self->ramp.fall = 0x1.2p+3f /* 9.0 */;
    self->ramp.period = PERIOD;
    self->ramp.output = 0x0p+0f /* 0.0 */;
    self->duty = 0x0p+0f /* 0.0 */;
    self->pm_fault = 0;
}

Outputs EveryBlock_tick(EveryBlock *self, Inputs inputs)
{
    if (self->pm_fault == 0) {
        int32_t fault = 0;
        const Outputs outputs = EveryBlock_step(self, inputs, &fault);
        if (fault == 0) {
            return outputs;
        }
        self->pm_fault = fault;
    }
    return (Outputs){.duty = 0x0p+0f /* 0.0 */, .heat = false, .phase = blocks_Phase_TRIPPED};
}
