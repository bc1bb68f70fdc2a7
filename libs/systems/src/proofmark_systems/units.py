"""A design's Functional Mock-up Unit, as the one plant of a system."""

from collections.abc import Mapping

from proofmark_contracts.cosimulation import FmuModel
from proofmark_cosim import Placed, System
from proofmark_cosim.fmi.unit import Fmu
from proofmark_systems.building import condition_of, metric_of, scenario_of

FMU = "fmu"
"""What expressions call it."""


def unit_system_of(model: FmuModel, files: Mapping[str, bytes]) -> System:
    """The system of a design whose model is an FMU. Running it loads native code that somebody else wrote.

    Raises
    ------
    CosimError
        The design describes no such system.
    """
    unit = Fmu(
        data=files[model.file.path],
        file=model.file.path,
        use=model.use,
        parameters=model.parameters,
        shown=model.outputs,
    )
    return System(
        cycle_s=model.cycle_s,
        duration_s=model.duration_s,
        plants={FMU: Placed(unit)},
        connect={f"{FMU}.{name}": text for name, text in model.inputs.items()},
        scenario=scenario_of(model, files),
        metrics={name: metric_of(metric) for name, metric in model.metrics.items()},
        formulas={name: condition_of(formula) for name, formula in model.formulas.items()},
    )
