"""`report.html`: the story of a study on one page that needs nothing but itself. Equal evidence gives equal bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from proofmark_contracts.assessment import Capability, Margin
from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.design import Correlations, Unit
from proofmark_reporter import certificates, quantities, wording
from proofmark_reporter.charts import Charts
from proofmark_reporter.evidence import Evidence
from proofmark_reporter.nominal import nominal_margins
from proofmark_reporter.quantities import DIMENSIONLESS, MEASURED, difference, number, quantity, symbol
from proofmark_reporter.rounds import rows
from proofmark_reporter.runs import BoolArray, FloatArray
from proofmark_reporter.sigmas import pf_by_requirement, six_sigma
from proofmark_reporter.system_wording import measured, part_told

BETWEEN_SCRAMBLES = ("sobol", "halton")
MARGIN = 4
"""Significant digits of a margin."""
MOST_WORST_VECTORS = 5
MOST_CAUSES = 12
MOST_SOURCE_CHARACTERS = 40_000


@dataclass(frozen=True)
class Worst:
    """A vector that came closest to violating some requirements, or violated them the most."""

    vector: int
    requirements: tuple[str, ...]
    parameters: dict[str, tuple[str, str]]
    """Value, and how many standard deviations from the mean of the plain vectors."""
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
        for name in (
            "percent",
            "stated_percent",
            "at_least",
            "at_most",
            "count",
            "number",
            "probability",
            "probability_at_least",
            "probability_at_most",
            "stated_probability",
        )
    }
    return environment.get_template("report.html.j2")


class _View:
    """What the template shows."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.design = evidence.design
        self.assessed = evidence.assessed
        self.runs = evidence.runs

    def variables(self) -> dict[str, object]:
        evidence, design, assessed = self.evidence, self.design, self.assessed
        decisive, confidence = evidence.decisive, assessed.confidence
        asked = wording.asked(decisive, design)
        charts = Charts(evidence)
        system = evidence.judged[0].members
        everything = tuple(range(len(design.requirements)))
        return {
            "evidence": evidence,
            "opened": evidence.opened,
            "design": design,
            "assessed": assessed,
            "title": wording.TITLES[evidence.verdict],
            "sentence": wording.verdict_sentence(evidence.verdict, decisive, confidence, asked),
            "decisive": decisive,
            "rare": decisive.pf_high is not None and decisive.pf_high < quantities.RARE,
            "certificates": certificates.CERTIFICATES,
            "certified": certificates.certificates(assessed.estimates, confidence),
            "origin": list(certificates.origin(evidence.opened, assessed)),
            "spending": certificates.spending(design.reliability, assessed),
            "rounds": list(rows(self.runs, assessed.rounds, everything)),
            "course": charts.course(),
            "weighing": certificates.weighing(self.runs, system) if evidence.weighed else "",
            "takes": [
                (e.name, list(wording.what_it_takes(e, confidence, evidence.plain, evidence.watched)))
                for e in assessed.estimates
            ],
            "following": charts.following(),
            "sigmas": [six_sigma(e) for e in assessed.estimates],
            "capabilities": [self._capability(one) for one in assessed.capabilities],
            "requirements": list(self._requirements()),
            "histograms": [charts.margins(index) for index in charts.drawn],
            "left_out": [design.requirements[index].name for index in charts.left_out],
            "caused_by": int(self.runs.failed(everything)[self._explaining].sum()),
            "shares": assessed.causes.shares[:MOST_CAUSES],
            "shares_left_out": assessed.causes.shares[MOST_CAUSES:],
            "scatter": charts.scatter(),
            "firmware": evidence.firmware,
            "heat": evidence.heat,
            "heat_told": list(evidence.heat.told(len(self.runs), assessed.full_solutions)) if evidence.heat else [],
            "traces": charts.traces(),
            "traced": evidence.traced,
            "part_told": part_told,
            "measured": measured,
            "worst": self._worst(),
            "missing": list(self._missing()),
            "missing_effect": " ".join(filter(None, self._missing_effect(system))),
            "parameters": [
                (name, law.kind, wording.law_in_units(law, self._unit(name)), wording.law_in_units(law, DIMENSIONLESS))
                for name, law in sorted(design.parameters.items())
            ],
            "correlations": list(_pairs(design.correlations)) if design.correlations else [],
            "source": self._source(),
            "method": wording.METHODS[design.reliability.method],
            "units_of": lambda name: symbol(self._unit(name)) or "1",
        }

    @property
    def _explaining(self) -> BoolArray:
        """(n,) the runs that causes and probabilities of single requirements come from."""
        return self.runs.final if self.evidence.weighed else self.runs.plain

    def _unit(self, name: str) -> Unit:
        return self.design.units.get(name, DIMENSIONLESS)

    def _requirements(self) -> Iterator[dict[str, object]]:
        nominal = nominal_margins(self.design, self.evidence.nominal)
        plain = self.runs.margins[self.runs.plain & self.runs.answered]
        pf = pf_by_requirement(self.runs) if self.evidence.weighed else None
        for index, (asked, fared) in enumerate(zip(self.design.requirements, self.assessed.margins, strict=True)):
            unit, column = self._unit(asked.metric), plain[:, index]
            yield {
                "name": asked.name,
                "limit": wording.limits(asked, unit),
                "target": asked.target,
                "nominal": None if nominal is None else difference(nominal[index], unit, MARGIN),
                "median": difference(float(np.median(column)), unit, MARGIN) if len(column) else "–",
                "percentile": _percentile(column, unit),
                "worst": "–" if fared.worst is None else difference(fared.worst, unit, MARGIN),
                "fared": fared,
                "pf": None if pf is None else pf[index],
            }

    def _capability(self, found: Capability) -> dict[str, str]:
        asked = next(one for one in self.design.requirements if one.name == found.requirement)
        unit = self._unit(asked.metric)
        return {
            "requirement": found.requirement,
            "limit": wording.limits(asked, unit),
            "mean": quantity(found.mean, unit, MEASURED),
            "std": difference(found.std, unit, MARGIN),
            "cp": "–" if found.cp is None else number(found.cp, 3),
            "cpk": "–" if found.cpk is None else number(found.cpk, 3),
        }

    def _worst(self) -> list[Worst]:
        by_vector: dict[int, list[str]] = {}
        for fared in sorted(self.assessed.margins, key=_by_failures):
            if fared.worst_vector is not None:
                by_vector.setdefault(fared.worst_vector, []).append(fared.requirement)
        return [self._vector(index, tuple(names)) for index, names in list(by_vector.items())[:MOST_WORST_VECTORS]]

    def _vector(self, index: int, requirements: tuple[str, ...]) -> Worst:
        parameters = {}
        for name, column in self.runs.vectors.items():
            nominal = column[self.runs.plain]
            spread = float(nominal.std()) if len(nominal) else 0.0
            sigmas = round(float(column[index] - nominal.mean()) / spread, 1) + 0.0 if spread else 0.0
            away = f"{sigmas:+.1f} σ".replace("-", quantities.MINUS) if spread else ""
            parameters[name] = (quantity(float(column[index]), self._unit(name), MEASURED), away)
        metrics = {
            name: quantity(float(column[index]), self._unit(name), MEASURED)
            for name, column in self.runs.metrics.items()
        }
        return Worst(index, requirements, parameters, metrics)

    def _missing(self) -> Iterator[tuple[str, str, int]]:
        codes = np.bincount(self.runs.status[~self.runs.answered], minlength=len(RUN_STATUS))
        for name, found in zip(RUN_STATUS, codes.tolist(), strict=True):
            if found:
                yield name, wording.STATUSES[name], found

    def _missing_effect(self, members: tuple[int, ...]) -> Iterator[str]:
        evidence, system = self.evidence, self.assessed.estimates[0]
        yield wording.COUNTED_BOTH_WAYS
        if evidence.plain or evidence.weighed:
            yield certificates.both_ways(self.runs, members, evidence.weighed)
        if evidence.plain and not evidence.watched and self.assessed.method not in BETWEEN_SCRAMBLES:
            yield wording.without_the_missing(system, self.assessed.confidence, len(self.assessed.estimates))

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
