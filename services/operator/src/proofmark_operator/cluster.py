"""The Jobs of studies on the API server. What it cannot answer now is asked again later."""

import json
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any, Self

import aiohttp
from kubernetes import aio

from proofmark_chassis import RetryLater
from proofmark_operator.facts import JobState
from proofmark_operator.names import STUDY_LABEL, job_name

AGAIN_S = 1.0
PATIENCE: dict[str, Any] = {"_request_timeout": 10.0}
RAW: dict[str, Any] = {"_preload_content": False}
"""Lists as JSON: the client's own objects take many times as long to make."""
PASSING = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED, *(s for s in HTTPStatus if s >= 500)}
"""Answers that another try may change; a token may just have been renewed."""


class Cluster:
    """Jobs, and what is said of them; each call names their namespace."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self._batch: Any = aio.client.BatchV1Api(api)
        self._core: Any = aio.client.CoreV1Api(api)

    @classmethod
    async def connect(cls) -> Self:
        """By the pod's service account, else by KUBECONFIG."""
        try:
            aio.config.load_incluster_config()  # type: ignore[no-untyped-call]
        except aio.config.ConfigException:
            await aio.config.load_kube_config()  # type: ignore[no-untyped-call]
        return cls(aio.client.ApiClient())

    async def close(self) -> None:
        await self._api.close()

    async def create(self, manifest: dict[str, Any]) -> bool:
        """Create a Job; False where it exists: its name is its study's, so nobody ever starts a second one."""
        namespace = manifest["metadata"]["namespace"]
        return await _answered(self._batch.create_namespaced_job(namespace, manifest, **PATIENCE)) is not None

    async def delete(self, namespace: str, study: str) -> bool:
        """Delete a study's Job with its pods; False where there is none."""
        name = job_name(study)
        deleting = self._batch.delete_namespaced_job(name, namespace, propagation_policy="Background", **PATIENCE)
        return await _answered(deleting) is not None

    async def suspend(self, namespace: str, study: str, suspended: bool) -> bool:
        """Send a study's pods away, or let them come again; False where there is no Job."""
        change = {"spec": {"suspend": suspended}}
        return (
            await _answered(self._batch.patch_namespaced_job(job_name(study), namespace, change, **PATIENCE))
            is not None
        )

    async def jobs(self, namespace: str) -> dict[str, JobState]:
        """The Jobs of studies, by study."""
        listed = await _answered(
            self._batch.list_namespaced_job(namespace, label_selector=STUDY_LABEL, **RAW, **PATIENCE)
        )
        found = json.loads(await listed.read())["items"]
        refusals = await self._refusals(namespace) if any(not job["status"].get("active") for job in found) else {}
        return {
            job["metadata"]["labels"][STUDY_LABEL]: JobState.of(job, refusals.get(job["metadata"]["name"], ""))
            for job in found
        }

    async def quotas(self, namespace: str) -> list[dict[str, Any]]:
        """The statuses of the namespace's quotas."""
        listed = await _answered(self._core.list_namespaced_resource_quota(namespace, **RAW, **PATIENCE))
        return [quota.get("status", {}) for quota in json.loads(await listed.read())["items"]]

    async def _refusals(self, namespace: str) -> dict[str, str]:
        """Why pods could not be created, by Job: the last word of each."""
        said = "reason=FailedCreate,involvedObject.kind=Job"
        listed = await _answered(self._core.list_namespaced_event(namespace, field_selector=said, **RAW, **PATIENCE))
        events = json.loads(await listed.read())["items"]
        return {event["involvedObject"]["name"]: event["message"] for event in sorted(events, key=_when)}


def _when(event: dict[str, Any]) -> str:
    return event.get("lastTimestamp") or event.get("eventTime") or ""


async def _answered(request: Awaitable[Any]) -> Any:
    """What the server answers; None where what is asked for is not there, or is there already.

    Raises
    ------
    RetryLater
        The server is away, overloaded, or wants to be asked again.
    """
    try:
        return await request
    except aio.client.ApiException as error:
        if error.status in PASSING:
            raise RetryLater(AGAIN_S) from error
        if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            raise
        return None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise RetryLater(AGAIN_S) from error
