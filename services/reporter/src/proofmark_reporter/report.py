"""`report.html`: the story of a study on one page that needs nothing but itself. Equal evidence gives equal bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from proofmark_contracts.assessment import Estimate, Margin
from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.design import Correlations, Unit
from proofmark_reporter import quantities, wording
from proofmark_reporter.evidence import Evidence
from proofmark_reporter.figures import convergence, convergence_of, drawn_of, histogram, scatter
from proofmark_reporter.nominal import nominal_margins
from proofmark_reporter.quantities import DIMENSIONLESS, MEASURED, difference, of_differences, quantity, symbol
from proofmark_reporter.runs import FloatArray

MOST_HISTOGRAMS = 6
MARGIN = 4
"""Significant digits of a margin."""
MOST_WORST_VECTORS = 5
MOST_CAUSES = 12
MOST_SOURCE_CHARACTERS = 40_000


@dataclass(frozen=True)
class Chart:
    """A figure with the spec's own words around it."""

    svg: Markup
    title: str
    across: str
    """What the horizontal axis shows."""
    up: str
    note: str = ""


@dataclass(frozen=True)
class Worst:
    """A vector that came closest to violating some requirements, or violated them the most."""

    vector: int
    requirements: tuple[str, ...]
    parameters: dict[str, tuple[str, str]]
    """Value, and how many standard deviations from the mean of all vectors."""
    metrics: dict[str, str]


def render(evidence: Evidence) -> bytes:
    """Write the report of a decided study."""
    return _template().render(_View(evidence).variables()).encode()


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("proofmark_reporter", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(quantities, name)
        for name in ("percent", "stated_percent", "at_least", "at_most", "count", "number")
    }
    return environment.get_template("report.html.j2")


