"""Heat through the whole of a running Proofmark: solved once, known for every vector, judged and signed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from proofmark.client import OperatorClient
from proofmark.embedded import Plant
from proofmark.folder import write_release
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.study import StudyClosed
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled
from proofmark_custody.verify import verify_release
from tests.system.test_studies import closed, opened, submitted

AMBIENT_K = 293.15
MEDIAN_RISE_K = 20 / 4e-4 * (1 / 1000 + 0.01 / 100)


def slab_spec(limit: str = "80 degC", **changed: Any) -> dict[str, Any]:
    """20 W through a slab of 20 x 20 x 10 mm: nominally 75 degC on its hot side."""
    thermal = {
        "geometry": {"parts": {"slab": {"kind": "box", "size": ["20 mm", "20 mm", "10 mm"]}}},
        "regions": {"slab": {"k": "k"}},
        "sources": {"die": {"faces": "bottom", "power": "loss"}},
        "sinks": {"air": {"faces": "top", "convection": "h", "ambient": "20 degC"}},
        "accuracy": "0.05 K",
        **changed,
    }
    return {
        "apiVersion": "proofmark/v1",
        "name": "slab",
        "tolerances": {"sigma_level": 3},
        "parameters": {"loss": "20 W +/- 1", "k": "100 W/m/K +/- 10", "h": "1000 W/m^2/K +/- 30", "length": "20 mm"},
        "thermal": thermal,
        "model": {"kind": "expression", "metrics": {"area": "length * length"}},
        "requirements": [
            {"name": "stays cool", "metric": "t_max", "of": "slab", "max": limit},
            {"name": "fits", "metric": "area", "max": "4.1 cm^2"},
        ],
        "reliability": {"target": 0.98, "method": "monte-carlo", "samples": 1000, "seed": 1},
    }


async def test_a_design_is_judged_by_its_temperatures_and_by_its_model_together(
    client: OperatorClient, tmp_path: Path
) -> None:
    study = await opened(client, slab_spec())
    assert (await closed(client, study)).outcome == "released"
    heat = await client.wait(ThermalAssessed, study)
    assert heat.temperatures["t_max_slab"] == pytest.approx(AMBIENT_K + MEDIAN_RISE_K, abs=1e-3)
    modelled = await client.wait(ThermalModelled, study)
    assert modelled.heat.limits == {"t_max_slab": (353.15,)}
    assert modelled.bound_k < 0.1
    assessed = await client.wait(ReliabilityAssessed, study)
    assert assessed.estimates[0].samples == 1000
    sealed = await client.wait(ReleaseSealed, study)
    written = await write_release(client, sealed, tmp_path)
    assert verify_release(written).claims.verdict == "approved"
    assert {path.name for path in (written / "thermal").iterdir()} >= {"temperature.vtu", "temperature.png"}
    assert (written / "facts" / "thermal.assessed.json").is_file()
    assert "Temperatures" in (written / "report.html").read_text()


async def test_nothing_is_planned_before_the_heat_is_modelled(client: OperatorClient) -> None:
    study = await opened(client, slab_spec(accuracy="0.04 K"))
    planned = await client.wait(BatchPlanned, study, 0)
    assert planned is not None
    assert await client.read(ThermalModelled, study) is not None
    await closed(client, study)


async def test_a_design_that_is_too_hot_nominally_is_rejected(client: OperatorClient) -> None:
    study = await opened(client, slab_spec(limit="74 degC"))
    assert (await closed(client, study)).outcome == "rejected"


async def test_runs_at_the_edge_of_a_limit_take_the_full_model_and_are_counted(client: OperatorClient) -> None:
    pads = {"chip": {"centre": ["5 mm", "5 mm"], "size": ["4 mm", "4 mm"]}}
    plate = {"kind": "plate", "size": ["20 mm", "20 mm", "10 mm"], "pads": pads}
    coarse = slab_spec(
        limit="104 degC",
        geometry={"parts": {"slab": plate}},
        sources={"die": {"faces": "chip", "power": "loss"}},
        sinks={"air": {"faces": "bottom", "convection": "h", "ambient": "20 degC"}},
        accuracy="5 K",
        element_size="10 mm",
    )
    study = await opened(client, coarse)
    await closed(client, study)
    modelled = await client.wait(ThermalModelled, study)
    assessed = await client.wait(ReliabilityAssessed, study)
    assert modelled.reduction == "reduced-basis"
    assert 0 < assessed.full_solutions < 50
    assert assessed.missing_by_status["undecided"] > 200


async def test_heat_that_depends_on_its_temperature_is_solved_for_every_run(
    client: OperatorClient, tmp_path: Path
) -> None:
    table = {"at": ["0 degC", "200 degC"], "values": ["100 W/m/K", "0.9 * k"]}
    spec = slab_spec(regions={"slab": {"k": table}}, accuracy="0.5 K", element_size="10 mm")
    spec["reliability"] |= {"target": 0.9, "samples": 60}
    study = await opened(client, spec)
    assert (await closed(client, study)).outcome == "released"
    modelled = await client.wait(ThermalModelled, study)
    assert modelled.reduction == "full"
    assert (await client.wait(ReliabilityAssessed, study)).full_solutions == 60
    sealed = await client.wait(ReleaseSealed, study)
    page = (await write_release(client, sealed, tmp_path) / "report.html").read_text()
    assert "a conductivity that depends on temperature at regions.slab.k" in page


async def test_a_course_in_time_is_judged_by_its_highest_temperatures(client: OperatorClient) -> None:
    spec = slab_spec(
        limit="70 degC",
        regions={"slab": {"k": "k", "rho": "2700 kg/m^3", "cp": "900 J/kg/K"}},
        sources={
            "die": {"faces": "bottom", "power": {"times": ["0 s", "12 s", "12 s"], "values": ["loss", "loss", "0 W"]}}
        },
        transient={"duration": "20 s", "initial": "20 degC"},
        accuracy="1 K",
        element_size="10 mm",
    )
    study = await opened(client, spec)
    assert (await closed(client, study)).outcome == "released"
    assert (await client.wait(ThermalModelled, study)).reduction == "reduced-course"
    assert (await client.wait(ThermalAssessed, study)).hot_spot_at_s == 12.0


async def test_dimensions_of_a_primitive_may_vary_from_run_to_run(client: OperatorClient) -> None:
    box = {"kind": "box", "size": ["20 mm", "20 mm", "thickness"]}
    spec = slab_spec(geometry={"parts": {"slab": box}}, accuracy="0.5 K", element_size="10 mm")
    spec["parameters"]["thickness"] = "10 mm +/- 1"
    spec["reliability"] |= {"target": 0.9, "samples": 60}
    study = await opened(client, spec)
    assert (await closed(client, study)).outcome == "released"
    modelled = await client.wait(ThermalModelled, study)
    assert "a dimension that varies at geometry.parts.slab.0.size.z" in modelled.reason
    assert (await client.wait(ReliabilityAssessed, study)).full_solutions == 60


async def test_more_full_solutions_than_can_be_paid_for_fail_with_their_figures(client: OperatorClient) -> None:
    table = {"at": ["0 degC", "200 degC"], "values": ["100 W/m/K", "0.9 * k"]}
    spec = slab_spec(regions={"slab": {"k": table}}, accuracy="0.5 K", element_size="10 mm")
    spec["reliability"]["samples"] = 10_000_000
    study = await opened(client, spec)
    end = await closed(client, study)
    assert end.outcome == "failed"
    assert "expected full solutions of every run within" in end.reasons[0]


async def test_heat_without_a_way_out_fails_with_its_reason(client: OperatorClient) -> None:
    study = await opened(client, slab_spec(sinks={}))
    end = await closed(client, study)
    assert end.outcome == "failed"
    assert "a steady temperature does not exist" in end.reasons[0]


async def test_a_thermal_section_that_is_wrong_is_answered_with_its_place(client: OperatorClient) -> None:
    answer = await submitted(client, slab_spec(accuracy="0 K"))
    assert answer.study is None
    assert any("thermal.accuracy: expected more than 0 K" in reason for reason in answer.reasons)


async def test_kills_while_the_heat_is_solved_change_nothing(client: OperatorClient, plant: Plant) -> None:
    calm = await opened(client, slab_spec(accuracy="0.03 K"))
    await closed(client, calm)
    first = await client.wait(ThermalAssessed, calm)
    wild = await opened(client, {**slab_spec(accuracy="0.03 K"), "revision": "B"})
    for _ in range(3):
        await asyncio.sleep(0.4)
        for service in ("thermal_fem", "sampler"):
            await asyncio.to_thread(plant.services.kill, service)
            await asyncio.to_thread(plant.services.start, service)
    end = await closed(client, wild)
    assert isinstance(end, StudyClosed)
    assert end.outcome == "released"
    second = await client.wait(ThermalAssessed, wild)
    assert second.model_dump(exclude={"study"}) == first.model_dump(exclude={"study"})
    estimates = [(await client.wait(ReliabilityAssessed, study)).estimates for study in (calm, wild)]
    assert estimates[0] == estimates[1]
