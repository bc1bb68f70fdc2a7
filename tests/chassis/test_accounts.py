"""Zones on a real server: every role can do its work, and none can reach into a zone it holds no credential for.

What remains possible inside the zone that a credential is for, and is tested here as such: the server answers a
permitted request to whatever reply subject is named, and a stream that listens there stores the answer. So a simulator
can put bytes of its own choice under any subject of compute, by a direct get of what it published: a result of another
study, a stop; first write wins for them too. (What it pulls goes into other streams as well, but keeps its own subject
there.) An outsider can put acknowledgements, but no bytes of its choice, under any subject of the edge, and a rollup
header on an upload empties the edge's object store. Therefore decisions and signatures live in a zone of their own,
consumers hold body against subject, results carry no verdict, objects are checked by digest, and untrusted workers need
an account each.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress

import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import AuthorizationError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import NotFoundError

from proofmark_chassis.accounts import permissions
from proofmark_chassis.connection import connect, leave
from proofmark_chassis.names import OBJECT_STREAM, advisory_stream, casualties, dead_letter_subject, durable
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.queue import StudyQueue
from proofmark_chassis.server import EmbeddedServer, running_server
from proofmark_chassis.slots import Slots
from proofmark_chassis.state import StateStore
from proofmark_chassis.testing import QUICK, TestBus, bus_on
from proofmark_contracts.campaign import ChunkSimulated, ChunkStop
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.messages import MESSAGES
from proofmark_contracts.services import SERVICES
from proofmark_contracts.streams import STREAMS, Policy, stream_of
from proofmark_contracts.study import SpecAnswered, StudyClosed
from tests.chassis.tricks import (
    FORGED,
    ONE_NOW,
    STUDY,
    TRICKS,
    Shot,
    Target,
    Trick,
    api_of_another_account,
    ids_of,
    reply_to_a_direct_get,
    reply_to_a_publish,
    reply_to_a_pull,
    reply_to_an_acknowledgement,
    sourcing_stream,
)

TENANT = "acme"


def names_in(zone: Zone) -> list[str]:
    """The roles that hold a credential for a zone."""
    return [name for name, role in SERVICES.items() if zone in role.zones]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    """A server on which every subject holds a message already."""
    async with running_server(tmp_path_factory.mktemp("guarded"), QUICK, tenant=TENANT) as server:
        async with bus_on(server) as bus:
            await fill(bus)
        yield server


@pytest.fixture
async def filled(guarded: EmbeddedServer) -> AsyncIterator[TestBus]:
    async with bus_on(guarded) as bus:
        yield bus


async def fill(bus: TestBus) -> None:
    await bus.open_queue(STUDY)
    for message in MESSAGES:
        stream = bus.clients[message.zone].jetstream()
        await stream.publish(message.subject_of(*ids_of(message, STUDY)), f"true {message.verb}".encode())
    for zone in (Zone.EDGE, Zone.CORE, Zone.COMPUTE):
        await ObjectStore(bus.clients[zone]).put(f"of {zone}".encode())
    await StateStore(bus.clients[Zone.CORE]).compare_and_set(STUDY, b"true", 0)


@asynccontextmanager
async def client_of(server: EmbeddedServer, name: str, zone: Zone) -> AsyncIterator[Client]:
    client = await server.connect(name, zone)
    try:
        yield client
    finally:
        await leave(client)


async def holdings(bus: TestBus, zones: Iterable[Zone]) -> dict[str, object]:
    """What the streams of some zones hold, and who consumes from them."""
    found: dict[str, object] = {}
    for zone in zones:
        stream = bus.clients[zone].jetstream()
        for info in await stream.streams_info():
            consumers = sorted(c.name for c in await stream.consumers_info(str(info.config.name)))
            found[f"{zone}.{info.config.name}"] = (info.state.messages, info.state.last_seq, consumers)
            found[f"{zone}.{info.config.name}.config"] = info.config.as_dict()
    return found


async def shoot(client: Client, shots: list[Shot]) -> None:
    """Publish all, and again once the server has done what the first round talked it into."""
    for _ in range(2):
        for shot in shots:
            await client.publish(shot.subject, shot.data, reply=shot.reply)
        await client.flush()
        await asyncio.sleep(0.1)


async def listen(client: Client, subjects: Iterable[str]) -> None:
    """Somebody who listens: a consumer pushes to no subject that nobody subscribes to by its very name."""

    async def hear(_message: Msg) -> None:
        return

    for subject in subjects:
        await client.subscribe(subject, cb=hear)
    await client.flush()


def targets(zones: Iterable[Zone]) -> list[Target]:
    """A subject of each message class that nobody wrote yet, and each other kind of subject that streams listen to."""
    found = [Target(m.zone, m.stream, m.subject_of(*ids_of(m, "victim-r1"))) for m in MESSAGES if m.zone in zones]
    for zone in zones:
        found.append(Target(zone, f"DLQ_{zone.upper()}", dead_letter_subject("STUDY", "victim")))
        if zone is not Zone.TRUST:
            found.append(Target(zone, OBJECT_STREAM, "$O.objects.C.victim"))
    if Zone.CORE in zones:
        found.append(Target(Zone.CORE, "KV_state", "$KV.state.victim"))
    return found


@pytest.mark.parametrize("zone", Zone)
async def test_no_trick_from_any_credential_of_a_zone_reaches_another(filled: TestBus, zone: Zone) -> None:
    others = [other for other in Zone if other is not zone]
    before = await holdings(filled, others)
    assert {"trust.DECISION", "core.STUDY"} & before.keys()
    await listen(filled.clients[zone], (target.subject for target in targets(others)))
    shots = [shot for trick in TRICKS for target in targets(others) for shot in trick(zone, target)]
    for name in names_in(zone):
        async with client_of(filled.server, name, zone) as client:
            await shoot(client, shots)
            assert client.is_connected
    assert await holdings(filled, others) == before


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
async def test_the_trick_works_for_who_may_do_anything_in_the_zone(bus: TestBus, trick: Trick) -> None:
    await fill(bus)
    target = Target(Zone.CORE, StudyClosed.stream, StudyClosed.subject_of("victim-r1"))
    before = await bus.count(Zone.CORE, target.stream)
    await listen(bus.clients[Zone.CORE], [target.subject])
    await shoot(bus.clients[Zone.CORE], trick(Zone.CORE, target))
    if trick is sourcing_stream:
        stored = await bus.clients[Zone.CORE].jetstream().get_last_msg("SOURCE0", target.subject)
        assert stored.data == b"true study.opened"
    elif trick is api_of_another_account:
        with pytest.raises(NotFoundError):
            await bus.count(Zone.CORE, target.stream)
    else:
        assert await bus.count(Zone.CORE, target.stream) > before


@pytest.mark.parametrize(
    "trick",
    [reply_to_a_publish, reply_to_a_pull, reply_to_an_acknowledgement, reply_to_a_direct_get],
    ids=lambda trick: trick.__name__,
)
async def test_inside_its_own_zone_a_simulator_can_still_put_something_into_other_streams(
    bus: TestBus, trick: Trick
) -> None:
    await fill(bus)
    before = await bus.count(Zone.COMPUTE, "STOP")
    async with client_of(bus.server, "simulator", Zone.COMPUTE) as client:
        await shoot(client, trick(Zone.COMPUTE, Target(Zone.COMPUTE, "STOP", ChunkStop.subject_of("victim-r1"))))
    assert await bus.count(Zone.COMPUTE, "STOP") > before


async def test_inside_the_edge_an_outsider_can_store_acknowledgements_but_nothing_of_its_choice(bus: TestBus) -> None:
    await fill(bus)
    subject = SpecAnswered.subject_of("victim", "event")
    async with client_of(bus.server, "outsider", Zone.EDGE) as client:
        await client.publish("$O.objects.M.trick", FORGED)
        shots = [shot for trick in TRICKS for shot in trick(Zone.EDGE, Target(Zone.EDGE, "ANSWER", subject))]
        await shoot(client, [*shots, Shot(f"$JS.API.DIRECT.GET.{OBJECT_STREAM}.$O.objects.M.trick", b"", subject)])
    stored = await bus.clients[Zone.EDGE].jetstream().get_last_msg("ANSWER", subject)
    assert stored.data is not None
    assert stored.data.startswith(b'{"stream":"')


async def test_inside_the_edge_an_outsider_can_empty_the_object_store(bus: TestBus) -> None:
    digest = await ObjectStore(bus.clients[Zone.EDGE]).put(b"an upload")
    async with client_of(bus.server, "outsider", Zone.EDGE) as client:
        await client.publish("$O.objects.M.trick", b"", headers={"Nats-Rollup": "all"})
        await client.flush()
    assert digest
    assert await bus.count(Zone.EDGE, OBJECT_STREAM) == 1


async def test_an_outsider_speaks_for_its_own_tenant_only(filled: TestBus) -> None:
    async with client_of(filled.server, "outsider", Zone.EDGE) as client:
        before = await filled.count(Zone.EDGE, "SPEC")
        await client.jetstream().publish(f"pm.v1.spec.submitted.{TENANT}", b"{}", timeout=2)
        await shoot(client, [Shot("pm.v1.spec.submitted.other", b"{}")])
        assert await filled.count(Zone.EDGE, "SPEC") == before + 1


async def _answered(bus: TestBus, heard: Subscription) -> Msg:
    """Answer both tenants until the one is heard: what was told before a subscription held is not told again."""
    while True:
        for tenant in (TENANT, "other"):
            await bus.clients[Zone.EDGE].jetstream().publish(SpecAnswered.subject_of(tenant, "e"), b"{}")
        with suppress(NatsTimeoutError):
            return await heard.next_msg(timeout=2)


async def test_an_outsider_hears_the_answers_to_its_own_tenant_only(filled: TestBus) -> None:
    async with client_of(filled.server, "outsider", Zone.EDGE) as client:
        heard = await client.subscribe(f"pm.v1.spec.answered.{TENANT}.*")
        overheard = [await client.subscribe(s) for s in ("pm.v1.spec.answered.other.*", "pm.v1.>", ">", "$SYS.>")]
        await client.flush()
        async with asyncio.timeout(30):
            told = await _answered(filled, heard)
        assert told.subject == SpecAnswered.subject_of(TENANT, "e")
        await client.flush()
        assert [subscription.pending_msgs for subscription in overheard] == [0, 0, 0, 0]


@pytest.mark.parametrize("name", ["simulator", "outsider"])
async def test_a_password_opens_its_own_zone_alone(filled: TestBus, name: str) -> None:
    (zone,) = SERVICES[name].zones
    password = filled.server.passwords[f"{name}@{zone}"]
    for other in Zone:
        if other is zone:
            await leave(await connect(filled.server.url, other, name, password, on_lost=lambda: None))
        else:
            with pytest.raises(AuthorizationError):
                await connect(filled.server.url, other, name, password, on_lost=lambda: None)


async def test_a_simulator_reads_nothing_of_another_zone(filled: TestBus) -> None:
    async with client_of(filled.server, "simulator", Zone.COMPUTE) as client:
        requests = [f"$JS.API.DIRECT.GET.{m.stream}.{m.subject_of(*ids_of(m, STUDY))}" for m in MESSAGES]
        answers = await asyncio.gather(*(answer(client, request) for request in requests))
    readable = [m for m, data in zip(MESSAGES, answers, strict=True) if data is not None]
    assert readable == [ChunkSimulated, ChunkStop]


async def test_who_only_puts_objects_cannot_read_them(filled: TestBus) -> None:
    async with client_of(filled.server, "engineer", Zone.EDGE) as client:
        mine = await ObjectStore(client).put(b"a secret upload")
        whole = f"$JS.API.DIRECT.GET.{OBJECT_STREAM}"
        requests = [answer(client, whole, b'{"seq": 1}')]
        requests += [answer(client, f"{whole}.{tail}") for tail in ("$O.objects.C.>", "$O.objects.*.*", ">", "$O.>")]
        assert set(await asyncio.gather(*requests)) == {None}
    async with client_of(filled.server, "intake", Zone.EDGE) as client:
        assert await ObjectStore(client).get(mine) == b"a secret upload"


@pytest.mark.parametrize("name", SERVICES)
async def test_a_role_can_publish_its_messages(filled: TestBus, name: str) -> None:
    for message in SERVICES[name].publishes:
        subject = message.subject_of(*ids_of(message, TENANT if message.ids[0] == "tenant" else f"by-{name}"))
        async with client_of(filled.server, name, message.zone) as client:
            acknowledged = await client.jetstream().publish(subject, b"{}", timeout=2)
        assert acknowledged.stream == message.stream


@pytest.mark.parametrize("name", [name for name, role in SERVICES.items() if role.reads and name != "outsider"])
async def test_a_role_can_read_what_it_reads(filled: TestBus, name: str) -> None:
    for message in SERVICES[name].reads:
        subject = message.subject_of(*ids_of(message, STUDY))
        async with client_of(filled.server, name, message.zone) as client:
            assert await answer(client, f"$JS.API.DIRECT.GET.{message.stream}.{subject}"), message


@pytest.mark.parametrize("name", [name for name, role in SERVICES.items() if role.consumes])
async def test_a_role_can_consume_acknowledge_and_park(filled: TestBus, name: str) -> None:
    for message in SERVICES[name].consumes:
        async with client_of(filled.server, name, message.zone) as client:
            await consume(filled, client, name, message)


async def consume(bus: TestBus, client: Client, name: str, message: type[Message]) -> None:
    """Do with one delivery all that a service may have to."""
    queued = stream_of(message).policy is Policy.WORK_QUEUE
    consumer, study = durable(name, message), f"for-{name}"
    await bus.open_queue(study)
    await bus.clients[message.zone].jetstream().publish(message.subject_of(*ids_of(message, study)), b"{}")
    if queued:
        assert study.encode() in (await answer(client, f"$JS.API.CONSUMER.NAMES.{message.stream}") or b"")
    pulls = deliveries(client, message.stream, study if queued else consumer, Slots(1), consumer)
    async with asyncio.timeout(5), aclosing(pulls) as pulled:
        delivered = await anext(pulled)
    await delivered.ack_sync(timeout=2)
    await client.jetstream().publish(dead_letter_subject(message.stream, consumer), b"", timeout=2)
    if not queued:
        advisories = f"$JS.API.CONSUMER.MSG.NEXT.{advisory_stream(message.zone)}.{casualties(name, message.zone)}"
        nothing = await client.request(advisories, ONE_NOW, timeout=2)
        assert (nothing.headers or {})["Status"] == "404"
        sequence = delivered.metadata.sequence.stream
        assert await answer(client, f"$JS.API.DIRECT.GET.{message.stream}", b'{"seq": %d}' % sequence) is not None


@pytest.mark.parametrize("name", SERVICES)
async def test_a_role_can_put_and_get_its_objects(filled: TestBus, name: str) -> None:
    role = SERVICES[name]
    for zone in role.gets_objects:
        digest = await ObjectStore(filled.clients[zone]).put(f"for {name}".encode())
        async with client_of(filled.server, name, zone) as client:
            assert await ObjectStore(client).get(digest) == f"for {name}".encode()
    for zone in role.puts_objects:
        if name == "outsider":
            continue
        async with client_of(filled.server, name, zone) as client:
            digest = await ObjectStore(client).put(f"from {name}".encode())
        assert await ObjectStore(filled.clients[zone]).get(digest) == f"from {name}".encode()


@pytest.mark.parametrize("name", [name for name, role in SERVICES.items() if role.purges])
async def test_who_purges_can(filled: TestBus, name: str) -> None:
    for message in SERVICES[name].purges:
        async with client_of(filled.server, name, message.zone) as client:
            await client.jetstream().purge_stream(message.stream, subject=message.subject_of("purged-r1"))


@pytest.mark.parametrize("name", [name for name, role in SERVICES.items() if role.keeps_state])
async def test_who_keeps_state_can(filled: TestBus, name: str) -> None:
    async with client_of(filled.server, name, Zone.CORE) as client:
        state = StateStore(client)
        revision = await state.compare_and_set(f"{name}.study", b"1", 0)
        assert await state.load(f"{name}.study") == (b"1", revision)


async def test_who_rules_the_queue_can_and_nobody_else_creates_a_consumer(filled: TestBus) -> None:
    assert [name for name, role in SERVICES.items() if role.rules_queue] == ["intake"]
    async with client_of(filled.server, "intake", Zone.COMPUTE) as client:
        queue = StudyQueue(client, QUICK.lease_s)
        for verb in (queue.open, queue.open, queue.pause, queue.resume, queue.purge, queue.remove, queue.remove):
            await verb("ruled-r1")
    for zone in Zone:
        for name in names_in(zone):
            granted = " ".join(permissions(name, zone)["publish"]["allow"])
            assert ("CONSUMER.CREATE" in granted) == ((name, zone) == ("intake", Zone.COMPUTE))
            assert "STREAM.CREATE" not in granted
            assert "STREAM.UPDATE" not in granted


def test_every_stream_is_a_target_of_the_tricks() -> None:
    assert {target.stream for target in targets(Zone)} >= {stream.name for stream in STREAMS}


async def answer(client: Client, subject: str, data: bytes = b"") -> bytes | None:
    """What a request gives, or None where it is refused or finds nothing."""
    try:
        reply = await client.request(subject, data, timeout=0.3)
    except (NatsTimeoutError, NoRespondersError):
        return None
    return None if (reply.headers or {}).get("Status") else reply.data
