"""The Jobs of studies on the API server. What it cannot answer now is asked again later."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

import aiohttp

from proofmark_chassis import RetryLater
from proofmark_operator.api import MERGE, Api, Refused
from proofmark_operator.facts import JobState
from proofmark_operator.names import RESTING_ANNOTATION, STUDY_LABEL, job_name

AGAIN_S = 1.0
PASSING = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED, *(s for s in HTTPStatus if s >= 500)}
"""Answers that another try may change; a token may just have been renewed."""


class Cluster:
    """Jobs, and what is said of them; each call names their namespace."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def create(self, manifest: dict[str, Any]) -> bool:
        """Create a Job; False where it exists: its name is its study's, so nobody ever starts a second one."""
        path = _jobs(manifest["metadata"]["namespace"])
        return await _answered(self._api.ask("POST", path, manifest, fieldValidation="Strict")) is not None

    async def delete(self, namespace: str, study: str) -> bool:
        """Delete a study's Job with its pods; False where there is none."""
        path = f"{_jobs(namespace)}/{job_name(study)}"
        return await _answered(self._api.ask("DELETE", path, propagationPolicy="Background")) is not None

    async def suspend(self, namespace: str, study: str, suspended: bool) -> bool:
        """Send a study's pods away, or let them come again, as its owner says; False where there is no Job."""
        path = f"{_jobs(namespace)}/{job_name(study)}"
        change = {"metadata": {"annotations": {RESTING_ANNOTATION: None}}, "spec": {"suspend": suspended}}
        return await _answered(self._api.ask("PATCH", path, change, kind=MERGE)) is not None

    async def rest(self, namespace: str, study: str, resting: bool, revision: str) -> bool:
        """Let a study's pods rest, or return; False where the Job is not the revision that was seen any more."""
        path = f"{_jobs(namespace)}/{job_name(study)}"
        annotations = {RESTING_ANNOTATION: "true" if resting else None}
        metadata = {"resourceVersion": revision, "annotations": annotations}
        change = {"metadata": metadata, "spec": {"suspend": resting}}
        return await _answered(self._api.ask("PATCH", path, change, kind=MERGE)) is not None

    async def jobs(self, namespace: str) -> dict[str, JobState]:
        """The Jobs of studies, by study."""
        listed = await _answered(self._api.ask("GET", _jobs(namespace), labelSelector=STUDY_LABEL))
        idle = any(not job["status"].get("active") for job in listed["items"])
        refusals = await self._refusals(namespace) if idle else {}
        return {
            job["metadata"]["labels"][STUDY_LABEL]: JobState.of(job, refusals.get(job["metadata"]["name"], ""))
            for job in listed["items"]
        }

    async def quotas(self, namespace: str) -> list[dict[str, Any]]:
        """The statuses of the namespace's quotas."""
        listed = await _answered(self._api.ask("GET", f"/api/v1/namespaces/{namespace}/resourcequotas"))
        return [quota.get("status", {}) for quota in listed["items"]]

    async def _refusals(self, namespace: str) -> dict[str, str]:
        """Why pods could not be created, by Job: the last word of each."""
        path = f"/api/v1/namespaces/{namespace}/events"
        listed = await _answered(self._api.ask("GET", path, fieldSelector="reason=FailedCreate"))
        return {event["involvedObject"]["name"]: event["message"] for event in sorted(listed["items"], key=_when)}


def _jobs(namespace: str) -> str:
    return f"/apis/batch/v1/namespaces/{namespace}/jobs"


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
    except Refused as refusal:
        if refusal.status in PASSING:
            raise RetryLater(AGAIN_S) from refusal
        if refusal.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            raise
        return None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise RetryLater(AGAIN_S) from error
