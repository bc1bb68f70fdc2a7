"""DSSE, against the vector of its specification."""

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_custody.dsse import PAE_PREFIX, envelope_of, pae, sign_envelope, verify_envelope
from proofmark_custody.errors import MalformedEnvelope, SignatureInvalid, UntrustedKey
from proofmark_custody.keys import PublicKey
from proofmark_custody.trust import GATE, SIGNER, Trust
from tests.custody.examples import GATE_KEY, SIGNER_KEY, STRANGER, TRUST

KIND = "application/example"


@pytest.mark.vectors
def test_the_vector_of_the_specification_is_accepted(vectors: Path) -> None:
    vector = json.loads((vectors / "dsse" / "vector.json").read_text())
    numbers = EllipticCurvePublicNumbers(int(vector["public_x"]), int(vector["public_y"]), SECP256R1())
    key = PublicKey.from_pem(numbers.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    payload, kind = vector["payload_utf8"].encode(), vector["payload_type"]
    assert pae(kind, payload) == vector["pae_utf8"].encode()

    envelope = envelope_of(payload, kind, {key.keyid: base64.b64decode(vector["signature_base64"])})
    assert verify_envelope(envelope, kind, Trust({GATE: (key,)}), GATE).payload == payload
    envelope["payload"] = base64.b64encode(b"hello worlD").decode()
    with pytest.raises(SignatureInvalid):
        verify_envelope(envelope, kind, Trust({GATE: (key,)}), GATE)


@settings(deadline=None)
@given(st.tuples(st.text(), st.binary()), st.tuples(st.text(), st.binary()))
def test_different_messages_are_encoded_differently(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    assert (pae(*one) == pae(*other)) == (one == other)
    assert pae(*one).startswith(PAE_PREFIX)


def test_lengths_count_bytes() -> None:
    assert pae("ü", "µm".encode()) == "DSSEv1 2 ü 3 µm".encode()


@settings(deadline=None)
@given(st.binary())
def test_a_signed_payload_comes_back(payload: bytes) -> None:
    signed = verify_envelope(sign_envelope(payload, KIND, GATE_KEY), KIND, TRUST, GATE)
    assert (signed.payload, signed.key) == (payload, GATE_KEY.public)
    assert signed.signature == GATE_KEY.sign(pae(KIND, payload))


def without_keyid(envelope: dict[str, Any]) -> dict[str, Any]:
    stripped = copy.deepcopy(envelope)
    for signature in stripped["signatures"]:
        del signature["keyid"]
    return stripped


def test_without_a_keyid_every_key_of_the_role_is_tried() -> None:
    trust = Trust({GATE: (STRANGER.public, GATE_KEY.public), SIGNER: (SIGNER_KEY.public,)})
    envelope = without_keyid(sign_envelope(b"payload", KIND, GATE_KEY))
    assert verify_envelope(envelope, KIND, trust, GATE).key == GATE_KEY.public
    with pytest.raises(SignatureInvalid):
        verify_envelope(envelope, KIND, trust, SIGNER)


def test_one_trusted_signature_among_others_is_enough() -> None:
    envelope = sign_envelope(b"payload", KIND, STRANGER, SIGNER_KEY, GATE_KEY)
    assert verify_envelope(envelope, KIND, TRUST, GATE).key == GATE_KEY.public
    assert verify_envelope(without_keyid(envelope), KIND, TRUST, GATE).key == GATE_KEY.public


def test_both_alphabets_of_base64_and_unknown_members_are_accepted() -> None:
    payload = b"\xfb\xff\xfe???>>>"
    envelope = sign_envelope(payload, KIND, GATE_KEY)
    urlsafe = {**envelope, "payload": base64.urlsafe_b64encode(payload).decode(), "note": "ignored"}
    assert urlsafe["payload"] != envelope["payload"]
    assert verify_envelope(urlsafe, KIND, TRUST, GATE).payload == payload


def test_a_key_outside_the_role_is_untrusted() -> None:
    for key in (STRANGER, SIGNER_KEY):
        with pytest.raises(UntrustedKey, match=f"{key.keyid} is not trusted as gate"):
            verify_envelope(sign_envelope(b"payload", KIND, key), KIND, TRUST, GATE)


def test_a_trusted_keyid_does_not_help_a_stranger() -> None:
    envelope = sign_envelope(b"payload", KIND, STRANGER)
    envelope["signatures"] += copy.deepcopy(envelope["signatures"])
    envelope["signatures"][1]["keyid"] = GATE_KEY.keyid
    with pytest.raises(SignatureInvalid):
        verify_envelope(envelope, KIND, TRUST, GATE)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payloadType": "application/other"}, "payloadType: expected 'application/example'"),
        ({"payloadType": None}, "payloadType: expected a str"),
        ({"payload": "a"}, "payload: expected base64"),
        ({"payload": "aGk=\n"}, "payload: expected base64"),
        ({"payload": "ü"}, "payload: expected base64"),
        ({"payload": 1}, "payload: expected a str"),
        ({"signatures": []}, "signatures: expected at least one"),
        ({"signatures": {}}, "signatures: expected a list"),
        ({"signatures": ["sig"]}, "sig: expected an object"),
        ({"signatures": [{"keyid": "k"}]}, "sig: expected a str, got nothing"),
        ({"signatures": [{"keyid": 1, "sig": "aGk="}]}, "keyid: expected a str"),
    ],
)
def test_a_malformed_envelope_is_refused(change: dict[str, Any], reason: str) -> None:
    envelope = sign_envelope(b"payload", KIND, GATE_KEY)
    verify_envelope(envelope, KIND, TRUST, GATE)
    with pytest.raises(MalformedEnvelope, match=reason):
        verify_envelope({**envelope, **change}, KIND, TRUST, GATE)


@pytest.mark.parametrize("envelope", [None, [], "envelope", {}])
def test_what_is_no_envelope_is_refused(envelope: object) -> None:
    with pytest.raises(MalformedEnvelope, match="payloadType"):
        verify_envelope(envelope, KIND, TRUST, GATE)
