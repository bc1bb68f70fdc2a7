"""Whose decisions the reporter believes."""

from pathlib import Path

from proofmark_chassis import ServiceSettings


class ReporterSettings(ServiceSettings):
    trust_file: Path
    """Public keys by role."""
