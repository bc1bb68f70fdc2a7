"""The release: a closed folder of evidence about one study, approved or not.

::

    report.html, results.parquet, spec.json, …    what the study found and what was asked
    artifacts/<path>, model/<path>                the design's own files
    facts/study.opened.json                       the received bytes of the messages that the gate decided on
    facts/reliability.assessed.json
    facts/design.decided.json                     the received bytes of the gate's signed decision
    facts/firmware.finished.json                  those of the signed result of the firmware, where one was asked for
    firmware/…                                    what that result names
    <each file above>.sig                         its raw 64-byte Ed25519 signature by the signer's key
    trust.json                                    the public keys that signed this folder, by role; no others
    statement.dsse.json                           one DSSE in-toto statement, by the signer's key, over all of it

The statement's payload says what is claimed and never who signs, so its bytes are the same under any keys. Some files
hold keys and are therefore bound in another way than as subjects:

- the decision and the firmware's result, by the sha256 of what was signed (`decision_sha256`, `firmware_sha256`) and by
  their `.sig`;
- images that a key signed, by the firmware's result, which names them, by what the firmware service signed beside it
  (`firmware.py`), and by their `.sig`;
- `trust.json`, because its bytes must be exactly those that the keys found to have signed give.

A raw signature over a file that looks like the inside of an envelope would be a forged statement: `sign_file` refuses
it (`dsse.PAE_PREFIX`).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from proofmark_custody.decision import Decision, Verdict, parse_verdict, read_decision
from proofmark_custody.documents import canonical_json, member, sha256_hex, sha256_member
from proofmark_custody.dsse import PAE_PREFIX, sign_envelope
from proofmark_custody.errors import MalformedStatement, NotARelease, RefusedToSign
from proofmark_custody.firmware import Firmware, Outcome, check_belongs, parse_outcome, read_firmware
from proofmark_custody.keys import PublicKey, SigningKey
from proofmark_custody.statement import PAYLOAD_TYPE, RELEASE, Statement
from proofmark_custody.trust import FIRMWARE, GATE, SIGNER, Trust

TRUST_FILE = "trust.json"
STATEMENT_FILE = "statement.dsse.json"
FACTS_FOLDER = "facts/"
DECISION_FILE = f"{FACTS_FOLDER}design.decided.json"
FIRMWARE_FILE = f"{FACTS_FOLDER}firmware.finished.json"
ENDORSED = (DECISION_FILE, FIRMWARE_FILE)
"""Facts that hold the signatures of others."""


@dataclass(frozen=True)
class Origin:
    """What was judged, by what, and where it came from; prompt and context are known by their hashes only."""

    design_sha256: str
    spec_sha256: str
    engine: str
    """Version of Proofmark that opened the study."""
    agent: str | None = None
    prompt_sha256: str | None = None
    context_sha256: str | None = None


@dataclass(frozen=True)
class Claims:
    """The predicate of a release's statement."""

    study: str
    verdict: Verdict
    decision_sha256: str
    origin: Origin
    firmware: Outcome | None = None
    """None where the design asked for no firmware, or was not approved."""
    firmware_sha256: str | None = None

    def to_predicate(self) -> dict[str, Any]:
        """Flat: every field of the claims and of their origin, null where unknown."""
        claims = asdict(self)
        origin = claims.pop("origin")
        return {**claims, **origin}

    @classmethod
    def from_predicate(cls, predicate: Mapping[str, Any]) -> Self:
        """Read a predicate; unknown members are ignored.

        Raises
        ------
        MalformedStatement
        """
        origin = Origin(
            design_sha256=sha256_member(predicate, "design_sha256", MalformedStatement),
            spec_sha256=sha256_member(predicate, "spec_sha256", MalformedStatement),
            engine=member(predicate, "engine", str, MalformedStatement),
            agent=None if predicate.get("agent") is None else member(predicate, "agent", str, MalformedStatement),
            prompt_sha256=_sha256_or_none(predicate, "prompt_sha256"),
            context_sha256=_sha256_or_none(predicate, "context_sha256"),
        )
        return cls(
            study=member(predicate, "study", str, MalformedStatement),
            verdict=parse_verdict(predicate, MalformedStatement),
            decision_sha256=sha256_member(predicate, "decision_sha256", MalformedStatement),
            origin=origin,
            firmware=None
            if predicate.get("firmware") is None
            else parse_outcome(predicate, "firmware", MalformedStatement),
            firmware_sha256=_sha256_or_none(predicate, "firmware_sha256"),
        )


@dataclass(frozen=True)
class SignedFile:
    sha256: str
    signature: bytes
    """Raw, over the file's bytes."""


def fact_file(name: str) -> str:
    """Where a fact such as `study.opened` lies in the folder."""
    return f"{FACTS_FOLDER}{name}.json"


