/* Co-Simulation of FMI 3.0.2 around one plant. Every variable is a Float64. */

typedef void *fmi3Instance;
typedef unsigned int fmi3ValueReference;
typedef int fmi3Status;
typedef _Bool fmi3Boolean;
enum { fmi3OK, fmi3Warning, fmi3Discard, fmi3Error };

const char *fmi3GetVersion(void) { return "3.0"; }

fmi3Status fmi3SetDebugLogging(fmi3Instance c, fmi3Boolean on, size_t n, const char *const categories[])
{
    (void)c, (void)on, (void)n, (void)categories;
    return fmi3OK;
}

fmi3Instance fmi3InstantiateCoSimulation(const char *name, const char *token, const char *resources,
                                         fmi3Boolean visible, fmi3Boolean logging, fmi3Boolean events,
                                         fmi3Boolean early, const fmi3ValueReference required[], size_t n,
                                         void *environment, void *log, void *update)
{
    (void)name, (void)resources, (void)visible, (void)logging, (void)early, (void)required, (void)n;
    (void)environment, (void)log, (void)update;
    return !events && strcmp(token, PM_TOKEN) == 0 ? pm_new() : NULL;
}

fmi3Instance fmi3InstantiateModelExchange(const char *name, const char *token, const char *resources,
                                          fmi3Boolean visible, fmi3Boolean logging, void *environment, void *log)
{
    (void)name, (void)token, (void)resources, (void)visible, (void)logging, (void)environment, (void)log;
    return NULL;
}

fmi3Instance fmi3InstantiateScheduledExecution(const char *name, const char *token, const char *resources,
                                               fmi3Boolean visible, fmi3Boolean logging, void *environment, void *log,
                                               void *clock, void *lock, void *unlock)
{
    (void)name, (void)token, (void)resources, (void)visible, (void)logging, (void)environment, (void)log;
    (void)clock, (void)lock, (void)unlock;
    return NULL;
}

void fmi3FreeInstance(fmi3Instance c) { free(c); }

fmi3Status fmi3EnterInitializationMode(fmi3Instance c, fmi3Boolean tolerant, double tolerance, double start,
                                       fmi3Boolean stops, double stop)
{
    (void)tolerant, (void)tolerance, (void)stops, (void)stop;
    ((pm_Instance *)c)->start = start;
    return fmi3OK;
}

fmi3Status fmi3ExitInitializationMode(fmi3Instance c) { return (void)c, fmi3OK; }
fmi3Status fmi3EnterStepMode(fmi3Instance c) { return (void)c, fmi3Error; }
fmi3Status fmi3EnterEventMode(fmi3Instance c) { return (void)c, fmi3Error; }
fmi3Status fmi3Terminate(fmi3Instance c) { return (void)c, fmi3OK; }
fmi3Status fmi3Reset(fmi3Instance c) { return pm_begin(c, 0.0), fmi3OK; }

fmi3Status fmi3GetFloat64(fmi3Instance c, const fmi3ValueReference vr[], size_t n, double value[], size_t m)
{
    return n == m && pm_get(c, vr, n, value) ? fmi3OK : fmi3Error;
}

fmi3Status fmi3SetFloat64(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const double value[], size_t m)
{
    return n == m && pm_set(c, vr, n, value) ? fmi3OK : fmi3Error;
}

#define PM_NO_VARIABLE(kind, type)                                                                                     \
    fmi3Status fmi3Get##kind(fmi3Instance c, const fmi3ValueReference vr[], size_t n, type value[], size_t m)          \
    {                                                                                                                  \
        return (void)c, (void)vr, (void)value, (void)m, n == 0 ? fmi3OK : fmi3Error;                                   \
    }                                                                                                                  \
    fmi3Status fmi3Set##kind(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const type value[], size_t m)    \
    {                                                                                                                  \
        return (void)c, (void)vr, (void)value, (void)m, n == 0 ? fmi3OK : fmi3Error;                                   \
    }
