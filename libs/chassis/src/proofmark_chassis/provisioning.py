"""Streams, buckets and consumers, made from the contracts; refuses what exists and means something else."""

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Any

from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.js import JetStreamContext, api
from nats.js.errors import APIError, NotFoundError

from proofmark_chassis.errors import JetStreamMissing, StreamMismatch
from proofmark_chassis.names import (
    OBJECT_BUCKET,
    OBJECT_STREAM,
    STATE_BUCKET,
    STATE_STREAM,
    advisory_stream,
    casualties,
    durable,
    max_deliveries_advisory,
)
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.services import SERVICES, Role
from proofmark_contracts.streams import DAY_S, MIB, STREAMS, Policy, Stream, stream_of

GIB = 1024 * MIB
MAX_DELIVERIES = 40
"""Deliveries of one message to dying workers before it counts as a casualty; waiting handlers are not limited."""
OBJECT_BYTES = {Zone.EDGE: GIB, Zone.CORE: 16 * GIB, Zone.COMPUTE: 4 * GIB}


@dataclass(frozen=True)
class Provisioning:
    """What an installation chooses: how fast work is handed on, and on how many servers data stands."""

    lease_s: float = 5.0
    replicas: int = 1


async def provision(clients: dict[Zone, Client], choice: Provisioning = Provisioning()) -> None:
    """Create what is missing in every zone, and tune leases to the choice.

    Raises
    ------
    JetStreamMissing
        The server does not store messages.
    StreamMismatch
        A stream or consumer of ours exists and differs in what it means.
    """
    await asyncio.gather(*(_provision_zone(zone, client, choice) for zone, client in clients.items()))


async def _provision_zone(zone: Zone, client: Client, choice: Provisioning) -> None:
    stream = client.jetstream()
    await _expect_jetstream(stream, zone)
    for declared in (s for s in STREAMS if s.zone == zone):
        await _ensure_stream(stream, stream_config(declared, choice.replicas))
    await _ensure_stream(stream, _advisories(zone, choice.replicas))
    if zone in OBJECT_BYTES:
        await _ensure_stream(stream, _object_bucket(zone, choice.replicas))
    if zone is Zone.CORE:
        await _ensure_stream(stream, _state_bucket(choice.replicas))
    for name, role in SERVICES.items():
        await _ensure_consumers(stream, name, role, zone, choice)


async def _expect_jetstream(stream: JetStreamContext, zone: Zone) -> None:
    try:
        await stream.account_info()
    except (APIError, NoRespondersError) as error:
        raise JetStreamMissing(zone) from error


def stream_config(declared: Stream, replicas: int) -> api.StreamConfig:
    """A declared stream in the server's words."""
    queue = declared.policy is Policy.WORK_QUEUE
    return api.StreamConfig(
        name=declared.name,
        subjects=list(declared.subjects),
        retention=api.RetentionPolicy.WORK_QUEUE if queue else api.RetentionPolicy.LIMITS,
        # A lone server forgets a memory stream, and its configuration, when it restarts.
        storage=api.StorageType.FILE,
        max_bytes=declared.max_bytes,
        max_age=declared.max_age_s or 0,
        max_msgs_per_subject=-1 if declared.policy is Policy.EVERY else 1,
        discard=api.DiscardPolicy.NEW if declared.first_write_wins else api.DiscardPolicy.OLD,
        discard_new_per_subject=declared.first_write_wins,
        allow_direct=True,
        num_replicas=replicas,
    )


def _advisories(zone: Zone, replicas: int) -> api.StreamConfig:
    return api.StreamConfig(
        name=advisory_stream(zone),
        subjects=[max_deliveries_advisory("*", "*")],
        retention=api.RetentionPolicy.LIMITS,
        max_bytes=16 * MIB,
        max_age=30 * DAY_S,
        storage=api.StorageType.FILE,
        num_replicas=replicas,
    )


def _object_bucket(zone: Zone, replicas: int) -> api.StreamConfig:
    return api.StreamConfig(
        name=OBJECT_STREAM,
        subjects=[f"$O.{OBJECT_BUCKET}.C.>", f"$O.{OBJECT_BUCKET}.M.>"],
        retention=api.RetentionPolicy.LIMITS,
        max_bytes=OBJECT_BYTES[zone],
        discard=api.DiscardPolicy.NEW,
        allow_rollup_hdrs=True,
        allow_direct=True,
        storage=api.StorageType.FILE,
        num_replicas=replicas,
    )


