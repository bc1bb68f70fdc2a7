"""Operator: gives an open study its pods, takes them away when it is closed, and speaks for custom resources."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import structlog

from proofmark_chassis import Context, Service
from proofmark_chassis.tasks import end
from proofmark_contracts.message import Message
from proofmark_contracts.study import StudyClosed, StudyOpened
from proofmark_operator.api import Api
from proofmark_operator.cluster import Cluster
from proofmark_operator.job import manifest
from proofmark_operator.outbox import Outbox
from proofmark_operator.resources import Resources
from proofmark_operator.settings import OperatorSettings
from proofmark_operator.sizing import pods_wanted, pods_with_room

service = Service("operator", OperatorSettings)
log = structlog.get_logger()


@service.lifespan
async def cluster() -> AsyncIterator[Cluster]:
    api = await Api.connect()
    try:
        yield Cluster(api)
    finally:
        await api.close()


@service.on(StudyOpened)
async def start(opened: StudyOpened, context: Context) -> list[Message]:
    """One Job a study, whoever asked for it; nothing where it is over."""
    if await context.read(StudyClosed, opened.study) is not None:
        return []
    settings, kubernetes = _settings(context), context.resource(Cluster)
    pods = pods_wanted(opened.design.reliability, settings.chunk_vectors, settings.max_pods)
    room = pods_with_room(await kubernetes.quotas(settings.namespace), settings.cpu, settings.memory)
    if room is not None:
        pods = max(1, min(pods, room))
    if await kubernetes.create(manifest(opened, pods, settings)):
        log.info("job_created", study=opened.study, pods=pods)
    return []


@service.on(StudyClosed)
async def finish(closed: StudyClosed, context: Context) -> list[Message]:
    """Its workers have ended or are ending; the Job goes with its pods."""
    if await context.resource(Cluster).delete(_settings(context).namespace, closed.study):
        log.info("job_deleted", study=closed.study)
    return []


@service.source
async def resources(context: Context) -> AsyncGenerator[Message, None]:
    """What custom resources ask for."""
    outbox = Outbox()
    watching = asyncio.create_task(Resources(context, outbox).watch())
    watching.add_done_callback(lambda _: outbox.close())
    try:
        async with aclosing(outbox.messages()) as messages:
            async for message in messages:
                yield message
        await watching
    finally:
        await end([watching])


def _settings(context: Context) -> OperatorSettings:
    assert isinstance(context.settings, OperatorSettings)
    return context.settings
