"""The gate's key, and what it accepts as proof."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from proofmark_chassis import ServiceSettings


class GateSettings(ServiceSettings):
    key_folder: Path
    """Holds `gate.pem`, readable by this service alone."""
    accept: Literal["exact", "conditional"] = "conditional"
    """The weakest certificate that an approval or a rejection may rest on."""
    model_free_within: float = Field(10.0, gt=0)
    """A conditional certificate approves only if the probability of failure that plain runs alone cannot exclude is at
    most this many times what the target allows."""
