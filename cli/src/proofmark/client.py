"""The operator's view of a bus: submits and commands at the edge, reads the core. Publishes no facts."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal, TypeVar

from nats.aio.client import Client

from proofmark_chassis.connection import connect, last_message, leave
from proofmark_chassis.objects import ObjectStore
from proofmark_contracts.frozen import canonical_json, sha256_hex
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.study import Continues, SpecAnswered, SpecSubmitted, StudyCommanded, StudyOpened
from proofmark_spec.document import read_yaml

M = TypeVar("M", bound=Message)
INLINE_FILES_BYTES = 256 * 1024
LOOK_S = 0.03
PATIENCE_S = 5.0


class OperatorClient:
    """One connection to the edge, one to the core."""

    def __init__(self, edge: Client, core: Client) -> None:
        self._clients = {Zone.EDGE: edge, Zone.CORE: core}
        self._uploads = ObjectStore(edge)
        self._objects = ObjectStore(core)

    async def submit(
        self,
        tenant: str,
        document: Mapping[str, Any],
        files: Mapping[str, bytes],
        continues: Continues | None = None,
    ) -> str:
        """Submit a spec document with its files; return the event id that the answer will carry.

        The id is the digest of what is submitted: submitting the same twice is the same submission.
        """
        if sum(map(len, files.values())) <= INLINE_FILES_BYTES:
            sent = {path: {"base64": base64.b64encode(data).decode()} for path, data in files.items()}
        else:
            sent = {path: {"sha256": await self._uploads.put(data)} for path, data in files.items()}
        body: dict[str, Any] = {"spec": document, "files": sent}
        if continues is not None:
            body["continues"] = continues.model_dump(mode="json")
        event = sha256_hex(canonical_json(body))[:32]
        await self._publish(SpecSubmitted.subject_of(tenant), {"event": event, **body})
        return event

    async def submission(self, opened: StudyOpened) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The spec document and the files that a study was opened for."""
        document = await self.object(str(opened.document_sha256))
        files = {ref.path: await self.object(ref.sha256) for ref in opened.files}
        return read_yaml(document, opened.study)[0], files

    async def answer(self, tenant: str, event: str) -> SpecAnswered:
        """Wait for intake's answer."""
        return await self.wait(SpecAnswered, tenant, event)

    async def command(self, tenant: str, study: str, action: Literal["cancel", "pause", "resume", "delete"]) -> None:
        """Ask intake for something on behalf of the study's owner."""
        await self._publish(StudyCommanded.subject_of(tenant, study), {"action": action})

    async def read(self, cls: type[M], *ids: object) -> M | None:
        """The last message of this class and these ids, or None."""
        found = await last_message(self._clients[cls.zone], cls.stream, cls.subject_of(*ids))
        return cls.decode(found.data) if found else None

    async def wait(self, cls: type[M], *ids: object) -> M:
        """The message, as soon as there is one."""
        while (found := await self.read(cls, *ids)) is None:
            await asyncio.sleep(LOOK_S)
        return found

    async def object(self, sha256: str) -> bytes:
        """Bytes from the core's object store."""
        return await self._objects.get(sha256)

    async def studies(self) -> list[StudyOpened]:
        """Every study that was opened, oldest first."""
        stream = self._clients[Zone.CORE].jetstream()
        info = await stream.stream_info(StudyOpened.stream, subjects_filter=StudyOpened.subject_of())
        found = [await self.read(StudyOpened, *StudyOpened.ids_of(name).values()) for name in info.state.subjects or {}]
        return [opened for opened in found if opened is not None]

    async def _publish(self, subject: str, body: Mapping[str, Any]) -> None:
        await self._clients[Zone.EDGE].jetstream().publish(subject, json.dumps(body).encode(), timeout=PATIENCE_S)


@contextlib.asynccontextmanager
async def operator(url: str, passwords: Mapping[str, str]) -> AsyncIterator[OperatorClient]:
    """Connect as the engineer; `passwords` by user name."""
    clients: list[Client] = []
    try:
        for zone in (Zone.EDGE, Zone.CORE):
            async with asyncio.timeout(PATIENCE_S):
                password = passwords.get(f"engineer@{zone}")
                clients.append(await connect(url, zone, "engineer", password, on_lost=lambda: None))
        yield OperatorClient(*clients)
    except TimeoutError as late:
        raise ConnectionError(f"no answer from {url} within {PATIENCE_S:g} s") from late
    finally:
        await asyncio.gather(*map(leave, clients))