typedef const char *pm_text;
PM_NO_VARIABLE(Float32, float)
PM_NO_VARIABLE(Int8, int8_t)
PM_NO_VARIABLE(UInt8, uint8_t)
PM_NO_VARIABLE(Int16, int16_t)
PM_NO_VARIABLE(UInt16, uint16_t)
PM_NO_VARIABLE(Int32, int32_t)
PM_NO_VARIABLE(UInt32, uint32_t)
PM_NO_VARIABLE(Int64, int64_t)
PM_NO_VARIABLE(UInt64, uint64_t)
PM_NO_VARIABLE(Boolean, fmi3Boolean)
PM_NO_VARIABLE(String, pm_text)

fmi3Status fmi3GetFMUState(fmi3Instance c, void **state)
{
    if (*state == NULL) {
        *state = malloc(sizeof(pm_Instance));
    }
    if (*state == NULL) {
        return fmi3Error;
    }
    memcpy(*state, c, sizeof(pm_Instance));
    return fmi3OK;
}

fmi3Status fmi3SetFMUState(fmi3Instance c, void *state) { return memcpy(c, state, sizeof(pm_Instance)), fmi3OK; }

fmi3Status fmi3FreeFMUState(fmi3Instance c, void **state)
{
    (void)c;
    free(*state);
    *state = NULL;
    return fmi3OK;
}

fmi3Status fmi3DoStep(fmi3Instance c, double now, double step, fmi3Boolean no_return, fmi3Boolean *event,
                      fmi3Boolean *terminate, fmi3Boolean *early, double *reached)
{
    (void)no_return;
    *event = *terminate = *early = 0;
    const int done = pm_step(c, step);
    *reached = done ? now + step : now;
    return done ? fmi3OK : fmi3Error;
}

/* Nothing below is offered by the model description; a few importers look the names up all the same. */
#define PM_NOT_OFFERED(name)                                                                                           \
    fmi3Status name(fmi3Instance c) { return (void)c, fmi3Error; }
PM_NOT_OFFERED(fmi3GetBinary)
PM_NOT_OFFERED(fmi3SetBinary)
PM_NOT_OFFERED(fmi3GetClock)
PM_NOT_OFFERED(fmi3SetClock)
PM_NOT_OFFERED(fmi3GetNumberOfVariableDependencies)
PM_NOT_OFFERED(fmi3GetVariableDependencies)
PM_NOT_OFFERED(fmi3SerializedFMUStateSize)
PM_NOT_OFFERED(fmi3SerializeFMUState)
PM_NOT_OFFERED(fmi3DeserializeFMUState)
PM_NOT_OFFERED(fmi3GetDirectionalDerivative)
PM_NOT_OFFERED(fmi3GetAdjointDerivative)
PM_NOT_OFFERED(fmi3EnterConfigurationMode)
PM_NOT_OFFERED(fmi3ExitConfigurationMode)
PM_NOT_OFFERED(fmi3GetIntervalDecimal)
PM_NOT_OFFERED(fmi3GetIntervalFraction)
PM_NOT_OFFERED(fmi3GetShiftDecimal)
PM_NOT_OFFERED(fmi3GetShiftFraction)
PM_NOT_OFFERED(fmi3SetIntervalDecimal)
PM_NOT_OFFERED(fmi3SetIntervalFraction)
PM_NOT_OFFERED(fmi3SetShiftDecimal)
PM_NOT_OFFERED(fmi3SetShiftFraction)
PM_NOT_OFFERED(fmi3EvaluateDiscreteStates)
PM_NOT_OFFERED(fmi3UpdateDiscreteStates)
PM_NOT_OFFERED(fmi3EnterContinuousTimeMode)
PM_NOT_OFFERED(fmi3CompletedIntegratorStep)
PM_NOT_OFFERED(fmi3SetTime)
PM_NOT_OFFERED(fmi3SetContinuousStates)
PM_NOT_OFFERED(fmi3GetContinuousStateDerivatives)
PM_NOT_OFFERED(fmi3GetEventIndicators)
PM_NOT_OFFERED(fmi3GetContinuousStates)
PM_NOT_OFFERED(fmi3GetNominalsOfContinuousStates)
PM_NOT_OFFERED(fmi3GetNumberOfEventIndicators)
PM_NOT_OFFERED(fmi3GetNumberOfContinuousStates)
PM_NOT_OFFERED(fmi3GetOutputDerivatives)
PM_NOT_OFFERED(fmi3ActivateModelPartition)
