/* Co-Simulation of FMI 2.0.4 around one plant. Every variable is a Real. */

typedef void *fmi2Component;
typedef unsigned int fmi2ValueReference;
typedef int fmi2Boolean;
typedef int fmi2Status;
enum { fmi2OK, fmi2Warning, fmi2Discard, fmi2Error };

const char *fmi2GetTypesPlatform(void) { return "default"; }
const char *fmi2GetVersion(void) { return "2.0"; }

fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const char *const categories[])
{
    (void)c, (void)on, (void)n, (void)categories;
    return fmi2OK;
}

fmi2Component fmi2Instantiate(const char *name, int type, const char *guid, const char *resources, const void *callbacks,
                              fmi2Boolean visible, fmi2Boolean logging)
{
    (void)name, (void)resources, (void)callbacks, (void)visible, (void)logging;
    return type == 1 && strcmp(guid, PM_TOKEN) == 0 ? pm_new() : NULL;
}

void fmi2FreeInstance(fmi2Component c) { free(c); }

fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean tolerant, double tolerance, double start, fmi2Boolean stops,
                               double stop)
{
    (void)tolerant, (void)tolerance, (void)stops, (void)stop;
    pm_begin(c, start);
    return fmi2OK;
}

fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return (void)c, fmi2OK; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) { return (void)c, fmi2OK; }
fmi2Status fmi2Terminate(fmi2Component c) { return (void)c, fmi2OK; }
fmi2Status fmi2Reset(fmi2Component c) { return pm_begin(c, 0.0), fmi2OK; }

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, double value[])
{
    return pm_get(c, vr, n, value) ? fmi2OK : fmi2Error;
}

fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, const double value[])
{
    return pm_set(c, vr, n, value) ? fmi2OK : fmi2Error;
}

#define PM_NO_VARIABLE(kind, type)                                                                                     \
    fmi2Status fmi2Get##kind(fmi2Component c, const fmi2ValueReference vr[], size_t n, type value[])                   \
    {                                                                                                                  \
        return (void)c, (void)vr, (void)value, n == 0 ? fmi2OK : fmi2Error;                                            \
    }                                                                                                                  \
    fmi2Status fmi2Set##kind(fmi2Component c, const fmi2ValueReference vr[], size_t n, const type value[])             \
    {                                                                                                                  \
        return (void)c, (void)vr, (void)value, n == 0 ? fmi2OK : fmi2Error;                                            \
    }
typedef const char *pm_text;
PM_NO_VARIABLE(Integer, int)
PM_NO_VARIABLE(Boolean, int)
PM_NO_VARIABLE(String, pm_text)

fmi2Status fmi2GetFMUstate(fmi2Component c, void **state)
{
    if (*state == NULL) {
        *state = malloc(sizeof(pm_Instance));
    }
    if (*state == NULL) {
        return fmi2Error;
    }
    memcpy(*state, c, sizeof(pm_Instance));
    return fmi2OK;
}

fmi2Status fmi2SetFMUstate(fmi2Component c, void *state) { return memcpy(c, state, sizeof(pm_Instance)), fmi2OK; }

fmi2Status fmi2FreeFMUstate(fmi2Component c, void **state)
{
    (void)c;
    free(*state);
    *state = NULL;
    return fmi2OK;
}

fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, void *state, size_t *size)
{
    (void)c, (void)state, (void)size;
    return fmi2Error;
}

fmi2Status fmi2SerializeFMUstate(fmi2Component c, void *state, char bytes[], size_t size)
{
    (void)c, (void)state, (void)bytes, (void)size;
    return fmi2Error;
}

fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const char bytes[], size_t size, void **state)
{
    (void)c, (void)bytes, (void)size, (void)state;
    return fmi2Error;
}

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference unknown[], size_t n,
                                        const fmi2ValueReference known[], size_t m, const double dv[], double dz[])
{
    (void)c, (void)unknown, (void)n, (void)known, (void)m, (void)dv, (void)dz;
    return fmi2Error;
}

fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n, const int order[],
                                       const double value[])
{
    (void)c, (void)vr, (void)n, (void)order, (void)value;
    return fmi2Error;
}

fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n, const int order[],
                                        double value[])
{
    (void)c, (void)vr, (void)n, (void)order, (void)value;
    return fmi2Error;
}

fmi2Status fmi2DoStep(fmi2Component c, double now, double step, fmi2Boolean no_return)
{
    (void)now, (void)no_return;
    return pm_step(c, step) ? fmi2OK : fmi2Error;
}

fmi2Status fmi2CancelStep(fmi2Component c) { return (void)c, fmi2Error; }
fmi2Status fmi2GetStatus(fmi2Component c, int kind, fmi2Status *v) { return (void)c, (void)kind, (void)v, fmi2Discard; }
fmi2Status fmi2GetRealStatus(fmi2Component c, int kind, double *v) { return (void)c, (void)kind, (void)v, fmi2Discard; }
fmi2Status fmi2GetIntegerStatus(fmi2Component c, int kind, int *v) { return (void)c, (void)kind, (void)v, fmi2Discard; }
fmi2Status fmi2GetBooleanStatus(fmi2Component c, int kind, int *v) { return (void)c, (void)kind, (void)v, fmi2Discard; }
fmi2Status fmi2GetStringStatus(fmi2Component c, int kind, pm_text *v) { return (void)c, (void)kind, (void)v, fmi2Discard; }
