"""FMUs that others build: by PythonFMU (FMI 2.0), PythonFMU3 (FMI 3.0), and from C against the standard's headers."""

import contextlib
import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile
from zlib import crc32

import fmpy
import pytest

from proofmark_controller.host import built, compilers
from proofmark_cosim.fmi.machine import binaries

HEADERS = Path(fmpy.__file__).parent / "c-code"
"""Of the Modelica Association, as FMPy brings them."""

OVEN = """
from pythonfmu import Boolean, Fmi2Causality, Fmi2Slave, Integer, Real

class Oven(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heat, self.on, self.stage, self.gain, self.level, self.warm = 0.0, False, 0, 2.0, 1.0, False
        self.register_variable(Real("heat", causality=Fmi2Causality.input))
        self.register_variable(Boolean("on", causality=Fmi2Causality.input))
        self.register_variable(Integer("stage", causality=Fmi2Causality.input))
        self.register_variable(Real("gain", causality=Fmi2Causality.parameter))
        self.register_variable(Real("level", causality=Fmi2Causality.output))
        self.register_variable(Boolean("warm", causality=Fmi2Causality.output))

    def exit_initialization_mode(self):
        self.level = 10.0 * self.heat

    def do_step(self, time, step):
        if self.heat > 8:
            raise ValueError("too hot")
        if self.heat < -8:
            import os
            os.abort()
        if self.heat < -7:
            while True:
                pass
        self.level += step * self.gain * self.heat * self.on * (1 + self.stage)
        self.warm = self.level > 1
        return True
"""
"""FMI 2.0, co-simulation: sums its input; breaks above 8, ends its process below -8, hangs below -7."""
BALL = """
from pythonfmu3 import *
from pythonfmu3.modelexchange import Fmi3UpdateDiscreteStatesResult as Update

class Ball(Fmi3SlaveBase, ModelExchange):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.time, self.h, self.v, self.derh, self.derv = 0.0, 1.0, 0.0, 0.0, 0.0
        self.e, self.g, self.z = 0.7, 9.81, 1.0
        c, v = Fmi3Causality, Fmi3Variability
        self.register_variable(Float64("time", causality=c.independent, variability=v.continuous))
        height = {"causality": c.output, "variability": v.continuous, "initial": Fmi3Initial.exact}
        self.register_variable(Float64("h", **height))
        self.register_variable(Float64("derh", causality=c.local, variability=v.continuous, derivative=1))
        self.register_variable(Float64("v", causality=c.output, variability=v.continuous, initial=Fmi3Initial.exact))
        self.register_variable(Float64("derv", causality=c.local, variability=v.continuous, derivative=3))
        self.register_variable(Float64("e", causality=c.parameter, variability=v.tunable))
        self.register_variable(Float64("g", causality=c.input, variability=v.continuous))
        self.register_variable(Float64("z", causality=c.local, variability=v.continuous), has_event_indicator=True)

    def get_continuous_state_derivatives(self):
        self.derh, self.derv = self.v, -self.g
        return [self.derh, self.derv]

    def get_event_indicators(self):
        self.z = self.h
        return [self.z]

    def update_discrete_states(self):
        if self.h <= 0 and self.v < 0:
            self.h, self.v = 1e-300, -self.e * self.v
            return Update(valuesOfContinuousStatesChanged=True)
        return Update()
"""
"""FMI 3.0, model exchange: a ball that falls from 1 m and bounces."""


