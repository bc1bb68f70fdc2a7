"""A cluster's bus, reached through kubectl: this one answers as the real one does, which tests/cluster asks."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from proofmark.bus_file import bus
from proofmark.cluster import Kubectl, cluster_bus
from proofmark.commands.cluster_findings import cluster_findings
from proofmark.failures import Failure
from proofmark_chassis.testing import TestBus, bus_in
from proofmark_contracts.study import StudyClosed
from tests.chassis.examples import closed

KUBECTL = """#!/bin/sh
echo "$@" >> {folder}/asked
case "$*" in
  *"get secret proofmark-engineer"*) cat {folder}/secret.json ;;
  *"port-forward service/nats"*) echo "Forwarding from 127.0.0.1:{port} -> 4222"; exec sleep 60 ;;
  *"get --raw /version") echo '{{"gitVersion": "v1.36.2"}}' ;;
  *"get resourcequota"*) echo '{{"items": [{{"status": {{"hard": {{"pods": "9"}}, "used": {{"pods": "2"}}}}}}]}}' ;;
  *"auth can-i"*) echo no; exit 1 ;;
  *) echo "Error from server (NotFound)" >&2; exit 1 ;;
esac
"""


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestBus]:
    """A bus that only a cluster reaches, and the kubectl that leads to it."""
    async with bus_in(tmp_path / "bus") as found:
        told = {"url": "nats://nats.proofmark.svc.cluster.local:4222", "passwords": found.server.passwords}
        data = base64.b64encode(json.dumps(told).encode()).decode()
        (tmp_path / "secret.json").write_text(json.dumps({"data": {"bus.json": data}}))
        script = tmp_path / "kubectl"
        script.write_text(KUBECTL.format(folder=tmp_path, port=found.server.port))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        yield found


async def test_a_bus_inside_the_cluster_is_forwarded(running: TestBus, tmp_path: Path) -> None:
    await running.publish(closed("s-r1"))
    async with cluster_bus("lab") as client:
        assert await client.read(StudyClosed, "s-r1") == closed("s-r1")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert all(line.startswith("--namespace proofmark --context lab ") for line in asked)


async def test_every_verb_reaches_it_by_the_environment(running: TestBus, monkeypatch: pytest.MonkeyPatch) -> None:
    await running.publish(closed("s-r1"))
    monkeypatch.setenv("PROOFMARK_BUS", "kubernetes:lab")
    async with bus() as client:
        assert await client.read(StudyClosed, "s-r1") == closed("s-r1")


async def test_what_kubectl_says_is_told(running: TestBus) -> None:
    with pytest.raises(Failure, match=r"kubectl get crd .*: Error from server"):
        await Kubectl("lab").get("crd")


async def test_findings_say_what_a_cluster_has_and_lacks(running: TestBus) -> None:
    found: dict[str, Any] = {f.piece: f.found for f in await cluster_findings("lab")}
    assert found == {
        "API server": "v1.36.2",
        "DesignStudy": None,
        "right to create": None,
        "operator": None,
        "bus, by proofmark-engineer": "answers",
        "quota": "pods 2 of 9",
        "runtime classes": None,
    }
