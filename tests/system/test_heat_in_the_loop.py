"""Heat that is a plant, through the whole of a running Proofmark: solved once, followed in every run, judged, drawn."""

from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from proofmark.client import OperatorClient
from proofmark.folder import write_release
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.cosimulation import CosimModel, Noise
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.tables import decode_table, floats
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled
from proofmark_custody.verify import verify_release
from proofmark_simulator.cosim_model import Described, Plant, Systems, simulate
from proofmark_spec import parse
from tests.system.test_studies import closed, opened

HEATED = Path(__file__).parents[1] / "spec" / "heated"
FILES = {"controller.py": (HEATED / "controller.py").read_bytes()}


async def test_a_controlled_temperature_is_judged_by_runs_of_its_own(client: OperatorClient, tmp_path: Path) -> None:
    document = YAML(typ="safe", pure=True).load((HEATED / "spec.yaml").read_text())
    document["reliability"] = {"target": 0.95, "method": "monte-carlo", "samples": 200, "seed": 1}
    study = await opened(client, document, FILES)
    assert (await closed(client, study, 120)).outcome == "released"
    nominal = (await client.wait(ThermalAssessed, study)).temperatures["t_max"]
    assert nominal == pytest.approx(293.15 + 20 / (60 * 0.06 * 0.06), abs=1)
    modelled = await client.wait(ThermalModelled, study)
    assert (modelled.heat.kind, modelled.heat.metrics) == ("transient", ())

    ((vectors, outcomes),) = (await client.wait(ReliabilityAssessed, study)).batches
    columns, found = [decode_table(await client.object(ref.sha256)) for ref in (vectors, outcomes)]
    spec = parse(document, FILES)
    design = spec.design
    assert isinstance(design.model, CosimModel)
    plant = Plant(modelled.heat, await client.object(modelled.heat.model))
    noise = Noise(seed=1, vectors=tuple(range(200)))
    described = Described(design.model, design.controller, spec.files, noise, 0, plant)
    given = {name: floats(column) for name, column in columns.items()}
    alone = simulate(Systems(), described, given, design.constants, design.metrics)
    for name, column in alone.metrics.items():
        np.testing.assert_array_equal(found[name], column)
    assert float(np.ptp(floats(found["t_max_of_heat_t_max"]))) > 0.1

    written = await write_release(client, await client.wait(ReleaseSealed, study), tmp_path)
    assert verify_release(written).claims.verdict == "approved"
    page = (written / "report.html").read_text()
    assert "Signals over time" in page
    assert "Heat is a plant of the system" in page
