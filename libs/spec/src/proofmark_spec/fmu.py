"""A model that is a Functional Mock-up Unit: what it says of itself is held against the spec; nothing of it runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from proofmark_contracts.cosimulation import FmuModel
from proofmark_contracts.frozen import FileRef
from proofmark_expression import Dimension
from proofmark_spec.amounts import Named, Parameters, amount, constant
from proofmark_spec.components import Placed, Reader
from proofmark_spec.cosim import MODEL, SCENARIO, Draft, outputs_of
from proofmark_spec.files import Files
from proofmark_spec.parameters import RESERVED
from proofmark_spec.problems import Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.quantities import NAME
from proofmark_spec.reading import choice, kind, mapping
from proofmark_spec.signals import Scope, Signal
from proofmark_spec.times import TIME, check_cycles, time_limit
from proofmark_spec.units import unit

if TYPE_CHECKING:
    from proofmark_cosim.fmi.reading import Description, Variable
    from proofmark_cosim.fmi.unit import Fmu

FMU = "fmu"
REQUIRED = ["kind", "file", "duration"]
OPTIONAL = ["use", "cycle", "parameters", "inputs", "outputs", "scenario", "time_limit"]
USES = ["co-simulation", "model-exchange"]
MOST_OUTPUTS = 64


def read_fmu_model(document: Any, parameters: Parameters, files: Files, report: Report) -> Draft:
    """Read a model of kind fmu; what is wrong below it is noted.

    Raises
    ------
    Wrong
    """
    given = mapping(document, MODEL, report, REQUIRED, OPTIONAL)
    with below("file"):
        reference = files.add(kind(given["file"], str))
    unit_ = _unit(given, reference, files)
    told = unit_.description
    set_ = _set(given, told, parameters, report)
    outputs = _outputs(given, told, report)
    scenario = _scenario(given, Reader(parameters, files, report), report)
    scope = _from_outside(parameters, scenario, "scenario" in given)
    cycle_s, duration_s = _times(given, told, report)
    model = FmuModel(
        file=reference,
        use=unit_.used,
        cycle_s=cycle_s,
        duration_s=duration_s,
        parameters=set_,
        inputs=_inputs(given, told, scope, report),
        outputs={name: variable.name for name, variable in outputs.items() if variable is not None},
        scenario=scenario.part if scenario else None,
        profile=scenario.profile if scenario else None,
        time_limit_s=time_limit(given, float(FmuModel.model_fields["time_limit_s"].default)),
    )
    shown = {f"{FMU}.{name}": None if one is None else Signal(_dimension(one)) for name, one in outputs.items()}
    return Draft(model, Scope({**scope.known, **shown}, scope.broken))


def _unit(given: Mapping[str, Any], reference: FileRef, files: Files) -> "Fmu":
    """The FMU, that can be used as it should on this machine."""
    from proofmark_cosim import CosimError
    from proofmark_cosim.fmi.unit import Fmu

    with below("use"):
        use: Any = choice(given["use"], USES) if "use" in given else None
    try:
        found = Fmu(data=files.contents[reference.path], file=reference.path, use=use)
        found.check_platform()
    except CosimError as error:
        raise Wrong(str(error), "file") from error
    return found


def _set(
    given: Mapping[str, Any], told: "Description", parameters: Parameters, report: Report
) -> dict[str, float | str]:
    """Parameters and start values."""
    with below("parameters"):
        entries = kind(given.get("parameters", {}), dict)
    found: dict[str, float | str] = {}
    for name, value in entries.items():
        with report.catching(*MODEL, "parameters", name):
            variable = _variable(name, told, [one.name for one in told.variables.values() if one.startable])
            if not variable.startable:
                raise Wrong(f"expected a parameter or a start value of the FMU, {name} is {_article(variable)}")
            found[name] = amount(value, _dimension(variable), parameters)
    return found


def _inputs(given: Mapping[str, Any], told: "Description", scope: Scope, report: Report) -> dict[str, str]:
    with below("inputs"):
        entries = kind(given.get("inputs", {}), dict)
    found: dict[str, str] = {}
    for name, value in entries.items():
        with report.catching(*MODEL, "inputs", name):
            variable = _variable(name, told, [one.name for one in told.of("input")])
            if variable.causality != "input":
                raise Wrong(f"expected an input of the FMU, {name} is {_article(variable)}")
            found[name] = str(scope.amount(value, _dimension(variable)))
    return found


def _outputs(given: Mapping[str, Any], told: "Description", report: Report) -> dict[str, "Variable | None"]:
    """The signals of the FMU, by the name that requirements have for them; None for one that is wrong itself."""
    if "outputs" not in given:
        return {one.name: one for one in told.of("output") if _speakable(one.name)}
    with below("outputs"):
        entries = kind(given["outputs"], dict)
        if not 0 < len(entries) <= MOST_OUTPUTS:
            raise Wrong(f"expected 1 to {MOST_OUTPUTS} outputs, got {len(entries)}")
    found: dict[str, Variable | None] = dict.fromkeys(entries)
    for name, value in entries.items():
        with report.catching(*MODEL, "outputs", name):
            if not _speakable(name):
                raise Wrong("expected a name of letters, digits and underscores that means nothing else")
            variable = _variable(kind(value, str), told, [one.name for one in told.of("output")])
            if variable.causality in ("input", "independent"):
                raise Wrong(f"expected a variable that the FMU computes, {value} is {_article(variable)}")
            found[name] = variable
    return found


def _scenario(given: Mapping[str, Any], reader: Reader, report: Report) -> Placed | None:
    from proofmark_cosim import SCENARIOS

    if "scenario" in given:
        with report.catching(*MODEL, SCENARIO):
            return reader.read(given["scenario"], (*MODEL, SCENARIO), SCENARIOS)
    return None


def _from_outside(parameters: Parameters, scenario: Placed | None, stated: bool) -> Scope:
    """What inputs can be made of."""
    known: dict[str, Named | None] = dict(parameters)
    known |= {f"{SCENARIO}.{port.name}": Signal(unit(port.unit).dimension) for port in outputs_of(scenario)}
    return Scope(known, frozenset({SCENARIO}) if stated and scenario is None else frozenset())


def _times(given: Mapping[str, Any], told: "Description", report: Report) -> tuple[float, float]:
    with below("duration"):
        duration_s = constant(given["duration"], TIME)
    with below("cycle"):
        cycle_s = constant(given["cycle"], TIME) if "cycle" in given else told.step_s
        if cycle_s is None:
            raise Wrong("missing: the FMU tells no step of its own")
        if not cycle_s > 0:
            raise Wrong(f"expected more than 0 s, got {cycle_s:g} s")
    check_cycles({(*MODEL, "duration"): duration_s}, cycle_s, report)
    return cycle_s, duration_s


def _variable(name: str, told: "Description", meant: list[str]) -> "Variable":
    if name not in told.variables:
        hint = did_you_mean(name, list(told.variables)) or f"; there are {', '.join(meant[:20]) or 'none'}"
        raise Wrong(f"the FMU has no number {shortened(name)}{hint}")
    return told.variables[name]


def _article(variable: "Variable") -> str:
    return {"input": "an input", "output": "an output"}.get(variable.causality, f"a {variable.causality}")


def _dimension(variable: "Variable") -> Dimension:
    return unit(variable.unit.symbol).dimension


def _speakable(name: str) -> bool:
    return NAME.match(name) is not None and name not in RESERVED
