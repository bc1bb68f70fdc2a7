"""The Job of a study: what its pods are told, what they may do, and which of their ends count."""

from typing import Any

from kubernetes.aio.client import V1Job

from proofmark_operator.job import manifest
from proofmark_simulator.settings import SimulatorSettings
from tests.operator.studies import STUDY, opened, settings


def pod_of(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["spec"]["template"]["spec"]
    return found


def environment_of(job: dict[str, Any]) -> dict[str, str]:
    (container,) = pod_of(job)["containers"]
    return {entry["name"]: entry["value"] for entry in container["env"]}


def test_a_studys_job_has_one_name_and_its_label() -> None:
    job = manifest(opened(), 3, settings(namespace="lab"))
    assert job["metadata"]["name"] == f"simulate-{STUDY}"
    assert job["metadata"]["namespace"] == "lab"
    assert job["metadata"]["labels"]["proofmark.dev/study"] == STUDY
    assert job["spec"]["template"]["metadata"]["labels"]["proofmark.dev/study"] == STUDY
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (3, 3)


def test_a_pod_works_for_its_study_alone_in_the_version_that_opened_it() -> None:
    job = manifest(opened(), 3, settings(bus_url="nats://bus:4222", lease_s="7"))
    told = environment_of(job)
    assert told.pop("PROOFMARK_BUS_PASSWORD_COMPUTE_FILE") == "/run/proofmark/compute"
    worker = SimulatorSettings.from_environment(told)
    assert (worker.study, worker.engine, worker.bus_url, worker.lease_s) == (STUDY, "0.1.0", "nats://bus:4222", 7)
    assert pod_of(job)["containers"][0]["image"] == "registry/simulator:0.1.0"


def test_a_pod_may_nothing_that_its_work_does_not_need() -> None:
    pod = pod_of(manifest(opened(), 1, settings()))
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"] == container["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}


def test_credentials_come_as_a_file_of_a_secret() -> None:
    job = manifest(opened(), 1, settings(bus_password_core="hunter2", worker_secret="workers"))
    secrets = [volume["secret"] for volume in pod_of(job)["volumes"] if "secret" in volume]
    assert secrets == [
        {"secretName": "workers", "defaultMode": 0o440, "items": [{"key": "compute", "path": "compute"}]}
    ]
    assert "hunter2" not in str(job)


def test_disruptions_and_chunks_handed_back_are_no_failures_and_a_wrong_configuration_is_final() -> None:
    job = manifest(opened(), 1, settings(restarts="2"))["spec"]
    assert [rule["action"] for rule in job["podFailurePolicy"]["rules"]] == ["Ignore", "Ignore", "FailIndex"]
    assert [rule.get("onExitCodes", {}).get("values") for rule in job["podFailurePolicy"]["rules"]] == [
        None,
        [143],
        [42],
    ]
    assert (job["backoffLimitPerIndex"], job["podReplacementPolicy"]) == (2, "Failed")


def test_what_an_installation_does_not_choose_is_not_said() -> None:
    job = manifest(opened(), 1, settings())
    assert "kueue.x-k8s.io/queue-name" not in job["metadata"]["labels"]
    assert not {"priorityClassName", "runtimeClassName", "tolerations"} & pod_of(job).keys()


def test_what_an_installation_chooses_is_said() -> None:
    spot = '[{"key": "spot", "operator": "Exists"}]'
    chosen = settings(priority_class="low", runtime_class="gvisor", kueue_queue="lab", tolerations=spot)
    job = manifest(opened(), 1, chosen)
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "lab"
    assert pod_of(job)["priorityClassName"] == "low"
    assert pod_of(job)["runtimeClassName"] == "gvisor"
    assert pod_of(job)["tolerations"] == [{"key": "spot", "operator": "Exists"}]


def test_every_field_is_one_that_kubernetes_knows() -> None:
    """A field that the API does not have would be dropped in silence."""
    chosen = settings(priority_class="low", runtime_class="gvisor", tolerations='[{"key": "spot"}]')
    job = manifest(opened(), 1, chosen)
    assert V1Job.model_validate(job).model_dump(by_alias=True, exclude_none=True, mode="json") == job
