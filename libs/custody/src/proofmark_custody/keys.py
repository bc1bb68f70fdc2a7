"""Software keys and public key records.

A record names its algorithm, so a message never chooses how it is verified:

ed25519
    Raw 64-byte signatures (RFC 8032).
ecdsa-p256
    NIST P-256 with SHA-256, signatures as raw r||s of 64 bytes (IEEE P1363), never DER. Verified, not made here.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from proofmark_custody.documents import sha256_hex
from proofmark_custody.errors import MalformedKey, SignatureInvalid

_Key = Ed25519PublicKey | EllipticCurvePublicKey


@dataclass(frozen=True)
class PublicKey:
    """A public key as trust records it; one that contradicts itself cannot be made.

    Raises
    ------
    MalformedKey
        The PEM is not that of a supported key in its canonical form, or `keyid` or `algorithm` are not that key's.
    """

    keyid: str
    """sha256 of the DER SubjectPublicKeyInfo, in hexadecimal."""
    algorithm: str
    pem: str
    """SubjectPublicKeyInfo."""

    def __post_init__(self) -> None:
        actual = _record(self._key)
        for what, expected, got in zip(
            ("keyid", "algorithm", "pem"), actual, (self.keyid, self.algorithm, self.pem), strict=True
        ):
            if expected != got:
                raise MalformedKey(f"{what} of a public key: expected {expected!r}, got {got!r}")

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        return cls(*_record(_load(pem)))

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if this key signed the data.

        Raises
        ------
        SignatureInvalid
        """
        try:
            if isinstance(self._key, Ed25519PublicKey):
                self._key.verify(signature, data)
            else:
                self._key.verify(_der(signature), data, ECDSA(SHA256()))
        except InvalidSignature as exc:
            raise SignatureInvalid(
                f"signature of {len(signature)} bytes over {len(data)} bytes: not by {self.algorithm} key {self.keyid}"
            ) from exc

    @cached_property
    def _key(self) -> _Key:
        return _load(self.pem.encode("ascii", "replace"))


class SigningKey:
    """An Ed25519 private key in this process's memory."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(*_record(private.public_key()))

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read an unencrypted PKCS #8 key.

        Raises
        ------
        MalformedKey
        """
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
            raise MalformedKey(f"private key: expected an unencrypted PEM, got {len(pem)} bytes that are none") from exc
        if not isinstance(private, Ed25519PrivateKey):
            raise MalformedKey(f"private key: expected Ed25519, got {type(private).__name__}")
        return cls(private)

    def to_pem(self) -> bytes:
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def keyid(self) -> str:
        return self.public.keyid

    def sign(self, data: bytes) -> bytes:
        """The raw 64-byte signature over exactly these bytes."""
        return self._private.sign(data)


def _load(pem: bytes) -> _Key:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise MalformedKey(f"public key: expected a PEM SubjectPublicKeyInfo, got {len(pem)} bytes: {exc}") from exc
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise MalformedKey(f"public key: expected Ed25519 or P-256, got {type(key).__name__}")


def _record(key: _Key) -> tuple[str, str, str]:
    keyid = sha256_hex(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return keyid, "ed25519" if isinstance(key, Ed25519PublicKey) else "ecdsa-p256", pem


def _der(signature: bytes) -> bytes:
    if len(signature) != 64:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
