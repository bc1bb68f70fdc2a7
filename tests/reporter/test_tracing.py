"""Traces are of the runs that were counted, and the page tells them as they are."""

from functools import cache

import numpy as np
import pytest

from proofmark_contracts.cosimulation import CosimModel, Formula, Noise
from proofmark_contracts.tables import STATUS
from proofmark_reporter.evidence import Evidence
from proofmark_reporter.report import render
from proofmark_reporter.runs import Batch, Runs
from proofmark_reporter.system_wording import formula_told, measured
from proofmark_reporter.trace_charts import trace_chart
from proofmark_reporter.tracing import Trace, choose, telling, trace
from proofmark_simulator.cosim_model import Described, Systems, simulate
from proofmark_spec import Spec

from ..systems import loops
from .examples import Told, evidence_of

BATCHES = (8, 5)


def counted(of: Spec) -> tuple[Told, ...]:
    """Two batches, run as simulators run them."""
    design = of.design
    assert isinstance(design.model, CosimModel)
    found = []
    for batch, size in enumerate(BATCHES):
        vectors = loops.vectors(size, seed=batch)
        noise = Noise(seed=design.reliability.seed, vectors=tuple(range(size)))
        described = Described(design.model, design.controller, of.files, noise, batch)
        outcome = simulate(Systems(), described, vectors, {"band": 2.0}, design.metrics)
        found.append(Told(Batch(vectors, {**outcome.metrics, STATUS: outcome.status})))
    return tuple(found)


@cache
def noisy() -> tuple[Spec, Runs]:
    of = loops.spec({**loops.NOISY, "duration: 10 s": "duration: 3 s"})
    return of, Runs.of([told.batch for told in counted(of)], of.design)


def test_what_is_traced_is_what_was_counted() -> None:
    """Each run's fails, of its own noise, in whichever batch it was."""
    of, runs = noisy()
    traced = trace(runs, of.design, of.files, (0, 1))
    assert traced is not None
    fails = runs.metrics["last_of_link_crc_fails"]
    assert len(set(fails)) > 6
    for name, row in traced.chosen.items():
        assert traced.traces["link.crc_fails"].runs[name][-1] == fails[row]
    assert fails[traced.chosen["worst"]] == fails.max()
    assert fails[traced.chosen["best"]] == fails.min()
    low, high = traced.traces["link.crc_fails"].low[-1], traced.traces["link.crc_fails"].high[-1]
    assert (low, high) == tuple(np.quantile(fails, (0.05, 0.95), method="inverted_cdf"))
    assert traced.band_runs == sum(BATCHES)
    assert traced.times_s[0] == 0
    assert traced.times_s[-1] == 3


def test_only_what_tells_runs_apart_ranks_them() -> None:
    _, runs = noisy()
    assert telling(runs, (0, 1)) == (0,)
    assert telling(runs, (1,)) == (1,)


def test_nothing_is_chosen_where_nothing_answered() -> None:
    _, runs = noisy()
    assert choose(np.full(len(runs), np.nan), runs) == {}


def test_a_model_that_does_not_run_in_time_has_no_traces() -> None:
    of, runs = noisy()
    other = of.design.model_copy(update={"model": Formula(operator="holds")})
    assert trace(runs, other, of.files, (0,)) is None


@cache
def page() -> str:
    of = loops.spec(loops.NOISY)
    told = counted(of)
    traced = trace(Runs.of([one.batch for one in told], of.design), of.design, of.files, (0, 1))
    evidence: Evidence = evidence_of(of.design, told, traced=traced, model_source="class Warmer: <b>")
    return render(evidence).decode()


@pytest.mark.parametrize(
    "told",
    [
        "Signals over time",
        "link.crc_fails",
        "controller.duty",
        "last of link.crc_fails",
        "Warmer",
        "ideal, 12 significant bits",
        "PWM of 4096 steps",
        "nominal margin",
        "class Warmer: &lt;b&gt;",
        "<code>in_degC(heat.temperature)</code>",
        "heater_power = 10",
        "of 13 plain runs",
    ],
)
def test_the_page_tells_of_the_system(told: str) -> None:
    assert told in page()


def test_equal_evidence_gives_equal_bytes() -> None:
    assert page() == page.__wrapped__()


def test_a_trace_is_drawn_in_a_unit_of_its_size() -> None:
    times, line = np.arange(3.0), np.array([1e-10, 3e-10, 2e-10])
    svg, unit = trace_chart("t", times, Trace("m", {"worst": line}, line, line))
    assert unit == "pm"
    assert svg.startswith("<svg")
    assert trace_chart("t", times, Trace("K", {"worst": line}, line, line))[1] == "K"
    assert trace_chart("t", times, Trace("m", {"worst": 0 * line}, 0 * line, 0 * line))[1] == "m"


def test_formulas_and_metrics_are_told_in_words() -> None:
    locked, hot = (Formula(operator="holds", condition=text) for text in ("ring.locked", "heat.rise > 3"))
    soon = Formula(operator="eventually", of=(locked,), to_s=0.5)
    assert formula_told(Formula(operator="always", of=(soon,), from_s=2.0)) == (
        "always from 2 s on: eventually from 0 s to 0.5 s: ring.locked"
    )
    either = Formula(operator="any", of=(locked, Formula(operator="not", of=(hot,))))
    assert formula_told(either) == "(ring.locked) or (not (heat.rise > 3))"
    assert formula_told(Formula(operator="until", of=(hot, locked))) == "heat.rise > 3 until ring.locked"
    settles = "{metric: settling_time, of: heat.rise, to: band, within: 0.5 K, after: 1 s, max: 5 s}"
    model = loops.spec({"{metric: t_max, max: 80 degC}": settles}).design.model
    assert isinstance(model, CosimModel)
    assert measured(model) == {
        "settling_time_of_heat_rise": "settling time of heat.rise to band within 0.5, from 1 s on"
    }
