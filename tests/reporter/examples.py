"""Evidence of small studies, counted and assessed as the aggregator does, decided as the gate does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofmark_aggregator.assessing import assessment
from proofmark_aggregator.counting import counted, opened, planned, weigh
from proofmark_aggregator.runs import Runs as Explained
from proofmark_aggregator.runs import joined
from proofmark_contracts.assessment import Block, ReliabilityAssessed
from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.design import Design, Unit
from proofmark_contracts.message import TableRef
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import STATUS, floats
from proofmark_contracts.verification import Check, CheckOutcome, FirmwareResult, Memory, PinUse, SecureBoot
from proofmark_gate.decision import decide
from proofmark_reporter.evidence import Evidence
from proofmark_reporter.firmware import FirmwareTold
from proofmark_reporter.runs import Batch, Runs, Table
from tests.designs import clearance_design

STUDY = "mfrggzdfmztwq2lkmfrg-r1"
OK, ERROR, TIMEOUT = 0, 1, 2
SETTLED = "the verdict is settled after 400 runs"
TABLE = TableRef(sha256="0" * 64, size=0)


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


@dataclass(frozen=True)
class Told:
    """A batch, with what its algorithm says of it."""

    batch: Batch
    reason: str = ""
    looks: int = 1


def whole(vectors: Table, outcomes: Table) -> tuple[Told, ...]:
    """A study of one batch of plain runs."""
    return (Told(Batch(vectors, outcomes)),)


def assessed_of(fact: StudyOpened, batches: Sequence[Told], stopped: str = "") -> ReliabilityAssessed:
    count, found = opened(fact), []
    for number, told in enumerate(batches):
        batch = told.batch
        status = batch.outcomes[STATUS].astype(np.int8)
        metrics = {name: floats(batch.outcomes[name]) for name in fact.design.metrics}
        blocks = batch.blocks or (Block(role="plain", vectors=len(status)),)
        plan = BatchPlanned(
            study=STUDY,
            batch=number,
            vectors=TABLE,
            chunks=(len(status),),
            blocks=tuple(block.vectors for block in blocks),
            last=number + 1 == len(batches),
            roles=tuple(block.role for block in blocks),
            weights=None if batch.log_weights is None else TABLE,
            looks=told.looks,
            reason=told.reason,
        )
        count = counted(planned(count, plan), metrics, status)
        log_weights = np.zeros(len(status)) if batch.log_weights is None else batch.log_weights[: len(status)]
        if batch.log_weights is not None:
            count = weigh(count, log_weights, metrics, status)
        roles = np.repeat([block.role for block in blocks], plan.blocks)[: len(status)]
        sampled = {name: floats(column)[: len(status)] for name, column in batch.vectors.items()}
        found.append(Explained(sampled, metrics, status, log_weights, roles))
        count = count.model_copy(update={"batch": number + 1, "batches": (*count.batches, (TABLE, TABLE))})
    settled = fact.design.reliability.stop == "settled" and bool(stopped)
    count = count.model_copy(update={"stopped": stopped, "settled": settled})
    return assessment(count, joined(found) if found else None)


def evidence_of(design: Design, batches: Sequence[Told], **more: Any) -> Evidence:
    facts = {name: more.pop(name) for name in ("continues", "mixed_model") if name in more}
    fact = study_opened(design, **facts)
    assessed = assessed_of(fact, batches, more.pop("stopped", ""))
    decision = decide(assessed.estimates, assessed.confidence, "conditional", 10)
    told: dict[str, Any] = {
        "opened": fact,
        "assessed": assessed,
        "verdict": decision.verdict,
        "reasons": decision.reasons,
        "gate_keyid": "3f" * 32,
        "decision_sha256": "ab" * 32,
        "runs": Runs.of([told.batch for told in batches], design),
    }
    return Evidence(**{**told, **more})


def fit(
    rows: int = 400, low: float = 2e-5, seed: int = 1, missing: Mapping[int, int] | None = None, **reliability: Any
) -> tuple[Design, tuple[Told, ...]]:
    """The bore and the shaft of `clearance_design`, sampled; `missing`: the status of rows without an answer."""
    design = clearance_design(**{"samples": rows, **reliability})
    asked = design.requirements[0].model_copy(update={"low": low})
    random = np.random.default_rng(seed)
    vectors = {"bore": random.normal(10.05e-3, 1e-5, rows), "shaft": random.normal(10e-3, 1e-5, rows)}
    outcomes: Table = {"clearance": vectors["bore"] - vectors["shaft"], STATUS: np.zeros(rows, np.int8)}
    return design.model_copy(update={"requirements": (asked,)}), whole(vectors, with_missing(outcomes, missing or {}))


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
    return evidence_of(design, whole(vectors, {"total": total, STATUS: np.zeros(rows, np.int8)}))


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
    return evidence_of(
        design, whole(vectors, outcomes), model_source="def evaluate(samples):\n    return '</pre><script>'\n"
    )


def search(missing: int = 0, target: float = 0.99999, **more: Any) -> Evidence:
    """See `rounds_of_a_search`."""
    return evidence_of(*rounds_of_a_search(missing, target), **more)


def rounds_of_a_search(missing: int = 0, target: float = 0.99999) -> tuple[Design, tuple[Told, ...]]:
    """A gap that closes once in a million: looked for in rounds, then weighed; the last final runs may be missing."""
    design = clearance_design(target=target, samples=5000, method="auto")
    asked = design.requirements[0].model_copy(update={"low": -1.7e-5})
    wear = asked.model_copy(update={"name": "does not rattle", "low": None, "high": 1.2e-4})
    design = design.model_copy(update={"requirements": (asked, wear)})
    random = np.random.default_rng(11)
    toward = np.array([-1.0, 1.0]) / np.sqrt(2)

    def batch(plain: int, drawn: int, role: str, distance: float, spread: float) -> Batch:
        """Runs of their own distribution, then runs around the point at so many standard deviations."""
        near = random.random(drawn) > 0.1
        normals = random.normal(size=(plain + drawn, 2))
        centre = distance * toward
        normals[plain:][near] = centre + spread * normals[plain:][near]
        apart = ((normals - centre) ** 2).sum(axis=1) / spread**2 - (normals**2).sum(axis=1)
        log_weights = -np.log(0.1 + 0.9 * np.exp(-apart / 2) / spread**2)
        log_weights[:plain] = 0
        vectors = {"bore": 10.05e-3 + 1e-5 * normals[:, 0], "shaft": 10e-3 + 1e-5 * normals[:, 1]}
        outcomes: Table = {"clearance": vectors["bore"] - vectors["shaft"], STATUS: np.zeros(plain + drawn, np.int8)}
        if role == "final":
            outcomes = with_missing(outcomes, dict.fromkeys(range(plain + drawn - missing, plain + drawn), ERROR))
        sizes = (("plain", plain), (role, drawn))
        blocks = tuple(Block.model_validate({"role": name, "vectors": size}) for name, size in sizes if size)
        return Batch({**vectors}, outcomes, blocks, log_weights)

    told = (
        Told(batch(1000, 0, "plain", 0, 1), "pilot: 1,000 plain runs"),
        Told(batch(40, 360, "learning", 2, 1.4), "cross-entropy: 0 of 1,000 pilot runs failed"),
        Told(batch(40, 360, "learning", 4, 1.1), "cross-entropy: level 2, smoothed by 0.41"),
        Told(batch(100, 900, "final", 4.9, 0.9), "final stage: look 1 of at most 2", looks=2),
        Told(batch(100, 900, "final", 4.9, 0.9), "final stage: look 2 of at most 2", looks=2),
    )
    return design, told


def firmware(duty: CheckOutcome = "passed", picture: bytes | None = b"<svg/>") -> FirmwareTold:
    """An image whose duty was looked at."""
    result = FirmwareResult(
        board="STM32F4-Discovery",
        part="stm32f407vgt6",
        version="1.2.3",
        compiler="zig 0.17.0",
        image_sha256="9d" * 32,
        memories=(Memory(name="flash", used=6120, available=391_680), Memory(name="ram", used=4700, available=131_072)),
        pins=(
            PinUse(
                pin="PA8",
                name="Motor_PWM",
                use="pwm out",
                signal="motor_duty",
                function="TIM1_CH1 AF1",
                detail="20 kHz (exact), 8400 steps, safe 0",
                board="",
            ),
        ),
        checks=(
            Check(name="boots", outcome="passed", told="banner after 1.2 ms"),
            Check(name="duty of Motor_PWM", outcome=duty, told="0.5 where 0.25 was computed, at tick 12"),
            Check(name="boots in Renode", outcome="not-run", told="renode is not installed"),
        ),
        secure_boot=SecureBoot(
            counter=16_908_291,
            read_protection="RDP level 1 while it is tried",
            write_protection="sectors 0 to 1 of the flash, which hold the loader",
        ),
    )
    return FirmwareTold(result, picture)


def cases() -> dict[str, Evidence]:
    """Studies at the edges of what a report must tell."""
    one: tuple[dict[str, Any], ...] = ({"name": "carries", "high": 120.0},)
    design, (first,) = fit()
    told, endless = first.batch, np.full(400, np.inf)
    return {
        "some fail": evidence_of(*fit()),
        "none fails": evidence_of(*fit(low=-1.0, target=0.9)),
        "all fail": evidence_of(*fit(low=1.0)),
        "rows missing": evidence_of(*fit(missing={3: ERROR, 50: TIMEOUT, 399: TIMEOUT})),
        "one answered": evidence_of(*fit(rows=5, missing=dict.fromkeys(range(4), ERROR))),
        "one sample": evidence_of(*fit(rows=1)),
        "no run": evidence_of(fit()[0], ()),
        "settled": evidence_of(*fit(target=0.8, stop="settled", samples=5000), stopped=SETTLED),
        "looked for": search(),
        "looked for, some missing": search(missing=30),
        "worst is infinite": evidence_of(design, whole(told.vectors, {**told.outcomes, "clearance": endless})),
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
        "firmware verified": evidence_of(*fit(low=-1.0, target=0.9), firmware=firmware()),
        "firmware failed": evidence_of(*fit(low=-1.0, target=0.9), firmware=firmware("failed", picture=None)),
        "no firmware built": evidence_of(
            *fit(low=-1.0, target=0.9),
            firmware=FirmwareTold(
                FirmwareResult(board="A <board>", part="stm32f407vgt6", version="1.0.0", problem="no compiler here"),
                None,
            ),
        ),
    }
