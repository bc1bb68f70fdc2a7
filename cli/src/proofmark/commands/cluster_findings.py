"""`proofmark doctor --cluster`: what a Kubernetes cluster has of what Proofmark asks of it."""

import json
from collections.abc import Awaitable, Callable

from proofmark.cluster import SECRET, Kubectl, cluster_bus
from proofmark.commands.finding import Finding
from proofmark.failures import Failure
from proofmark_contracts.study import StudyOpened

Look = Callable[[], Awaitable[str | None]]
APPLY = "kubectl apply -k deploy/kubernetes/overlays/production"


async def cluster_findings(context: str) -> list[Finding]:
    """One finding a piece, in the order in which they are needed."""
    kubectl = Kubectl(context)

    async def server() -> str:
        return str(json.loads(await kubectl.run("get", "--raw", "/version"))["gitVersion"])

    async def definition() -> str:
        versions = (await kubectl.get("crd", "designstudies.proofmark.dev"))["spec"]["versions"]
        return ", ".join(version["name"] for version in versions if version["served"])

    async def rights() -> str | None:
        allowed = (await kubectl.run("auth", "can-i", "create", "designstudies.proofmark.dev")).strip()
        return allowed if allowed == "yes" else None

    async def operator_ready() -> str | None:
        ready = (await kubectl.get("deployment", "proofmark-operator")).get("status", {}).get("readyReplicas", 0)
        return f"{ready} ready" if ready else None

    async def quotas() -> str:
        found = (await kubectl.get("resourcequota"))["items"]
        told = [f"{name} {used[name]} of {most}" for used, hard in map(_quota, found) for name, most in hard.items()]
        return "; ".join(told) or "no limits"

    async def runtimes() -> str | None:
        found = (await kubectl.get("runtimeclass"))["items"]
        return ", ".join(runtime["metadata"]["name"] for runtime in found) or None

    async def bus() -> str:
        async with cluster_bus(context) as client:
            await client.read(StudyOpened, "nobody")
        return "answers"

    return [
        await _finding("API server", server, "everything", "kubectl config use-context CONTEXT", True),
        await _finding("DesignStudy", definition, "studies as resources", APPLY, True),
        await _finding(
            "right to create", rights, "kubectl apply -f study.yaml", "bind ClusterRole proofmark-tenant", True
        ),
        await _finding("operator", operator_ready, "Jobs for studies", APPLY, True),
        await _finding(f"bus, by {SECRET}", bus, "submit, watch, run --on kubernetes", "deploy/make_secrets.py", True),
        await _finding("quota", quotas, "how many pods fit", "nothing is needed", False),
        await _finding("runtime classes", runtimes, "a sandbox for models", "install gVisor or Kata Containers", False),
    ]


def _quota(quota: dict[str, dict[str, dict[str, str]]]) -> tuple[dict[str, str], dict[str, str]]:
    status = quota.get("status", {})
    hard = status.get("hard", {})
    return {name: status.get("used", {}).get(name, "0") for name in hard}, hard


async def _finding(piece: str, look: Look, gives: str, get: str, required: bool) -> Finding:
    try:
        found = await look()
    except (Failure, ConnectionError):
        found = None
    return Finding(piece, found, gives, get, required)