DECAY_DESCRIPTION = """\
<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="decay" guid="{decay}" numberOfEventIndicators="1">
  <ModelExchange modelIdentifier="decay"/>
  <UnitDefinitions><Unit name="degC"><BaseUnit K="1" offset="273.15"/></Unit>
    <Unit name="1/min"><BaseUnit s="-1" factor="0.016666666666666666"/></Unit></UnitDefinitions>
  <TypeDefinitions><SimpleType name="Warmth"><Real unit="degC"/></SimpleType></TypeDefinitions>
  <DefaultExperiment stepSize="0.1"/>
  <ModelVariables>
    <ScalarVariable name="T" valueReference="0" causality="output" initial="exact">
      <Real declaredType="Warmth" start="80"/></ScalarVariable>
    <ScalarVariable name="der(T)" valueReference="1"><Real derivative="1"/></ScalarVariable>
    <ScalarVariable name="rate" valueReference="2" causality="parameter" variability="tunable">
      <Real unit="1/min" start="60"/></ScalarVariable>
    <ScalarVariable name="ambient" valueReference="3" causality="input"><Real unit="degC" start="20"/></ScalarVariable>
    <ScalarVariable name="below" valueReference="4" causality="output" variability="discrete"><Real/></ScalarVariable>
    <ScalarVariable name="ticks" valueReference="5" causality="output" variability="discrete"><Real/></ScalarVariable>
    <ScalarVariable name="steps" valueReference="6" causality="local" variability="discrete"><Real/></ScalarVariable>
    <ScalarVariable name="label" valueReference="7" causality="parameter" variability="fixed"><String start="x"/>
    </ScalarVariable>
  </ModelVariables>
  <ModelStructure><Derivatives><Unknown index="2"/></Derivatives></ModelStructure>
</fmiModelDescription>
"""
DECAY = """
#include "fmi2Functions.h"
#include <stdlib.h>
typedef struct { double time, v[7]; int armed; double next; } M;
enum { T, DER, RATE, AMBIENT, BELOW, TICKS, STEPS };
const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }
fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String s[]) { return fmi2OK; }
fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String where,
                              const fmi2CallbackFunctions *f, fmi2Boolean visible, fmi2Boolean logging)
{
    M *m = calloc(1, sizeof *m);
    m->v[T] = 80, m->v[RATE] = 60, m->v[AMBIENT] = 20, m->next = 0.25;
    return type == fmi2ModelExchange ? m : NULL;
}
void fmi2FreeInstance(fmi2Component c) { free(c); }
fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean t, fmi2Real e, fmi2Real from, fmi2Boolean s, fmi2Real to)
{
    return fmi2OK;
}
fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2Terminate(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2Reset(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference r[], size_t n, fmi2Real x[])
{
    for (size_t i = 0; i < n; i++) x[i] = ((M *)c)->v[r[i]];
    return fmi2OK;
}
fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference r[], size_t n, const fmi2Real x[])
{
    for (size_t i = 0; i < n; i++) ((M *)c)->v[r[i]] = x[i];
    return fmi2OK;
}
fmi2Status fmi2EnterEventMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2NewDiscreteStates(fmi2Component c, fmi2EventInfo *e)
{
    M *m = c;
    if (m->v[T] <= 50) m->v[BELOW] = 1;
    if (m->time >= m->next) m->v[TICKS] += 1, m->next += 0.25;
    *e = (fmi2EventInfo){fmi2False, fmi2False, fmi2False, fmi2False, fmi2True, m->next};
    return fmi2OK;
}
fmi2Status fmi2EnterContinuousTimeMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2CompletedIntegratorStep(fmi2Component c, fmi2Boolean no, fmi2Boolean *event, fmi2Boolean *ended)
{
    ((M *)c)->v[STEPS] += 1;
    *event = *ended = fmi2False;
    return fmi2OK;
}
fmi2Status fmi2SetTime(fmi2Component c, fmi2Real time) { ((M *)c)->time = time; return fmi2OK; }
fmi2Status fmi2SetContinuousStates(fmi2Component c, const fmi2Real x[], size_t n)
{
    ((M *)c)->v[T] = x[0];
    return fmi2OK;
}
fmi2Status fmi2GetDerivatives(fmi2Component c, fmi2Real x[], size_t n)
{
    M *m = c;
    x[0] = -m->v[RATE] / 60 * (m->v[T] - m->v[AMBIENT]);
    return fmi2OK;
}
fmi2Status fmi2GetEventIndicators(fmi2Component c, fmi2Real z[], size_t n)
{
    z[0] = ((M *)c)->v[T] - 50;
    return fmi2OK;
}
fmi2Status fmi2GetContinuousStates(fmi2Component c, fmi2Real x[], size_t n)
{
    x[0] = ((M *)c)->v[T];
    return fmi2OK;
}
fmi2Status fmi2GetNominalsOfContinuousStates(fmi2Component c, fmi2Real x[], size_t n) { x[0] = 1; return fmi2OK; }
"""
"""FMI 2.0, model exchange: T falls to the ambient; an event where it passes 50, and one at every quarter second."""
UNUSED = (
    "GetInteger GetBoolean GetString SetInteger SetBoolean SetString GetFMUstate SetFMUstate FreeFMUstate "
    "SerializedFMUstateSize SerializeFMUstate DeSerializeFMUstate GetDirectionalDerivative"
)


@cache
def oven() -> bytes:
    """The FMU of `OVEN`."""
    from pythonfmu.builder import FmuBuilder  # type: ignore[import-untyped]

    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        script = Path(folder, "oven.py")
        script.write_text(OVEN)
        return Path(FmuBuilder.build_FMU(script, folder)).read_bytes()


@cache
def three(source: str) -> bytes:
    """The FMU 3.0 of a script."""
    from pythonfmu3.builder import FmuBuilder  # type: ignore[import-untyped]

    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        script = Path(folder, f"model_{crc32(source.encode())}.py")  # one interpreter holds one module of a name
        script.write_text(source)
        FmuBuilder.build_FMU(script, folder)
        (made,) = Path(folder).glob("*.fmu")
        return made.read_bytes()


def changed(fmu: bytes, old: str, new: str) -> bytes:
    """An FMU with a text in its model description replaced."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(fmu)) as before, ZipFile(out, "w") as after:
        for item in before.infolist():
            data = before.read(item.filename)
            if item.filename == "modelDescription.xml":
                assert old.encode() in data, old
                data = data.replace(old.encode(), new.encode(), 1)
            after.writestr(item.filename, data)
    return out.getvalue()


@cache
def decay() -> bytes:
    """The FMU of `DECAY`; skips where there is no compiler."""
    if not compilers():
        pytest.skip("an FMU holds compiled code: it takes gcc, clang or ziglang")
    unused = "".join(
        f'int unused_{name}(void) __asm__("fmi2{name}");\nint unused_{name}(void) {{ return 3; }}\n'
        for name in UNUSED.split()
    )
    headers = ("fmi2Functions.h", "fmi2FunctionTypes.h", "fmi2TypesPlatform.h")
    files = {name: (HEADERS / name).read_text() for name in headers} | {"decay.c": f"{DECAY}\n{unused}"}
    library = built(compilers()[0], files, "decay.c", ("-w",))
    folder, suffix = binaries("2.0")
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("modelDescription.xml", DECAY_DESCRIPTION)
        archive.writestr(f"{folder}/decay.{suffix}", library)
    return out.getvalue()
