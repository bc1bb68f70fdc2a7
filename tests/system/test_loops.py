"""Systems that run in time, through the whole of a running Proofmark."""

from pathlib import Path

import numpy as np

from proofmark.client import OperatorClient
from proofmark.folder import write_release
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.cosimulation import CosimModel, Noise
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.tables import decode_table, floats
from proofmark_custody.verify import verify_release
from proofmark_simulator.cosim_model import Described, Systems, simulate
from proofmark_spec import parse
from tests.system.specs import loop_spec
from tests.system.test_studies import closed, opened

CONTROLLER = (Path(__file__).parents[1] / "spec" / "loop" / "controller.py").read_bytes()
FILES = {"controller.py": CONTROLLER}


async def test_a_closed_loop_is_judged_and_its_evidence_tells_of_it(client: OperatorClient, tmp_path: Path) -> None:
    study = await opened(client, loop_spec(), FILES)
    assert (await closed(client, study)).outcome == "released"
    written = await write_release(client, await client.wait(ReleaseSealed, study), tmp_path)
    assert verify_release(written).claims.verdict == "approved"
    assert (written / "model" / "controller.py").read_bytes() == CONTROLLER
    page = (written / "report.html").read_text()
    assert "Signals over time" in page
    assert "controller never traps" in page


async def test_chunks_on_two_workers_give_what_one_process_gives(client: OperatorClient) -> None:
    """Six chunks, each run by whichever worker came first; every run has noise of its own."""
    study = await opened(client, loop_spec(seed=2), FILES)
    await closed(client, study)
    ((vectors, outcomes),) = (await client.wait(ReliabilityAssessed, study)).batches
    columns, found = (
        decode_table(await client.object(vectors.sha256)),
        decode_table(await client.object(outcomes.sha256)),
    )
    spec = parse(loop_spec(seed=2), FILES)
    assert isinstance(spec.design.model, CosimModel)
    noise = Noise(seed=2, vectors=tuple(range(300)))
    described = Described(spec.design.model, spec.design.controller, spec.files, noise, 0)
    alone = simulate(Systems(), described, {n: floats(c) for n, c in columns.items()}, {}, spec.design.metrics)
    assert len(set(alone.metrics["last_of_link_crc_fails"])) > 10
    for name, column in alone.metrics.items():
        np.testing.assert_array_equal(found[name], column)
