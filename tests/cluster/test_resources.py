"""DesignStudy on a real API server: what it refuses, what it shows, and how either end can be waited for."""

import asyncio
import json
from typing import Any

import pytest

from proofmark.client import OperatorClient
from proofmark_chassis.connection import leave
from proofmark_contracts.campaign import SimulateChunk
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed, StudyOpened
from tests.cluster.lab import TENANT, Lab, resource, until
from tests.cluster.specs import fit, slow_fit

LARGEST_FILE = 262_144


@pytest.mark.api_server
@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({}, "spec.document: Required value"),
        ({"document": "kind: other"}, "document: expected a spec file with apiVersion proofmark/v1"),
        ({"document": "proofmark/v1", "files": {"../model.py": ""}}, "files: expected paths below the spec file"),
        ({"document": "proofmark/v1", "suspend": "no"}, 'spec.suspend: Invalid value: "string"'),
    ],
)
def test_an_invalid_resource_is_refused_by_the_api_server(lab: Lab, spec: dict[str, Any], told: str) -> None:
    refused = lab.try_kubectl("apply", "-f", "-", stdin=json.dumps(resource("bad", spec)))
    assert refused.returncode != 0
    assert told in refused.stderr


@pytest.mark.api_server
def test_a_document_cannot_be_changed(lab: Lab) -> None:
    lab.apply("fixed", fit("fixed", 20))
    changed = {"document": json.dumps(fit("fixed", 30)), "files": {}}
    refused = lab.try_kubectl("apply", "-f", "-", stdin=json.dumps(resource("fixed", changed)))
    assert "a changed design is another DesignStudy" in refused.stderr


def test_kubectl_waits_for_a_release(lab: Lab) -> None:
    lab.apply("good", fit("good", 100))
    lab.kubectl("wait", "--for=condition=Released", "designstudy/good", "-n", TENANT, "--timeout=240s")
    found = lab.resource("good")
    status = found["status"]
    assert (status["state"], status["runs"], status["failures"]) == ("Released", 100, 0)
    assert status["observedGeneration"] == found["metadata"]["generation"]
    told = {c["type"]: (c["status"], c["reason"]) for c in status["conditions"]}
    assert told == {
        "Accepted": ("True", "Opened"),
        "Running": ("False", "Closed"),
        "Settled": ("True", "SamplesSpent"),
        "Decided": ("True", "Approved"),
        "FirmwareVerified": ("Unknown", "NotAsked"),
        "Released": ("True", "Released"),
        "Closed": ("True", "Released"),
    }
    shown = lab.kubectl("get", "designstudies", "-n", TENANT)
    assert shown.split()[:7] == ["NAME", "STATE", "RUNS", "FAILED", "R", "INTERVAL", "PODS"]
    assert "1.00000" in shown
    reasons = {e["reason"] for e in lab.get("events", "-n", TENANT)["items"] if e["involvedObject"]["name"] == "good"}
    assert {"Opened", "Approved", "Released"} <= reasons


def test_kubectl_waits_for_whichever_end_comes(lab: Lab) -> None:
    bad = fit("bad", 100)
    bad["requirements"][0]["min"] = "60 um"
    lab.apply("bad", bad)
    lab.kubectl("wait", "--for=condition=Closed", "designstudy/bad", "-n", TENANT, "--timeout=240s")
    assert lab.condition("bad", "Released")["status"] == "False"
    assert lab.condition("bad", "Closed")["reason"] == "Rejected"


@pytest.mark.api_server
def test_what_intake_refuses_is_said(lab: Lab) -> None:
    wrong = fit("wrong")
    wrong["requirements"][0]["metric"] = "gap"
    lab.apply("wrong", wrong)
    lab.kubectl("wait", "--for=condition=Closed", "designstudy/wrong", "-n", TENANT, "--timeout=240s")
    assert lab.condition("wrong", "Accepted")["status"] == "False"
    assert "gap" in lab.condition("wrong", "Accepted")["message"]
    lab.kubectl("delete", "designstudy", "wrong", "-n", TENANT, "--timeout=20s")


@pytest.mark.parametrize("condition", [pytest.param("Accepted", marks=pytest.mark.api_server), "Settled"])
def test_a_resource_may_be_as_large_as_its_definition_says(lab: Lab, condition: str) -> None:
    """Created, not applied: kubectl would write all of it into an annotation once more."""
    name = f"large-{condition.lower()}"
    document, files = slow_fit(name, 10, 0.0)
    model = files["model.py"].decode()
    told = {"document": json.dumps(document), "files": {"model.py": model + "#" * (LARGEST_FILE - len(model))}}
    lab.kubectl("create", "-f", "-", stdin=json.dumps(resource(name, told)))
    lab.kubectl("wait", f"--for=condition={condition}", f"designstudy/{name}", "-n", TENANT, "--timeout=240s")
    remembered = lab.resource(name)["metadata"]["annotations"]["proofmark.dev/last-handled-configuration"]
    assert json.loads(remembered) == {"spec": {"suspend": False}}


@pytest.mark.api_server
async def test_a_resource_becomes_a_study_with_a_job_and_takes_both_along(lab: Lab, client: OperatorClient) -> None:
    """Whether or not its pods ever start."""
    lab.apply("brief", *slow_fit("brief", 100, 2.0))
    study = await until(lambda: lab.resource("brief").get("status", {}).get("study"), what="the study")
    assert (await client.wait(StudyOpened, study)).tenant == TENANT
    job = await until(lambda: lab.job(study), what="the Job")
    shape = {key: job["spec"][key] for key in ("completionMode", "completions", "parallelism", "suspend")}
    assert shape == {"completionMode": "Indexed", "completions": 10, "parallelism": 10, "suspend": False}
    assert job["metadata"]["annotations"]["proofmark.dev/tenant"] == TENANT
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert {"name": "PROOFMARK_STUDY", "value": study} in container["env"]
    await asyncio.to_thread(lab.kubectl, "delete", "designstudy", "brief", "-n", TENANT, "--timeout=240s")
    closed = await client.read(StudyClosed, study)
    assert closed is not None
    assert closed.outcome == "cancelled"
    await until(lambda: lab.job(study) is None, what="the end of the Job")


async def test_a_resource_that_is_deleted_takes_its_study_along(lab: Lab, client: OperatorClient) -> None:
    lab.apply("leaving", *slow_fit("leaving", 100, 2.0))
    await until(lambda: lab.condition("leaving", "Running")["status"] == "True", what="pods")
    study = lab.resource("leaving")["status"]["study"]
    assert lab.job(study) is not None
    await asyncio.to_thread(lab.kubectl, "delete", "designstudy", "leaving", "-n", TENANT, "--timeout=240s")
    closed = await client.read(StudyClosed, study)
    assert closed is not None
    assert closed.outcome == "cancelled"
    await until(lambda: lab.job(study) is None, what="the end of the Job")
    await until(lambda: not lab.pods(study), what="the end of the pods")
    await until(lambda: _emptied(lab, study), what="the end of the queue")


async def _emptied(lab: Lab, study: str) -> bool:
    """Whether nothing waits for workers of a study."""
    compute = await lab.plant.server.admin(Zone.COMPUTE)
    try:
        info = await compute.jetstream().stream_info("CHUNK", subjects_filter=SimulateChunk.subject_of(study))
        return not info.state.subjects
    finally:
        await leave(compute)
