"""Messages, subjects, zones and streams of Proofmark, and the normalised design they carry.

Each message class owns its subject (`pm.v1.<entity>.<verb>.<ids>`), its zone and its stream; no other file spells one.
"""

from proofmark_contracts.frozen import FileRef, Frozen, canonical_json, sha256_hex

__all__ = ["FileRef", "Frozen", "canonical_json", "sha256_hex"]
