"""What `proofmark doctor` says of one piece."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    piece: str
    found: str | None
    """Version, place or state; None where it is missing."""
    gives: str
    get: str
    required: bool
