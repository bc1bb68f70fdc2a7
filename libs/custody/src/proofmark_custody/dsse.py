"""DSSE: signatures over a payload and its type (https://github.com/secure-systems-lab/dsse, protocol 1.0.2).

An envelope is plain data, as it stands in JSON. One valid signature by a trusted key is enough.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofmark_custody.documents import member
from proofmark_custody.errors import MalformedEnvelope, SignatureInvalid, UntrustedKey
from proofmark_custody.keys import PublicKey, SigningKey
from proofmark_custody.trust import Trust

PAE_PREFIX = b"DSSEv1 "
"""What every signature in an envelope starts over; `release.sign_file` refuses files that start so."""


@dataclass(frozen=True)
class Signed:
    """A payload whose signature was verified."""

    payload: bytes
    key: PublicKey
    signature: bytes
    """The one that this key made."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: the bytes that are signed. Lengths count bytes."""
    kind = payload_type.encode()
    return PAE_PREFIX + b"%d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, payload_type: str, *keys: SigningKey) -> dict[str, Any]:
    message = pae(payload_type, payload)
    return envelope_of(payload, payload_type, {key.keyid: key.sign(message) for key in keys})


def envelope_of(payload: bytes, payload_type: str, signatures: Mapping[str, bytes]) -> dict[str, Any]:
    """The envelope that holds these signatures, by key id."""
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [
            {"keyid": keyid, "sig": base64.b64encode(signature).decode()} for keyid, signature in signatures.items()
        ],
    }


def verify_envelope(envelope: Any, payload_type: str, trust: Trust, role: str) -> Signed:
    """The payload, if a key that may speak in the role signed it as this type.

    A `keyid` only says which key to try; without one, every key of the role is tried. Unknown members are ignored.

    Raises
    ------
    MalformedEnvelope
        A part is missing or unreadable, or the payload is of another type.
    UntrustedKey
        No signature is by a key of this role.
    SignatureInvalid
        Signatures claim to be by keys of this role; none is.
    """
    kind = member(envelope, "payloadType", str, MalformedEnvelope)
    if kind != payload_type:
        raise MalformedEnvelope(f"payloadType: expected {payload_type!r}, got {kind!r}")
    payload = _bytes_member(envelope, "payload")
    message = pae(payload_type, payload)
    claims = [_claim(entry) for entry in member(envelope, "signatures", list, MalformedEnvelope)]
    if not claims:
        raise MalformedEnvelope("signatures: expected at least one, got none")
    refused: list[UntrustedKey | SignatureInvalid] = []
    for keyid, signature in claims:
        try:
            candidates = (trust.key(keyid, role),) if keyid else trust.keys(role)
        except UntrustedKey as exc:
            refused.append(exc)
            continue
        for key in candidates:
            try:
                key.verify(signature, message)
            except SignatureInvalid as exc:
                refused.append(exc)
            else:
                return Signed(payload, key, signature)
    raise next((error for error in refused if isinstance(error, SignatureInvalid)), refused[0])


def _claim(entry: Any) -> tuple[str, bytes]:
    signature = _bytes_member(entry, "sig")
    return (member(entry, "keyid", str, MalformedEnvelope) if "keyid" in entry else ""), signature


def _bytes_member(document: Any, name: str) -> bytes:
    text = member(document, name, str, MalformedEnvelope)
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)  # DSSE allows both alphabets
    except ValueError as exc:
        raise MalformedEnvelope(f"{name}: expected base64: {exc}") from exc
