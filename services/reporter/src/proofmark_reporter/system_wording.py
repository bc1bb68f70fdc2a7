"""A system that runs in time, in words: its parts, and what is measured on it. Numbers are SI."""

from proofmark_contracts.cosimulation import Formula, InTime, Part, SignalMetric
from proofmark_contracts.heat import Amount
from proofmark_reporter.quantities import number

BETWEEN = {"all": " and ", "any": " or "}


def part_told(part: Part) -> str:
    """What is set in a plant or a scenario."""
    told = [f"{name} = {_amount(value)}" for name, value in sorted(part.numbers.items())]
    told += [f"{name} = {value}" for name, value in sorted(part.options.items())]
    told += [f"{name}: {_amount(value)} J/K" for name, value in sorted(part.capacities.items())]
    told += [f"{' – '.join(link.between)}: {_amount(link.resistance)} K/W" for link in part.links]
    return ", ".join(told) or "as by default"


def measured(model: InTime) -> dict[str, str]:
    """What each metric is, by its name."""
    metrics = {name: _metric(metric) for name, metric in model.metrics.items()}
    return metrics | {name: f"robustness of: {formula_told(formula)}" for name, formula in model.formulas.items()}


def formula_told(formula: Formula) -> str:
    """A formula, as one would say it."""
    parts = [formula_told(part) for part in formula.of]
    match formula.operator:
        case "holds":
            return formula.condition or ""
        case "not":
            return f"not ({parts[0]})"
        case "all" | "any":
            return BETWEEN[formula.operator].join(f"({part})" for part in parts)
        case "until":
            return f"{parts[0]} until {parts[1]}{_window(formula)}"
    return f"{formula.operator}{_window(formula)}: {parts[0]}"


def _window(formula: Formula) -> str:
    if formula.to_s is None:
        return f" from {number(formula.from_s)} s on" if formula.from_s else ""
    return f" from {number(formula.from_s)} s to {number(formula.to_s)} s"


def _metric(metric: SignalMetric) -> str:
    told = f"{metric.kind.replace('-', ' ')} of {metric.of}"
    if metric.to is not None:
        told += f" to {_amount(metric.to)}"
    if metric.within is not None:
        told += f" within {_amount(metric.within)}"
    return told + (f", from {number(metric.after_s)} s on" if metric.after_s else "")


def _amount(value: Amount) -> str:
    return value if isinstance(value, str) else number(value)
