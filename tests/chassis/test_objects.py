"""Objects by content: what was put is what comes back, or an error that says why not."""

import asyncio
import os

import pytest
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import PubAck

from proofmark_chassis.errors import ObjectAltered, ObjectMissing
from proofmark_chassis.names import OBJECT_BUCKET, OBJECT_STREAM
from proofmark_chassis.objects import PART_BYTES, PARTS_A_REQUEST, ObjectStore
from proofmark_chassis.testing import TestBus
from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import Zone

MIB = 1 << 20
BATCH_BYTES = PART_BYTES * PARTS_A_REQUEST


def store_of(bus: TestBus) -> ObjectStore:
    return ObjectStore(bus.clients[Zone.CORE])


async def parts_of(bus: TestBus, digest: str) -> str:
    """The subject of an object's parts."""
    theirs = await bus.clients[Zone.CORE].jetstream().object_store(OBJECT_BUCKET)
    return f"$O.{OBJECT_BUCKET}.C.{(await theirs.get_info(digest)).nuid}"


@pytest.mark.parametrize(
    "size",
    [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, BATCH_BYTES, BATCH_BYTES + 1, 40 * MIB],
)
async def test_what_was_put_comes_back(shared: TestBus, size: int) -> None:
    data = os.urandom(size)
    digest = await store_of(shared).put(data)
    assert digest == sha256_hex(data)
    assert await store_of(shared).get(digest) == data


async def test_putting_it_again_writes_nothing(shared: TestBus) -> None:
    data = os.urandom(3 * PART_BYTES)
    await store_of(shared).put(data)
    before = await shared.count(Zone.CORE, OBJECT_STREAM)
    assert await store_of(shared).put(data) == sha256_hex(data)
    assert await shared.count(Zone.CORE, OBJECT_STREAM) == before


async def test_an_unknown_object_is_missing(shared: TestBus) -> None:
    with pytest.raises(ObjectMissing, match="object abababababab is not in bucket objects"):
        await store_of(shared).get("ab" * 32)


async def test_an_object_that_lost_a_part_is_missing(shared: TestBus) -> None:
    digest = await store_of(shared).put(os.urandom(3 * PART_BYTES))
    stream = shared.clients[Zone.CORE].jetstream()
    last = await stream.get_last_msg(OBJECT_STREAM, await parts_of(shared, digest))
    assert last.seq is not None
    await stream.delete_msg(OBJECT_STREAM, last.seq)
    with pytest.raises(ObjectMissing):
        await store_of(shared).get(digest)


async def test_an_object_that_was_altered_is_refused(shared: TestBus) -> None:
    data = os.urandom(2 * PART_BYTES)
    digest = await store_of(shared).put(data)
    stream = shared.clients[Zone.CORE].jetstream()
    subject = await parts_of(shared, digest)
    await stream.purge_stream(OBJECT_STREAM, subject=subject)
    forged = data[:-1] + bytes([data[-1] ^ 1])
    await stream.publish(subject, forged[:PART_BYTES])
    await stream.publish(subject, forged[PART_BYTES:])
    with pytest.raises(ObjectAltered, match=f"expected sha256 {digest[:12]}, got {sha256_hex(forged)[:12]}"):
        await store_of(shared).get(digest)


@pytest.mark.parametrize("info", [b"", b"\xff", b"[]", b"{}", b'{"nuid": "x", "chunks": "many"}'])
async def test_an_object_whose_description_was_altered_is_refused(shared: TestBus, info: bytes) -> None:
    digest = await store_of(shared).put(b"described by " + info)
    stream = shared.clients[Zone.CORE].jetstream()
    theirs = await stream.object_store(OBJECT_BUCKET)
    assert (await theirs.get_info(digest)).name == digest
    described = await stream.get_last_msg(OBJECT_STREAM, f"$O.{OBJECT_BUCKET}.M.>")
    assert described.subject is not None
    await stream.publish(described.subject, info, headers={"Nats-Rollup": "sub"})
    with pytest.raises(ObjectAltered):
        await store_of(shared).get(digest)


