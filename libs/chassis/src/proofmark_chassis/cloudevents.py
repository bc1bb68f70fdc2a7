"""CloudEvents 1.0 over NATS: binary mode out; binary, structured and bare JSON in."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote, unquote

from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import Message
from proofmark_contracts.study import SpecSubmitted

STRUCTURED = "application/cloudevents+json"
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")


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


BESIDE_THE_SPEC = ("files", "event", "continues")


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
    body = json_object(data)
    event = headers.get("nats-msg-id")
    if headers.get("content-type", "").startswith(STRUCTURED) or "specversion" in body:
        event = str(body.get("id") or "") or event
        body = _event_data(body)
    elif "ce-id" in headers:
        event = unquote(headers["ce-id"]) or event
    event = event or str(body.get("event") or "") or sha256_hex(data)[:32]
    files = body.get("files") or {}
    if not isinstance(files, dict):
        raise ValueError(f"files: expected an object of files by path, got {type(files).__name__}")
    return SpecSubmitted.model_validate(
        {
            "tenant": ids["tenant"],
            "event": _token(event),
            "spec": body["spec"] if "spec" in body else {k: v for k, v in body.items() if k not in BESIDE_THE_SPEC},
            "files": {path: {"base64": file} if isinstance(file, str) else file for path, file in files.items()},
            "continues": body.get("continues"),
        }
    )


def _event_data(event: dict[str, Any]) -> dict[str, Any]:
    """The data of a structured event: an object, its text, or its text in base64."""
    data = event.get("data")
    if "data_base64" in event:
        return json_object(base64.b64decode(str(event["data_base64"])))
    return data if isinstance(data, dict) else json_object(str(data or "").encode())


def _token(event: str) -> str:
    """An id that can stand in a subject: itself, or its digest."""
    if TOKEN.fullmatch(event):
        return event
    return sha256_hex(event.encode("utf-8", "surrogatepass"))[:32]


def json_object(data: bytes) -> dict[str, Any]:
    """Read a JSON object that anybody may have written.

    Raises
    ------
    ValueError
        The bytes are no JSON object, or nest deeper than the parser goes.
    """
    try:
        body = json.loads(data)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"expected a JSON object, got {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"expected a JSON object, got {type(body).__name__}")
    return body
