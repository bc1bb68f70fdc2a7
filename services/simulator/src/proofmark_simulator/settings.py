"""How many chunks a worker holds."""

from pydantic import Field

from proofmark_chassis import ServiceSettings


class SimulatorSettings(ServiceSettings):
    concurrency: int = Field(2, gt=0)
    """One chunk in work and one on the way to it; more would be taken from other workers."""
