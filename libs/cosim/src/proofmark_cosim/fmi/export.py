"""A plant as an FMU: native code without Python, the arithmetic that also runs in the co-simulation.

Parameters are those of the plant at the time of the export. Every input and output is a number; yes and no are 1 and 0.
"""

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile, ZipInfo

import numpy as np

from proofmark_controller.host import Compiler, built
from proofmark_cosim.assembly import Assembly
from proofmark_cosim.c_engine import PREAMBLE, roots, runs_in_c
from proofmark_cosim.c_text import TYPES, Layout, c_text, literal
from proofmark_cosim.component import Component, Port
from proofmark_cosim.errors import NotExportable
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.fmi.description import description
from proofmark_cosim.fmi.machine import Version, binaries
from proofmark_cosim.graph import Operator, constant, reached
from proofmark_cosim.numbers import every_column
from proofmark_cosim.plan import Plan
from proofmark_cosim.system import Placed, System

PLANT = "plant"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can tell: an FMU's bytes depend on nothing but its plant and its compiler."""


def export_fmu(plant: Component, period_s: float, version: Version, compiler: Compiler) -> bytes:
    """Write a plant as an FMU for co-simulation on machines like this one.

    Parameters
    ----------
    plant
        Its parameters are numbers.
    period_s
        Its step; a communication step is a multiple of it.

    Returns
    -------
    bytes
        The FMU, a zip.

    Raises
    ------
    CosimError
        The plant draws random numbers, or its parameters belong to no such plant.
    CompilationFailed
    """
    identifier = plant.kind.replace("-", "_")
    source = "\n".join(_source(plant, period_s))
    token = f"{{{sha256(f'{version}{identifier}{source}'.encode()).hexdigest()[:32]}}}"
    texts = [f'#define PM_TOKEN "{token}"', source, _file("instance.c"), _file(f"fmi{version[0]}.c")]
    library = built(compiler, {"fmu.c": "\n".join(texts)}, "fmu.c", ("-fno-math-errno", "-fno-trapping-math"))
    folder, suffix = binaries(version)
    content = {
        "modelDescription.xml": description(plant, identifier, token, period_s, version).encode(),
        f"{folder}/{identifier}.{suffix}": library,
    }
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, data in content.items():
            archive.writestr(ZipInfo(name, EPOCH), data)
    return out.getvalue()


def _file(name: str) -> str:
    return files("proofmark_cosim.fmi").joinpath(name).read_text()


def _planned(plant: Component, period_s: float) -> Plan:
    """The plan of a plant by itself, its inputs parameters and its outputs records."""
    ports = plant.inputs()
    system = System(
        cycle_s=period_s,
        duration_s=period_s,
        plants={PLANT: Placed(plant)},
        connect={f"{PLANT}.{port.name}": f"in_{port.name}" for port in ports},
    )
    assembly = Assembly(system, frozenset(f"in_{port.name}" for port in ports))
    plan = assembly.plan({}, tuple(assembly.trace(f"{PLANT}.{port.name}", 1) for port in plant.outputs()))
    timed = any(node.operator is Operator.CYCLE for root in plan.updates for node in reached([root.node]))
    if plan.streams or timed or not runs_in_c(plan):
        raise NotExportable(plant.kind)
    return plan


def _source(plant: Component, period_s: float) -> Iterator[str]:
    plan, inputs = _planned(plant, period_s), [f"in_{port.name}" for port in plant.inputs()]
    leaves = [str(node.value) for node in reached(roots(plan)) if node.operator is Operator.PARAMETER]
    layout = Layout(columns=tuple(dict.fromkeys([*inputs, *leaves])), streams=(), states=tuple(plan.start))
    starts = {f"in_{port.name}": np.array([start_of(port)]) for port in plant.inputs()}
    system = System(cycle_s=period_s, duration_s=period_s, plants={PLANT: Placed(plant)})
    columns = starts | every_column(system, {}, 1)
    kinds = plan.kinds()
    yield PREAMBLE + "#include <stdlib.h>\n#include <string.h>\n"
    yield f"#define PM_INPUTS {len(inputs)}\n#define PM_OUTPUTS {len(plan.records)}"
    yield f"#define PM_PERIOD {float(period_s).hex()}"
    yield c_text(plan, layout)
    yield "typedef struct {\n    double start;\n    int64_t steps;"
    yield f"    double columns[{len(layout.columns)}];\n    double outputs[{len(plan.records)}];"
    yield from (f"    {TYPES[kinds[name]]} state_{i};" for i, name in enumerate(layout.states))
    yield "} pm_Instance;\n"
    numbers = ", ".join(literal(constant(float(columns[name][0]))) for name in layout.columns)
    yield f"static const double pm_columns[{len(layout.columns)}] = {{{numbers}}};"
    places = "".join(f"{place}, " for place in range(len(inputs)))
    yield f"static const int pm_inputs[PM_INPUTS + 1] = {{{places}0}};"
    yield "\nstatic void pm_start(pm_Instance *self)\n{"
    for i, (name, node) in enumerate(plan.start.items()):
        value = np.asarray(evaluated(node, columns)).reshape(-1)[0].item()
        yield f"    self->state_{i} = {literal(constant(value, kinds[name]))};"
    yield "}\n\nstatic void pm_run(pm_Instance *self, int moving)\n{"
    yield f"    const double *columns[{len(layout.columns)}];"
    yield f"    for (int i = 0; i < {len(layout.columns)}; i += 1) {{\n        columns[i] = &self->columns[i];\n    }}"
    yield f"    void *const states[] = {{{', '.join(f'&self->state_{i}' for i in range(len(layout.states)))}}};"
    kept = ", ".join(f"&self->outputs[{i}]" for i in range(len(plan.records)))
    yield f"    double *const kept[] = {{{kept}}};"
    yield f"    const int64_t lengths[{len(plan.records)}] = {{0}};"
    yield "    pm_simulate(1, 0, 1, moving, columns, NULL, NULL, states, kept, lengths, NULL);\n}\n"


def start_of(port: Port) -> float:
    """What an input is before it is set."""
    return 0.0 if port.default is None else port.default
