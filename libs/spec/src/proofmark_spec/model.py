"""The model: expressions with their dimensions inferred, or a Python file read without running it."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from proofmark_contracts.design import ExpressionModel, Model, PythonModel
from proofmark_expression import Dimension, Expression, ExpressionError
from proofmark_spec.files import Files
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Report, Wrong, below, did_you_mean
from proofmark_spec.quantities import NAME, quantity
from proofmark_spec.reading import choice, kind, mapping
from proofmark_spec.units import SiUnit, unit

ENTRIES: tuple[Literal["evaluate"], Literal["evaluate_one"]] = ("evaluate", "evaluate_one")
LONGEST_RUN_S = 24 * 3600.0
TIME = Dimension.of({"time": 1})


@dataclass(frozen=True)
class Metrics:
    """What a model gives: dimensions where they are known, units where the model names them."""

    model: Model
    dimensions: Mapping[str, Dimension]
    units: Mapping[str, SiUnit]
    known: frozenset[str] | None
    """Every metric there is; None if only running the model would tell."""


def read_model(document: Any, parameters: Mapping[str, Parameter], files: Files, report: Report) -> Metrics:
    """Read `model`.

    Raises
    ------
    Wrong
    """
    given = kind(document, dict)
    match choice(given.get("kind"), ["expression", "python"]):
        case "expression":
            return _expressions(mapping(given, ("model",), report, ["kind", "metrics"]), parameters, report)
        case _:
            keys = mapping(given, ("model",), report, ["kind", "file"], ["time_limit"])
            return _python(keys, parameters, files)


def _expressions(given: Mapping[str, Any], parameters: Mapping[str, Parameter], report: Report) -> Metrics:
    texts = kind(given["metrics"], dict)
    if not texts:
        raise Wrong("expected at least one metric", "metrics")
    known = {name: parameter.dimension for name, parameter in parameters.items()}
    dimensions: dict[str, Dimension] = {}
    for name, text in texts.items():
        with report.catching("model", "metrics", name):
            _check_metric_name(name, parameters)
            expression = _parsed(kind(text, str))
            for missing in sorted(expression.names - known.keys()):
                raise Wrong(f"no parameter {missing!r}{did_you_mean(missing, list(known))}")
            try:
                dimensions[name] = expression.dimension(known)
            except ExpressionError as error:
                raise Wrong(f"in {text!r}, {error}") from error
    metrics = {name: str(text) for name, text in texts.items()}
    return Metrics(ExpressionModel(metrics=metrics), dimensions, {}, frozenset(texts))


def _parsed(text: str) -> Expression:
    try:
        return Expression.parse(text)
    except ExpressionError as error:
        raise Wrong(f"in {text[:60]!r}, {error}") from error


def _python(given: Mapping[str, Any], parameters: Mapping[str, Parameter], files: Files) -> Metrics:
    path = kind(given["file"], str)
    with below("file"):
        reference = files.add(path)
    try:
        module = ast.parse(files.contents[reference.path], filename=path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise Wrong(f"{path}{f':{line}' if line else ''}: not Python: {error.args[0]}", "file") from error
    units = {name: _own_unit(symbol, name, path) for name, symbol in _units(module, path).items()}
    for name, own in units.items():
        if name in parameters and own.dimension != parameters[name].dimension:
            wanted = parameters[name].dimension
            raise Wrong(f"{path}: UNITS[{name!r}]: expected a unit of {wanted}, got {own.symbol!r}", "file")
    model = PythonModel(
        file=reference,
        entry=_entry(module, path),
        units={name: own.shown() for name, own in units.items()},
        time_limit_s=_time_limit(given),
    )
    outputs = {name: own for name, own in units.items() if name not in parameters}
    return Metrics(model, {name: own.dimension for name, own in outputs.items()}, outputs, None)


def _entry(module: ast.Module, path: str) -> Literal["evaluate", "evaluate_one"]:
    defined = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    found = [entry for entry in ENTRIES if entry in defined]
    if len(found) != 1:
        got = "both" if found else "neither"
        raise Wrong(f"{path}: expected a function evaluate(samples) or evaluate_one(sample), got {got}", "file")
    return found[0]


def _units(module: ast.Module, path: str) -> Mapping[str, str]:
    """The literal `UNITS = {...}` of a model; empty where there is none: then everything is in SI."""
    for node in module.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="UNITS")], value=value)
                | ast.AnnAssign(target=ast.Name(id="UNITS"), value=ast.expr() as value)
            ):
                try:
                    found = ast.literal_eval(value)
                except ValueError as error:
                    raise Wrong(
                        f"{path}:{node.lineno}: UNITS: expected a literal mapping of names to units", "file"
                    ) from error
                if not isinstance(found, dict) or not all(
                    isinstance(name, str) and isinstance(symbol, str) for name, symbol in found.items()
                ):
                    raise Wrong(f"{path}:{node.lineno}: UNITS: expected a mapping of names to units", "file")
                return found
    return {}


def _own_unit(symbol: str, name: str, path: str) -> SiUnit:
    try:
        return unit("" if symbol == "1" else symbol)
    except Wrong as wrong:
        raise Wrong(f"{path}: UNITS[{name!r}]: {wrong}", "file") from wrong


def _time_limit(given: Mapping[str, Any]) -> float:
    default = float(PythonModel.model_fields["time_limit_s"].default)
    if "time_limit" not in given:
        return default
    limit = quantity(given["time_limit"])
    if limit.unit.dimension != TIME:
        raise Wrong(f"expected a time such as 10 s, got {limit.unit.dimension}", "time_limit")
    if not 0 < limit.si <= LONGEST_RUN_S:
        raise Wrong("expected more than nothing and at most a day", "time_limit")
    return limit.si


def _check_metric_name(name: str, parameters: Mapping[str, Parameter]) -> None:
    if not NAME.match(name) or name == "status":
        raise Wrong("expected a name of letters, digits and underscores, other than status")
    if name in parameters:
        raise Wrong("a parameter has this name")
