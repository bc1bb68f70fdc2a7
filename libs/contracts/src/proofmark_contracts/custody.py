"""Decisions, the report they lead to, signatures and the sealed release."""

from typing import ClassVar, Literal

from proofmark_contracts.frozen import FileRef, Frozen, Sha256
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.verification import FirmwareOutcome

Verdict = Literal["approved", "rejected", "not-proven"]


class Envelope(Frozen):
    """A DSSE envelope, exactly as signed."""

    payload: str
    """Base64."""
    payloadType: str  # noqa: N815  the standard's spelling
    signatures: tuple[dict[str, str], ...]


class DesignDecided(Message):
    """The verdict, signed by the gate. Only the envelope is evidence; `verdict` repeats it for readers."""

    zone: ClassVar = Zone.TRUST
    stream: ClassVar = "DECISION"
    verb: ClassVar = "design.decided"

    study: str
    verdict: Verdict
    envelope: Envelope


class FirmwareFinished(Message):
    """What came of an approved design's firmware, signed by the firmware service. Only the envelopes are evidence: a
    statement over the files, which holds a `FirmwareResult`, and one over those files that depend on keys; `outcome`
    repeats it for readers."""

    zone: ClassVar = Zone.TRUST
    stream: ClassVar = "ARTIFACT"
    verb: ClassVar = "firmware.finished"

    study: str
    outcome: FirmwareOutcome
    files: tuple[FileRef, ...]
    """In the core object store; every path begins with `firmware/`."""
    envelope: Envelope
    images: Envelope | None = None
    """Over the files that an image key signed or that hold it."""


class ReportCompiled(Message):
    """The files that tell a study's story, in the core object store."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "ESTIMATE"
    verb: ClassVar = "report.compiled"

    study: str
    files: tuple[FileRef, ...]


class ArtifactSigned(Message):
    """The raw signature over one file of a study."""

    zone: ClassVar = Zone.TRUST
    stream: ClassVar = "ARTIFACT"
    verb: ClassVar = "artifact.signed"
    ids: ClassVar = ("study", "sha256")

    study: str
    sha256: Sha256
    signature: str
    """Base64 of the raw Ed25519 signature."""
    keyid: str


class ReleaseSealed(Message):
    """A closed folder of evidence: every file, its signature, and the statement over all of them."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "STUDY"
    verb: ClassVar = "release.sealed"

    study: str
    verdict: Verdict
    firmware: FirmwareOutcome | None = None
    """None where the design asked for no firmware, or was not approved."""
    reasons: tuple[str, ...] = ()
    """Why the firmware failed."""
    files: tuple[FileRef, ...]
    """Everything in the folder, signatures and statements among it, in the core object store."""
