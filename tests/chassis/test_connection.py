"""Connections to a real server, to one that is away, and to things that are none."""

import asyncio
import socket
from pathlib import Path

import pytest
from nats.errors import AuthorizationError, NoServersError

from proofmark_chassis.connection import connect, history, last_message, leave, message_at
from proofmark_chassis.server import EmbeddedServer, free_port
from proofmark_chassis.testing import TestBus
from proofmark_contracts.message import Zone
from proofmark_contracts.study import StudyClosed, StudyCommanded
from tests.chassis.examples import closed

COMMANDS = StudyCommanded.subject_of("acme", "s-r1")


async def test_patience_ends_where_nobody_listens() -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(NoServersError):
        await connect(f"nats://127.0.0.1:{free_port()}", Zone.CORE, "gate", "x", patience_s=0.3)
    assert asyncio.get_running_loop().time() - began < 1.5


async def test_patience_ends_where_somebody_listens_and_says_nothing() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = asyncio.get_running_loop().time()
        with pytest.raises(NoServersError):
            await connect(f"nats://127.0.0.1:{silent.getsockname()[1]}", Zone.CORE, "gate", "x", patience_s=0.3)
        assert asyncio.get_running_loop().time() - began < 1.5


async def test_without_a_limit_patience_lasts_until_the_server_is_there(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    connecting = asyncio.create_task(server.connect("gate", Zone.CORE))
    await asyncio.sleep(0.3)
    assert not connecting.done()
    await asyncio.to_thread(server.start)
    try:
        client = await connecting
        assert client.is_connected
        await leave(client)
    finally:
        server.kill()


@pytest.mark.parametrize("password", ["wrong", None])
async def test_a_wrong_password_is_told_at_once(shared: TestBus, password: str | None) -> None:
    with pytest.raises(AuthorizationError):
        await connect(shared.server.url, Zone.CORE, "gate", password)


async def test_leaving_is_not_losing(shared: TestBus) -> None:
    lost: list[bool] = []
    password = shared.server.passwords["gate@core"]
    client = await connect(shared.server.url, Zone.CORE, "gate", password, on_lost=lambda: lost.append(True))
    await leave(client)
    assert client.is_closed
    assert lost == []


async def test_a_violation_of_the_protocol_loses_the_connection_for_good(shared: TestBus) -> None:
    lost = asyncio.Event()
    password = shared.server.passwords["gate@core"]
    client = await connect(shared.server.url, Zone.CORE, "gate", password, on_lost=lost.set)
    await client.publish("_INBOX_gate.x", b"", headers={"large": "x" * (2 << 20)})
    async with asyncio.timeout(5):
        await lost.wait()
    await leave(client)


async def test_a_restart_of_the_server_is_survived(bus: TestBus) -> None:
    bus.server.kill()
    await bus.disconnected()
    reading = asyncio.create_task(bus.read(StudyClosed, "s-r1"))
    await asyncio.sleep(0.1)
    assert not reading.done()
    await asyncio.to_thread(bus.server.start)
    assert await reading is None
    await bus.publish(closed())
    assert await bus.read(StudyClosed, "s-r1") == closed()


async def test_history_is_every_message_of_a_subject_oldest_first(shared: TestBus) -> None:
    edge = shared.clients[Zone.EDGE]
    for i in range(5):
        await edge.jetstream().publish(COMMANDS, b"mine %d" % i)
        await edge.jetstream().publish(StudyCommanded.subject_of("acme", "other-r1"), b"another's")
    found = await history(edge, "COMMAND", COMMANDS)
    assert [entry.data for entry in found] == [b"mine %d" % i for i in range(5)]
    assert [entry.sequence for entry in found] == sorted(entry.sequence for entry in found)
    assert found[0].at_s <= found[-1].at_s


async def test_nothing_is_no_history(shared: TestBus) -> None:
    edge = shared.clients[Zone.EDGE]
    assert await history(edge, "COMMAND", StudyCommanded.subject_of("acme", "never-r1")) == []
    assert await last_message(edge, "COMMAND", StudyCommanded.subject_of("acme", "never-r1")) is None
    assert await message_at(edge, "COMMAND", 999_999) is None


async def test_a_sender_cannot_date_or_place_its_message(shared: TestBus) -> None:
    edge = shared.clients[Zone.EDGE]
    subject = StudyCommanded.subject_of("acme", "forged-r1")
    forged = {
        "Nats-Sequence": "999999",
        "nats-sequence": "999998",
        "Nats-Subject": "pm.v1.study.command.other.s",
        "nats-subject": "pm.v1.study.command.other.t",
        "Nats-Time-Stamp": "1999-01-01T00:00:00Z",
        "nats-time-stamp": "1998-01-01T00:00:00Z",
        "Status": "404",
    }
    stored = await edge.jetstream().publish(subject, b"pause", headers=forged)
    found = await last_message(edge, "COMMAND", subject)
    assert found is not None
    assert (found.subject, found.sequence, found.data) == (subject, stored.seq, b"pause")
    assert found.at_s > 1.7e9