def signature_file(name: str) -> str:
    return f"{name}.sig"


def sign_file(data: bytes, key: SigningKey) -> SignedFile:
    """Sign one file.

    Raises
    ------
    RefusedToSign
        The bytes would make the signature good for a DSSE envelope.
    """
    if data.startswith(PAE_PREFIX):
        raise RefusedToSign(
            f"file starting with {PAE_PREFIX.decode()!r}: its signature would pass for one in a DSSE envelope"
        )
    return SignedFile(sha256_hex(data), key.sign(data))


def attest(
    files: Mapping[str, SignedFile],
    decision: Decision,
    origin: Origin,
    key: SigningKey,
    firmware: Firmware | None = None,
) -> dict[str, bytes]:
    """What stands beside the signed files of a release: each `.sig`, the trust document and the statement.

    Parameters
    ----------
    files : by path in the folder
        Everything signed by this same key, the decision and its facts among them.
    decision : Decision
        As read from the bytes of `facts/design.decided.json`.
    firmware : Firmware, optional
        As read from the bytes of `facts/firmware.finished.json`, if that is among the files.

    Raises
    ------
    NotARelease
        A path cannot stand in a folder or is taken; the decision, the firmware's result or what they rest on is not
        among the files.
    MalformedFirmware
        The firmware was built for another decision.
    """
    for name in files:
        _check_path(name, files)
    facts = {fact_file(name): sha256 for name, sha256 in decision.facts.items()}
    images = firmware.images if firmware else {}
    expected = {**facts, **(firmware.files if firmware else {}), **images}
    for name, sha256 in expected.items():
        file = files.get(name)
        if file is None or file.sha256 != sha256:
            raise NotARelease(f"{name}: expected sha256 {sha256}, got {file.sha256 if file else 'no file'}")
    if DECISION_FILE not in files:
        raise NotARelease(f"{DECISION_FILE}: expected the gate's decision, got no file")
    if (FIRMWARE_FILE in files) != (firmware is not None):
        raise NotARelease(f"{FIRMWARE_FILE}: expected the file and what was read from it, got one of them")
    if firmware is not None:
        check_belongs(firmware, decision)
    subjects = {name: file.sha256 for name, file in files.items() if name not in (*ENDORSED, *images)}
    claims = Claims(decision.study, decision.verdict, decision.sha256, origin)
    if firmware is not None:
        claims = replace(claims, firmware=firmware.outcome, firmware_sha256=firmware.sha256)
    payload = Statement(RELEASE, subjects, claims.to_predicate()).encode()
    return {
        **{signature_file(name): file.signature for name, file in files.items()},
        TRUST_FILE: release_trust(decision.key, key.public, firmware.key if firmware else None).to_json(),
        STATEMENT_FILE: canonical_json(sign_envelope(payload, PAYLOAD_TYPE, key)),
    }


def seal(files: Mapping[str, bytes], origin: Origin, key: SigningKey, trust: Trust) -> dict[str, bytes]:
    """The whole folder: the files given, and all that `attest` puts beside them.

    Raises
    ------
    NotARelease
        As `attest`.
    RefusedToSign
        As `sign_file`.
    CustodyError
        The decision is not by a trusted gate, or the firmware's result not by a trusted service; see `read_decision`
        and `read_firmware`.
    """
    if DECISION_FILE not in files:
        raise NotARelease(f"{DECISION_FILE}: expected the gate's decision, got no file")
    decision = read_decision(files[DECISION_FILE], trust)
    firmware = read_firmware(files[FIRMWARE_FILE], trust) if FIRMWARE_FILE in files else None
    signed = {name: sign_file(data, key) for name, data in files.items()}
    return {**files, **attest(signed, decision, origin, key, firmware)}


def release_trust(gate: PublicKey, signer: PublicKey, firmware: PublicKey | None = None) -> Trust:
    """The trust document of a release that these keys signed."""
    roles = {GATE: (gate,), SIGNER: (signer,)}
    return Trust(roles | ({FIRMWARE: (firmware,)} if firmware else {}))


def _check_path(name: str, files: Mapping[str, object]) -> None:
    if any(part in ("", ".", "..") for part in name.split("/")) or "\\" in name:
        raise NotARelease(f"{name!r}: expected a relative path with forward slashes that stays inside the folder")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise NotARelease(f"{name!r}: expected a path without control characters and lone surrogates")
    if name in (TRUST_FILE, STATEMENT_FILE) or signature_file(name) in files:
        raise NotARelease(f"{name}: this path, or that of its signature, is taken")


def _sha256_or_none(predicate: Mapping[str, Any], name: str) -> str | None:
    return None if predicate.get(name) is None else sha256_member(predicate, name, MalformedStatement)