async def test_a_deleted_object_can_be_put_again(shared: TestBus) -> None:
    data = os.urandom(PART_BYTES + 5)
    digest = await store_of(shared).put(data)
    theirs = await shared.clients[Zone.CORE].jetstream().object_store(OBJECT_BUCKET)
    await theirs.delete(digest)
    with pytest.raises(ObjectMissing):
        await store_of(shared).get(digest)
    assert await store_of(shared).put(data) == digest
    assert await store_of(shared).get(digest) == data


@pytest.mark.parametrize("size", [0, 5, PART_BYTES, 3 * PART_BYTES + 1])
async def test_any_client_of_the_object_store_reads_what_was_put(shared: TestBus, size: int) -> None:
    data = os.urandom(size)
    digest = await store_of(shared).put(data)
    theirs = await shared.clients[Zone.CORE].jetstream().object_store(OBJECT_BUCKET)
    found = await theirs.get(digest)
    assert (found.data or b"") == data
    assert (found.info.size, found.info.name) == (size, digest)


@pytest.mark.parametrize("size", [0, 5, 3 * PART_BYTES + 1])
async def test_what_any_client_put_under_its_digest_can_be_read(shared: TestBus, size: int) -> None:
    data = os.urandom(size)
    theirs = await shared.clients[Zone.CORE].jetstream().object_store(OBJECT_BUCKET)
    await theirs.put(sha256_hex(data), data)
    assert await store_of(shared).get(sha256_hex(data)) == data


async def test_a_put_goes_on_where_a_restart_of_the_server_broke_it(bus: TestBus) -> None:
    data = os.urandom(24 * MIB)
    putting = asyncio.create_task(store_of(bus).put(data))
    async with asyncio.timeout(5):
        while await bus.count(Zone.CORE, OBJECT_STREAM) < 10:
            await asyncio.sleep(0)
    assert not putting.done()
    bus.server.kill()
    await asyncio.to_thread(bus.server.start)
    digest = await putting
    assert await store_of(bus).get(digest) == data
    parts = await bus.clients[Zone.CORE].jetstream().stream_info(OBJECT_STREAM, subjects_filter=">")
    assert parts.state.subjects is not None
    assert sorted(parts.state.subjects.values()) == [1, 96]


async def test_a_part_whose_answer_was_lost_is_not_stored_twice(
    shared: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = JetStreamContext.publish
    lost: set[str] = set()

    async def lose_each_answer_once(
        self: JetStreamContext, subject: str, data: bytes, headers: dict[str, str]
    ) -> PubAck:
        answer = await honest(self, subject, data, headers=headers)
        if (what := f"{subject} {headers}") not in lost:
            lost.add(what)
            raise NatsTimeoutError
        return answer

    before = await shared.count(Zone.CORE, OBJECT_STREAM)
    data = os.urandom(3 * PART_BYTES)
    monkeypatch.setattr(JetStreamContext, "publish", lose_each_answer_once)
    digest = await store_of(shared).put(data)
    assert await store_of(shared).get(digest) == data
    assert await shared.count(Zone.CORE, OBJECT_STREAM) == before + 4
    assert len(lost) == 4


async def test_a_full_bucket_is_waited_for_and_holds_no_part_twice(bus: TestBus) -> None:
    stream = bus.clients[Zone.CORE].jetstream()
    config = (await stream.stream_info(OBJECT_STREAM)).config
    room = config.max_bytes
    config.max_bytes = 2 * MIB
    await stream.update_stream(config)
    data = os.urandom(3 * MIB)
    putting = asyncio.create_task(store_of(bus).put(data))
    await asyncio.sleep(0.5)
    assert not putting.done()
    assert await bus.count(Zone.CORE, OBJECT_STREAM) == 7
    config.max_bytes = room
    await stream.update_stream(config)
    assert await store_of(bus).get(await putting) == data
    assert await bus.count(Zone.CORE, OBJECT_STREAM) == 13
