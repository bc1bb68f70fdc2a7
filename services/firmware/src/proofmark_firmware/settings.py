"""The firmware service's keys, whom it believes, and how much a chip repeats."""

from pathlib import Path

from pydantic import Field

from proofmark_chassis import ServiceSettings


class FirmwareSettings(ServiceSettings):
    key_folder: Path
    """Holds `firmware.pem`, which signs results, and `image.pem`, which signs images; this service alone reads them."""
    trust_file: Path
    """Public keys by role: whose decisions are built for."""
    worst_vectors: int = Field(3, ge=0)
    """How many of the runs that came closest to failing the chip repeats, beside the nominal one."""
