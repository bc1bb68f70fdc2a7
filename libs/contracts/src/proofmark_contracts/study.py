"""A study's life at its borders: submitted, answered, opened, commanded, expired, closed."""

import base64
from typing import Any, ClassVar, Literal

from proofmark_contracts.design import Design
from proofmark_contracts.frozen import FileRef, Frozen, Sha256, canonical_json, sha256_hex
from proofmark_contracts.message import Message, TableRef, Zone

Outcome = Literal["released", "rejected", "not-proven", "failed", "cancelled"]


class SubmittedFile(Frozen):
    """A file of a submission: its content, or the digest of an upload in the edge object store."""

    base64: str | None = None
    sha256: Sha256 | None = None


class Continues(Frozen):
    """How a study goes on from another one."""

    parent: str
    purpose: Literal["extend", "rerun-missing"]
    """`extend`: more samples under the parent's sequence; `rerun-missing`: runs without an answer run again."""
    checks: int = 20
    """When the model has changed: how many of the parent's runs with an answer run again, to see whether they agree."""


class SpecSubmitted(Message):
    """Somebody asks for a judgement. `spec` is the document itself, or the text of its YAML file."""

    zone: ClassVar = Zone.EDGE
    stream: ClassVar = "SPEC"
    verb: ClassVar = "spec.submitted"
    ids: ClassVar = ("tenant",)

    tenant: str
    event: str
    """The submitter's id of this submission: a CloudEvents id, a `Nats-Msg-Id`, or the digest of the body."""
    spec: dict[str, Any] | str
    files: dict[str, SubmittedFile] = {}
    continues: Continues | None = None
    """A closed study of the same tenant whose runs are taken over."""


class SpecAnswered(Message):
    """What intake says to a submission: the study it became, or the reasons why it did not."""

    zone: ClassVar = Zone.EDGE
    stream: ClassVar = "ANSWER"
    verb: ClassVar = "spec.answered"
    ids: ClassVar = ("tenant", "event")

    tenant: str
    event: str
    study: str | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class StudyCommanded(Message):
    """The owner of a study asks for something; read by intake alone."""

    zone: ClassVar = Zone.EDGE
    stream: ClassVar = "COMMAND"
    verb: ClassVar = "study.command"
    ids: ClassVar = ("tenant", "study")

    tenant: str
    study: str
    action: Literal["cancel", "pause", "resume", "delete"]


class StudyOutcome(Message):
    """How a study ended, told to the tenant."""

    zone: ClassVar = Zone.EDGE
    stream: ClassVar = "ANSWER"
    verb: ClassVar = "study.outcome"
    ids: ClassVar = ("tenant", "study")

    tenant: str
    study: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    reliability: dict[str, Any] | None = None


class StudyOpened(Message):
    """A spec was accepted; everything that later services need to know of it."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "STUDY"
    verb: ClassVar = "study.opened"

    study: str
    tenant: str
    event: str
    submission_sha256: Sha256
    """Of the received bytes of the submission."""
    design: Design
    files: tuple[FileRef, ...] = ()
    """Every file of the submission, in the core object store by its sha256."""
    attempt: int
    """How many times this design has been put to the question, whatever the name or seed."""
    requires: tuple[str, ...] = ("reliability",)
    """The assessments that the gate waits for."""
    deadline_s: float
    """Seconds of unpaused life after which runs without an answer count as missing."""
    engine: str
    """Version of Proofmark that opened it."""
    document_sha256: Sha256 | None = None
    """The spec document as it was submitted, JSON or YAML, in the core object store."""
    continues: Continues | None = None
    imports: tuple[tuple[TableRef, TableRef], ...] = ()
    """Vectors and outcomes of the parent's batches, which this study's first batches take over."""
    mixed_model: bool = False
    """The parent ran another model."""


class StudyExpired(Message):
    """The deadline passed: runs that have no answer yet are missing."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "STUDY"
    verb: ClassVar = "study.expired"

    study: str


class StudyClosed(Message):
    """The one end of a study."""

    zone: ClassVar = Zone.CORE
    stream: ClassVar = "STUDY"
    verb: ClassVar = "study.closed"

    study: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()


def study_stem(tenant: str, design: Design, files: tuple[FileRef, ...]) -> str:
    """The part of a study's id that content determines: 20 base32 characters."""
    content = canonical_json([tenant, design.model_dump(mode="json"), [ref.model_dump(mode="json") for ref in files]])
    return base64.b32encode(bytes.fromhex(sha256_hex(content))).decode().lower()[:20]
