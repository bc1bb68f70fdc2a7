"""Verification of a release folder, offline; nothing outside its bytes is believed, but for keys that are given.

The statement comes first, since everything else is compared with it: while it is not believed, nothing more is said.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from proofmark_custody.agreement import disagreements, firmware_disagreements
from proofmark_custody.decision import Decision, read_decision
from proofmark_custody.documents import canonical_json, parse_object, sha256_hex
from proofmark_custody.dsse import envelope_of, verify_envelope
from proofmark_custody.errors import CustodyError, MalformedEnvelope, Problem, SignatureInvalid, VerificationFailed
from proofmark_custody.firmware import Firmware, read_firmware
from proofmark_custody.keys import PublicKey
from proofmark_custody.release import (
    DECISION_FILE,
    ENDORSED,
    FACTS_FOLDER,
    FIRMWARE_FILE,
    STATEMENT_FILE,
    TRUST_FILE,
    Claims,
    release_trust,
    signature_file,
)
from proofmark_custody.statement import PAYLOAD_TYPE, RELEASE, Statement
from proofmark_custody.trust import FIRMWARE, GATE, SIGNER, Trust


@dataclass(frozen=True)
class Step:
    """One link of the chain: a key in its role, and what it signed."""

    role: str
    keyid: str
    algorithm: str
    signed: str


@dataclass(frozen=True)
class Verification:
    """What a sound release says."""

    claims: Claims
    chain: tuple[Step, ...]
    files: int
    """Files with a signature; signatures, trust and statement are not counted."""
    pinned: bool
    """Whether trust was given from outside; otherwise the folder vouches for itself."""


@dataclass(frozen=True)
class _Sealed:
    """The statement, once believed."""

    claims: Claims
    subjects: Mapping[str, str]
    key: PublicKey
    images: Mapping[str, str] = field(default_factory=dict)
    """Of the firmware's result: files that no statement over a release names, because they depend on a key."""

    @property
    def signed(self) -> tuple[str, ...]:
        endorsed = (DECISION_FILE, *([FIRMWARE_FILE] if self.claims.firmware else []))
        return (*self.subjects, *self.images, *endorsed)

    def digest(self, name: str) -> tuple[str | None, str]:
        """Of a file, and who says so; None where nobody does."""
        if name in self.images:
            return self.images[name], "the firmware's result"
        return self.subjects.get(name), "the statement"

    @property
    def folder(self) -> set[str]:
        """Everything that belongs in the folder."""
        return {*self.signed, *map(signature_file, self.signed), TRUST_FILE, STATEMENT_FILE}


def verify_release(folder: Path, trust: Trust | None = None) -> Verification:
    """Check every byte of a release folder.

    Parameters
    ----------
    folder : Path
    trust : Trust, optional
        Keys known from elsewhere. Without it the folder's own `trust.json` is used, which shows that the folder is
        whole, not who made it.

    Raises
    ------
    VerificationFailed
        With every problem found, each naming its file.
    """
    inspection = _Inspection(folder)
    believed = inspection.own_trust() if trust is None else trust
    sealed = inspection.statement(believed) if believed else None
    if believed is None or sealed is None:
        raise VerificationFailed(inspection.problems)
    firmware = inspection.firmware(sealed, believed)
    if firmware is not None:
        sealed = replace(sealed, images=firmware.images)
    inspection.compare_names(sealed.folder)
    facts = inspection.signed_files(sealed)
    decision = inspection.decision(facts, sealed, believed)
    if decision is not None:
        inspection.compare_trust(release_trust(decision.key, sealed.key, firmware.key if firmware else None))
    if decision is None or inspection.problems:
        raise VerificationFailed(inspection.problems)
    built = (_step(FIRMWARE, firmware.key, _built(firmware)),) if firmware else ()
    return Verification(
        claims=sealed.claims,
        chain=(
            _step(GATE, decision.key, f"the decision on {', '.join(sorted(decision.facts))}"),
            *built,
            _step(SIGNER, sealed.key, f"each of {len(sealed.signed)} files"),
            _step(SIGNER, sealed.key, "the statement over them"),
        ),
        files=len(sealed.signed),
        pinned=trust is not None,
    )


