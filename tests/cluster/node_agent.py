"""A node of the test cluster: runs the pods bound to it as processes, and reports what a kubelet would.

Environment (but for fields of the pod), secret volumes, exit codes, graceful deletion and leases are true; images,
networks, security contexts and limits are not. An image is the service it is named after, forked from a process that
has imported it: fifty pods start in seconds.
"""

import asyncio
import base64
import json
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp

from proofmark_operator.api import MERGE, Api, Refused
from tests.cluster.pod_process import live

BEAT_S = 2.0
LEASE_S = 10
AGAIN_S = 0.3
STRATEGIC = "application/strategic-merge-patch+json"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
PASSING = (aiohttp.ClientError, TimeoutError, Refused)
PASSES = (429, 500, 503)
"""Answers that another try may change."""
WATCH_S = 60
Pod = dict[str, Any]


class NodeAgent:
    """One node and the pods on it, by their uid."""

    def __init__(self, node: str, api: Api, folder: Path, pods: int) -> None:
        self._node = node
        self._api = api
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._pods = str(pods)
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([live.__module__, "proofmark_simulator.service"])
        self._running: dict[str, asyncio.Task[None]] = {}
        self._starting: set[str] = set()
        self._pids: dict[str, int] = {}

    async def run(self) -> None:
        """Register, then watch until cancelled, whatever the API server does."""
        await _until_answered(self._register)
        print("registered", flush=True)
        await asyncio.gather(self._beat(), self._watch())

    async def _register(self) -> None:
        labels = {"kubernetes.io/hostname": self._node, "kubernetes.io/os": "linux"}
        with suppress(Refused):
            await self._api.ask("POST", "/api/v1/nodes", {"metadata": {"name": self._node, "labels": labels}})
        await self._say_ready()
        lease = {"holderIdentity": self._node, "leaseDurationSeconds": LEASE_S, "renewTime": _micro()}
        with suppress(Refused):
            await self._api.ask("POST", LEASES, {"metadata": {"name": self._node}, "spec": lease})

    async def _say_ready(self) -> None:
        """A node once thought lost is ready again when it says so itself."""
        room = {"cpu": "1000", "memory": "1000Gi", "ephemeral-storage": "1000Gi", "pods": self._pods}
        ready = {"type": "Ready", "status": "True", "reason": "TestAgent", "message": ""}
        times = {"lastHeartbeatTime": _now(), "lastTransitionTime": _now()}
        status = {"status": {"capacity": room, "allocatable": room, "conditions": [ready | times]}}
        await self._api.ask("PATCH", f"/api/v1/nodes/{self._node}/status", status, kind=MERGE)

    async def _beat(self) -> None:
        while True:
            with suppress(*PASSING):
                await self._say_ready()
                beat = {"spec": {"renewTime": _micro()}}
                await self._api.ask("PATCH", f"{LEASES}/{self._node}", beat, kind=MERGE)
            await asyncio.sleep(BEAT_S)

    async def _watch(self) -> None:
        mine = f"spec.nodeName={self._node}"
        while True:
            with suppress(*PASSING):
                listed = await self._api.ask("GET", "/api/v1/pods", fieldSelector=mine)
                for pod in listed["items"]:
                    self._take(pod)
                more = {"watch": "true", "resourceVersion": listed["metadata"]["resourceVersion"]}
                more |= {"timeoutSeconds": str(WATCH_S)}
                answer = await self._api.opened(
                    "GET",
                    "/api/v1/pods",
                    None,
                    kind="application/json",
                    timeout_s=2 * WATCH_S,
                    fieldSelector=mine,
                    **more,
                )
                async for line in answer.content:
                    event = json.loads(line)
                    if event["type"] in ("ADDED", "MODIFIED"):
                        self._take(event["object"])
            await asyncio.sleep(AGAIN_S)

    def _take(self, pod: Pod) -> None:
        """Start a pod that is new, end one that is to be deleted."""
        uid = pod["metadata"]["uid"]
        if "deletionTimestamp" in pod["metadata"]:
            if uid in self._pids:
                self._terminate(uid, pod["metadata"].get("deletionGracePeriodSeconds", 30))
            elif uid in self._starting or uid not in self._running:
                self._starting.discard(uid)
                if uid in self._running:
                    self._running[uid].cancel()
                self._running[uid] = asyncio.create_task(self._remove(pod))
        elif pod["status"].get("phase") == "Pending" and uid not in self._running:
            self._starting.add(uid)
            self._running[uid] = asyncio.create_task(self._live(pod))
            self._running[uid].add_done_callback(_say_if_failed)

    def _terminate(self, uid: str, grace_s: float) -> None:
        """SIGTERM, and SIGKILL to what is still there after its grace."""
        pid = self._pids[uid]

        def kill() -> None:
            if self._pids.get(uid) == pid:
                _signal(pid, signal.SIGKILL)

        _signal(pid, signal.SIGTERM)
        asyncio.get_running_loop().call_later(grace_s, kill)

    async def _live(self, pod: Pod) -> None:
        """The life of a pod, from its start to the report of its end."""
        uid = pod["metadata"]["uid"]
        environment = await self._environment(pod)
        (container,) = pod["spec"]["containers"]
        process = self._processes.Process(
            target=live, args=(service_of(container["image"]), environment, self._log(pod))
        )
        process.start()
        self._starting.discard(uid)
        assert process.pid is not None
        self._pids[uid] = process.pid
        began = _now()
        await self._report(pod, _status(pod, "Running", {"running": {"startedAt": began}}, process.pid))
        code = await _ended(process)
        del self._pids[uid]
        end = {"exitCode": code, "reason": "Error" if code else "Completed", "startedAt": began, "finishedAt": _now()}
        await self._report(pod, _status(pod, "Failed" if code else "Succeeded", {"terminated": end}, process.pid))
        await self._remove_if_told(pod)

    async def _environment(self, pod: Pod) -> dict[str, str]:
        """What the container is told; paths into its secret volumes lead to where they lie here."""
        (container,) = pod["spec"]["containers"]
        told = {entry["name"]: entry["value"] for entry in container.get("env", ()) if "value" in entry}
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}
        for mount in container.get("volumeMounts", ()):
            if "secret" in volumes[mount["name"]]:
                place = await self._secret(pod, volumes[mount["name"]]["secret"])
                told = {name: value.replace(mount["mountPath"], str(place)) for name, value in told.items()}
        return told | {"TMPDIR": str(self._folder)}

    async def _secret(self, pod: Pod, volume: dict[str, Any]) -> Path:
        place = _private_folder(self._folder / pod["metadata"]["uid"])
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/secrets/{volume['secretName']}"
        # For a moment the API server does not know yet that a pod with this secret is on this node: 403.
        data = (await _until_answered(lambda: self._api.ask("GET", path), passes=(403, *PASSES)))["data"]
        for item in volume["items"]:
            (place / item["path"]).write_bytes(base64.b64decode(data[item["key"]]))
        return place

    async def _report(self, pod: Pod, status: dict[str, Any]) -> None:
        change = {"metadata": {"uid": pod["metadata"]["uid"]}, "status": status}
        with suppress(Refused):
            await _until_answered(lambda: self._api.ask("PATCH", f"{_path(pod)}/status", change, kind=STRATEGIC))

    async def _remove_if_told(self, pod: Pod) -> None:
        with suppress(Refused):
            now = (await _until_answered(lambda: self._api.ask("GET", _path(pod))))["metadata"]
            if now["uid"] == pod["metadata"]["uid"] and "deletionTimestamp" in now:
                await self._remove(pod)

    async def _remove(self, pod: Pod) -> None:
        at_once = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        with suppress(Refused):
            await _until_answered(lambda: self._api.ask("DELETE", _path(pod), at_once))
        self._running.pop(pod["metadata"]["uid"], None)

    def _log(self, pod: Pod) -> str:
        return str(self._folder / f"{pod['metadata']['name']}.log")


