"""Keys, against Wycheproof's Ed25519 cases."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_custody.errors import MalformedKey, SignatureInvalid
from proofmark_custody.keys import PublicKey, SigningKey
from tests.custody.examples import GATE_KEY, SIGNER_KEY, key_number


@pytest.mark.vectors
def test_wycheproof_ed25519_is_decided_right_in_all_151_cases(vectors: Path) -> None:
    document = json.loads((vectors / "wycheproof" / "ed25519_test.json").read_text())
    decided = {"valid": 0, "invalid": 0}
    for group in document["testGroups"]:
        key = PublicKey.from_pem(group["publicKeyPem"].encode())
        assert key.keyid == hashlib.sha256(bytes.fromhex(group["publicKeyDer"])).hexdigest()
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            try:
                key.verify(signature, message)
                got = "valid"
            except SignatureInvalid:
                got = "invalid"
            assert got == case["result"], case
            decided[got] += 1
    assert sum(decided.values()) == document["numberOfTests"] == 151
    assert min(decided.values()) > 50


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 63), st.integers(1, 255))
def test_one_changed_byte_of_a_signature_is_refused(data: bytes, position: int, mask: int) -> None:
    signature = GATE_KEY.sign(data)
    assert len(signature) == 64
    GATE_KEY.public.verify(signature, data)
    changed = bytearray(signature)
    changed[position] ^= mask
    with pytest.raises(SignatureInvalid):
        GATE_KEY.public.verify(bytes(changed), data)


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    signature = (GATE_KEY.sign(b"data") * 2)[:length]
    with pytest.raises(SignatureInvalid, match=f"signature of {length} bytes"):
        GATE_KEY.public.verify(signature, b"data")


def test_another_key_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match=GATE_KEY.keyid):
        GATE_KEY.public.verify(SIGNER_KEY.sign(b"data"), b"data")


def test_a_p256_key_accepts_raw_signatures_and_refuses_der() -> None:
    private = ec.derive_private_key(7, ec.SECP256R1())
    key = PublicKey.from_pem(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    der = private.sign(b"data", ec.ECDSA(SHA256()))
    r, s = decode_dss_signature(der)
    assert key.algorithm == "ecdsa-p256"
    key.verify(r.to_bytes(32) + s.to_bytes(32), b"data")
    for wrong in (der, bytes(64), s.to_bytes(32) + r.to_bytes(32), r.to_bytes(32) + s.to_bytes(33)):
        with pytest.raises(SignatureInvalid):
            key.verify(wrong, b"data")


def test_a_key_survives_its_pem() -> None:
    again = SigningKey.from_pem(GATE_KEY.to_pem())
    assert again.public == GATE_KEY.public
    assert again.sign(b"data") == GATE_KEY.sign(b"data")


def test_generated_keys_differ() -> None:
    assert SigningKey.generate().keyid != SigningKey.generate().keyid


def test_a_private_key_does_not_show_itself() -> None:
    assert base64.b64encode(bytes([1]) * 32).decode() not in f"{GATE_KEY!r}{GATE_KEY}"


def test_a_record_that_contradicts_its_key_cannot_be_made() -> None:
    good = GATE_KEY.public
    assert PublicKey(good.keyid, good.algorithm, good.pem) == good
    for keyid, algorithm, pem, what in [
        (SIGNER_KEY.keyid, "ed25519", good.pem, "keyid"),
        (good.keyid, "ecdsa-p256", good.pem, "algorithm"),
        (good.keyid, "none", good.pem, "algorithm"),
        (good.keyid, "ed25519", SIGNER_KEY.public.pem, "keyid"),
        (good.keyid, "ed25519", good.pem + "\n", "pem"),
    ]:
        with pytest.raises(MalformedKey, match=f"^{what} of a public key"):
            PublicKey(keyid, algorithm, pem)


@settings(deadline=None)
@given(st.integers(0, len(GATE_KEY.public.pem) - 1), st.integers(1, 255))
def test_one_changed_character_of_a_recorded_pem_is_refused(position: int, mask: int) -> None:
    good = GATE_KEY.public
    changed = good.pem[:position] + chr(ord(good.pem[position]) ^ mask) + good.pem[position + 1 :]
    with pytest.raises(MalformedKey):
        PublicKey(good.keyid, good.algorithm, changed)


def test_keys_of_other_kinds_are_refused() -> None:
    p384 = ec.derive_private_key(7, ec.SECP384R1()).public_key()
    with pytest.raises(MalformedKey, match="expected Ed25519 or P-256"):
        PublicKey.from_pem(p384.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    x = x25519.X25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(MalformedKey, match="expected Ed25519, got X25519"):
        SigningKey.from_pem(x.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for pem in (b"", b"-----BEGIN PRIVATE KEY-----\n", key_number(4).public.pem.encode()):
        with pytest.raises(MalformedKey, match="expected an unencrypted PEM"):
            SigningKey.from_pem(pem)
