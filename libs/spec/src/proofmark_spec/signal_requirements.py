"""Requirements on signals: the metrics and formulas that they ask of a system, each once and by a name of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from proofmark_contracts.cosimulation import TRAP, TRAPPED, Formula, SignalMetric
from proofmark_contracts.design import Requirement
from proofmark_expression import DIMENSIONLESS, Dimension
from proofmark_spec.formulas import TEMPORAL, WINDOW, operated, operator
from proofmark_spec.problems import Report, below
from proofmark_spec.reading import kind, mapping
from proofmark_spec.signals import METRICS, Scope, plain, read_metric

NO_TRAP = Requirement(name="controller never traps", metric=TRAP, high=TRAPPED / 2)
"""What every controller is held to that could meet one."""
OF_SIGNALS = ("of", "to", "within", "after")

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """What a requirement limits."""

    metric: str
    dimension: Dimension | None
    """None if it is not known."""
    title: str
    """What the requirement is called where it has no name."""
    difference: bool = False
    """Whether the metric is a difference: of temperatures, it has no zero of its own."""
    robustness: bool = False
    """Whether the limit is known: a formula holds from 0 on."""


@dataclass
class SignalRequirements:
    """What the requirements of one spec ask of its system; `scope` is None if the system is wrong itself."""

    scope: Scope | None
    report: Report
    metrics: dict[str, SignalMetric] = field(default_factory=dict)
    formulas: dict[str, Formula] = field(default_factory=dict)

    def read(self, entry: Any, index: int) -> tuple[Mapping[str, Any], Asked]:
        """The keys of a requirement, and what it asks for.

        Raises
        ------
        Wrong
        """
        path, found = ("requirements", index), kind(entry, dict)
        if "metric" in found:
            keys = ["name", "min", "max", "target", *OF_SIGNALS]
            given = mapping(found, path, self.report, ["metric"], keys)
            return given, self._metric(given)
        word = operator(found, ("metric", *TEMPORAL))
        keys = ["name", "target", *WINDOW, *(["hold"] if word == "until" else [])]
        given = mapping(found, path, self.report, [word], keys)
        formula = operated(word, given, path, self.report, self.scope)
        title = f"{word} {_told(formula)}"
        name = _entered(self.formulas, f"robustness_of_{plain(str(given.get('name', title)))}", formula)
        return given, Asked(name, DIMENSIONLESS, title, robustness=True)

    def _metric(self, given: Mapping[str, Any]) -> Asked:
        with below("metric"):
            word = kind(given["metric"], str)
        if self.scope is None:
            return Asked(word, None, word)
        measured = read_metric(word, given, self.scope)
        name = _entered(self.metrics, measured.name, measured.metric)
        title = f"{word} of {measured.metric.of}"
        return Asked(name, measured.dimension, title, METRICS[word].difference)


def _entered(entries: dict[str, T], name: str, value: T) -> str:
    number, own = 1, name
    while entries.setdefault(own, value) != value:
        number += 1
        own = f"{name}_{number}"
    return own


def _told(formula: Formula) -> str:
    """The conditions in a formula."""
    return formula.condition or " ".join(map(_told, formula.of))
