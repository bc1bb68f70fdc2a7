"""Custom resources: what people apply is submitted, followed in its status, suspended and cancelled."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import kopf
import structlog

from proofmark_chassis import Context, RetryLater
from proofmark_contracts.study import SpecAnswered, StudyClosed, StudyCommanded
from proofmark_operator.api import Refused
from proofmark_operator.cluster import Cluster
from proofmark_operator.conditions import is_trouble, news
from proofmark_operator.facts import Facts, JobState
from proofmark_operator.names import FINALIZER, GROUP, PLURAL, VERSION
from proofmark_operator.outbox import Outbox
from proofmark_operator.resting import Rest
from proofmark_operator.settings import OperatorSettings
from proofmark_operator.status import status_of
from proofmark_operator.submission import event_of, submission

WAIT_S = 1.0

log = structlog.get_logger()


class Resources:
    """Watches the resources of every namespace, and says on the bus what they ask for.

    Everything is found out anew from the bus and the cluster, so nothing is lost when this ends, and two may run.
    """

    def __init__(self, context: Context, outbox: Outbox) -> None:
        assert isinstance(context.settings, OperatorSettings)
        self._context = context
        self._settings = context.settings
        self._cluster = context.resource(Cluster)
        self._outbox = outbox
        self._rest = Rest(context)
        self._jobs: dict[str, JobState] = {}

    async def watch(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._look_at_jobs())
            await kopf.operator(registry=self._registry(), settings=_settings(), standalone=True, clusterwide=True)
            looking.cancel()

    def _registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()
        kopf.on.login(registry=registry)(_login)
        kopf.timer(GROUP, VERSION, PLURAL, interval=self._settings.sync_s, when=_unfinished, registry=registry)(
            self.sync
        )
        kopf.on.field(GROUP, VERSION, PLURAL, field="spec.suspend", registry=registry)(self.suspend)
        kopf.on.delete(GROUP, VERSION, PLURAL, registry=registry)(self.cancel)
        return registry

    async def sync(
        self, spec: kopf.Spec, status: kopf.Status, meta: kopf.Meta, body: kopf.Body, patch: kopf.Patch, **_: Any
    ) -> None:
        """Submit what is new, and bring the status up to date."""
        asked = submission(spec, str(meta.namespace), str(meta.uid))
        event = event_of(asked)
        facts = Facts()
        if status.get("event") == event:
            facts = await self._facts(str(meta.namespace), event, status)
        elif not spec.get("suspend"):
            await self._outbox.publish(asked)
            patch.status["event"] = event
            facts = Facts(submitted=True)
        new = status_of(facts, status, int(meta["generation"]), _now(), self._settings.price_cpu_h)
        if any(status.get(name) != value for name, value in new.items()):
            patch.status.update(new)
            _tell(body, status, new)

    async def suspend(self, old: Any, new: Any, status: kopf.Status, meta: kopf.Meta, **_: Any) -> None:
        """Send the pods away and let the deadline wait, or go on."""
        if bool(old) == bool(new) or "event" not in status:
            return
        study = await self._study(str(meta.namespace), status)
        if study is None or await self._context.read(StudyClosed, study) is not None:
            return
        action = "pause" if new else "resume"
        command = {"tenant": meta.namespace, "study": study, "action": action}
        await self._outbox.publish(StudyCommanded.model_validate(command))
        try:
            found = await self._cluster.suspend(self._settings.namespace, study, bool(new))
        except RetryLater as later:
            raise kopf.TemporaryError(str(later), delay=later.delay_s) from later
        if not found:
            raise kopf.TemporaryError(f"the Job of {study} is not there yet", delay=WAIT_S)

    async def cancel(self, status: kopf.Status, meta: kopf.Meta, **_: Any) -> None:
        """Hold the resource until its study is closed; then nothing of it is left in the cluster."""
        if "event" not in status:
            return
        study = await self._study(str(meta.namespace), status)
        if study is None or await self._context.read(StudyClosed, study) is not None:
            return
        command = {"tenant": meta.namespace, "study": study, "action": "cancel"}
        await self._outbox.publish(StudyCommanded.model_validate(command))
        raise kopf.TemporaryError(f"{study} is still open", delay=WAIT_S)

    async def _study(self, tenant: str, status: Mapping[str, Any]) -> str | None:
        """The study of a submitted resource; None where intake refused it.

        Raises
        ------
        kopf.TemporaryError
            Intake has not answered yet.
        """
        if "study" in status:
            return str(status["study"])
        answer = await self._context.read(SpecAnswered, tenant, status["event"])
        if answer is None:
            raise kopf.TemporaryError("intake has not answered yet", delay=WAIT_S)
        return answer.study

    async def _facts(self, tenant: str, event: str, status: Mapping[str, Any]) -> Facts:
        """What is known by now; answers are kept for days only, so the status remembers the study."""
        answer = await self._context.read(SpecAnswered, tenant, event)
        if answer is None and "study" in status:
            answer = SpecAnswered(tenant=tenant, event=event, study=status["study"])
        job = self._jobs.get(answer.study or "") if answer is not None else None
        return await Facts.read(answer, job, self._context)

    async def _look_at_jobs(self) -> None:
        """Know what the Jobs do, and let idle ones rest; one look serves every resource."""
        while True:
            try:
                self._jobs = await self._cluster.jobs(self._settings.namespace)
                if self._settings.kueue_queue is None:
                    await self._rest.look(self._jobs)
            except (RetryLater, Refused) as problem:
                log.warning("cluster_away", error=str(problem.__cause__ or problem))
            await asyncio.sleep(self._settings.sync_s)


def _settings() -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.persistence.finalizer = FINALIZER
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=GROUP)
    # What it remembers of a resource is an annotation, and all of those together are held to 256 KiB.
    large = ["spec.document", "spec.files"]
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(prefix=GROUP, ignored_fields=large)
    settings.posting.loggers = False
    settings.watching.server_timeout = 60
    settings.watching.client_timeout = 90
    return settings


def _login(**told: Any) -> kopf.ConnectionInfo | None:
    return kopf.login_with_service_account(**told) or kopf.login_with_kubeconfig(**told)


def _unfinished(status: kopf.Status, meta: kopf.Meta, **_: Any) -> bool:
    closed = any(c["type"] == "Closed" and c["status"] == "True" for c in status.get("conditions", ()))
    return not closed or status.get("observedGeneration") != meta["generation"]


def _tell(body: kopf.Body, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """An event for everything that is news."""
    for condition in news(old.get("conditions", ()), new["conditions"]):
        kind = "Warning" if is_trouble(condition) else "Normal"
        message = ": ".join(filter(None, (f"{condition['type']} is {condition['status']}", condition["message"])))
        kopf.event(body, type=kind, reason=condition["reason"], message=message)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