class _Inspection:
    """A folder's files, and what was found wrong with them so far."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self._files: dict[str, Path] = {}
        self._not_files: set[str] = set()
        self._list(folder, "")

    def own_trust(self) -> Trust | None:
        data = self._read(TRUST_FILE)
        if data is None:
            return None
        try:
            trust = Trust.from_json(data)
            for role in (GATE, SIGNER):
                trust.keys(role)
        except CustodyError as exc:
            self._report(TRUST_FILE, str(exc))
            return None
        return trust

    def statement(self, trust: Trust) -> _Sealed | None:
        data = self._read(STATEMENT_FILE)
        if data is None:
            return None
        try:
            signed = verify_envelope(parse_object(data, MalformedEnvelope), PAYLOAD_TYPE, trust, SIGNER)
            statement = Statement.decode(signed.payload, RELEASE)
            claims = Claims.from_predicate(statement.predicate)
        except CustodyError as exc:
            self._report(STATEMENT_FILE, str(exc))
            return None
        if data != canonical_json(envelope_of(signed.payload, PAYLOAD_TYPE, {signed.key.keyid: signed.signature})):
            self._report(STATEMENT_FILE, f"expected nothing but what key {signed.key.keyid} signed, in canonical JSON")
        return _Sealed(claims, dict(statement.subjects), signed.key)

    def compare_names(self, expected: set[str]) -> None:
        for name in sorted(expected - self._files.keys() - self._not_files):
            self._report(name, "missing")
        for name in sorted(self._files.keys() - expected):
            self._report(name, "not part of the release")

    def signed_files(self, sealed: _Sealed) -> dict[str, bytes]:
        """Check digest and signature of each file; returns the facts among them that are sound, decision included, the
        firmware's result not."""
        facts = {}
        for name in sealed.signed:
            data = self._present(name)
            if data is None or not self._has_digest(name, data, *sealed.digest(name)):
                continue
            if name.startswith(FACTS_FOLDER) and name != FIRMWARE_FILE:
                facts[name] = data
            signature = self._present(signature_file(name))
            if signature is not None:
                self._check_signature(name, data, signature, sealed.key)
        return facts

    def decision(self, facts: dict[str, bytes], sealed: _Sealed, trust: Trust) -> Decision | None:
        """Check the decision and all that hangs on it."""
        message = facts.pop(DECISION_FILE, None)
        if message is None:
            return None
        try:
            decision = read_decision(message, trust)
        except CustodyError as exc:
            self._report(DECISION_FILE, str(exc))
            return None
        self.problems += disagreements(sealed.claims, sealed.subjects, decision, facts)
        return decision

    def firmware(self, sealed: _Sealed, trust: Trust) -> Firmware | None:
        """Check the firmware's result, if the statement tells of one."""
        message = self._present(FIRMWARE_FILE)
        if message is None or sealed.claims.firmware is None:
            return None
        try:
            firmware = read_firmware(message, trust)
        except CustodyError as exc:
            self._report(FIRMWARE_FILE, str(exc))
            return None
        self.problems += firmware_disagreements(sealed.claims, sealed.subjects, firmware)
        return firmware

    def compare_trust(self, expected: Trust) -> None:
        if self._present(TRUST_FILE) not in (None, expected.to_json()):
            self._report(TRUST_FILE, "expected exactly the keys that signed this release, in canonical JSON")

    def _list(self, folder: Path, prefix: str) -> None:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as exc:
            self._report(prefix or ".", f"cannot be read: {exc.strerror}")
            return
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                self._list(Path(entry), f"{name}/")
            elif entry.is_file(follow_symlinks=False):
                self._files[name] = Path(entry)
            else:
                kind = "a symbolic link" if entry.is_symlink() else "neither file nor folder"
                self._not_files.add(name)
                self._report(name, f"expected a plain file, got {kind}")

    def _has_digest(self, name: str, data: bytes, expected: str | None, by: str) -> bool:
        got = sha256_hex(data)
        if expected in (None, got):
            return True
        self._report(name, f"sha256: expected {expected} by {by}, got {got}")
        return False

    def _check_signature(self, name: str, data: bytes, signature: bytes, key: PublicKey) -> None:
        try:
            key.verify(signature, data)
        except SignatureInvalid as exc:
            self._report(signature_file(name), str(exc))
            if name in ENDORSED:  # no digest tells which of the two was altered
                self._report(name, f"does not go with {signature_file(name)}")

    def _read(self, name: str) -> bytes | None:
        if name not in self._files and name not in self._not_files:
            self._report(name, "missing")
        return self._present(name)

    def _present(self, name: str) -> bytes | None:
        if name not in self._files:
            return None
        try:
            return self._files[name].read_bytes()
        except OSError as exc:
            self._report(name, f"cannot be read: {exc.strerror}")
            return None

    def _report(self, name: str, reason: str) -> None:
        self.problems.append(Problem(name, reason))


def _built(firmware: Firmware) -> str:
    signed = f", {len(firmware.images)} of them by an image key" if firmware.images else ""
    return f"what came of {len(firmware.files) + len(firmware.images)} firmware files{signed}"


def _step(role: str, key: PublicKey, signed: str) -> Step:
    return Step(role, key.keyid, key.algorithm, signed)
