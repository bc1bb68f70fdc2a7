"""Health, readiness and metrics of a real service, as a platform asks for them."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from proofmark_chassis.names import durable
from proofmark_chassis.testing import TestBus
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.custody import DesignDecided
from tests.chassis.examples import assessed, simulated
from tests.chassis.served import Served, served

GATE = durable("gate", ReliabilityAssessed)
FOLD = durable("aggregator", ChunkSimulated)
HTTP = {"PROOFMARK_HTTP_PORT": "0"}


async def ask(port: int, request: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of an answer."""
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request.encode())
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        await writer.wait_closed()
    status, *lines = head.split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in lines), body


async def get(port: int, path: str) -> tuple[int, dict[str, str], str]:
    return await ask(port, f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")


async def port_of(service: Served) -> int:
    return int((await service.logged("http_listening"))["port"])


async def test_ready_says_whether_every_zone_is_there(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", HTTP) as service:
        port = await port_of(service)
        await service.logged("serving")
        assert (await get(port, "/readyz"))[::2] == (200, "ready\n")
        bus.server.kill()
        async with asyncio.timeout(5):
            while (answer := await get(port, "/readyz"))[0] != 503:
                await asyncio.sleep(0.02)
        assert answer[2].startswith("not ready; zones away: ")
        assert (await get(port, "/healthz"))[::2] == (200, "ok\n")
        await asyncio.to_thread(bus.server.start)
        async with asyncio.timeout(5):
            while (await get(port, "/readyz"))[0] != 200:
                await asyncio.sleep(0.02)


async def test_metrics_count_what_happened(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", HTTP) as service:
        for study in ("quick-1", "quick-2", "fail-1"):
            await bus.publish(assessed(study))
        for study in ("quick-1", "quick-2"):
            await bus.wait(DesignDecided, study)
        await bus.clients[ReliabilityAssessed.zone].jetstream().publish(assessed("bad").subject, b"garbage")
        await service.logged("dead_letter")
        async with asyncio.timeout(10):
            while len(service.entries("handler_failed")) < 2:
                await asyncio.sleep(0.02)
        status, headers, body = await get(await port_of(service), "/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(body)}
    assert families["proofmark_deliveries"].type == "counter"
    counted = {
        (sample.labels["consumer"], sample.labels["outcome"]): sample.value
        for sample in families["proofmark_deliveries"].samples
        if sample.name == "proofmark_deliveries_total"
    }
    assert counted[GATE, "done"] == 2
    assert counted[GATE, "parked"] == 1
    assert counted[GATE, "failed"] >= 1
    (parked,) = [s for s in families["proofmark_dead_letters"].samples if s.name == "proofmark_dead_letters_total"]
    assert (parked.labels["consumer"], parked.value) == (GATE, 1)
    (published,) = [s for s in families["proofmark_published"].samples if s.name == "proofmark_published_total"]
    assert (published.labels["message"], published.labels["outcome"]) == ("design.decided", "approved")
    assert published.value == 2
    assert {"proofmark_redeliveries", "proofmark_handling_seconds", "proofmark_consumer_pending"} <= families.keys()
    assert "quick-1" not in body


async def test_what_counts_failures_is_there_before_the_first(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", HTTP) as service:
        port = await port_of(service)
        await service.logged("serving")
        found = await counted(port)
    assert {found[f"proofmark_deliveries_total {GATE} {outcome}"] for outcome in ("done", "failed", "parked")} == {0}
    assert found[f"proofmark_redeliveries_total {GATE}"] == found[f"proofmark_dead_letters_total {GATE}"] == 0


async def test_metrics_tell_what_waits_from_what_is_in_work(bus: TestBus, tmp_path: Path) -> None:
    told = {**HTTP, "PROOFMARK_CONCURRENCY": "2"}
    pending, in_work = f"proofmark_consumer_pending {GATE}", f"proofmark_in_work {GATE}"
    for _ in range(5):
        await bus.publish(assessed(f"sleep-{1000 + _}"))
    async with served(bus.server, "gate", tmp_path / "log", told) as service:
        await service.logged("handling")
        port = await port_of(service)
        await until(port, {pending: 3, in_work: 2})
        await bus.wait(DesignDecided, "sleep-1004")
        await until(port, {pending: 0, in_work: 0})


async def test_a_fold_counts_what_wakes_it_and_whether_intervals_narrow(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "aggregator", tmp_path / "log", HTTP) as service:
        for n in range(3):
            await bus.publish(simulated("counted-1", n))
        port = await port_of(service)
        done = f"proofmark_deliveries_total {FOLD} done"
        await until(port, {done: 3, f"proofmark_in_work {FOLD}": 0, f"proofmark_consumer_pending {FOLD}": 0})
        await until(port, {"proofmark_intervals_total yes": 1, "proofmark_intervals_total no": 2})


async def counted(port: int) -> dict[str, float]:
    """Every sample by its name and the values of its labels."""
    _, _, body = await get(port, "/metrics")
    samples = [sample for family in text_string_to_metric_families(body) for sample in family.samples]
    named = {
        " ".join([sample.name, *(value for key, value in sample.labels.items() if not key.startswith("otel_"))]): sample
        for sample in samples
    }
    return {name: sample.value for name, sample in named.items()}


async def until(port: int, wanted: dict[str, float]) -> None:
    """Wait until the metrics say so."""
    found: dict[str, float] = {}
    try:
        async with asyncio.timeout(10):
            while any(found.get(name) != value for name, value in wanted.items()):
                await asyncio.sleep(0.02)
                found = await counted(port)
    except TimeoutError:
        raise AssertionError(f"expected {wanted}, got {found}") from None


async def test_another_path_is_told_what_there_is(bus: TestBus, tmp_path: Path) -> None:
    async with served(bus.server, "gate", tmp_path / "log", HTTP) as service:
        port = await port_of(service)
        assert (await get(port, "/"))[::2] == (404, "try /healthz, /readyz or /metrics\n")
        assert (await get(port, "/healthz?verbose=1"))[0] == 200
        for nonsense in ("\r\n\r\n", "nonsense\r\n\r\n", "\x00\r\n\r\n"):
            assert (await ask(port, nonsense))[0] == 404
        with pytest.raises(IndexError):
            await ask(port, "GET " + "x" * 100_000)
        assert (await get(port, "/healthz"))[0] == 200
