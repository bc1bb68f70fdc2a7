"""What a message is: a frozen record whose class owns its subject, its zone and its stream."""

import hashlib
import re
from enum import StrEnum
from typing import Any, ClassVar, Self

from proofmark_contracts.frozen import Frozen, Sha256, canonical_json

ROOT = "pm.v1"
TOKEN = re.compile(r"[^\s.*>]+")
"""What may stand between the dots of a subject."""

TABLE_BYTES_INLINE = 512 * 1024
"""A table larger than this travels as a reference into the object store of its zone."""


class Zone(StrEnum):
    """A NATS account: the border that permissions cannot be talked across."""

    EDGE = "edge"
    CORE = "core"
    COMPUTE = "compute"
    TRUST = "trust"


class Message(Frozen):
    """A fact (past tense) or a command (imperative).

    A subclass names its zone, stream and verb, and which of its fields are the tokens of its subject.
    """

    zone: ClassVar[Zone]
    stream: ClassVar[str]
    verb: ClassVar[str]
    ids: ClassVar[tuple[str, ...]] = ("study",)
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Fields in which two tellings of the same fact may differ: costs and logs, never results."""
    content_type: ClassVar[str] = "application/json"

    @classmethod
    def subject_of(cls, *ids: object) -> str:
        """The subject for these ids; the ids that are left out become wildcards."""
        tokens = [str(i) for i in ids] + ["*"] * (len(cls.ids) - len(ids))
        return ".".join([ROOT, cls.verb, *tokens])

    @classmethod
    def ids_of(cls, subject: str) -> dict[str, str]:
        """The ids that a subject of this class spells out."""
        prefix = f"{ROOT}.{cls.verb}."
        tokens = subject.removeprefix(prefix).split(".")
        if not subject.startswith(prefix) or len(tokens) != len(cls.ids) or not all(tokens):
            raise ValueError(f"subject of {cls.__name__}: expected {cls.subject_of()}, got {subject}")
        return dict(zip(cls.ids, tokens, strict=True))

    @property
    def subject(self) -> str:
        """Where the message belongs.

        Raises
        ------
        ValueError
            An id cannot be a token of a subject, so the message would land somewhere else.
        """
        tokens = {name: str(getattr(self, name)) for name in self.ids}
        for name, token in tokens.items():
            if not TOKEN.fullmatch(token):
                raise ValueError(
                    f"{name} of {type(self).__name__}: expected no dot, blank or wildcard in it, got {token!r}"
                )
        return self.subject_of(*tokens.values())

    def encode(self) -> bytes:
        return canonical_json(self.model_dump(mode="json"))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return cls.model_validate_json(data)

    def fingerprint(self) -> str:
        """Digest of what the message states, without its volatile fields."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json", exclude=set(self.volatile)))).hexdigest()


class TableRef(Frozen):
    """An Arrow IPC stream in the object store of the message's zone."""

    sha256: Sha256
    size: int
    """Bytes."""


class TableMessage(Message):
    """A message with one table: a line of JSON, then the bytes of an Arrow IPC stream.

    A table above `TABLE_BYTES_INLINE` stands in the object store; then `table` is empty and `table_ref` names it.
    """

    content_type: ClassVar[str] = "application/vnd.proofmark.table.v1"

    table: bytes = b""
    """An Arrow IPC stream."""
    table_ref: TableRef | None = None

    def encode(self) -> bytes:
        return canonical_json(self._fields()) + b"\n" + self.table

    @classmethod
    def decode(cls, data: bytes) -> Self:
        line, newline, table = data.partition(b"\n")
        if not newline:
            raise ValueError("table message: expected a line of JSON before the table, got no line end")
        return cls.model_validate_json(line).model_copy(update={"table": table})

    def fingerprint(self) -> str:
        stated = {name: value for name, value in self._fields().items() if name not in {*self.volatile, "table_ref"}}
        table = self.table_ref.sha256 if self.table_ref else hashlib.sha256(self.table).hexdigest()
        return hashlib.sha256(canonical_json({**stated, "table": table})).hexdigest()

    def _fields(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"table"})
