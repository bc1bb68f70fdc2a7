"""Another cluster, the one that KUBECONFIG names: what needs only an API server is tried there, and removed again."""

import json
import os
import subprocess
from typing import Any

from tests.cluster.lab import BASE, NAMESPACE, TENANT, Lab

NO_PODS = "proofmark-tests-start-no-pods"
"""A runtime class that no cluster has, so that every pod is refused: there are no images and no way to the bus."""
FILES = [f"--filename={BASE / name}" for name in ("designstudies.yaml", "namespace.yaml", "rbac.yaml")]
ENOUGH = "--timeout=120s"


def is_named() -> bool:
    return bool(os.environ.get("KUBECONFIG"))


class Unfit(Exception):
    """KUBECONFIG names a cluster that is not there, or has what the tests would bring and remove."""


def introduced() -> str:
    """What answers there, once it is certain that nothing of Proofmark is on it.

    Raises
    ------
    Unfit
        Otherwise, in one line.
    """
    version = json.loads(_asked("version", "--output=json"))["serverVersion"]["gitVersion"]
    context = _asked("config", "current-context").strip()
    if found := present():
        told = ", ".join(found)
        raise Unfit(f"KUBECONFIG, context {context}: expected a cluster without Proofmark, found {told}")
    return f"Kubernetes {version}, by KUBECONFIG, context {context}"


def present() -> list[str]:
    """What is on the cluster of that which the tests bring."""
    quiet = (f"--namespace={NAMESPACE}", "--ignore-not-found", "--output=name")
    return [*_asked("get", *FILES, *quiet).split(), *_asked("get", "namespace", TENANT, *quiet).split()]


def _asked(*arguments: str) -> str:
    command = ["kubectl", "--request-timeout=20s", *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        *_, last = ["nothing", *finished.stderr.splitlines()]
        raise Unfit(f"KUBECONFIG: kubectl {arguments[0]}: expected an answer, got: {last}")
    return finished.stdout


class BorrowedLab(Lab):
    """The bus, the services and the operator as processes of this machine; Jobs without pods on somebody's cluster."""

    def bring_cluster(self) -> None:
        document: dict[str, Any] = json.loads(_asked("config", "view", "--minify", "--flatten", "--raw", "-o", "json"))
        document["contexts"][0]["context"]["namespace"] = NAMESPACE
        self.admin.touch(mode=0o600)
        self.admin.write_text(json.dumps(document))

    def start_operator(self, name: str = "operator", **settings: object) -> None:
        super().start_operator(name, **{"runtime_class": NO_PODS, **settings})

    async def stop(self) -> None:
        try:
            self._remove()
        finally:
            await super().stop()

    def _remove(self) -> None:
        """Resources while their operator is there to let them go; if it is not, without it."""
        of_tenant = ("-n", TENANT, "--ignore-not-found")
        self.kubectl("delete", "designstudies", "--all", *of_tenant, ENOUGH, check=False)
        for left in self.kubectl("get", "designstudies", *of_tenant, "-o", "name", check=False).split():
            self.kubectl("patch", left, "-n", TENANT, "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
        self.kubectl("delete", "namespace", NAMESPACE, TENANT, "--ignore-not-found", ENOUGH)
        self.kubectl("delete", *FILES, "--ignore-not-found", ENOUGH)
        assert not present(), f"left behind: {', '.join(present())}"
