"""Where Proofmark keeps what outlives a command: signing keys, who is trusted, the bus of `proofmark up`."""

import os
from pathlib import Path

from proofmark_custody.keystore import IMAGE, open_key
from proofmark_custody.trust import FIRMWARE, GATE, SIGNER, Trust


def home() -> Path:
    """`$PROOFMARK_HOME`, else `$XDG_DATA_HOME/proofmark`, else `~/.local/share/proofmark`."""
    if (chosen := os.environ.get("PROOFMARK_HOME")) is not None:
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "proofmark"


def key_folder() -> Path:
    return home() / "keys"


def ensure_keys() -> Path:
    """Make this machine's keys where they are missing; return the trust document: who may speak in which role."""
    folder = key_folder()
    open_key(folder, IMAGE)
    roles = {role: (open_key(folder, role).public,) for role in (GATE, FIRMWARE, SIGNER)}
    trust, document = folder / "trust.json", Trust(roles).to_json()
    if not trust.exists() or trust.read_bytes() != document:
        fresh = folder / f"trust.{os.getpid()}.new"
        fresh.write_bytes(document)
        fresh.replace(trust)
    return trust
