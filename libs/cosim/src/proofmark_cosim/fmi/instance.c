/* One instance of the plant, whatever the version of the standard. Value reference 0 is time, then inputs, then outputs. */

static void pm_begin(pm_Instance *self, double start)
{
    memcpy(self->columns, pm_columns, sizeof self->columns);
    self->start = start;
    self->steps = 0;
    pm_start(self);
}

static pm_Instance *pm_new(void)
{
    pm_Instance *self = malloc(sizeof *self);
    if (self != NULL) {
        pm_begin(self, 0.0);
    }
    return self;
}

static int pm_get(pm_Instance *self, const unsigned int vr[], size_t n, double value[])
{
    pm_run(self, 0);
    for (size_t i = 0; i < n; i += 1) {
        if (vr[i] == 0) {
            value[i] = self->start + (double)self->steps * PM_PERIOD;
        } else if (vr[i] <= PM_INPUTS) {
            value[i] = self->columns[pm_inputs[vr[i] - 1]];
        } else if (vr[i] <= PM_INPUTS + PM_OUTPUTS) {
            value[i] = self->outputs[vr[i] - 1 - PM_INPUTS];
        } else {
            return 0;
        }
    }
    return 1;
}

static int pm_set(pm_Instance *self, const unsigned int vr[], size_t n, const double value[])
{
    for (size_t i = 0; i < n; i += 1) {
        if (vr[i] < 1 || vr[i] > PM_INPUTS) {
            return 0;
        }
        self->columns[pm_inputs[vr[i] - 1]] = value[i];
    }
    return 1;
}

/* A step is a whole number of periods. */
static int pm_step(pm_Instance *self, double step)
{
    const double periods = step / PM_PERIOD;
    if (!(periods >= 0.5 && periods < 1e9)) {
        return 0;
    }
    const int64_t count = (int64_t)(periods + 0.5);
    if (__builtin_fabs(periods - (double)count) > 1e-6) {
        return 0;
    }
    for (int64_t i = 0; i < count; i += 1) {
        pm_run(self, 1);
    }
    self->steps += count;
    return 1;
}
