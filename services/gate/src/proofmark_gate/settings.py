"""The gate's key, and what it accepts as proof."""

from pathlib import Path
from typing import Literal

from proofmark_chassis import ServiceSettings


class GateSettings(ServiceSettings):
    key_folder: Path
    """Holds `gate.pem`, readable by this service alone."""
    accept: Literal["exact", "conditional"] = "conditional"
    """The weakest certificate that an approval or a rejection may rest on."""
