"""How commands reach a Proofmark in a Kubernetes cluster: through kubectl, with the rights of whoever calls it."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from proofmark.client import OperatorClient, operator
from proofmark.exits import Exit
from proofmark.failures import Failure

NAMESPACE = "proofmark"
SECRET = "proofmark-engineer"
INSIDE = ".svc.cluster.local"
FORWARD_S = 15.0
KUBERNETES = "kubernetes:"
"""`kubernetes:CONTEXT` where a bus is named; without a context, kubectl's current one."""


class Kubectl:
    """kubectl in one context and in Proofmark's namespace."""

    def __init__(self, context: str = "") -> None:
        found = shutil.which("kubectl")
        if found is None:
            raise Failure("kubectl: expected on PATH, found none", Exit.USAGE)
        self._command = [found, "--namespace", NAMESPACE, *(["--context", context] if context else [])]

    async def run(self, *arguments: str) -> str:
        """What it prints.

        Raises
        ------
        Failure
            It failed; the message is its own.
        """
        started = await asyncio.create_subprocess_exec(
            *self._command, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, error = await started.communicate()
        if started.returncode != 0:
            raise Failure(f"kubectl {' '.join(arguments)}: {error.decode().strip()}", Exit.BUS_UNREACHABLE)
        return out.decode()

    async def get(self, *arguments: str) -> Any:
        return json.loads(await self.run("get", *arguments, "--output", "json"))

    @asynccontextmanager
    async def forwarded(self, service: str, port: int) -> AsyncIterator[int]:
        """A port of this machine that leads to a service's, as long as the block."""
        forward = await asyncio.create_subprocess_exec(
            *self._command,
            "port-forward",
            f"service/{service}",
            f":{port}",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert forward.stdout is not None
        assert forward.stderr is not None
        try:
            async with asyncio.timeout(FORWARD_S):
                line = (await forward.stdout.readline()).decode()
            if not line:
                told = (await forward.stderr.read()).decode().strip()
                raise Failure(f"kubectl port-forward service/{service}: {told}", Exit.BUS_UNREACHABLE)
            # Forwarding from 127.0.0.1:40123 -> 4222
            yield int(line.split(" -> ")[0].rsplit(":", 1)[1])
        finally:
            with suppress(ProcessLookupError):
                forward.terminate()
            await forward.wait()


@asynccontextmanager
async def cluster_bus(context: str) -> AsyncIterator[OperatorClient]:
    """Connect to a cluster's bus as its engineer; a bus that only the cluster reaches is forwarded."""
    kubectl = Kubectl(context)
    secret = await kubectl.get("secret", SECRET)
    told = json.loads(base64.b64decode(secret["data"]["bus.json"]))
    where = urlsplit(told["url"])
    if not (where.hostname or "").endswith(INSIDE):
        async with operator(told["url"], told["passwords"]) as client:
            yield client
        return
    async with (
        kubectl.forwarded(str(where.hostname).partition(".")[0], where.port or 4222) as port,
        operator(f"nats://127.0.0.1:{port}", told["passwords"]) as client,
    ):
        yield client
