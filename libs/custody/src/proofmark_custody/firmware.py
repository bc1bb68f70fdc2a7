"""What came of an approved controller: a signed statement whose subjects are the files that were built and recorded.

It travels in a `firmware.finished` message `{"study", "outcome", "envelope", "images"}`, of which only the envelopes
are evidence. What an image key signed, and what holds that key, is listed apart: the result names those files, so its
bytes are the same under any keys; a second statement, `images`, by the same firmware service, holds their digests and
says which result they belong to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from proofmark_custody.decision import Decision
from proofmark_custody.documents import member, sha256_hex, sha256_member
from proofmark_custody.dsse import sign_envelope, verify_envelope
from proofmark_custody.endorsement import Endorsement, read_endorsement
from proofmark_custody.errors import Malformed, MalformedFirmware
from proofmark_custody.keys import PublicKey, SigningKey
from proofmark_custody.statement import FIRMWARE as FIRMWARE_STATEMENT
from proofmark_custody.statement import IMAGES, PAYLOAD_TYPE, Statement
from proofmark_custody.trust import FIRMWARE, Trust

Outcome = Literal["verified", "failed"]
NAMES = "images"
"""In the predicate of a result: names of the files that depend on an image key."""
RESULT = "firmware_sha256"
"""In the predicate of what lists those: sha256 of the result that was signed."""


@dataclass(frozen=True)
class Firmware:
    """A result whose signature was verified."""

    study: str
    outcome: Outcome
    decision_sha256: str
    """Of what the gate signed: the approval that it was built for."""
    files: Mapping[str, str]
    """sha256 of each file, by its path in a release; the same under any keys."""
    images: Mapping[str, str]
    """The same of those files that depend on an image key."""
    predicate: Mapping[str, Any]
    """Everything that was stated: board, compiler, checks."""
    sha256: str
    """Of the signed payload."""
    key: PublicKey


def sign_firmware(
    files: Mapping[str, str], predicate: Mapping[str, Any], key: SigningKey, images: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The DSSE envelopes of a result, as members of its message: `envelope`, and `images` where there are any.

    Parameters
    ----------
    files : sha256 by path
        At least the record of the checks.
    predicate : plain data
        `study`, `outcome`, `decision_sha256` and whatever else is stated.
    images : sha256 by path, optional
        Files that depend on an image key.

    Raises
    ------
    MalformedFirmware
        There is no file, one is listed twice, or a member is missing or unknown.
    """
    if not files:
        raise MalformedFirmware("files: expected at least the record of the checks, got none")
    images = images or {}
    stated = {**predicate, NAMES: sorted(images)}
    _read(stated)
    _check_apart(files, images)
    payload = Statement(FIRMWARE_STATEMENT, files, stated).encode()
    signed = {"envelope": sign_envelope(payload, PAYLOAD_TYPE, key)}
    if images:
        listed = Statement(IMAGES, images, {RESULT: sha256_hex(payload)}).encode()
        signed["images"] = sign_envelope(listed, PAYLOAD_TYPE, key)
    return signed


def read_firmware(message: bytes, trust: Trust) -> Firmware:
    """The result in the bytes of a `firmware.finished` message.

    Raises
    ------
    MalformedEnvelope, MalformedStatement, MalformedFirmware
        The message cannot be read, or repeats its envelope wrongly; or the files that depend on an image key are not
        those that the result names, or belong to another result.
    UntrustedKey, SignatureInvalid
        It was not signed by a firmware service that is trusted.
    """
    found = read_endorsement(message, trust, FIRMWARE, FIRMWARE_STATEMENT, MalformedFirmware)
    predicate = found.statement.predicate
    study, outcome, decision_sha256 = _read(predicate)
    found.check_repeated("study", study, MalformedFirmware)
    found.check_repeated("outcome", outcome, MalformedFirmware)
    images = _images(found, trust)
    _check_apart(found.statement.subjects, images)
    files = found.statement.subjects
    return Firmware(study, outcome, decision_sha256, files, images, predicate, found.sha256, found.key)


def _images(found: Endorsement, trust: Trust) -> Mapping[str, str]:
    """What the second statement lists, if it is what the first one names."""
    named = found.statement.predicate.get(NAMES, [])
    envelope = found.beside.get("images")
    if envelope is None and not named:
        return {}
    signed = verify_envelope(envelope, PAYLOAD_TYPE, trust, FIRMWARE)
    listed = Statement.decode(signed.payload, IMAGES)
    for what, expected, got in (
        ("names", named, sorted(listed.subjects)),
        ("sha256 of the result", found.sha256, sha256_member(listed.predicate, RESULT, MalformedFirmware)),
        ("key", found.key.keyid, signed.key.keyid),
    ):
        if expected != got:
            raise MalformedFirmware(f"images, {what}: expected {expected} by the result, got {got}")
    return listed.subjects


def _check_apart(files: Mapping[str, str], images: Mapping[str, str]) -> None:
    if twice := sorted(files.keys() & images.keys()):
        raise MalformedFirmware(f"files: expected each to depend on an image key or not, got both of {twice}")


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
