"""Operators on a real control plane: several, absent, out of room, of another version, with many studies."""

import asyncio
import json
import signal
import time

from proofmark.client import OperatorClient
from proofmark_chassis.connection import leave
from proofmark_chassis.publishing import Publisher
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed, StudyOpened
from proofmark_operator.names import job_name
from tests.cluster.control_plane import NODES
from tests.cluster.lab import TENANT, Lab, clearances, closed, resource, results, submitted, until
from tests.cluster.specs import fit, slow_fit

STUDIES = 200


def created(lab: Lab, study: str, *operators: str) -> int:
    """How many Jobs operators started for a study."""
    return sum(entry["study"] == study for name in operators for entry in lab.logged(name, "job_created"))


async def test_two_operators_start_one_job(lab: Lab, client: OperatorClient) -> None:
    lab.start_operator("second")
    try:
        await until(lambda: lab.logged("second", "serving"), what="the second operator")
        for n in range(6):
            lab.apply(f"raced-{n}", fit(f"raced-{n}", 20))
        for n in range(6):
            await until(lambda n=n: lab.condition(f"raced-{n}", "Closed")["status"] == "True", what=f"raced-{n}")
            study = lab.resource(f"raced-{n}")["status"]["study"]
            assert study.endswith("-r1"), "submitted twice"
            assert created(lab, study, "operator", "second") == 1
    finally:
        lab.processes.end("second")


async def test_what_happened_while_no_operator_was_there_is_made_up_for(lab: Lab, client: OperatorClient) -> None:
    lab.processes.end("operator", signal.SIGKILL)
    late = await submitted(client, fit("late", 100))
    gone = await submitted(client, fit("gone", 100))
    await client.command(TENANT, gone, "cancel")
    await closed(client, gone)
    lab.start_operator()
    assert (await closed(client, late)).outcome == "released"
    lab.processes.end("operator", signal.SIGKILL)
    again = await submitted(client, fit("again", 100))
    lab.start_operator()
    await until(lambda: lab.job(again), what="the Job")
    lab.processes.end("operator", signal.SIGKILL)
    assert (await closed(client, again)).outcome == "released"
    lab.start_operator()
    for study in (late, gone, again):
        await until(lambda study=study: lab.job(study) is None, what="the end of the Job")
    assert created(lab, gone, "operator") == 0


async def test_a_study_without_room_waits_and_says_so(lab: Lab, client: OperatorClient) -> None:
    lab.kubectl("create", "quota", "workers", "--hard=pods=0")
    try:
        await until(lambda: "used" in lab.get("quota", "workers")["status"], what="the quota")
        lab.apply("crowded", fit("crowded", 100))
        await until(lambda: lab.condition("crowded", "Running")["reason"] == "QuotaExceeded", what="the condition")
        assert "exceeded quota: workers" in lab.condition("crowded", "Running")["message"]
        assert lab.condition("crowded", "Closed")["status"] == "False"
        await until(lambda: "QuotaExceeded" in warnings_of(lab, "crowded"), what="the warning")
    finally:
        lab.kubectl("delete", "quota", "workers")
    await until(lambda: lab.condition("crowded", "Released")["status"] == "True", 480, "the release")


def warnings_of(lab: Lab, name: str) -> set[str]:
    """Reasons of the warnings on a resource."""
    events = lab.get("events", "-n", TENANT)["items"]
    return {e["reason"] for e in events if e["involvedObject"]["name"] == name and e["type"] == "Warning"}


