"""Rest: the pods of a study that waits long for its next batch free the cluster, and come back with the batch.

What is done is written on the Job, so that whoever suspends it himself is never contradicted, and two operators agree.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from proofmark_chassis import Context
from proofmark_chassis.cloudevents import json_object
from proofmark_contracts.campaign import BatchCompleted, BatchPlanned
from proofmark_contracts.study import StudyClosed, StudyCommanded
from proofmark_operator.cluster import Cluster
from proofmark_operator.facts import JobState
from proofmark_operator.settings import OperatorSettings

log = structlog.get_logger()


def rest_or_return(job: JobState, *, batch_open: bool, paused: bool, idle_s: float, patience_s: float) -> bool | None:
    """Whether a study's pods are to rest (True) or to return (False); None leaves them as they are.

    Parameters
    ----------
    job : JobState
    batch_open : bool
        A batch is planned and not completed: its chunks wait, or are with workers.
    paused : bool
        By the study's owner.
    idle_s : float
        How long no batch was open while pods were there.
    patience_s : float
        How long pods wait for one.
    """
    if job.finished is not None:
        return None
    if job.suspended:
        return False if job.resting and batch_open and not paused else None
    return True if not batch_open and idle_s > patience_s else None


def asks_to_pause(command: bytes) -> bool:
    """Whether an owner's last word is to pause; its subject names the study, and what is no command says nothing."""
    try:
        return json_object(command).get("action") == "pause"
    except ValueError:
        return False


@dataclass
class _Progress:
    """How far a study was seen to be; neither a plan nor a completion is ever taken back."""

    batch: int = 0
    """The first that is not completed."""
    planned: bool = False
    idle_since_s: float | None = None


class Rest:
    """Watches whether open studies have chunks, and suspends and resumes their Jobs accordingly."""

    def __init__(self, context: Context) -> None:
        assert isinstance(context.settings, OperatorSettings)
        self._context = context
        self._settings = context.settings
        self._cluster = context.resource(Cluster)
        self._progress: dict[str, _Progress] = {}

    async def look(self, jobs: Mapping[str, JobState]) -> None:
        """Do what the Jobs as they were just seen ask for."""
        self._progress = {study: self._progress.get(study, _Progress()) for study in jobs}
        for study, job in jobs.items():
            if job.finished is None and (job.resting or not job.suspended):
                await self._look_at(study, job)
            else:
                self._progress[study].idle_since_s = None

    async def _look_at(self, study: str, job: JobState) -> None:
        progress = self._progress[study]
        await self._catch_up(study, progress)
        now_s = time.monotonic()
        if progress.planned or job.suspended:
            progress.idle_since_s = None
        elif progress.idle_since_s is None:
            progress.idle_since_s = now_s
        resting = rest_or_return(
            job,
            batch_open=progress.planned,
            paused=job.resting and await self._paused(job.tenant, study),
            idle_s=0.0 if progress.idle_since_s is None else now_s - progress.idle_since_s,
            patience_s=self._settings.idle_s,
        )
        if resting is None or await self._context.read(StudyClosed, study) is not None:
            return
        if await self._cluster.rest(self._settings.namespace, study, resting, job.revision):
            log.info("job_rests" if resting else "job_returns", study=study, batch=progress.batch)

    async def _catch_up(self, study: str, progress: _Progress) -> None:
        while await self._context.received(BatchCompleted, study, progress.batch) is not None:
            progress.batch += 1
            progress.planned = False
        if not progress.planned:
            progress.planned = await self._context.received(BatchPlanned, study, progress.batch) is not None

    async def _paused(self, tenant: str, study: str) -> bool:
        last = await self._context.received(StudyCommanded, tenant, study)
        return last is not None and asks_to_pause(last.data)
