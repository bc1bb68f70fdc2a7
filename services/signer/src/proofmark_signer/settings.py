"""The signer's key, and whom it believes."""

from pathlib import Path

from proofmark_chassis import ServiceSettings


class SignerSettings(ServiceSettings):
    key_folder: Path
    """Holds `signer.pem`, readable by this service alone."""
    trust_file: Path
    """Public keys by role: whose decisions are accepted."""
