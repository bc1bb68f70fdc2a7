"""How many chunks a worker holds, and of which version it must be."""

from importlib.metadata import version

from pydantic import Field, field_validator

from proofmark_chassis import ServiceSettings


class SimulatorSettings(ServiceSettings):
    concurrency: int = Field(2, gt=0)
    """One chunk in work and one on the way to it; more would be taken from other workers."""
    engine: str | None = None
    """The version that opened the study; a worker of another one refuses to start."""

    @field_validator("engine")
    @classmethod
    def _ours(cls, engine: str | None) -> str | None:
        ours = version("proofmark-contracts")
        if engine not in (None, ours):
            raise ValueError(f"the study was opened by version {engine}, this worker is {ours}")
        return engine
