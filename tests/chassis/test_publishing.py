"""Facts on a real server: the first write wins, and nothing is believed recorded that is not."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from proofmark_chassis.context import Context
from proofmark_chassis.errors import Conflict, MessageTooLarge
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.settings import ServiceSettings
from proofmark_chassis.testing import TestBus
from proofmark_contracts.assessment import ReliabilityUpdated, RunLog
from proofmark_contracts.campaign import ChunkSimulated, ChunkStop
from proofmark_contracts.custody import DesignDecided, ReportCompiled
from proofmark_contracts.frozen import FileRef
from proofmark_contracts.message import TABLE_BYTES_INLINE, Message, TableMessage, Zone
from tests.chassis.examples import chunk, decided, simulated


def publisher_on(bus: TestBus) -> Publisher:
    return Publisher(bus.clients, {zone: ObjectStore(client) for zone, client in bus.clients.items()})


def context_on(bus: TestBus) -> Context:
    stores = {zone: ObjectStore(client) for zone, client in bus.clients.items()}
    return Context("aggregator", ServiceSettings(), bus.clients, stores)


def live(study: str, samples: int = 0, text: str = "") -> ReliabilityUpdated:
    logs = (RunLog(batch=0, vector=0, status="error", text=text),)
    return ReliabilityUpdated(
        study=study, samples=samples, planned=9, failures=0, missing=0, r_low=0, r_high=1, cpu_s=0, logs=logs
    )


def report(study: str, files: int) -> ReportCompiled:
    return ReportCompiled(study=study, files=(FileRef(path="x" * 400, sha256="ab" * 32, size=1),) * files)


async def limit_bytes(bus: TestBus, zone: Zone, stream: str, max_bytes: int) -> None:
    config = (await bus.clients[zone].jetstream().stream_info(stream)).config
    config.max_bytes = max_bytes
    await bus.clients[zone].jetstream().update_stream(config)


async def test_equal_is_recorded_and_different_is_a_conflict(shared: TestBus) -> None:
    await shared.publish(decided("first-r1", "approved"))
    await shared.publish(decided("first-r1", "approved"))
    with pytest.raises(
        Conflict, match=r"pm\.v1\.design\.decided\.first-r1: expected .{12}, got .{12} already recorded"
    ):
        await shared.publish(decided("first-r1", "rejected"))
    assert await shared.read(DesignDecided, "first-r1") == decided("first-r1", "approved")


async def test_bytes_that_are_no_message_at_all_are_a_conflict_too(shared: TestBus) -> None:
    await shared.clients[Zone.TRUST].jetstream().publish(decided("squat-r1").subject, b"squatter")
    with pytest.raises(Conflict):
        await shared.publish(decided("squat-r1"))


async def test_a_different_result_stands_aside(shared: TestBus) -> None:
    await shared.publish(simulated("aside-r1", table=b"first"))
    with capture_logs() as logs:
        await shared.publish(simulated("aside-r1", table=b"second"))
    assert [entry["event"] for entry in logs] == ["result_stands_aside"]
    found = await shared.read(ChunkSimulated, "aside-r1", 0, 0)
    assert found == simulated("aside-r1", table=b"first")


async def test_what_is_volatile_makes_no_difference(shared: TestBus) -> None:
    await shared.publish(simulated("cost-r1", cpu_s=1.0))
    with capture_logs() as logs:
        await shared.publish(simulated("cost-r1", cpu_s=2.0))
    assert logs == []


async def test_ten_writers_of_one_fact_record_it_once(shared: TestBus) -> None:
    before = await shared.count(Zone.TRUST, "DECISION")
    await asyncio.gather(*(shared.publish(decided("ten-r1")) for _ in range(10)))
    assert await shared.count(Zone.TRUST, "DECISION") == before + 1


async def test_of_two_who_differ_one_is_told(shared: TestBus) -> None:
    outcomes = await asyncio.gather(
        *(shared.publish(decided("differ-r1", verdict)) for verdict in ("approved", "rejected")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]


async def test_a_last_value_is_replaced(shared: TestBus) -> None:
    await shared.publish(ChunkStop(study="stop-r1"))
    await shared.publish(ChunkStop(study="stop-r1"))
    assert await shared.read(ChunkStop, "stop-r1") == ChunkStop(study="stop-r1")


async def test_a_full_stream_is_waited_for_and_never_believed(bus: TestBus) -> None:
    await bus.publish(decided("before-r1"))
    await limit_bytes(bus, Zone.TRUST, "DECISION", 600)
    publishing = asyncio.create_task(bus.publish(decided("full-r1")))
    with capture_logs() as logs:
        await asyncio.sleep(0.4)
    assert not publishing.done()
    assert {(entry["event"], entry["subject"]) for entry in logs} == {("publish_refused", decided("full-r1").subject)}
    assert "maximum bytes exceeded" in logs[0]["error"]
    assert await bus.read(DesignDecided, "full-r1") is None
    await limit_bytes(bus, Zone.TRUST, "DECISION", 1 << 20)
    await publishing
    assert await bus.read(DesignDecided, "full-r1") == decided("full-r1")


async def test_a_full_stream_does_not_hide_a_conflict(bus: TestBus) -> None:
    await bus.publish(decided("full-r1", "approved"))
    await limit_bytes(bus, Zone.TRUST, "DECISION", 600)
    await bus.publish(decided("full-r1", "approved"))
    with pytest.raises(Conflict):
        await bus.publish(decided("full-r1", "rejected"))


async def test_a_fact_said_while_the_server_is_away_is_recorded_once(bus: TestBus) -> None:
    bus.server.kill()
    await bus.disconnected()
    publishing = [asyncio.create_task(bus.publish(decided(f"away{i}-r1"))) for i in range(5)]
    await asyncio.sleep(0.1)
    await asyncio.to_thread(bus.server.start)
    await asyncio.gather(*publishing)
    assert await bus.count(Zone.TRUST, "DECISION") == 5


async def test_a_message_too_large_is_told_before_it_costs_the_connection(shared: TestBus) -> None:
    limit = shared.clients[Zone.CORE].max_payload
    with pytest.raises(MessageTooLarge, match=f"expected at most {limit} bytes with headers, got") as told:
        await shared.publish(report("large-r1", 3000))
    assert (told.value.limit, told.value.size > limit) == (limit, True)
    assert shared.clients[Zone.CORE].is_connected
    assert await shared.read(ReportCompiled, "large-r1") is None


async def test_the_largest_message_that_is_not_refused_really_travels(shared: TestBus) -> None:
    limit = shared.clients[Zone.CORE].max_payload
    one = len(report("s", 2).encode()) - len(report("s", 1).encode())
    largest = 0
    with pytest.raises(MessageTooLarge):
        for files in range(limit // one - 8, limit // one + 1):
            await shared.publish(report(f"edge{files}-r1", files))
            largest = files
    assert len(report("edge-r1", largest).encode()) > 0.99 * limit
    assert await shared.read(ReportCompiled, f"edge{largest}-r1") == report(f"edge{largest}-r1", largest)


@pytest.mark.parametrize("message", [chunk, simulated])
async def test_a_large_table_goes_through_the_object_store_and_comes_back(
    shared: TestBus, message: Callable[..., TableMessage]
) -> None:
    table = os.urandom(TABLE_BYTES_INLINE + 1)
    sent = message("table-r1", n=1, table=table)
    await publisher_on(shared).publish(sent)
    found = await shared.read(type(sent), "table-r1", 0, 1)
    assert found is not None
    assert found.table == b""
    assert found.table_ref is not None
    assert found.table_ref.size == len(table)
    assert await context_on(shared).table(found) == table
    assert found.fingerprint() == sent.fingerprint()
    await publisher_on(shared).publish(sent)


async def test_a_table_that_fits_travels_in_its_message(shared: TestBus) -> None:
    table = os.urandom(TABLE_BYTES_INLINE)
    await publisher_on(shared).publish(simulated("inline-r1", table=table))
    found = await shared.read(ChunkSimulated, "inline-r1", 0, 0)
    assert found is not None
    assert (found.table, found.table_ref) == (table, None)
    assert await context_on(shared).table(found) == table


async def test_a_view_is_shown(shared: TestBus) -> None:
    for samples in range(5):
        await shared.publish(live("view-r1", samples))
    async with asyncio.timeout(5):
        while await shared.read(ReliabilityUpdated, "view-r1") != live("view-r1", 4):
            await asyncio.sleep(0.01)


async def test_a_view_never_holds_up_anybody(bus: TestBus) -> None:
    bus.clients[Zone.CORE]._max_pending_size = 1 << 20  # what is kept while the server is away, 64 MiB elsewhere
    bus.server.kill()
    loop = asyncio.get_running_loop()
    began = loop.time()
    for samples in range(5):
        await bus.publish(live("view-r1", samples, text="x" * 900_000))
        await asyncio.sleep(0.01)
    await bus.publish(live("view-r1", text="x" * (2 << 20)))
    assert loop.time() - began < 1.0


async def test_facts_are_recorded_in_the_order_they_are_returned_in(shared: TestBus) -> None:
    messages: list[Message] = []
    for n in range(10):
        messages += [simulated("returned-r1", n), chunk("order-r1", n)]
    await publisher_on(shared).publish_all(messages)
    stream = shared.clients[Zone.COMPUTE].jetstream()
    sequences = [(await stream.get_last_msg("RESULT", simulated("returned-r1", n).subject)).seq or 0 for n in range(10)]
    assert sequences == sorted(sequences)


async def test_a_fact_that_conflicts_keeps_back_what_follows_it(shared: TestBus) -> None:
    await shared.publish(decided("keep-r1", "approved"))
    with suppress(Conflict):
        await publisher_on(shared).publish_all([decided("keep-r1", "rejected"), simulated("keep-r1")])
    assert await shared.read(ChunkSimulated, "keep-r1", 0, 0) is None
