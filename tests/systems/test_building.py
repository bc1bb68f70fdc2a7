"""The system of a design computes what its spec says: held to closed forms and to the classes used by hand."""

import numpy as np
import pytest

from proofmark_contracts.cosimulation import CosimModel, Formula
from proofmark_cosim import Always, And, Eventually, Metric, Not, Placed, Predicate, System, Until, simulate
from proofmark_cosim.plants import RcNetwork
from proofmark_spec import Spec, parse
from proofmark_systems import system_of
from proofmark_systems.building import condition_of

from . import loops

OPEN = {
    "controller: {file: controller.py, period: 10 ms, parameters: {gain: gain}}\n": "",
    "    heat.heater: controller.duty\n": "",
    "    controller.temp_degc: in_degC(heat.temperature)\n": "",
}


def built(of: Spec) -> System:
    assert isinstance(of.design.model, CosimModel)
    return system_of(of.design.model, of.design.controller, of.files)


def test_a_step_response_is_that_of_the_closed_form() -> None:
    """T = T0 + R P (1 - exp(-t / R C)) from the step on."""
    changes = {**OPEN, "{metric: t_max, max": "{metric: last, of: heat.temperature, max"}
    resistance = np.array([8.0, 10.0, 12.0])
    columns = {"resistance": resistance, "gain": np.ones(3), "band": np.full(3, 2.0)}
    result = simulate(built(loops.spec(changes)), columns)
    (metric,) = result.metrics.values()
    assert metric == pytest.approx(298.15 + 0.2 * resistance * -np.expm1(-5 / (resistance * 0.1)), abs=1e-9)


def test_a_profile_comes_from_its_file() -> None:
    scenario = "scenario: {kind: step-workload, at: 5 s, signal: heat.workload, from: 0, to: 0.2}"
    recorded = "scenario: {kind: profile, file: load.csv, column: load, heater: 0.25, signal: heat.workload}"
    text = loops.replaced((loops.LOOP / "spec.yaml").read_text(), {scenario: recorded})
    files = {
        "load.csv": b"time_s,load\n0,0\n5,0.2\n10,0.2\n",
        "controller.py": (loops.LOOP / "controller.py").read_bytes(),
    }
    of = parse(text, files)
    columns = {**loops.vectors(3), "band": np.full(3, 2.0)}
    stepped, replayed = (simulate(built(one), columns).metrics for one in (loops.spec(), of))
    for name, column in stepped.items():
        np.testing.assert_array_equal(replayed[name], column)


def test_a_network_has_its_nodes_and_links() -> None:
    network = (
        "net: {kind: rc-network, ambient: 20 degC, capacities: {die: 1 J/K, sink: 20 J/K}, "
        "links: [{between: [die, sink], resistance: resistance}, {between: [sink, ambient], resistance: 2 K/W}]}"
    )
    changes = {"ring: {kind: resonator, period: 20 ms}": f"ring: {{kind: resonator, period: 20 ms}}\n    {network}"}
    wired = {"ring.temperature: heat.temperature": "ring.temperature: heat.temperature\n    net.power_die: 1 W"}
    expected = RcNetwork(
        ambient=293.15,
        capacities={"die": 1.0, "sink": 20.0},
        links={("die", "sink"): "resistance", ("sink", "ambient"): 2.0},
    )
    metric = {"{metric: t_max, max": "{metric: last, of: net.die, max"}
    assert built(loops.spec({**changes, **wired, **metric})).plants["net"] == Placed(expected)


def test_every_operator_of_the_logic_is_the_one_that_is_measured() -> None:
    holds = [Formula(operator="holds", condition=text) for text in ("a", "b")]
    a, b = Predicate("a"), Predicate("b")
    window = {"from_s": 1.0, "to_s": 2.0}
    assert condition_of(Formula(operator="not", of=holds[:1])) == Not(a)
    assert condition_of(Formula(operator="all", of=holds)) == And((a, b))
    assert condition_of(Formula(operator="always", of=holds[:1], **window)) == Always(a, 1.0, 2.0)
    assert condition_of(Formula(operator="eventually", of=holds[:1], **window)) == Eventually(a, 1.0, 2.0)
    assert condition_of(Formula(operator="until", of=holds, **window)) == Until(a, b, 1.0, 2.0)


def test_a_metric_takes_numbers_and_expressions() -> None:
    settles = "{metric: settling_time, of: heat.temperature, to: 25 degC, within: band, after: 1 s, max: 5 s}"
    system = built(loops.spec({"{metric: t_max, max: 80 degC}": settles}))
    expected = Metric("settling-time", "heat.temperature", "298.15", "band", 1.0)
    assert system.metrics == {"settling_time_of_heat_temperature": expected}
