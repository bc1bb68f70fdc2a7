"""The reporter on a real bus: believes the gate alone, and tells the same story twice."""

import io
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from proofmark_chassis.names import durable
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.testing import TestBus, bus_in, serving
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import DesignDecided, Envelope, ReportCompiled
from proofmark_contracts.design import Design
from proofmark_contracts.message import TableRef, Zone
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import encode_table
from proofmark_custody.decision import sign_decision
from proofmark_custody.keys import SigningKey
from proofmark_custody.trust import GATE, Trust
from proofmark_reporter.runs import Table
from proofmark_reporter.service import service
from proofmark_reporter.settings import ReporterSettings
from tests.reporter.examples import STUDY, Told, assessed_of, fit, rounds_of_a_search, study_opened

CONSUMER = durable("reporter", DesignDecided)
GATE_KEY, OTHER_KEY = SigningKey.generate(), SigningKey.generate()


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TestBus]:
    async with bus_in(tmp_path / "bus") as running:
        (tmp_path / "trust.json").write_bytes(Trust({GATE: (GATE_KEY.public,)}).to_json())
        settings = running.settings(ReporterSettings, "reporter", trust_file=tmp_path / "trust.json")
        async with serving(running, service, settings):
            yield running


async def study(bus: TestBus, design: Design, told: Sequence[Told]) -> tuple[StudyOpened, ReliabilityAssessed]:
    """Open and assess a study of which more vectors were planned than run."""
    opened = study_opened(design)
    store = ObjectStore(bus.clients[Zone.CORE])

    async def stored(table: Table) -> TableRef:
        content = encode_table(table)
        return TableRef(sha256=await store.put(content), size=len(content))

    batches, rounds = [], []
    assessed = assessed_of(opened, told)
    for one, said in zip(told, assessed.rounds, strict=True):
        planned = {name: np.append(column, 1.0) for name, column in one.batch.vectors.items()}
        batches.append((await stored(planned), await stored(one.batch.outcomes)))
        weights = one.batch.log_weights
        kept = None if weights is None else await stored({"log_weight": np.append(weights, 1.0)})
        rounds.append(said.model_copy(update={"weights": kept}))
    assessed = assessed.model_copy(update={"batches": tuple(batches), "rounds": tuple(rounds)})
    await bus.publish(opened)
    await bus.publish(assessed)
    return opened, assessed


def decided(opened: StudyOpened, assessed: ReliabilityAssessed, key: SigningKey) -> DesignDecided:
    facts = {fact.verb: fact.encode() for fact in (opened, assessed)}
    predicate = {"study": STUDY, "verdict": "approved", "reasons": ["the bound reaches the target"]}
    envelope = Envelope.model_validate(sign_decision(facts, predicate, key))
    return DesignDecided(study=STUDY, verdict="approved", envelope=envelope)


async def test_a_decided_study_gets_its_report_and_results(bus: TestBus) -> None:
    await bus.publish(decided(*await study(bus, *fit()), GATE_KEY))
    compiled = await bus.wait(ReportCompiled, STUDY, timeout_s=30)
    store = ObjectStore(bus.clients[Zone.CORE])
    files = {ref.path: await store.get(ref.sha256) for ref in compiled.files}
    assert list(files) == ["report.html", "results.parquet"]
    assert [len(data) for data in files.values()] == [ref.size for ref in compiled.files]
    assert b"the bound reaches the target" in files["report.html"]
    assert GATE_KEY.keyid.encode() in files["report.html"]
    assert pq.read_table(io.BytesIO(files["results.parquet"])).num_rows == 400


async def test_weights_of_an_adaptive_study_reach_its_results(bus: TestBus) -> None:
    design, told = rounds_of_a_search()
    await bus.publish(decided(*await study(bus, design, told), GATE_KEY))
    compiled = await bus.wait(ReportCompiled, STUDY, timeout_s=30)
    results = await ObjectStore(bus.clients[Zone.CORE]).get(compiled.files[1].sha256)
    weights = pq.read_table(io.BytesIO(results))["log_weight"].to_numpy()
    expected = [one.batch.log_weights for one in told if one.batch.log_weights is not None]
    np.testing.assert_array_equal(weights, np.concatenate(expected))


async def test_a_decision_that_no_trusted_gate_signed_is_refused(bus: TestBus) -> None:
    await bus.publish(decided(*await study(bus, *fit()), OTHER_KEY))
    letter = await bus.dead_letter(Zone.TRUST, "DECISION", CONSUMER)
    assert "is not trusted as gate" in letter.headers["pm-reason"]
    assert await bus.read(ReportCompiled, STUDY) is None


async def test_a_decision_on_other_facts_is_refused(bus: TestBus) -> None:
    opened, assessed = await study(bus, *fit())
    await bus.publish(decided(opened, assessed.model_copy(update={"confidence": 0.5}), GATE_KEY))
    letter = await bus.dead_letter(Zone.TRUST, "DECISION", CONSUMER)
    assert "reliability.assessed of" in letter.headers["pm-reason"]
    assert await bus.read(ReportCompiled, STUDY) is None
