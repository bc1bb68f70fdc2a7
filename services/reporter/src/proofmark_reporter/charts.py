"""Figures of a report with the spec's own words around them."""

from dataclasses import dataclass

from markupsafe import Markup

from proofmark_contracts.design import Unit
from proofmark_reliability.evidence import DEPENDENT
from proofmark_reporter import wording
from proofmark_reporter.evidence import Evidence
from proofmark_reporter.figures import drawn_of, histogram, scatter, tail
from proofmark_reporter.following import counted_runs, failure_chart, reliability_chart, weighed_runs
from proofmark_reporter.quantities import DIMENSIONLESS, of_differences, stated_percent, symbol
from proofmark_reporter.rounds import course, worst_margins
from proofmark_reporter.trace_charts import trace_chart

MOST_HISTOGRAMS = 6


@dataclass(frozen=True)
class Chart:
    svg: Markup
    title: str
    across: str
    """What the horizontal axis shows."""
    up: str
    note: str = ""
    by_role: bool = False
    """Whether its colours say what runs count for."""


class Charts:
    """What is drawn of a study."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.design, self.runs = evidence, evidence.design, evidence.runs
        fared = evidence.assessed.margins
        self.by_failures = sorted(range(len(fared)), key=lambda index: -fared[index].failures)
        self.drawn = sorted(self.by_failures[:MOST_HISTOGRAMS])
        self.left_out = sorted(self.by_failures[MOST_HISTOGRAMS:])

    def following(self) -> Chart | None:
        """How the estimate grew; None where it comes neither from counts nor from weights."""
        evidence, runs = self.evidence, self.runs
        group, estimate, confidence = evidence.judged[0], evidence.assessed.estimates[0], evidence.assessed.confidence
        chosen = runs.final if evidence.weighed else runs.plain
        failed, answered = runs.failed(group.members)[chosen], runs.answered[chosen]
        if evidence.weighed:
            found = weighed_runs(runs.log_weight[chosen], failed, answered, confidence)
            title = "Probability of failure as the final runs came in, by their weights"
            return Chart(Markup(failure_chart(found, estimate)), title, "final runs", "", WEIGHED_NOTE)
        if not chosen.any():
            return None
        found = counted_runs(failed, answered, confidence, evidence.watched)
        came = "the runs" if evidence.plain else "the plain runs"
        title = f"Reliability as {came} came in: share of units that meet {wording.asked(estimate, self.design)}"
        note = _band(stated_percent(confidence), evidence)
        return Chart(Markup(reliability_chart(found, estimate)), title, "runs", "", note)

    def course(self) -> Chart | None:
        """Where the rounds of an algorithm went; None where all runs were drawn from the same distribution."""
        if self.evidence.plain:
            return None
        members = self.evidence.judged[0].members
        alone = self.design.requirements[members[0]] if len(members) == 1 else None
        unit = self._unit(alone.metric) if alone else DIMENSIONLESS
        up = _in("margin", of_differences(unit)) if alone else "worst margin, in spreads of the first round’s"
        svg = course(self.runs, worst_margins(self.runs, members), unit)
        return Chart(Markup(svg), "Where the algorithm looked, round by round", "round", up, COURSE_NOTE, by_role=True)

    def margins(self, index: int) -> Chart:
        """The margins of a requirement: of plain runs, and of final ones by their weight."""
        asked, unit = self.design.requirements[index], self._unit(self.design.requirements[index].metric)
        runs, key = self.runs, f"margin{index}"
        column = runs.margins[:, index]
        plain, final = (column[chosen & runs.answered] for chosen in (runs.plain, runs.final))
        if self.evidence.weighed:
            svg, up = tail(key, plain, final, runs.log_weight[runs.final & runs.answered], unit), "probability"
        else:
            svg, up = histogram(key, plain, unit), "runs" if self.evidence.plain else "plain runs"
        title = f"{asked.name}: {wording.limits(asked, unit)}"
        return Chart(Markup(svg), title, _in("margin", of_differences(unit)), up)

    def scatter(self) -> Chart | None:
        """The first cause against the margin of the requirement that failed most often."""
        shares = self.evidence.assessed.causes.shares
        if not shares:
            return None
        parameter, asked = shares[0].parameter, self.design.requirements[self.by_failures[0]]
        units = (self._unit(parameter), self._unit(asked.metric))
        known = self.runs.answered
        margins = self.runs.margins[known, self.by_failures[0]]
        svg = scatter("scatter", self.runs.vectors[parameter][known], margins, self.runs.role[known], units)
        up = _in(f"margin of {asked.name}", of_differences(units[1]))
        title = f"{parameter} against the margin of {asked.name}"
        note = f"Drawn: {drawn_of(margins)} (crosses), evenly over the study."
        return Chart(Markup(svg), title, _in(parameter, units[0]), up, note, by_role=not self.evidence.plain)

    def traces(self) -> list[Chart]:
        """What the signals of a system did; none where nothing runs in time."""
        traced = self.evidence.traced
        found = []
        for index, (name, trace) in enumerate(traced.traces.items() if traced else ()):
            assert traced is not None
            drawn, unit = trace_chart(f"trace{index}", traced.times_s, trace)
            found.append(Chart(Markup(drawn), f"{name}, {unit}" if unit else name, "time, s", ""))
        return found

    def _unit(self, name: str) -> Unit:
        return self.design.units.get(name, DIMENSIONLESS)


AT_THE_END = "The bar at the end is the interval as stated."
WEIGHED_NOTE = (
    "Told from the twentieth failing run on. The band is the interval that so many final runs would give, looked at "
    f"there alone. {AT_THE_END}"
)
COURSE_NOTE = (
    "Each run’s worst margin; below the line it failed. Plain runs are drawn from the parameters’ own distribution, "
    "learning runs look for failures and estimate nothing, final runs are drawn from a density fixed before them."
)


def _band(confidence: str, evidence: Evidence) -> str:
    if evidence.watched:
        band = f"a {confidence} confidence sequence: it holds at every moment together, however often one looks"
    else:
        band = f"the two-sided {confidence} Clopper–Pearson interval after so many runs"
    dependent = evidence.plain and evidence.design.reliability.method in DEPENDENT
    picture = " The points are not independent: the band is a picture." if dependent else ""
    return f"The band is {band}, missing runs counted against either bound.{picture} {AT_THE_END}"


def _in(what: str, unit: Unit) -> str:
    return f"{what}, {symbol(unit)}" if unit.symbol else what
