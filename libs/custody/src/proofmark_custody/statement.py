"""in-toto statements: what is said (predicate) about which bytes (subjects).

Follows in-toto attestation framework v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from proofmark_custody.documents import canonical_json, member, parse_object, sha256_member
from proofmark_custody.errors import MalformedStatement

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
DECISION = "https://proofmark.dev/decision/v1"
"""The gate's verdict on a study."""
FIRMWARE = "https://proofmark.dev/firmware/v1"
"""What was built for an approved design, and whether it passed its checks."""
IMAGES = "https://proofmark.dev/images/v1"
"""Those of the files that were built whose bytes depend on an image key."""
RELEASE = "https://proofmark.dev/release/v1"
"""The signer's statement over the files of a release."""


@dataclass(frozen=True)
class Statement:
    predicate_type: str
    subjects: Mapping[str, str]
    """sha256 in hexadecimal, by name."""
    predicate: Mapping[str, Any]

    def encode(self) -> bytes:
        """Canonical JSON, subjects in order of their names: equal statements have equal bytes."""
        return canonical_json(
            {
                "_type": STATEMENT_TYPE,
                "predicateType": self.predicate_type,
                "subject": [
                    {"digest": {"sha256": self.subjects[name]}, "name": name} for name in sorted(self.subjects)
                ],
                "predicate": self.predicate,
            }
        )

    @classmethod
    def decode(cls, payload: bytes, predicate_type: str) -> Self:
        """Read a statement of the expected predicate type; unknown members are ignored.

        Raises
        ------
        MalformedStatement
        """
        document = parse_object(payload, MalformedStatement)
        for name, expected in (("_type", STATEMENT_TYPE), ("predicateType", predicate_type)):
            got = member(document, name, str, MalformedStatement)
            if got != expected:
                raise MalformedStatement(f"{name}: expected {expected!r}, got {got!r}")
        subjects: dict[str, str] = {}
        for subject in member(document, "subject", list, MalformedStatement):
            name = member(subject, "name", str, MalformedStatement)
            if name in subjects:
                raise MalformedStatement(f"subject: expected each name once, got {name!r} twice")
            digest = member(subject, "digest", dict, MalformedStatement)
            subjects[name] = sha256_member(digest, "sha256", MalformedStatement)
        if not subjects:
            raise MalformedStatement("subject: expected at least one, got none")
        return cls(predicate_type, subjects, member(document, "predicate", dict, MalformedStatement))