def _say_if_failed(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logging.error("a pod's life ended in an error", exc_info=error)


def _private_folder(place: Path) -> Path:
    place.mkdir(mode=0o700)
    return place


def _path(pod: Pod) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def service_of(image: str) -> str:
    """The service that an image is named after: `registry/proofmark-simulator:0.1.0` runs `simulator`."""
    return image.rsplit("/", 1)[-1].partition(":")[0].removeprefix("proofmark-")


def _status(pod: Pod, phase: str, state: dict[str, Any], pid: int) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    running = "True" if phase == "Running" else "False"
    return {
        "phase": phase,
        "startTime": pod["metadata"]["creationTimestamp"],
        "podIP": "127.0.0.1",
        "podIPs": [{"ip": "127.0.0.1"}],
        "conditions": [
            {"type": kind, "status": running, "lastTransitionTime": _now()} for kind in ("ContainersReady", "Ready")
        ],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": container["image"],
                "containerID": f"process://{pid}",
                "restartCount": 0,
                "ready": phase == "Running",
                "started": phase == "Running",
                "state": state,
            }
        ],
    }


async def _ended(process: ForkServerProcess) -> int:
    """The exit code as a container runtime says it, once there is one."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    await ended.wait()
    loop.remove_reader(process.sentinel)
    process.join()
    code = process.exitcode
    assert code is not None
    return 128 - code if code < 0 else code


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


async def _until_answered(ask: Callable[[], Awaitable[Any]], passes: Collection[int] = PASSES) -> Any:
    """The answer, however long the API server is away; what it refuses is raised."""
    while True:
        try:
            return await ask()
        except (aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(AGAIN_S)
        except Refused as refusal:
            if refusal.status not in passes:
                raise
            await asyncio.sleep(AGAIN_S)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _main() -> None:
    node, kubeconfig, folder, pods = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    api = await Api.connect(kubeconfig)
    await NodeAgent(node, api, Path(folder), int(pods)).run()


def main() -> None:
    """Run the node that the arguments name: NODE KUBECONFIG FOLDER PODS."""
    asyncio.run(_main())