def _state_bucket(replicas: int) -> api.StreamConfig:
    return api.StreamConfig(
        name=STATE_STREAM,
        subjects=[f"$KV.{STATE_BUCKET}.>"],
        retention=api.RetentionPolicy.LIMITS,
        max_msgs_per_subject=1,
        max_bytes=GIB,
        discard=api.DiscardPolicy.NEW,
        allow_rollup_hdrs=True,
        allow_direct=True,
        storage=api.StorageType.FILE,
        num_replicas=replicas,
    )


STREAM_MEANING = (
    "subjects",
    "retention",
    "storage",
    "discard",
    "discard_new_per_subject",
    "max_msgs_per_subject",
    "allow_direct",
    "allow_rollup_hdrs",
    "mirror",
    "sources",
    "republish",
    "subject_transform",
)
"""What must agree; sizes, ages and replicas are the installation's to tune."""
CONSUMER_MEANING = (
    "filter_subject",
    "filter_subjects",
    "ack_policy",
    "deliver_policy",
    "deliver_subject",
    "headers_only",
)
CONSUMER_TUNING = ("ack_wait", "max_deliver", "max_ack_pending")


async def _ensure_stream(stream: JetStreamContext, wanted: api.StreamConfig) -> None:
    try:
        found = (await stream.stream_info(str(wanted.name))).config
    except NotFoundError:
        await stream.add_stream(wanted)
        return
    _compare(f"stream {wanted.name}", wanted, found, STREAM_MEANING)


async def _ensure_consumers(stream: JetStreamContext, name: str, role: Role, zone: Zone, choice: Provisioning) -> None:
    consumed = [m for m in role.consumes if m.zone == zone and stream_of(m).policy is not Policy.WORK_QUEUE]
    for message in consumed:
        await _ensure_consumer(stream, message.stream, _durable(name, role, message, choice))
    if consumed:
        watched = [max_deliveries_advisory(m.stream, durable(name, m)) for m in consumed]
        config = api.ConsumerConfig(
            durable_name=casualties(name, zone),
            filter_subjects=watched if len(watched) > 1 else None,
            filter_subject=watched[0] if len(watched) == 1 else None,
            ack_policy=api.AckPolicy.EXPLICIT,
            ack_wait=choice.lease_s,
            num_replicas=choice.replicas,
        )
        await _ensure_consumer(stream, advisory_stream(zone), config)


def _durable(name: str, role: Role, message: type[Message], choice: Provisioning) -> api.ConsumerConfig:
    return api.ConsumerConfig(
        durable_name=durable(name, message),
        filter_subject=message.subject_of(),
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=choice.lease_s,
        max_deliver=-1 if message in role.waits else MAX_DELIVERIES,
        max_ack_pending=100_000 if message in role.waits else 1000,
        headers_only=message in role.woken_by or None,
        num_replicas=choice.replicas,
    )


async def _ensure_consumer(stream: JetStreamContext, name: str, wanted: api.ConsumerConfig) -> None:
    try:
        found = (await stream.consumer_info(name, str(wanted.durable_name))).config
    except NotFoundError:
        await stream.add_consumer(name, wanted)
        return
    _compare(f"consumer {wanted.durable_name}", wanted, found, CONSUMER_MEANING)
    if _differences(wanted, found, CONSUMER_TUNING):
        await stream.add_consumer(name, wanted)


def _compare(name: str, wanted: Any, found: Any, fields: tuple[str, ...]) -> None:
    if differences := _differences(wanted, found, fields):
        raise StreamMismatch(name, differences)


def _differences(wanted: Any, found: Any, fields: tuple[str, ...]) -> dict[str, tuple[object, object]]:
    """What was wanted and what was found, where they differ; the server leaves out what is empty."""
    pairs = {field: (_plain(getattr(wanted, field)), _plain(getattr(found, field))) for field in fields}
    return {field: (want, got) for field, (want, got) in pairs.items() if (want or None) != (got or None)}


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
