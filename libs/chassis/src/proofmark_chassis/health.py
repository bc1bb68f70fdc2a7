"""Health, readiness and metrics over HTTP, for whoever runs the service: /healthz, /readyz, /metrics."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from nats.aio.client import Client

from proofmark_chassis.settings import ServiceSettings
from proofmark_contracts.message import Zone

REQUEST_TIMEOUT_S = 5.0

log = structlog.get_logger()


class Health:
    """Alive while the process answers; ready while it serves and every zone is connected."""

    def __init__(self, clients: dict[Zone, Client]) -> None:
        self.ready = False
        self._clients = clients

    @classmethod
    @contextlib.asynccontextmanager
    async def serving(cls, settings: ServiceSettings, clients: dict[Zone, Client]) -> AsyncIterator["Health"]:
        health = cls(clients)
        if settings.http_port is None:
            yield health
            return
        server = await asyncio.start_server(health._answer, settings.http_host, settings.http_port)
        log.info("http_listening", port=server.sockets[0].getsockname()[1])
        try:
            yield health
        finally:
            server.close()

    def _page(self, path: str) -> tuple[int, str, bytes]:
        if path == "/healthz":
            return 200, "text/plain", b"ok\n"
        if path == "/readyz":
            away = [zone for zone, client in self._clients.items() if not client.is_connected]
            if self.ready and not away:
                return 200, "text/plain", b"ready\n"
            return 503, "text/plain", f"not ready; zones away: {', '.join(away) or 'none'}\n".encode()
        if path == "/metrics":
            from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

            return 200, CONTENT_TYPE_LATEST, generate_latest()
        return 404, "text/plain", b"try /healthz, /readyz or /metrics\n"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), REQUEST_TIMEOUT_S)
            words = head.split(b"\r\n", 1)[0].decode("latin-1").split()
            status, kind, body = self._page(words[1].split("?")[0] if len(words) > 1 else "/")
            reason = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}[status]
            lines = f"HTTP/1.1 {status} {reason}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
            writer.write(lines.encode() + b"connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()
