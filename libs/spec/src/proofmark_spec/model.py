"""The model: expressions with their dimensions inferred, or a Python file read without running it."""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from proofmark_contracts.design import ExpressionModel, Model, PythonModel, ThermalModel
from proofmark_expression import Dimension
from proofmark_spec.amounts import dimension_of
from proofmark_spec.controller import Controlled
from proofmark_spec.cosim import read_cosim
from proofmark_spec.files import Files
from proofmark_spec.fmu import read_fmu_model
from proofmark_spec.heated import Shown
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Report, Wrong, below, did_you_mean
from proofmark_spec.quantities import NAME
from proofmark_spec.reading import choice, kind, mapping
from proofmark_spec.signals import Scope
from proofmark_spec.times import time_limit
from proofmark_spec.units import SiUnit, unit

ENTRIES: tuple[Literal["evaluate"], Literal["evaluate_one"]] = ("evaluate", "evaluate_one")
KINDS = ["expression", "python", "cosim", "fmu", "thermal"]
IN_TIME = ("cosim", "fmu")
MOST_METRICS, LARGEST_MODEL_BYTES = 256, 1024 * 1024


@dataclass(frozen=True)
class Metrics:
    """What a model gives: dimensions where they are known, units where the model names them."""

    model: Model
    dimensions: Mapping[str, Dimension]
    units: Mapping[str, SiUnit]
    known: frozenset[str] | None
    """Every metric there is; None if only running the model would tell."""
    scope: Scope | None = None
    """What requirements may speak of, if the model runs in time."""


@dataclass(frozen=True)
class Beside:
    """What a spec states beside its model."""

    controller: bool
    controlled: Controlled | None
    """None where there is none, or it is wrong itself."""

    heat: Shown | None
    """What the section `thermal` names, if there is one."""


def runs_in_time(document: Any) -> bool:
    """Whether a model, right or wrong, is one whose requirements are on signals."""
    return isinstance(document, dict) and document.get("kind") in IN_TIME


def read_model(
    document: Any,
    parameters: Mapping[str, Parameter | None],
    asked: frozenset[str],
    beside: Beside,
    files: Files,
    report: Report,
) -> Metrics:
    """Read `model`, of which requirements ask these metrics.

    Raises
    ------
    Wrong
    """
    given = kind(document, dict)
    if "kind" not in given:
        raise Wrong(f"missing kind, one of {', '.join(KINDS)}")
    with below("kind"):
        chosen = choice(given["kind"], KINDS)
    if beside.controller and chosen != "cosim":
        raise Wrong(f"a controller needs a model of kind cosim, got {chosen}", "kind")
    match chosen:
        case "cosim":
            draft = read_cosim(given, parameters, beside.controller, beside.controlled, beside.heat, files, report)
            return Metrics(draft.model, {}, {}, frozenset(), draft.scope)
        case "fmu":
            draft = read_fmu_model(given, parameters, files, report)
            return Metrics(draft.model, {}, {}, frozenset(), draft.scope)
        case "thermal":
            mapping(given, ("model",), report, ["kind"])
            return Metrics(ThermalModel(), {}, {}, frozenset())
        case "expression":
            return _expressions(mapping(given, ("model",), report, ["kind", "metrics"]), parameters, report)
        case _:
            keys = mapping(given, ("model",), report, ["kind", "file"], ["time_limit"])
            return _python(keys, parameters, asked, files)


def _expressions(given: Mapping[str, Any], parameters: Mapping[str, Parameter | None], report: Report) -> Metrics:
    with below("metrics"):
        texts = kind(given["metrics"], dict)
        if not 0 < len(texts) <= MOST_METRICS:
            raise Wrong(f"expected 1 to {MOST_METRICS} metrics, got {len(texts)}")
    dimensions: dict[str, Dimension] = {}
    for name, text in texts.items():
        with report.catching("model", "metrics", name):
            _check_metric_name(name, parameters)
            found = dimension_of(kind(text, str), parameters)
            if found is not None:
                dimensions[name] = found
    metrics = {name: str(text) for name, text in texts.items()}
    return Metrics(ExpressionModel(metrics=metrics), dimensions, {}, frozenset(texts))


