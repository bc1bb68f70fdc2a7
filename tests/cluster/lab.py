"""A cluster with Proofmark in it: a control plane, nodes, the bus and the services that count and judge; no workers."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from proofmark.client import OperatorClient
from proofmark.embedded import Plant
from proofmark_chassis.connection import leave
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed
from proofmark_contracts.tables import Column, decode_table, floats
from proofmark_operator.names import job_name
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import ROOT, Processes

BASE = ROOT / "deploy" / "kubernetes" / "base"
NAMESPACE, TENANT = "proofmark", "team-a"
LEASE_S = 5.0
VECTORS_A_POD = 10
"""The sampler cuts chunks of one vector; a pod for each would be too many processes for a small machine."""
LAUNCH = "from tests.cluster.node_agent import main; main()"


class Lab:
    """Everything in one folder, started and stopped together."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cluster = ControlPlane(home / "cluster")
        self.admin = self.cluster.home / "admin.kubeconfig"
        policy = {
            "PROOFMARK_ALLOW_PYTHON_MODELS": "true",
            "PROOFMARK_CHUNK_VECTORS": "1",
            "PROOFMARK_QUOTA_STUDIES": "500",
        }
        self.plant = Plant(home / "bus", workers=0, lease_s=LEASE_S, extra=policy)
        self.processes = Processes(home)

    async def start(self) -> None:
        await asyncio.gather(asyncio.to_thread(self.bring_cluster), self.plant.start())
        for file in ("namespace.yaml", "designstudies.yaml"):
            self.kubectl("apply", "-f", BASE / file)
        self.kubectl("apply", "-f", BASE / "rbac.yaml")
        self.kubectl("create", "serviceaccount", "proofmark-operator")
        self.kubectl("create", "namespace", TENANT)
        password = self.plant.server.passwords["simulator@compute"]
        self.kubectl("create", "secret", "generic", "proofmark-simulator", f"--from-literal=compute={password}")
        self.kubectl("wait", "--for=condition=Established", "crd/designstudies.proofmark.dev")

    def bring_cluster(self) -> None:
        """Start the control plane, and leave the file by which an administrator reaches it."""
        self.cluster.start()
        self.cluster.kubeconfig("admin", NAMESPACE)

    async def stop(self) -> None:
        """At once: nothing of it is wanted any more."""
        self.processes.end_all()
        for instance in self.plant.services.running:
            self.plant.services.kill(instance)
        self.plant.server.kill()
        self.cluster.processes.end_all()

    def start_node(self, name: str, pods: int = 60) -> None:
        """A node that runs pods as processes."""
        command = [
            sys.executable,
            "-c",
            LAUNCH,
            name,
            str(self.cluster.kubeconfig(name)),
            str(self.home / name),
            str(pods),
        ]
        self.processes.start(name, command)
        self.kubectl("wait", "--for=create", f"node/{name}", "--timeout=120s")
        self.kubectl("wait", "--for=condition=Ready", f"node/{name}", "--timeout=120s")

    def start_operator(self, name: str = "operator", **settings: object) -> None:
        """The operator with its service account's own rights."""
        token = self.kubectl("create", "token", "proofmark-operator").strip()
        kubeconfig = json.loads(self.admin.read_text())
        kubeconfig["users"][0]["user"] = {"token": token}
        path = self.home / f"{name}.kubeconfig"
        path.write_text(json.dumps(kubeconfig))
        told = {
            "image": "proofmark-simulator:test",
            "chunk_vectors": VECTORS_A_POD,
            "lease_s": LEASE_S,
            "cpu": "100m",
            "sync_s": 1.0,
        }
        environment = self.plant.server.environment("operator") | {"KUBECONFIG": str(path)}
        environment |= {f"PROOFMARK_{key.upper()}": str(value) for key, value in {**told, **settings}.items()}
        self.processes.start(name, [str(Path(sys.executable).with_name("proofmark-operator"))], environment)

    def logged(self, name: str, event: str) -> list[dict[str, Any]]:
        """Entries of an event in a process's log."""
        lines = self.processes.log(name).read_text().splitlines()
        lines = [line for line in lines if line.startswith("{") and line.endswith("}")]
        return [entry for entry in map(json.loads, lines) if entry.get("event") == event]

    def kubectl(self, *arguments: object, stdin: str | None = None, check: bool = True) -> str:
        """Run kubectl as the administrator, in Proofmark's namespace."""
        finished = self.try_kubectl(*arguments, stdin=stdin)
        assert not check or finished.returncode == 0, finished.stderr
        return finished.stdout

    def try_kubectl(self, *arguments: object, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
        command = ["kubectl", "--kubeconfig", str(self.admin), *map(str, arguments)]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)

    def get(self, *arguments: object) -> Any:
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def pods(self, study: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("pods", "-l", f"proofmark.dev/study={study}")["items"]
        return found

    def job(self, study: str) -> dict[str, Any] | None:
        finished = self.try_kubectl("get", "job", job_name(study), "-o", "json")
        return json.loads(finished.stdout) if finished.returncode == 0 else None

    def apply(self, name: str, document: dict[str, Any], files: dict[str, bytes] | None = None, **spec: Any) -> None:
        """Apply a DesignStudy in the tenant's namespace."""
        told = {
            "document": json.dumps(document),
            "files": {p: d.decode() for p, d in (files or {}).items()},
            **spec,
        }
        self.kubectl("apply", "-f", "-", stdin=json.dumps(resource(name, told)))

    def resource(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get("designstudy", name, "-n", TENANT)
        return found

    def condition(self, name: str, kind: str) -> dict[str, Any]:
        conditions = self.resource(name).get("status", {}).get("conditions", [])
        return next((c for c in conditions if c["type"] == kind), {"status": None, "reason": None, "message": ""})


def resource(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": TENANT}
    return {"apiVersion": "proofmark.dev/v1alpha1", "kind": "DesignStudy", "metadata": metadata, "spec": spec}


async def until(there: Any, timeout_s: float = 240.0, what: str = "it") -> Any:
    """What a function returns once it is true; it may be asynchronous."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = there()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not there after {timeout_s:g} s"
        await asyncio.sleep(0.3)


async def submitted(client: OperatorClient, document: dict[str, Any], files: dict[str, bytes] | None = None) -> str:
    answer = await client.answer(TENANT, await client.submit(TENANT, document, files or {}))
    assert answer.study is not None, answer.reasons
    return answer.study


async def closed(client: OperatorClient, study: str, timeout_s: float = 480.0) -> StudyClosed:
    async with asyncio.timeout(timeout_s):
        return await client.wait(StudyClosed, study)


async def results(lab: Lab, study: str) -> int:
    """Results of a study that the bus has stored: one a chunk, whatever was run twice."""
    admin = await lab.plant.server.admin(Zone.COMPUTE)
    try:
        subject = ChunkSimulated.subject_of(study)
        info = await admin.jetstream().stream_info(ChunkSimulated.stream, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())
    finally:
        await leave(admin)


async def clearances(client: OperatorClient, study: str) -> tuple[Column, Column]:
    """What a study of one batch got for its vectors, and what plain subtraction gives."""
    assessed = await client.read(ReliabilityAssessed, study)
    assert assessed is not None
    ((drawn, got),) = assessed.batches
    vectors, outcomes = decode_table(await client.object(drawn.sha256)), decode_table(await client.object(got.sha256))
    return floats(outcomes["clearance"]), floats(vectors["bore"]) - floats(vectors["shaft"])
