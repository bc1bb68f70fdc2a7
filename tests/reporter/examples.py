"""Evidence of small studies, counted and assessed as the aggregator does, decided as the gate does."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofmark_aggregator.assessing import assessment, causes_of
from proofmark_aggregator.counting import counted, opened, planned
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.design import Design, Unit
from proofmark_contracts.message import TableRef
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import STATUS
from proofmark_gate.decision import decide
from proofmark_reporter.evidence import Evidence
from proofmark_reporter.runs import Table
from tests.designs import clearance_design

STUDY = "mfrggzdfmztwq2lkmfrg-r1"
OK, ERROR, TIMEOUT = 0, 1, 2


def study_opened(design: Design, **more: Any) -> StudyOpened:
    return StudyOpened.model_validate(
        {
            "study": STUDY,
            "tenant": "acme",
            "event": "e-1",
            "submission_sha256": "0" * 64,
            "design": design,
            "attempt": 2,
            "deadline_s": 60,
            "engine": "0.1.0",
            **more,
        }
    )


def assessed_of(fact: StudyOpened, vectors: Table, outcomes: Table) -> ReliabilityAssessed:
    status = outcomes[STATUS].astype(np.int8)
    metrics = {name: outcomes[name].astype(np.float64) for name in fact.design.metrics}
    table = TableRef(sha256="0" * 64, size=0)
    plan = BatchPlanned(study=STUDY, batch=0, vectors=table, chunks=(len(status),), blocks=(len(status),), last=True)
    count = counted(planned(opened(fact), plan), metrics, status, 0, ())
    sampled = {name: column[: len(status)].astype(np.float64) for name, column in vectors.items()}
    return assessment(count, causes_of(count, sampled, metrics, status), None)


def evidence_of(design: Design, vectors: Table, outcomes: Table, **more: Any) -> Evidence:
    fact = study_opened(design)
    assessed = assessed_of(fact, vectors, outcomes)
    decision = decide(assessed.estimates, assessed.confidence, "conditional")
    told: dict[str, Any] = {
        "opened": fact,
        "assessed": assessed,
        "verdict": decision.verdict,
        "reasons": decision.reasons,
        "gate_keyid": "3f" * 32,
        "decision_sha256": "ab" * 32,
        "vectors": vectors,
        "outcomes": outcomes,
    }
    return Evidence(**{**told, **more})


def fit(rows: int = 400, low: float = 2e-5, seed: int = 1, **reliability: Any) -> tuple[Design, Table, Table]:
    """The bore and the shaft of `clearance_design`, sampled."""
    design = clearance_design(samples=rows, **reliability)
    asked = design.requirements[0].model_copy(update={"low": low})
    random = np.random.default_rng(seed)
    vectors = {"bore": random.normal(10.05e-3, 1e-5, rows), "shaft": random.normal(10e-3, 1e-5, rows)}
    outcomes: Table = {"clearance": vectors["bore"] - vectors["shaft"], STATUS: np.zeros(rows, np.int8)}
    return design.model_copy(update={"requirements": (asked,)}), {**vectors}, outcomes


def with_missing(outcomes: Table, status: Mapping[int, int]) -> Table:
    """The same outcomes, with these rows unanswered."""
    changed = {name: column.copy() for name, column in outcomes.items()}
    for row, code in status.items():
        for name, column in changed.items():
            column[row] = code if name == STATUS else np.nan
    return changed


def loads(names: tuple[str, ...], requirements: tuple[dict[str, Any], ...], rows: int = 300) -> Evidence:
    """A study of normal loads, whose sum must lie within each requirement's limits."""
    design = Design.model_validate(
        {
            "name": "frame",
            "parameters": {name: {"kind": "normal", "mean": 100.0, "std": 10.0} for name in names}
            | {"gravity": {"kind": "constant", "value": 9.81}},
            "model": {"kind": "expression", "metrics": {"total": " + ".join(names) or "gravity"}},
            "requirements": [{"metric": "total", **one} for one in requirements],
            "reliability": {"target": 0.9, "samples": rows, "method": "monte-carlo"},
            "units": {name: Unit(symbol="N") for name in (*names, "total")} | {"gravity": Unit(symbol="m/s^2")},
        }
    )
    random = np.random.default_rng(5)
    vectors = {name: random.normal(100, 10, rows) for name in sorted(names)}
    total = np.sum([*vectors.values()], axis=0) if vectors else np.full(rows, 9.81)
    return evidence_of(design, vectors, {"total": total, STATUS: np.zeros(rows, np.int8)})


