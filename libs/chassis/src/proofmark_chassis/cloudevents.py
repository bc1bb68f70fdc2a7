"""CloudEvents 1.0 over NATS: binary mode out; binary, structured and bare JSON in."""

import json
from typing import Any
from urllib.parse import quote, unquote

from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import Message
from proofmark_contracts.study import SpecSubmitted

STRUCTURED = "application/cloudevents+json"


def event_headers(message: Message) -> dict[str, str]:
    """Headers of a CloudEvent in binary mode; the id is the digest of what is stated: no clock, no chance."""
    return {
        "ce-specversion": "1.0",
        "ce-type": f"dev.proofmark.{message.verb}.v1",
        "ce-source": quote(f"/proofmark/{message.zone}", safe="/"),
        "ce-id": message.fingerprint()[:32],
        "ce-datacontenttype": message.content_type,
        "content-type": message.content_type,
    }


def submission(subject: str, data: bytes, headers: dict[str, str]) -> SpecSubmitted:
    """Read a submission however its sender wrapped it.

    Bare JSON is either `{"spec": …, "files": …}` or the spec document itself. The event's id is, in this order, the
    CloudEvents id, the `Nats-Msg-Id`, the body's own `event`, the digest of the body.

    Raises
    ------
    ValueError
        The body is not a JSON object, or lacks what a submission needs.
    """
    ids = SpecSubmitted.ids_of(subject)
    body = _object(data)
    event = headers.get("nats-msg-id")
    if headers.get("content-type", "").startswith(STRUCTURED) or "specversion" in body:
        event = str(body.get("id") or "") or event
        inner = body.get("data", {})
        body = inner if isinstance(inner, dict) else _object(str(inner).encode())
    elif "ce-id" in headers:
        event = unquote(headers["ce-id"])
    files = dict(body.get("files") or {})
    spec = body.get("spec", {name: value for name, value in body.items() if name != "files"})
    wrapped = {path: {"base64": file} if isinstance(file, str) else file for path, file in files.items()}
    event = event or str(body.get("event") or "") or sha256_hex(data)[:32]
    if not event.replace("-", "").replace("_", "").isalnum() or len(event) > 128:
        event = sha256_hex(event.encode())[:32]
    return SpecSubmitted.model_validate({"tenant": ids["tenant"], "event": event, "spec": spec, "files": wrapped})


def _object(data: bytes) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"submission: expected a JSON object, got {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"submission: expected a JSON object, got {type(body).__name__}")
    return body