def _python(
    given: Mapping[str, Any], parameters: Mapping[str, Parameter | None], asked: frozenset[str], files: Files
) -> Metrics:
    with below("file"):
        path = kind(given["file"], str)
        reference = files.add(path)
        module = _module(files.contents[reference.path], path)
        entry = _entry(module, path)
        units = _units(module, path)
        for name, own in units.items():
            _check_unit(name, own, parameters, f"{path}: UNITS[{name!r}]")
        _check_names(units, parameters, asked, module, path)
        for metric in sorted(asked & parameters.keys()):
            raise Wrong(f"{metric!r} is both a parameter and a metric that a requirement asks for")
    time_limit_s = time_limit(given, float(PythonModel.model_fields["time_limit_s"].default))
    shown = {name: own.shown() for name, own in units.items()}
    model = PythonModel(file=reference, entry=entry, units=shown, time_limit_s=time_limit_s)
    outputs = {name: own for name, own in units.items() if name not in parameters}
    return Metrics(model, {name: own.dimension for name, own in outputs.items()}, outputs, None)


def _module(data: bytes, path: str) -> ast.Module:
    """The model's syntax tree; nothing of it is run."""
    if len(data) > LARGEST_MODEL_BYTES:
        raise Wrong(f"{path}: expected a model of at most {LARGEST_MODEL_BYTES >> 20} MiB, got {len(data)} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data, filename=path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        reason = getattr(error, "msg", None) or error
        raise Wrong(f"{path}{f':{line}' if line else ''}: not Python: {reason}") from error


def _entry(module: ast.Module, path: str) -> Literal["evaluate", "evaluate_one"]:
    defined = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    found = [entry for entry in ENTRIES if entry in defined]
    if len(found) != 1:
        got = "both" if found else "neither"
        raise Wrong(f"{path}: expected a function evaluate(samples) or evaluate_one(sample), got {got}")
    return found[0]


def _units(module: ast.Module, path: str) -> dict[str, SiUnit]:
    """The literal `UNITS = {...}` of a model; empty where there is none: then everything is in SI."""
    found: dict[str, SiUnit] = {}
    assigned = [node for node in module.body if "UNITS" in _targets(node)]
    if len(assigned) > 1:
        raise Wrong(f"{path}:{assigned[1].lineno}: UNITS stands here twice")
    for node in assigned:
        place = f"{path}:{node.lineno}: UNITS"
        try:
            written = ast.literal_eval(getattr(node, "value", None) or ast.Constant(value=None))
        except (ValueError, TypeError, RecursionError, MemoryError) as error:
            raise Wrong(f"{place}: expected a literal mapping of names to units") from error
        if not isinstance(written, dict) or not all(isinstance(text, str) for pair in written.items() for text in pair):
            raise Wrong(f"{place}: expected a literal mapping of names to units")
        for name, symbol in written.items():
            try:
                found[name] = unit("" if symbol == "1" else symbol)
            except Wrong as wrong:
                raise Wrong(f"{place}[{name!r}]: {wrong}") from wrong
    return found


def _targets(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _check_unit(name: str, own: SiUnit, parameters: Mapping[str, Parameter | None], place: str) -> None:
    parameter = parameters.get(name)
    if parameter is not None and own.dimension != parameter.dimension:
        raise Wrong(f"{place}: expected a unit of {parameter.dimension}, got {own.symbol!r}")


def _check_names(
    units: Mapping[str, SiUnit],
    parameters: Mapping[str, Parameter | None],
    asked: frozenset[str],
    module: ast.Module,
    path: str,
) -> None:
    """A misspelt name in UNITS would leave a parameter in SI: each must be known, or be spoken of again."""
    spoken_of: dict[str, int] = {}
    for node in ast.walk(module):
        word = node.arg if isinstance(node, ast.keyword) else node.value if isinstance(node, ast.Constant) else None
        if isinstance(word, str):
            spoken_of[word] = spoken_of.get(word, 0) + 1
    for name in units:
        if name not in parameters and name not in asked and spoken_of.get(name, 0) < 2:
            hint = did_you_mean(name, [*parameters, *sorted(asked)])
            raise Wrong(f"{path}: UNITS[{name!r}]: neither a parameter nor a metric{hint}")


def _check_metric_name(name: str, parameters: Mapping[str, Parameter | None]) -> None:
    if not NAME.match(name) or name == "status":
        raise Wrong("expected a name of letters, digits and underscores, other than status")
    if name in parameters:
        raise Wrong("a parameter has this name")