async def test_a_suspended_study_stops_within_a_chunk_and_goes_on(lab: Lab, client: OperatorClient) -> None:
    lab.apply("rested", *slow_fit("rested", 100, 1.0))
    await until(lambda: lab.resource("rested").get("status", {}).get("runs", 0) > 10, what="some runs")
    study = lab.resource("rested")["status"]["study"]
    lab.kubectl("patch", "designstudy", "rested", "-n", TENANT, "--type=merge", "-p", '{"spec": {"suspend": true}}')
    await until(lambda: not lab.pods(study), what="the end of the pods")
    stopped_at = await results(lab, study)
    await asyncio.sleep(3)
    assert await results(lab, study) == stopped_at < 100
    assert lab.condition("rested", "Running")["reason"] == "Suspended"
    assert await client.read(StudyClosed, study) is None
    lab.kubectl("patch", "designstudy", "rested", "-n", TENANT, "--type=merge", "-p", '{"spec": {"suspend": false}}')
    assert (await closed(client, study)).outcome == "released"
    got, expected = await clearances(client, study)
    assert got.tolist() == expected.tolist()


async def test_workers_of_another_version_refuse(lab: Lab, client: OperatorClient) -> None:
    study = await submitted(client, fit("versions", 20))
    opened = await client.wait(StudyOpened, study)
    await closed(client, study)
    core = await lab.plant.server.admin(Zone.CORE)
    try:
        other = opened.model_copy(update={"study": "anotherversion-r1", "engine": "0.0.1"})
        await Publisher({Zone.CORE: core}, {}).publish(other)
        job = await until(lambda: lab.job(other.study), what="the Job")
        assert job["metadata"]["annotations"]["proofmark.dev/engine"] == "0.0.1"
        await until(lambda: _failed(lab, other.study), what="the Job's failure")
        codes = [
            pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] for pod in lab.pods(other.study)
        ]
        assert set(codes) == {42}
        await Publisher({Zone.CORE: core}, {}).publish(StudyClosed(study=other.study, outcome="cancelled"))
        await until(lambda: lab.job(other.study) is None, what="the end of the Job")
    finally:
        await leave(core)


def _failed(lab: Lab, study: str) -> bool:
    job = lab.job(study)
    conditions = job["status"].get("conditions", []) if job else []
    return any(c["type"] == "Failed" and c["status"] == "True" for c in conditions)


async def test_two_hundred_studies_at_once_starve_nobody(lab: Lab, client: OperatorClient) -> None:
    """None of them can run, so all stay open; each gets its Job, and so does one that comes after them."""
    names = [f"many-{n}" for n in range(STUDIES)]
    specs = [{"document": json.dumps(fit(name, 1) | {"revision": name}), "files": {}} for name in names]
    items = [resource(name, spec) for name, spec in zip(names, specs, strict=True)]
    lab.kubectl("cordon", *NODES)
    try:
        began = time.monotonic()
        lab.kubectl("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        await until(lambda: len(studies_of(lab, names)) == STUDIES, 480, "every study")
        wanted = set(studies_of(lab, names).values())
        assert len(wanted) == STUDIES
        await until(lambda: wanted <= {e["study"] for e in lab.logged("operator", "job_created")}, 480, "every Job")
        print(f"{STUDIES} Jobs {time.monotonic() - began:.1f} s after they were asked for")
        last = await submitted(client, fit("the-last-one", 20))
        await until(lambda: lab.job(last), what="the Job of the last one")
        lab.kubectl("delete", "designstudies", *names, "-n", TENANT, "--wait=false")
        await until(lambda: not studies_of(lab, names), 480, "the end of every resource")
    finally:
        lab.kubectl("uncordon", *NODES)
    for study in wanted:
        assert await client.read(StudyClosed, study) is not None
    left = {job["metadata"]["name"] for job in lab.get("jobs")["items"]}
    assert not left & {job_name(study) for study in wanted}
    assert (await closed(client, last)).outcome == "not-proven"


def studies_of(lab: Lab, names: list[str]) -> dict[str, str]:
    """The studies of resources, of those that have one."""
    listed = {i["metadata"]["name"]: i.get("status", {}) for i in lab.get("designstudies", "-n", TENANT)["items"]}
    return {name: listed[name]["study"] for name in names if "study" in listed.get(name, {})}
