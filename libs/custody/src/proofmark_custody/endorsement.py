"""A message whose envelope alone is evidence: `{"study", …, "envelope"}`, its other members repeat what was signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofmark_custody.documents import member, parse_object, sha256_hex
from proofmark_custody.dsse import verify_envelope
from proofmark_custody.errors import Malformed
from proofmark_custody.keys import PublicKey
from proofmark_custody.statement import PAYLOAD_TYPE, Statement
from proofmark_custody.trust import Trust


@dataclass(frozen=True)
class Endorsement:
    """A statement whose signature was verified."""

    statement: Statement
    sha256: str
    """Of the signed payload: the same whichever key signed it."""
    key: PublicKey
    beside: Mapping[str, Any]
    """The message, whose envelope it was in."""

    def check_repeated(self, name: str, signed: str, malformed: type[Malformed]) -> None:
        """Compare a member of the message with what was signed.

        Raises
        ------
        Malformed
            As given, if they differ.
        """
        got = member(self.beside, name, str, malformed)
        if got != signed:
            raise malformed(f"{name} beside the envelope: expected {signed!r} as signed, got {got!r}")


def read_endorsement(
    message: bytes, trust: Trust, role: str, predicate_type: str, malformed: type[Malformed]
) -> Endorsement:
    """The statement in the bytes of a message.

    Raises
    ------
    Malformed
        The message, its envelope or its statement cannot be read.
    UntrustedKey, SignatureInvalid
        It was not signed by a key that may speak in the role.
    """
    document = parse_object(message, malformed)
    signed = verify_envelope(member(document, "envelope", dict, malformed), PAYLOAD_TYPE, trust, role)
    statement = Statement.decode(signed.payload, predicate_type)
    return Endorsement(statement, sha256_hex(signed.payload), signed.key, document)