def oven() -> Evidence:
    """A temperature in degrees Celsius, a discrete resistor, and a heater that is hostile by its name."""
    design = Design.model_validate(
        {
            "name": "<script>alert(1)</script>",
            "revision": '"><img src=x onerror=alert(2)>',
            "parameters": {
                "ambient": {"kind": "truncated-normal", "mean": 293.15, "std": 3.0, "low": 273.15, "high": 313.15},
                "resistor": {"kind": "discrete", "values": [10.0, 12.0], "weights": [0.25, 0.75]},
                "</style><b>x": {"kind": "exponential", "rate": 2.0},
            },
            "correlations": {"order": ["ambient", "</style><b>x"], "matrix": [[1, -0.5], [-0.5, 1]]},
            "model": {
                "kind": "python",
                "file": {"path": "model<i>.py", "sha256": "c" * 64, "size": 10},
                "entry": "evaluate",
            },
            "requirements": [
                {"name": "stays <u>cool</u> & $x_2$", "metric": "t", "low": 273.15, "high": 303.15},
                {"name": "<svg onload=alert(3)>", "metric": "t", "high": 310.15, "target": 0.8},
            ],
            "reliability": {"target": 0.99, "samples": 200, "method": "monte-carlo"},
            "provenance": {"agent": "<iframe>", "prompt_sha256": "d" * 64},
            "units": {
                "ambient": Unit(symbol="degC", offset=273.15),
                "t": Unit(symbol="degC", offset=273.15),
                "resistor": Unit(symbol="ohm"),
                "</style><b>x": Unit(symbol="W/m^2/K"),
            },
        }
    )
    random = np.random.default_rng(7)
    vectors = {
        "</style><b>x": random.exponential(0.5, 200),
        "ambient": random.normal(293.15, 3, 200),
        "resistor": random.choice([10.0, 12.0], 200, p=[0.25, 0.75]),
    }
    t = vectors["ambient"] + vectors["resistor"] * vectors["</style><b>x"]
    outcomes = with_missing({"t": t, STATUS: np.zeros(200, np.int8)}, {4: ERROR, 9: TIMEOUT, 11: TIMEOUT})
    return evidence_of(design, vectors, outcomes, model_source="def evaluate(samples):\n    return '</pre><script>'\n")


def cases() -> dict[str, Evidence]:
    """Studies at the edges of what a report must tell."""
    one: tuple[dict[str, Any], ...] = ({"name": "carries", "high": 120.0},)
    design, vectors, outcomes = fit()
    _, _, unanswered = fit(rows=5)
    small = fit(rows=5)
    return {
        "some fail": evidence_of(design, vectors, outcomes),
        "none fails": evidence_of(*fit(low=-1.0, target=0.9)),
        "all fail": evidence_of(*fit(low=1.0)),
        "rows missing": evidence_of(design, vectors, with_missing(outcomes, {3: ERROR, 50: TIMEOUT, 399: TIMEOUT})),
        "one answered": evidence_of(*small[:2], with_missing(unanswered, dict.fromkeys(range(4), ERROR))),
        "one sample": evidence_of(*fit(rows=1)),
        "worst is infinite": evidence_of(design, vectors, {**outcomes, "clearance": np.full(400, np.inf)}),
        "one parameter": loads(("load",), one),
        "no random parameter": loads((), one),
        "twelve requirements": loads(
            ("a", "b"), tuple({"name": f"limit {n}", "low": 130.0 + 5 * n, "high": 300.0} for n in range(12))
        ),
        "two targets": loads(
            ("a",), ({"name": "x", "high": 120.0, "target": 0.5}, {"name": "y", "low": 90.0, "target": 0.6})
        ),
        "sobol": evidence_of(*fit(method="sobol")),
        "hostile": oven(),
    }