class _View:
    """What the template shows."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.design = evidence.design
        self.assessed = evidence.assessed
        self.runs = evidence.runs
        self.answered = evidence.runs.answered
        self.margins = evidence.runs.margins[self.answered]

    def variables(self) -> dict[str, object]:
        evidence, design, assessed = self.evidence, self.design, self.assessed
        decisive, confidence = evidence.decisive, assessed.confidence
        asked = self._asked(decisive)
        histograms = sorted(range(len(design.requirements)), key=lambda index: -assessed.margins[index].failures)
        return {
            "evidence": evidence,
            "opened": evidence.opened,
            "design": design,
            "assessed": assessed,
            "title": wording.TITLES[evidence.verdict],
            "sentence": wording.verdict_sentence(evidence.verdict, decisive, confidence, asked),
            "asked": asked,
            "decisive": decisive,
            "certificates": wording.CERTIFICATES,
            "takes": [(e.name, list(wording.what_it_takes(e, confidence))) for e in assessed.estimates],
            "convergence": self._convergence(),
            "requirements": list(self._requirements()),
            "histograms": [self._histogram(index) for index in sorted(histograms[:MOST_HISTOGRAMS])],
            "left_out": [design.requirements[index].name for index in sorted(histograms[MOST_HISTOGRAMS:])],
            "caused_by": int(evidence.runs.failed(range(len(design.requirements))).sum()),
            "shares": assessed.causes.shares[:MOST_CAUSES],
            "shares_left_out": assessed.causes.shares[MOST_CAUSES:],
            "scatter": self._scatter(),
            "worst": self._worst(),
            "missing": list(self._missing()),
            "missing_effect": wording.without_the_missing(
                assessed.estimates[0], confidence, assessed.method, len(assessed.estimates)
            ),
            "parameters": [
                (name, law.kind, wording.law_in_units(law, self._unit(name)), wording.law_in_units(law, DIMENSIONLESS))
                for name, law in sorted(design.parameters.items())
            ],
            "correlations": list(_pairs(design.correlations)) if design.correlations else [],
            "source": self._source(),
            "method": wording.METHODS[design.reliability.method],
            "units_of": lambda name: symbol(self._unit(name)) or "1",
        }

    def _unit(self, name: str) -> Unit:
        return self.design.units.get(name, DIMENSIONLESS)

    def _asked(self, estimate: Estimate) -> str:
        if estimate.name != "system":
            return f"the requirement “{estimate.name}”"
        alone = len(self.design.requirements) == 1
        if alone:
            return f"the requirement “{self.design.requirements[0].name}”"
        return (
            "every requirement"
            if len(self.assessed.estimates) == 1
            else "every requirement without a target of its own"
        )

    def _convergence(self) -> Chart:
        group, estimate = self.evidence.judged[0], self.assessed.estimates[0]
        found = convergence_of(self.runs.failed(group.members), self.answered, self.assessed.confidence)
        title = f"Reliability as the runs came in: share of units that meet {self._asked(estimate)}"
        return Chart(Markup(convergence(found, estimate.target)), title, "runs", "")

    def _requirements(self) -> Iterator[dict[str, object]]:
        nominal = nominal_margins(self.design)
        for index, (asked, fared) in enumerate(zip(self.design.requirements, self.assessed.margins, strict=True)):
            unit, column = self._unit(asked.metric), self.margins[:, index]
            yield {
                "name": asked.name,
                "limit": wording.limits(asked, unit),
                "target": asked.target,
                "nominal": None if nominal is None else difference(nominal[index], unit, MARGIN),
                "median": difference(float(np.median(column)), unit, MARGIN) if len(column) else "–",
                "percentile": _percentile(column, unit),
                "worst": "–" if fared.worst is None else difference(fared.worst, unit, MARGIN),
                "fared": fared,
            }

    def _histogram(self, index: int) -> Chart:
        asked, unit = self.design.requirements[index], self._unit(self.design.requirements[index].metric)
        svg = histogram(f"margin{index}", self.margins[:, index], unit)
        return Chart(
            Markup(svg), f"{asked.name}: {wording.limits(asked, unit)}", _in("margin", of_differences(unit)), "runs"
        )

    def _scatter(self) -> Chart | None:
        shares = self.assessed.causes.shares
        if not shares:
            return None
        parameter = shares[0].parameter
        index = max(range(len(self.assessed.margins)), key=lambda index: self.assessed.margins[index].failures)
        asked = self.design.requirements[index]
        units = (self._unit(parameter), self._unit(asked.metric))
        svg = scatter("scatter", self.runs.vectors[parameter][self.answered], self.margins[:, index], units)
        up = _in(f"margin of {asked.name}", of_differences(units[1]))
        title = f"{parameter} against the margin of {asked.name}"
        note = f"Drawn: {drawn_of(self.margins[:, index])} (crosses), the first of each."
        return Chart(Markup(svg), title, _in(parameter, units[0]), up, note)

    def _worst(self) -> list[Worst]:
        by_vector: dict[int, list[str]] = {}
        for fared in sorted(self.assessed.margins, key=_by_failures):
            if fared.worst_vector is not None:
                by_vector.setdefault(fared.worst_vector, []).append(fared.requirement)
        return [self._vector(index, tuple(names)) for index, names in list(by_vector.items())[:MOST_WORST_VECTORS]]

    def _vector(self, index: int, requirements: tuple[str, ...]) -> Worst:
        parameters = {}
        for name, column in self.runs.vectors.items():
            spread = float(column.std())
            sigmas = round(float(column[index] - column.mean()) / spread, 1) + 0.0 if spread else 0.0
            away = f"{sigmas:+.1f} σ".replace("-", quantities.MINUS) if spread else ""
            parameters[name] = (quantity(float(column[index]), self._unit(name), MEASURED), away)
        metrics = {
            name: quantity(float(column[index]), self._unit(name), MEASURED)
            for name, column in self.runs.metrics.items()
        }
        return Worst(index, requirements, parameters, metrics)

    def _missing(self) -> Iterator[tuple[str, str, int]]:
        codes = np.bincount(self.runs.status[~self.answered], minlength=len(RUN_STATUS))
        for name, found in zip(RUN_STATUS, codes.tolist(), strict=True):
            if found:
                yield name, wording.STATUSES[name], found

    def _source(self) -> str | None:
        source = self.evidence.model_source
        return source if source is not None and len(source) <= MOST_SOURCE_CHARACTERS else None


def _percentile(margins: FloatArray, unit: Unit) -> str:
    """The margin that one answered run in a hundred stays below."""
    if not len(margins):
        return "–"
    return difference(float(np.quantile(margins, 0.01, method="inverted_cdf")), unit, MARGIN)


def _by_failures(fared: Margin) -> int:
    return -fared.failures


def _pairs(correlations: Correlations) -> Iterator[tuple[str, str, float]]:
    for row, first in enumerate(correlations.order):
        for column in range(row + 1, len(correlations.order)):
            if rho := correlations.matrix[row][column]:
                yield first, correlations.order[column], rho


def _in(what: str, unit: Unit) -> str:
    return f"{what}, {symbol(unit)}" if unit.symbol else what
