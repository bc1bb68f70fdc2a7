"""Streams and consumers on a real server: made once, left alone, refused where they mean something else."""

from pathlib import Path
from typing import Any

import pytest
from nats.js import api
from nats.js.errors import NotFoundError

from proofmark_chassis.errors import JetStreamMissing, StreamMismatch
from proofmark_chassis.names import OBJECT_STREAM, STATE_STREAM, advisory_stream, durable
from proofmark_chassis.provisioning import Provisioning, provision
from proofmark_chassis.server import EmbeddedServer
from proofmark_chassis.testing import QUICK, TestBus
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.message import Zone
from proofmark_contracts.services import SERVICES
from proofmark_contracts.streams import STREAMS, Policy, stream_of
from proofmark_contracts.study import StudyOpened
from tests.chassis.examples import decided

GATE = durable("gate", ReliabilityAssessed)


async def everything(bus: TestBus) -> dict[str, Any]:
    """Every stream and consumer with its configuration and what it holds."""
    found: dict[str, Any] = {}
    for zone, client in bus.clients.items():
        stream = client.jetstream()
        for info in await stream.streams_info():
            found[f"{zone}.{info.config.name}"] = (info.config, info.state)
            for consumer in await stream.consumers_info(str(info.config.name)):
                found[f"{zone}.{info.config.name}.{consumer.name}"] = (consumer.config, consumer.created)
    return found


async def test_every_declared_stream_and_consumer_is_there(shared: TestBus) -> None:
    found = await everything(shared)
    for stream in STREAMS:
        config: api.StreamConfig = found[f"{stream.zone}.{stream.name}"][0]
        assert config.subjects == list(stream.subjects)
        assert config.max_bytes == stream.max_bytes
        assert config.storage == api.StorageType.FILE
        assert (config.retention == api.RetentionPolicy.WORK_QUEUE) == (stream.policy is Policy.WORK_QUEUE)
    for zone in Zone:
        assert f"{zone}.{advisory_stream(zone)}" in found
        assert (f"{zone}.{OBJECT_STREAM}" in found) == (zone is not Zone.TRUST)
    assert f"core.{STATE_STREAM}" in found
    for name, role in SERVICES.items():
        for message in role.consumes:
            if stream_of(message).policy is not Policy.WORK_QUEUE:
                assert f"{message.zone}.{message.stream}.{durable(name, message)}" in found


async def test_wakes_come_without_their_bodies_and_waiting_is_not_limited(shared: TestBus) -> None:
    found = await everything(shared)
    wake: api.ConsumerConfig = found[f"compute.RESULT.{durable('aggregator', ChunkSimulated)}"][0]
    waiting: api.ConsumerConfig = found[f"core.STUDY.{durable('intake', StudyOpened)}"][0]
    ordinary: api.ConsumerConfig = found[f"core.ESTIMATE.{GATE}"][0]
    assert (wake.headers_only, ordinary.headers_only) == (True, None)
    assert (waiting.max_deliver, ordinary.max_deliver) == (-1, 40)


async def test_provisioning_again_changes_nothing(bus: TestBus) -> None:
    await bus.publish(decided())
    before = await everything(bus)
    await provision(bus.clients, QUICK)
    assert await everything(bus) == before


async def test_what_an_installation_tuned_is_left_alone(bus: TestBus) -> None:
    stream = bus.clients[Zone.CORE].jetstream()
    config = (await stream.stream_info("STUDY")).config
    config.max_bytes, config.max_age = 12345678, 3600.0
    await stream.update_stream(config)
    await provision(bus.clients, QUICK)
    tuned = (await stream.stream_info("STUDY")).config
    assert (tuned.max_bytes, tuned.max_age) == (12345678, 3600.0)


async def test_leases_follow_the_choice(bus: TestBus) -> None:
    stream = bus.clients[Zone.CORE].jetstream()
    assert (await stream.consumer_info("ESTIMATE", GATE)).config.ack_wait == QUICK.lease_s
    await provision(bus.clients, Provisioning(lease_s=7.0))
    assert (await stream.consumer_info("ESTIMATE", GATE)).config.ack_wait == 7.0


async def test_a_deleted_consumer_is_made_again(bus: TestBus) -> None:
    stream = bus.clients[Zone.CORE].jetstream()
    await stream.delete_consumer("ESTIMATE", GATE)
    with pytest.raises(NotFoundError):
        await stream.consumer_info("ESTIMATE", GATE)
    await provision(bus.clients, QUICK)
    assert (await stream.consumer_info("ESTIMATE", GATE)).config.filter_subject == ReliabilityAssessed.subject_of()


@pytest.mark.parametrize(
    ("altered", "told"),
    [
        ({"subjects": ["pm.v1.study.opened.>"]}, r"subjects: expected \['pm\.v1\.study\.opened\.>', .*got \['pm\.v1"),
        ({"discard": api.DiscardPolicy.OLD, "discard_new_per_subject": False}, "discard: expected 'new', got 'old'"),
        ({"max_msgs_per_subject": -1, "discard_new_per_subject": False}, "max_msgs_per_subject: expected 1, got -1"),
        ({"storage": api.StorageType.MEMORY}, "storage: expected 'file', got 'memory'"),
        ({"retention": api.RetentionPolicy.INTEREST}, "retention: expected 'limits', got 'interest'"),
        ({"republish": api.RePublish(src=">", dest="spy.>")}, "republish: expected None, got RePublish"),
        ({"allow_direct": False}, "allow_direct: expected True, got False"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_stream_that_means_something_else_is_refused(bus: TestBus, altered: dict[str, Any], told: str) -> None:
    stream = bus.clients[Zone.CORE].jetstream()
    config = (await stream.stream_info("STUDY")).config
    await stream.delete_stream("STUDY")
    await stream.add_stream(config.evolve(**altered))
    with pytest.raises(StreamMismatch, match="^stream STUDY means something else: .*" + told) as mismatch:
        await provision(bus.clients, QUICK)
    assert set(mismatch.value.differences) == set(altered)


@pytest.mark.parametrize(
    ("altered", "told"),
    [
        (
            {"filter_subject": StudyOpened.subject_of()},
            r"filter_subject: expected 'pm.v1.reliability.assessed.\*', got 'pm",
        ),
        ({"deliver_policy": api.DeliverPolicy.NEW}, "deliver_policy: expected 'all', got 'new'"),
        ({"headers_only": True}, "headers_only: expected None, got True"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_consumer_that_means_something_else_is_refused(
    bus: TestBus, altered: dict[str, Any], told: str
) -> None:
    stream = bus.clients[Zone.CORE].jetstream()
    config = (await stream.consumer_info("ESTIMATE", GATE)).config
    await stream.delete_consumer("ESTIMATE", GATE)
    await stream.add_consumer("ESTIMATE", config.evolve(**altered))
    with pytest.raises(StreamMismatch, match=f"^consumer {GATE} means something else: {told}"):
        await provision(bus.clients, QUICK)


async def test_a_server_without_jetstream_is_told_apart(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    configuration = tmp_path / "nats.json"
    text = configuration.read_text().replace('"jetstream": "enabled",', "")
    configuration.write_text(text)
    server.start()
    try:
        with pytest.raises(
            JetStreamMissing, match=r"account \w+ of the nats-server: expected JetStream enabled, got none"
        ):
            await server.provision(QUICK)
    finally:
        server.kill()
