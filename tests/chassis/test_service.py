"""Services as processes on a real server: how they end, and what becomes of what they had in hand."""

import asyncio
import json
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

from proofmark_chassis import Context, Service
from proofmark_chassis.connection import EXIT_CONNECTION_LOST
from proofmark_chassis.names import durable
from proofmark_chassis.provisioning import Provisioning, provision
from proofmark_chassis.server import EmbeddedServer
from proofmark_chassis.service import EXIT_CONFIGURATION, EXIT_HANDED_BACK
from proofmark_chassis.testing import TestBus, serving
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import ChunkSimulated, ChunkStop
from proofmark_contracts.custody import DesignDecided
from proofmark_contracts.message import Message, Zone
from tests.chassis.examples import assessed, chunk, decided
from tests.chassis.served import GRACE, gate, served

GATE = durable("gate", ReliabilityAssessed)
LONG_LEASE = {"PROOFMARK_LEASE_S": "60"}


async def test_sigterm_lets_what_is_in_work_finish(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log") as service:
        await bus.publish(assessed("sleep-400"))
        await service.logged("handling")
        assert await bus.read(DesignDecided, "sleep-400") is None
        assert await service.terminate() == 0
        assert service.entries("drained")
    assert await bus.read(DesignDecided, "sleep-400") == decided("sleep-400")
    consumer = await bus.clients[Zone.CORE].jetstream().consumer_info("ESTIMATE", GATE)
    assert (consumer.num_ack_pending, consumer.num_redelivered) == (0, 0)


async def test_what_does_not_finish_in_time_is_handed_back_at_once(bus: TestBus, tmp_path: Path) -> None:
    await provision(bus.clients, Provisioning(lease_s=60))
    async with served(bus.server, "gate", tmp_path / "log", LONG_LEASE | {GRACE: "0.2"}) as service:
        await bus.publish(assessed("sleep-600"))
        await service.logged("handling")
        assert await service.terminate() == 0
    assert await bus.read(DesignDecided, "sleep-600") is None
    async with serving(bus, gate(), bus.settings(service="gate", lease_s=60)):
        await bus.wait(DesignDecided, "sleep-600", timeout_s=5)


async def test_a_computation_that_goes_on_holds_up_nobody(bus: TestBus, tmp_path: Path) -> None:
    await provision(bus.clients, Provisioning(lease_s=60))
    async with served(bus.server, "gate", tmp_path / "log", LONG_LEASE | {GRACE: "0.2"}) as service:
        await bus.publish(assessed("compute-30000"))
        await service.logged("handling")
        service.process.terminate()
        assert await service.ended(timeout_s=5) == 0
        assert service.entries("drained")


async def test_what_a_killed_service_had_in_hand_is_done_by_another(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", {"PROOFMARK_LEASE_S": "0.6"}) as service:
        await bus.publish(assessed("sleep-300"))
        await service.logged("handling")
        service.process.kill()
    async with serving(bus, gate()):
        await bus.wait(DesignDecided, "sleep-300")


async def test_a_service_that_waits_for_its_server_ends_when_told(tmp_path: Path) -> None:
    nobody = EmbeddedServer(tmp_path / "bus")
    async with served(nobody, "gate", tmp_path / "log") as service:
        async with asyncio.timeout(20):
            while not _catches_sigterm(service.process.pid):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        assert await service.terminate() == 0


async def test_a_service_waits_for_its_server(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "bus")
    async with served(server, "gate", tmp_path / "log") as service:
        async with asyncio.timeout(20):
            while not _catches_sigterm(service.process.pid):
                await asyncio.sleep(0.02)
        server.start()
        try:
            await service.logged("serving")
        finally:
            server.kill()


async def test_a_connection_that_is_lost_for_good_ends_the_process(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log") as service:
        await bus.publish(assessed("violate-1"))
        assert await service.ended() == EXIT_CONNECTION_LOST == 6
        assert service.entries("connection_lost")


async def test_a_password_that_is_no_longer_valid_ends_the_process(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log") as service:
        await service.logged("serving")
        bus.server.kill()
        configuration = bus.server.home / "nats.json"
        told = json.loads(configuration.read_text())
        (user,) = (u for u in told["accounts"]["trust"]["users"] if u["user"] == "gate@trust")
        user["password"] = "another"
        configuration.write_text(json.dumps(told))
        await asyncio.to_thread(bus.server.start)
        assert await service.ended() == EXIT_CONNECTION_LOST
        assert service.entries("credentials_refused")[0]["user"] == "gate@trust"


async def test_a_wrong_password_ends_a_service_at_its_start_and_is_not_shown(bus: TestBus, tmp_path: Path) -> None:
    wrong = {"PROOFMARK_BUS_PASSWORD_CORE": "hunter2"}
    async with served(bus.server, "gate", tmp_path / "log", wrong) as service:
        assert await service.ended() == EXIT_CONFIGURATION
        assert service.entries("credentials_refused")[0]["user"] == "gate@core"
        assert "AuthorizationError" in service.text
        assert "hunter2" not in service.text


async def test_a_setting_that_is_none_ends_a_service_with_its_name(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", {"PROOFMARK_CONCURRENCY": "many"}) as service:
        assert await service.ended() == EXIT_CONFIGURATION == 42
        assert "SettingsRefused: PROOFMARK_CONCURRENCY: Input should be a valid integer" in service.text


async def test_no_password_is_in_any_log_line(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", {"PROOFMARK_LOG_LEVEL": "DEBUG"}) as service:
        for study in ("fail-1", "quick-1"):
            await bus.publish(assessed(study))
        await bus.wait(DesignDecided, "quick-1")
        await service.logged("handler_failed")
        bus.server.kill()
        await asyncio.to_thread(bus.server.start)
        await bus.publish(assessed("after-1"))
        await bus.wait(DesignDecided, "after-1")
        assert await service.terminate() == 0
        assert "ZeroDivisionError: a bug" in service.text
        for password in bus.server.passwords.values():
            assert password not in service.text


async def test_a_worker_of_one_study_ends_with_it_and_leaves_the_others_alone(bus: TestBus, tmp_path: Path) -> None:
    for study in ("mine-r1", "other-r1"):
        await bus.open_queue(study)
        await bus.publish(chunk(study))
    async with served(bus.server, "simulator", tmp_path / "log", {"PROOFMARK_STUDY": "mine-r1"}) as worker:
        await bus.wait(ChunkSimulated, "mine-r1", 0, 0)
        await asyncio.sleep(0.3)
        assert worker.process.is_alive(), "a dry queue may fill again"
        await bus.publish(chunk("mine-r1", 1))
        await bus.wait(ChunkSimulated, "mine-r1", 0, 1)
        await bus.publish(ChunkStop(study="mine-r1"))
        assert await worker.ended() == 0
    assert await bus.read(ChunkSimulated, "other-r1", 0, 0) is None


async def test_a_worker_that_is_sent_away_says_so_and_hands_its_chunk_back(bus: TestBus, tmp_path: Path) -> None:
    await bus.open_queue("away-r1")
    told = LONG_LEASE | {"PROOFMARK_STUDY": "away-r1", GRACE: "0.2"}
    async with served(bus.server, "simulator", tmp_path / "log", told) as worker:
        await bus.publish(chunk("away-r1", 3000))
        await worker.logged("handling")
        assert await worker.terminate() == EXIT_HANDED_BACK == 143
    async with served(bus.server, "simulator", tmp_path / "again", {"PROOFMARK_STUDY": "away-r1"}) as worker:
        await worker.logged("handling", timeout_s=3)


async def test_a_worker_of_a_study_that_is_over_ends_at_once(bus: TestBus, tmp_path: Path) -> None:
    await bus.publish(ChunkStop(study="over-r1"))
    async with served(bus.server, "simulator", tmp_path / "log", {"PROOFMARK_STUDY": "over-r1"}) as worker:
        assert await worker.ended() == 0


async def test_what_begins_outside_the_bus_is_published(bus: TestBus) -> None:
    service = Service("gate")

    @service.source
    async def outside(context: Context) -> AsyncGenerator[Message, None]:
        yield decided("outside-1")
        yield decided("outside-2")
        await asyncio.sleep(60)

    async with serving(bus, service):
        assert await bus.wait(DesignDecided, "outside-2") == decided("outside-2")
    assert await bus.read(DesignDecided, "outside-1") == decided("outside-1")


def _catches_sigterm(pid: int | None) -> bool:
    """Whether a process has got as far as handling SIGTERM itself."""
    status = Path(f"/proc/{pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
