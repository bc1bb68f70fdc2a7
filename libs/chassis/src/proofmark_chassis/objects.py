"""The object store of a zone, by content: every object is named by the sha256 of its bytes, and checked when read.

The layout on the server is the NATS Object Store's, so that `nats object put` and other clients can upload. Reading
asks for an object's parts in batches straight from the stream: no consumer is created, so none needs to be allowed.
"""

import asyncio
import base64
import hashlib
import json
import uuid
from contextlib import suppress

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from proofmark_contracts.frozen import sha256_hex

from proofmark_chassis.connection import RETRY_S, last_message
from proofmark_chassis.errors import ObjectAltered, ObjectMissing
from proofmark_chassis.names import OBJECT_BUCKET, OBJECT_STREAM

API = f"$JS.API.DIRECT.GET.{OBJECT_STREAM}"
PART_BYTES = 256 * 1024
PARTS_A_REQUEST = 64
"""16 MiB: well inside what a client buffers for one subscription."""
PART_TIMEOUT_S = 5.0


class ObjectStore:
    """Content-addressed bytes of one zone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put(self, data: bytes) -> str:
        """Store bytes and return their sha256; an object that is there already costs one look."""
        digest = sha256_hex(data)
        if await self._info(digest) is not None:
            return digest
        while not await self._write(digest, data):
            await asyncio.sleep(RETRY_S)
        return digest

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
        data = await self._parts(digest, _part(info["nuid"]), int(info["chunks"]))
        got = hashlib.sha256(data).hexdigest()
        if got != digest:
            raise ObjectAltered(OBJECT_BUCKET, digest, got)
        return data

    async def _write(self, digest: str, data: bytes) -> bool:
        """Store parts in order, then what binds them. After a failure the whole is written anew under another id."""
        nuid = uuid.uuid4().hex
        parts = range(0, len(data), PART_BYTES)
        info = {
            "name": digest,
            "bucket": OBJECT_BUCKET,
            "nuid": nuid,
            "size": len(data),
            "chunks": len(parts),
            "digest": "SHA-256=" + base64.urlsafe_b64encode(bytes.fromhex(digest)).decode(),
            "mtime": "1970-01-01T00:00:00Z",
        }
        stream = self._client.jetstream(timeout=PART_TIMEOUT_S)
        try:
            for start in parts:
                await stream.publish(_part(nuid), data[start : start + PART_BYTES])
            await stream.publish(_meta(digest), json.dumps(info).encode(), headers={"Nats-Rollup": "sub"})
        except (NatsError, APIError):
            return False
        return True

    async def _info(self, digest: str) -> dict[str, str] | None:
        found = await last_message(self._client, OBJECT_STREAM, _meta(digest))
        if found is None:
            return None
        info: dict[str, str] = json.loads(found.data)
        return None if info.get("deleted") else info

    async def _parts(self, digest: str, subject: str, count: int) -> bytes:
        parts: list[bytes] = []
        sequence = 1
        inbox = self._client.new_inbox()
        answers = await self._client.subscribe(inbox, pending_bytes_limit=-1)
        try:
            while len(parts) < count:
                wanted = min(PARTS_A_REQUEST, count - len(parts))
                request = {"seq": sequence, "next_by_subj": subject, "batch": wanted}
                await self._client.publish(
                    f"$JS.API.DIRECT.GET.{OBJECT_STREAM}", json.dumps(request).encode(), reply=inbox
                )
                for _ in range(wanted):
                    try:
                        part = await answers.next_msg(timeout=PART_TIMEOUT_S)
                    except NatsError:
                        break
                    headers = part.headers or {}
                    if "Nats-Sequence" not in headers:
                        raise ObjectMissing(OBJECT_BUCKET, digest)
                    if headers["Nats-Subject"] == subject and int(headers["Nats-Sequence"]) >= sequence:
                        parts.append(part.data)
                        sequence = int(headers["Nats-Sequence"]) + 1
        finally:
            with suppress(NatsError):
                await answers.unsubscribe()
        return b"".join(parts)


def _meta(digest: str) -> str:
    return f"$O.{OBJECT_BUCKET}.M.{base64.urlsafe_b64encode(digest.encode()).decode()}"


def _part(nuid: str) -> str:
    return f"$O.{OBJECT_BUCKET}.C.{nuid}"
