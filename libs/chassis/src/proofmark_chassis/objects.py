"""The object store of a zone, by content: every object is named by the sha256 of its bytes, and checked when read.

The layout on the server is the NATS Object Store's, so that `nats object put` and other clients can upload. Reading
asks for an object's parts in batches straight from the stream: no consumer is created, so none needs to be allowed.
"""

import asyncio
import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from proofmark_chassis.connection import RETRY_S, WRONG_LAST_SEQUENCE, last_message
from proofmark_chassis.errors import ObjectAltered, ObjectMissing
from proofmark_chassis.names import OBJECT_BUCKET, OBJECT_STREAM
from proofmark_contracts.frozen import FileRef, sha256_hex

PART_BYTES = 256 * 1024
PARTS_A_REQUEST = 64
"""16 MiB: well inside what the server sends a client before it waits for it."""
PART_TIMEOUT_S = 2.0

log = structlog.get_logger()


class ObjectStore:
    """Content-addressed bytes of one zone."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stream = client.jetstream(timeout=PART_TIMEOUT_S)

    async def put(self, data: bytes) -> str:
        """Store bytes and return their sha256; an object that is there already costs one look."""
        digest = sha256_hex(data)
        if await self._info(digest) is None:
            await self._write(digest, data)
        return digest

    async def keep(self, files: Mapping[str, bytes]) -> tuple[FileRef, ...]:
        """Store files and return what names them, in their order."""
        for data in files.values():
            await self.put(data)
        return tuple(FileRef.of(path, data) for path, data in files.items())

    async def get(self, digest: str) -> bytes:
        """The bytes of this sha256.

        Raises
        ------
        ObjectMissing
            Nothing is stored under it, or parts of it are gone.
        ObjectAltered
            What is stored has another digest.
        """
        info = await self._info(digest)
        if info is None:
            raise ObjectMissing(OBJECT_BUCKET, digest)
        data = b"".join(await self._parts(digest, _part(info["nuid"]), int(info["chunks"])))
        got = hashlib.sha256(data).hexdigest()
        if got != digest:
            raise ObjectAltered(OBJECT_BUCKET, digest, got)
        return data

    async def _write(self, digest: str, data: bytes) -> None:
        """Store the parts in order under an id of their own, then what binds them."""
        nuid = uuid.uuid4().hex
        starts = range(0, len(data), PART_BYTES)
        info = {
            "name": digest,
            "bucket": OBJECT_BUCKET,
            "nuid": nuid,
            "size": len(data),
            "chunks": len(starts),
            "digest": "SHA-256=" + base64.urlsafe_b64encode(bytes.fromhex(digest)).decode(),
            "mtime": "1970-01-01T00:00:00Z",
        }
        last = 0
        for start in starts:
            after = {"Nats-Expected-Last-Subject-Sequence": str(last)}
            last = await self._until_stored(_part(nuid), data[start : start + PART_BYTES], after)
        await self._until_stored(_meta(digest), json.dumps(info).encode(), {"Nats-Rollup": "sub"})

    async def _until_stored(self, subject: str, data: bytes, headers: dict[str, str]) -> int:
        """Store once, however often it takes to be sure; return its sequence. A full bucket is waited for."""
        told = False
        while True:
            try:
                return int((await self._stream.publish(subject, data, headers=headers)).seq)
            except ConnectionClosedError:
                raise
            except APIError as error:
                if error.err_code == WRONG_LAST_SEQUENCE and error.description:
                    # Only we write this subject: an earlier try was stored, and only its answer was lost.
                    return int(error.description.rsplit(" ", 1)[1])
                if not told:
                    log.warning("object_refused", subject=subject, error=str(error))
                told = True
            except NatsError:
                pass
            await asyncio.sleep(RETRY_S)

    async def _info(self, digest: str) -> dict[str, Any] | None:
        """What binds an object's parts, or None."""
        found = await last_message(self._client, OBJECT_STREAM, _meta(digest))
        if found is None:
            return None
        try:
            info: dict[str, Any] = json.loads(found.data)
            return None if info.get("deleted") else {"nuid": str(info["nuid"]), "chunks": int(info["chunks"])}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ObjectAltered(OBJECT_BUCKET, digest, sha256_hex(found.data)) from None

    async def _parts(self, digest: str, subject: str, count: int) -> list[bytes]:
        """The parts in order, in as many requests as it takes."""
        parts: list[bytes] = []
        sequence = 1
        while len(parts) < count:
            wanted = min(PARTS_A_REQUEST, count - len(parts))
            answers = await self._batch({"seq": sequence, "next_by_subj": subject, "batch": wanted})
            for headers, data in answers:
                if "Nats-Sequence" in headers:
                    parts.append(data)
                    sequence = int(headers["Nats-Sequence"]) + 1
                elif headers.get("Status") == "404":
                    raise ObjectMissing(OBJECT_BUCKET, digest)
            if len(answers) < wanted:
                await asyncio.sleep(RETRY_S)
        return parts

    async def _batch(self, request: dict[str, object]) -> list[tuple[dict[str, str], bytes]]:
        """What a batched direct get answers, up to the status that ends it, or as far as it comes."""
        answers: list[tuple[dict[str, str], bytes]] = []
        arrived: asyncio.Queue[Msg] = asyncio.Queue()
        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(inbox, cb=arrived.put, pending_bytes_limit=-1)
        try:
            await self._client.publish(f"$JS.API.DIRECT.GET.{OBJECT_STREAM}", json.dumps(request).encode(), reply=inbox)
            while not answers or "Nats-Sequence" in answers[-1][0]:
                async with asyncio.timeout(PART_TIMEOUT_S):
                    answer = await arrived.get()
                answers.append((answer.headers or {}, answer.data))
        except TimeoutError:
            return answers
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()
        return answers


def _meta(digest: str) -> str:
    return f"$O.{OBJECT_BUCKET}.M.{base64.urlsafe_b64encode(digest.encode()).decode()}"


def _part(nuid: str) -> str:
    return f"$O.{OBJECT_BUCKET}.C.{nuid}"
