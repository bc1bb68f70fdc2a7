"""Trust: which key may speak in which role."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from proofmark_custody.documents import canonical_json, member, parse_object
from proofmark_custody.errors import MalformedKey, MalformedTrust, UntrustedKey
from proofmark_custody.keys import PublicKey

GATE = "gate"
"""Signs decisions."""
FIRMWARE = "firmware"
"""Signs what it built for an approved design, and whether that passed its checks."""
SIGNER = "signer"
"""Signs the files of a release and the statement over them."""


@dataclass(frozen=True)
class Trust:
    """Public keys by role.

    As a document: `{"roles": {"gate": [{"algorithm": "ed25519", "keyid": "...", "pem": "..."}], "signer": [...]}}`.
    """

    roles: Mapping[str, tuple[PublicKey, ...]]

    def keys(self, role: str) -> tuple[PublicKey, ...]:
        """Every key that may speak in the role.

        Raises
        ------
        UntrustedKey
            There is none.
        """
        keys = self.roles.get(role, ())
        if not keys:
            raise UntrustedKey(f"no key is trusted as {role}")
        return keys

    def key(self, keyid: str, role: str) -> PublicKey:
        """The key with this id, if it may speak in the role.

        Raises
        ------
        UntrustedKey
        """
        for key in self.keys(role):
            if key.keyid == keyid:
                return key
        raise UntrustedKey(f"key {keyid} is not trusted as {role}")

    def to_json(self) -> bytes:
        """Canonical: equal trust has equal bytes."""
        roles = {
            role: [asdict(key) for key in sorted(keys, key=lambda key: key.keyid)] for role, keys in self.roles.items()
        }
        return canonical_json({"roles": roles})

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read a trust document.

        Raises
        ------
        MalformedTrust
        """
        roles = member(parse_object(data, MalformedTrust), "roles", dict, MalformedTrust)
        return cls(
            {role: tuple(_key(record) for record in member(roles, role, list, MalformedTrust)) for role in roles}
        )


def _key(record: Any) -> PublicKey:
    keyid, algorithm, pem = (member(record, name, str, MalformedTrust) for name in ("keyid", "algorithm", "pem"))
    try:
        return PublicKey(keyid, algorithm, pem)
    except MalformedKey as exc:
        raise MalformedTrust(str(exc)) from exc
