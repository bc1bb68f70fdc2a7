"""What came of an approved controller: a signed statement whose subjects are the files that were built and recorded.

It travels in a `firmware.finished` message `{"study", "outcome", "envelope"}`, of which only the envelope is evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from proofmark_custody.decision import Decision
from proofmark_custody.documents import member, sha256_member
from proofmark_custody.dsse import sign_envelope
from proofmark_custody.endorsement import read_endorsement
from proofmark_custody.errors import Malformed, MalformedFirmware
from proofmark_custody.keys import PublicKey, SigningKey
from proofmark_custody.statement import FIRMWARE as FIRMWARE_STATEMENT
from proofmark_custody.statement import PAYLOAD_TYPE, Statement
from proofmark_custody.trust import FIRMWARE, Trust

Outcome = Literal["verified", "failed"]


@dataclass(frozen=True)
class Firmware:
    """A result whose signature was verified."""

    study: str
    outcome: Outcome
    decision_sha256: str
    """Of what the gate signed: the approval that it was built for."""
    files: Mapping[str, str]
    """sha256 of each file, by its path in a release."""
    predicate: Mapping[str, Any]
    """Everything that was stated: board, compiler, checks."""
    sha256: str
    """Of the signed payload."""
    key: PublicKey


def sign_firmware(files: Mapping[str, str], predicate: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """The DSSE envelope of a result.

    Parameters
    ----------
    files : sha256 by path
        At least the record of the checks.
    predicate : plain data
        `study`, `outcome`, `decision_sha256` and whatever else is stated.

    Raises
    ------
    MalformedFirmware
        There is no file, or one of these is missing or unknown.
    """
    if not files:
        raise MalformedFirmware("files: expected at least the record of the checks, got none")
    _read(predicate)
    return sign_envelope(Statement(FIRMWARE_STATEMENT, files, predicate).encode(), PAYLOAD_TYPE, key)


def read_firmware(message: bytes, trust: Trust) -> Firmware:
    """The result in the bytes of a `firmware.finished` message.

    Raises
    ------
    MalformedEnvelope, MalformedStatement, MalformedFirmware
        The message cannot be read, or repeats its envelope wrongly.
    UntrustedKey, SignatureInvalid
        It was not signed by a firmware service that is trusted.
    """
    found = read_endorsement(message, trust, FIRMWARE, FIRMWARE_STATEMENT, MalformedFirmware)
    predicate = found.statement.predicate
    study, outcome, decision_sha256 = _read(predicate)
    found.check_repeated("study", study, MalformedFirmware)
    found.check_repeated("outcome", outcome, MalformedFirmware)
    return Firmware(study, outcome, decision_sha256, found.statement.subjects, predicate, found.sha256, found.key)


def check_belongs(firmware: Firmware, decision: Decision) -> None:
    """Whether a result is for a decision.

    Raises
    ------
    MalformedFirmware
        It is for another study, or another decision.
    """
    told, decided = (firmware.study, firmware.decision_sha256), (decision.study, decision.sha256)
    if told != decided:
        raise MalformedFirmware(
            f"expected the result for decision {decision.sha256} on {decision.study}, "
            f"got one for {firmware.decision_sha256} on {firmware.study}"
        )


def parse_outcome(document: Any, name: str, malformed: type[Malformed]) -> Outcome:
    """The member of a document that says what came of the firmware."""
    text = member(document, name, str, malformed)
    for outcome in get_args(Outcome):
        if text == outcome:
            return outcome  # type: ignore[no-any-return]
    raise malformed(f"{name}: expected one of {', '.join(get_args(Outcome))}, got {text!r}")


def _read(predicate: Mapping[str, Any]) -> tuple[str, Outcome, str]:
    return (
        member(predicate, "study", str, MalformedFirmware),
        parse_outcome(predicate, "outcome", MalformedFirmware),
        sha256_member(predicate, "decision_sha256", MalformedFirmware),
    )
